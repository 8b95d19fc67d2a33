#include "settle/poster.hpp"

#include <algorithm>

#include "crypto/keccak.hpp"
#include "ops/log.hpp"

namespace gavel::settle {

namespace {

// The calldata floor of EIP-7623 for non-zero bytes, and what our contracts use at most beside it
// (measured: contracts/snapshots).
constexpr u64 kGasPerByte = 40;
constexpr u64 kGasPerPage = 12'000;
constexpr u64 kGasPerPost = 700'000;
constexpr u64 kGasPerFix = 900'000;

// How far back a batch that was begun is looked for: a day of L1 blocks.
constexpr u64 kBlocksBack = 7'200;

// post_hash' = H(prev || word(batch) || word(first_page) || word(count) || H(leaves)).
template <class Pages>
Hash32 leaves_hash(const Pages& pages) {
  Bytes leaves;
  for (const auto& page : pages) {
    const Hash32 leaf = crypto::keccak256(page);
    leaves.insert(leaves.end(), leaf.bytes.begin(), leaf.bytes.end());
  }
  return crypto::keccak256(leaves);
}

Hash32 next_post_hash(const Hash32& prev, u64 batch, u64 first_page, std::span<const Bytes> pages) {
  return crypto::keccak256(l1::AbiEncoder()
                               .word(prev)
                               .uint(u128{batch})
                               .uint(u128{first_page})
                               .uint(u128{pages.size()})
                               .word(leaves_hash(pages))
                               .encode());
}

}  // namespace

Poster::Poster(l1::Rpc& rpc, l1::Submitter& submitter, const Contracts& contracts,
               da::BatchStore& batches, PosterOptions options)
    : rpc_(rpc),
      submitter_(submitter),
      contracts_(contracts),
      batches_(batches),
      options_(options) {}

void Poster::tick() {
  submitter_.tick();
  take_outcomes();
  // What keeps transactions from L1 is the operator's business while they wait.
  if (const auto& error = submitter_.last_error()) {
    status_.last_error = std::string(l1::name_of(error->kind)) + ": " + error->detail;
  }
  if (!submitter_.ready() || !submitter_.idle()) return;
  if (const auto sent = send_next(); !sent.ok()) {
    // The same trouble again and again is one line.
    std::string what = std::string(l1::name_of(sent.error().kind)) + ": " + sent.error().detail;
    if (what != status_.last_error) ops::log_warn("poster", "cannot post now", {{"error", what}});
    status_.last_error = std::move(what);
  } else {
    status_.last_error.clear();
  }
}

void Poster::take_outcomes() {
  for (const l1::Outcome& outcome : submitter_.take_outcomes()) {
    if (outcome.receipt) status_.gas_used += outcome.receipt->gas_used;
    if (outcome.state == l1::CallState::kConfirmed) continue;
    status_.last_error = outcome.reason;
    ops::log_warn("poster", "a posting transaction failed; reading L1 again",
                  {{"reason", outcome.reason}});
  }
}

l1::Result<void> Poster::submit(Bytes data, u64 gas_limit, std::string label) {
  l1::CallRequest request;
  request.to = contracts_.batch_inbox;
  request.data = std::move(data);
  request.gas_limit = std::min(gas_limit, l1::kMaxTransactionGas);
  request.label = std::move(label);
  const auto id = submitter_.submit(std::move(request));
  if (!id.ok()) return id.error();
  return {};
}

l1::Result<void> Poster::send_next() {
  const PostingState state = GAVEL_TRY(read_posting_state(rpc_, contracts_, l1::BlockTag::kLatest));
  status_.next_batch = state.next_batch;
  status_.known = true;
  const auto root = batches_.get_root(state.next_batch);
  if (!root.ok()) {
    if (root.error() == da::BatchStoreError::kMissing) return {};
    return l1::make_error(l1::ErrorKind::kNotFound, "the batch store cannot be read");
  }
  const auto batch = batches_.get(state.next_batch);
  if (!batch.ok()) {
    return l1::make_error(l1::ErrorKind::kNotFound, "batch " + std::to_string(state.next_batch) +
                                                        " on disk is damaged or missing");
  }
  if (state.poster != submitter_.address()) {
    return l1::make_error(l1::ErrorKind::kBadKey,
                          "this key is not the poster that SystemConfig names");
  }
  const Hash32 config = GAVEL_TRY(check_config(state.next_batch));
  GAVEL_TRY(check_time(batch->end));
  return options_.mode == DataMode::calldata ? send_calldata(batch.value(), state, config)
                                             : send_external(batch.value(), state, config);
}

// L1 refuses a fix under any other, and pages that wait for one cannot be taken back.
l1::Result<Hash32> Poster::check_config(u64 batch) {
  const Hash32 named = GAVEL_TRY(read_config_hash(rpc_, contracts_, batch));
  if (!options_.made_under || options_.made_under(batch).hash == named) return named;
  return l1::make_error(l1::ErrorKind::kOutOfRange,
                        "L1 names another configuration for batch " + std::to_string(batch) +
                            " than the one that it was made under: it was announced too late");
}

l1::Result<void> Poster::check_time(const da::BatchEnd& end) {
  const u64 window_ms = options_.made_under
                            ? options_.made_under(end.batch).decoded().future_window_ms
                            : options_.future_window_ms;
  if (!options_.made_under && window_ms == 0) return {};
  u64 l1_time_ms = 0;
  // An L1 that mines only when asked has an old head; not every node makes up a pending block.
  for (const l1::BlockTag tag : {l1::BlockTag::kLatest, l1::BlockTag::kPending}) {
    const auto head = rpc_.header(tag);
    if (head.ok() && *head) l1_time_ms = std::max(l1_time_ms, (*head)->timestamp_s * 1'000);
    if (end.timestamp_ms <= l1_time_ms + window_ms) return {};
  }
  return l1::make_error(l1::ErrorKind::kNotFound,
                        "batch " + std::to_string(end.batch) + " ends " +
                            std::to_string((end.timestamp_ms - l1_time_ms) / 1'000) +
                            " s ahead of L1's time and waits for it: the node's clock was wrong");
}

l1::Result<void> Poster::check_begun(std::span<const std::span<const u8>> pages,
                                     const PostingState& state) {
  const auto foreign = [&] {
    return l1::make_error(l1::ErrorKind::kForeignLog,
                          "L1 has pages of batch " + std::to_string(state.next_batch) +
                              " that this node did not make: another poster uses the key, or this "
                              "node's history is not the one that was posted");
  };
  const auto head = GAVEL_TRY(rpc_.header(l1::BlockTag::kLatest));
  if (!head) return l1::make_error(l1::ErrorKind::kNotFound, "L1 has no latest block");
  Bytes32 batch_topic;
  const Bytes word = l1::AbiEncoder().uint(u128{state.next_batch}).encode();
  std::copy(word.begin(), word.end(), batch_topic.bytes.begin());
  l1::LogFilter filter;
  filter.to_block = head->number;
  filter.from_block = std::max(contracts_.deployment_block,
                               head->number > kBlocksBack ? head->number - kBlocksBack : 0);
  filter.addresses = {contracts_.batch_inbox};
  filter.topics = {{topics().posted}, {batch_topic}};
  u64 next = 0;
  for (const l1::Log& log : GAVEL_TRY(rpc_.logs(filter))) {
    const l1::AbiDecoder data(log.data);
    const auto first = data.uint64(0);
    const auto count = data.uint64(1);
    const auto leaves = data.word(4);
    if (!first.ok() || !count.ok() || !leaves.ok() || first.value() != next ||
        count.value() > pages.size() - next ||
        leaves.value() != leaves_hash(pages.subspan(next, count.value()))) {
      return foreign();
    }
    next += count.value();
  }
  if (next != state.page_count) return foreign();
  return {};
}

l1::Result<void> Poster::send_calldata(const da::StoredBatch& batch, const PostingState& state,
                                       const Hash32& config) {
  const auto pages = da::split_pages(batch.pages);
  if (state.page_count > 0) GAVEL_TRY(check_begun(pages, state));
  Hash32 chain = state.post_hash;
  u64 page = state.page_count;
  while (page < pages.size()) {
    std::vector<Bytes> group;
    u64 bytes = 0;
    const u64 first = page;
    for (; page < pages.size() && bytes + pages[page].size() <= options_.max_post_bytes; ++page) {
      bytes += pages[page].size();
      group.emplace_back(pages[page].begin(), pages[page].end());
    }
    Bytes data = encode_post(state.next_batch, first, chain, state.term, group);
    const u64 gas = kGasPerPost + kGasPerByte * data.size() + kGasPerPage * group.size();
    chain = next_post_hash(chain, state.next_batch, first, group);
    GAVEL_TRY(submit(std::move(data), gas, "post"));
    status_.posted_bytes += bytes;
    ++status_.posts;
  }
  GAVEL_TRY(
      submit(encode_fix(state.next_batch, chain, state.term, config, state.overdue_checkpoint),
             kGasPerFix, "fix"));
  ++status_.fixed;
  return {};
}

l1::Result<void> Poster::send_external(const da::StoredBatch& batch, const PostingState& state,
                                       const Hash32& config) {
  const auto pages = da::split_pages(batch.pages);
  GAVEL_TRY(submit(encode_fix_external(state.next_batch, state.post_hash, state.term, config,
                                       state.overdue_checkpoint, static_cast<u8>(options_.mode),
                                       da::data_root(pages), pages.size()),
                   kGasPerFix, "fix"));
  ++status_.fixed;
  return {};
}

}  // namespace gavel::settle
