#include "settle/l1_feed.hpp"

#include <algorithm>
#include <utility>

#include "crypto/keccak.hpp"
#include "l1/event_reader.hpp"
#include "stf/message.hpp"
#include "stf/row.hpp"

namespace gavel::settle {

using l1::AbiDecoder;

namespace {

l1::Error foreign(const l1::Log& log, const char* what) {
  return l1::make_error(l1::ErrorKind::kForeignLog,
                        std::string(what) + " in L1 block " + std::to_string(log.block_number));
}

// A number in an indexed topic.
std::optional<u64> topic_u64(const l1::Log& log, std::size_t i) {
  if (i >= log.topics.size()) return std::nullopt;
  const auto value = AbiDecoder(log.topics[i].bytes).uint64(0);
  if (!value.ok()) return std::nullopt;
  return value.value();
}

// The pages of a call of post, read as the contract reads them: elements may lie anywhere in the
// calldata, also before the array or in each other, for a poster may write them so. Empty if there
// are not `count` or one lies outside.
std::vector<std::span<const u8>> pages_of(std::span<const u8> calldata, u64 count) {
  static constexpr u64 kSelectorBytes = 4;
  static constexpr u32 kPagesSlot = 4;
  const AbiDecoder arguments(calldata.subspan(kSelectorBytes));
  const auto offset = arguments.uint64(kPagesSlot);
  const u64 size = calldata.size();
  if (!offset.ok() || offset.value() > size) return {};
  const u64 body = kSelectorBytes + offset.value() + 32;
  if (body > size || (size - body) / 32 < count) return {};
  const AbiDecoder places(calldata.subspan(static_cast<std::size_t>(body)));
  std::vector<std::span<const u8>> pages;
  const auto written = AbiDecoder(calldata.subspan(static_cast<std::size_t>(body - 32))).uint64(0);
  if (!written.ok() || written.value() != count) return {};
  for (u32 i = 0; i < count; ++i) {
    // Relative to the array's body and signed; the sum is taken modulo 2^256 there, 2^64 here.
    const u64 at = body + places.uint256(i).value().limb[0];
    if (at > size || size - at < 32) return {};
    const auto length = AbiDecoder(calldata.subspan(static_cast<std::size_t>(at))).uint64(0);
    if (!length.ok() || length.value() > stf::kMaxPageBytes || length.value() > size - at - 32) {
      return {};
    }
    pages.push_back(calldata.subspan(static_cast<std::size_t>(at + 32),
                                     static_cast<std::size_t>(length.value())));
  }
  return pages;
}

template <class T>
void drop(std::vector<T>& items, u64 l1_block) {
  while (!items.empty() && items.back().l1_block >= l1_block) items.pop_back();
}

}  // namespace

L1Feed::L1Feed(l1::Rpc& rpc, const Contracts& contracts, u32 confirmations,
               const l1::EventReaderConfig& reader)
    : rpc_(rpc),
      contracts_(contracts),
      confirmations_needed_(confirmations),
      reader_(reader),
      follower_(rpc, {.start_block = contracts.deployment_block}) {
  read_to_ = contracts.deployment_block == 0 ? 0 : contracts.deployment_block - 1;
  inbox_roots_ = {stf::inbox_snapshot(0, inbox_.root())};
}

l1::Result<FeedUpdate> L1Feed::poll() {
  const l1::ChainUpdate chain = GAVEL_TRY(follower_.poll());
  if (!chain.removed.empty() && chain.removed.back().number <= read_to_) {
    const u64 from = chain.removed.back().number;
    drop_from(from);
    read_to_ = from - 1;
    reorg_from_ = std::min(from, reorg_from_.value_or(from));
  }
  std::vector<l1::BlockHeader> fresh;
  const auto tip = follower_.tip();
  if (!tip) return FeedUpdate{};
  for (const l1::BlockHeader& header : follower_.headers()) {
    if (header.number > read_to_ && header.number + confirmations_needed_ <= tip->number + 1) {
      fresh.push_back(header);
    }
  }
  // Logs that kept failing while the chain moved on beyond what the follower remembers.
  if (!fresh.empty() && fresh.front().number != read_to_ + 1) {
    return l1::make_error(l1::ErrorKind::kReorgTooDeep,
                          "L1 block " + std::to_string(read_to_ + 1) +
                              " is no longer remembered and was not read: start again");
  }
  bool all = true;
  if (!fresh.empty()) {
    std::span<const l1::BlockHeader> part(fresh);
    while (true) {
      const auto done = read(part);
      if (done.ok()) break;
      // Strangers may fill blocks with messages: what is too much at once is read in parts.
      if (done.error().kind != l1::ErrorKind::kOutOfRange || part.size() == 1) return done.error();
      part = part.first(part.size() / 2);
      all = false;
    }
    read_to_ = part.back().number;
  }
  return FeedUpdate{chain.caught_up && all, std::exchange(reorg_from_, std::nullopt)};
}

l1::Result<void> L1Feed::read(std::span<const l1::BlockHeader> headers) {
  const Topics& t = topics();
  l1::LogFilter filter;
  filter.addresses = {contracts_.inbox, contracts_.batch_inbox, contracts_.registry};
  filter.topics = {{t.message_added, t.posted, t.fixed, t.claimed, t.confirmed}};
  const std::vector<l1::Log> logs = GAVEL_TRY(l1::read_logs(rpc_, headers, filter, reader_));
  for (const l1::Log& log : logs) {
    if (const auto taken = take(log); !taken.ok()) {
      drop_from(headers.front().number);
      return taken.error();
    }
  }
  return {};
}

void L1Feed::drop_from(u64 l1_block) {
  std::vector<FeedMessage> kept;
  kept.swap(messages_);
  drop(kept, l1_block);
  inbox_ = {};
  inbox_roots_ = {stf::inbox_snapshot(0, inbox_.root())};
  for (FeedMessage& message : kept) add_message(std::move(message));
  drop(posts_, l1_block);
  drop(batches_, l1_block);
  drop(claims_, l1_block);
  drop(confirmations_, l1_block);
}

l1::Result<void> L1Feed::take(const l1::Log& log) {
  const Topics& t = topics();
  if (log.topics.empty()) return foreign(log, "event without a topic");
  const Bytes32& kind = log.topics[0];
  const AbiDecoder data(log.data);
  if (kind == t.message_added && log.address == contracts_.inbox) {
    const auto bytes = data.bytes(0, stf::kMaxMessageBytes);
    if (!bytes.ok() || topic_u64(log, 1) != messages_.size() + 1)
      return foreign(log, "bad MessageAdded");
    add_message({log.block_number, Bytes(bytes.value().begin(), bytes.value().end())});
    return {};
  }
  if (kind == t.posted && log.address == contracts_.batch_inbox) {
    const auto batch = topic_u64(log, 1);
    const auto first = data.uint64(0);
    const auto count = data.uint64(1);
    const auto leaves = data.word(4);
    if (!batch || !first.ok() || !count.ok() || !leaves.ok()) return foreign(log, "bad Posted");
    posts_.push_back({log.block_number, *batch, first.value(), count.value(), leaves.value(),
                      log.transaction_hash});
    return {};
  }
  if (kind == t.fixed && log.address == contracts_.batch_inbox) return take_batch(log);
  if (log.address != contracts_.registry) return {};
  if (kind == t.claimed) return take_claim(log);
  if (kind == t.confirmed) {
    const auto batch = topic_u64(log, 2);
    if (!batch) return foreign(log, "bad Confirmed");
    confirmations_.push_back({log.block_number, log.topics[1], *batch});
  }
  return {};
}

l1::Result<void> L1Feed::take_batch(const l1::Log& log) {
  const AbiDecoder data(log.data);
  FeedBatch b;
  b.l1_block = log.block_number;
  const auto batch = topic_u64(log, 1);
  const auto commitment = data.word(0);
  const auto pages = data.uint64(1);
  const auto inbox_root = data.word(2);
  const auto must = data.uint64(3);
  const auto time = data.uint64(4);
  const auto block_hash = data.word(5);
  const auto config = data.word(6);
  if (batch != batches_.size() + 1 || !commitment.ok() || !pages.ok() || !inbox_root.ok() ||
      !must.ok() || !time.ok() || !block_hash.ok() || !config.ok()) {
    return foreign(log, "bad Fixed");
  }
  b.batch = *batch;
  b.posted = {commitment.value(), pages.value(),      inbox_root.value(), must.value(),
              time.value(),       block_hash.value(), config.value()};
  batches_.push_back(b);
  return {};
}

l1::Result<void> L1Feed::take_claim(const l1::Log& log) {
  const AbiDecoder data(log.data);
  FeedClaim c;
  c.l1_block = log.block_number;
  const auto batch = topic_u64(log, 3);
  const auto claimer = data.address(0);
  const auto first = data.word(1);
  const auto end = data.word(2);
  if (!batch || log.topics.size() != 4 || !claimer.ok() || !first.ok() || !end.ok() ||
      log.data.size() != (3 + 32) * 32) {
    return foreign(log, "bad Claimed");
  }
  c.id = log.topics[1];
  c.parent = log.topics[2];
  c.batch = *batch;
  c.claimer = claimer.value();
  c.first_hash = first.value();
  c.end_hash = end.value();
  c.end.assign(log.data.begin() + 3 * 32, log.data.end());
  claims_.push_back(std::move(c));
  return {};
}

l1::Result<std::vector<Bytes>> L1Feed::read_pages(u64 batch) {
  static const l1::Selector kPost = l1::selector("post(uint64,uint64,bytes32,uint64,bytes[])");
  std::vector<Bytes> pages;
  // Where the sequencer is late, anyone fixes the batch without the rows that it had begun to post.
  if (batch <= batches_.size() && batches_[batch - 1].posted.data_len == 0) return pages;
  for (const FeedPost& post : posts_) {
    if (post.batch != batch) continue;
    const auto missing = [&](const char* why) {
      return l1::make_error(l1::ErrorKind::kNotFound, "pages " + std::to_string(post.first_page) +
                                                          ".. of batch " + std::to_string(batch) +
                                                          ": " + why);
    };
    const auto found = GAVEL_TRY(l1::fetch_transactions(rpc_, std::span(&post.transaction, 1)));
    const Bytes& data = found.at(0).data;
    if (data.size() < 4 || !std::equal(kPost.begin(), kPost.end(), data.begin())) {
      return missing("the posting transaction is not a direct call of post");
    }
    const auto list = pages_of(data, post.count);
    if (list.empty() || post.first_page != pages.size()) {
      return missing("the calldata does not hold the pages of the event");
    }
    Bytes leaves;
    for (const std::span<const u8> page : list) {
      const Hash32 leaf = crypto::keccak256(page);
      leaves.insert(leaves.end(), leaf.bytes.begin(), leaf.bytes.end());
      pages.emplace_back(page.begin(), page.end());
    }
    if (crypto::keccak256(leaves) != post.leaves_hash)
      return missing("the calldata's pages hash to another value");
  }
  return pages;
}

void L1Feed::add_message(FeedMessage message) {
  GAVEL_CHECK(inbox_.append(stf::message_hash(message.bytes)));
  messages_.push_back(std::move(message));
  inbox_roots_.push_back(stf::inbox_snapshot(messages_.size(), inbox_.root()));
}

}  // namespace gavel::settle
