#include "settle/verifier.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "crypto/keccak.hpp"
#include "tree/merkle.hpp"

namespace gavel::settle {

namespace {

std::string hex(const Hash32& hash) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "0x";
  for (const u8 byte : hash.bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

// The commitment that pages must have.
bool commits_to(const stf::Posted& posted, const std::vector<Bytes>& pages, u64 mode) {
  std::vector<Hash32> leaves;
  for (const Bytes& page : pages) leaves.push_back(crypto::keccak256(page));
  return posted.data_len == pages.size() &&
         posted.data_commitment ==
             stf::data_commitment(mode, tree::merkle_root_batch(leaves, 18), pages.size());
}

constexpr u64 kModeCalldata = 0;
constexpr u64 kModeLocal = 4;

}  // namespace

const char* name_of(Difference difference) {
  switch (difference) {
    case Difference::none:
      return "none";
    case Difference::data:
      return "data";
    case Difference::inbox:
      return "inbox";
    case Difference::counts:
      return "counts";
    case Difference::output_hash:
      return "output_hash";
    case Difference::state_root:
      return "state_root";
  }
  return "unknown";
}

Difference compare(const stf::Cursor& claimed, const stf::Cursor& ours) {
  if (claimed == ours) return Difference::none;
  if (claimed.data_commitment != ours.data_commitment || claimed.data_len != ours.data_len ||
      claimed.page != ours.page || claimed.offset != ours.offset) {
    return Difference::data;
  }
  if (claimed.inbox_root != ours.inbox_root || claimed.inbox_must != ours.inbox_must ||
      claimed.inbox_index != ours.inbox_index) {
    return Difference::inbox;
  }
  if (claimed.unit != ours.unit || claimed.block_number != ours.block_number ||
      claimed.timestamp_ms != ours.timestamp_ms || claimed.tx_index != ours.tx_index) {
    return Difference::counts;
  }
  if (claimed.prev_hash != ours.prev_hash || claimed.block_frontier != ours.block_frontier) {
    return Difference::output_hash;
  }
  if (claimed.state_root != ours.state_root) return Difference::state_root;
  return Difference::data;
}

Verifier::Verifier(l1::Rpc& rpc, VerifierOptions options)
    : rpc_(rpc), options_(std::move(options)) {}
Verifier::~Verifier() = default;

u64 Verifier::batches_fixed() const { return feed_ ? feed_->batches().size() : 0; }

base::Result<void, std::string> Verifier::start(const Address& registry) {
  const auto contracts = discover(rpc_, registry);
  if (!contracts.ok()) {
    return "cannot read the contracts from the registry: " + contracts.error().detail;
  }
  contracts_ = contracts.value();
  const auto words = read_configuration(rpc_, contracts_, 1);
  if (!words.ok()) return "cannot read the configuration: " + words.error().detail;
  genesis_config_ = stf::decode_config(std::span<const u8, stf::kConfigBytes>(words.value()));
  restart();
  return {};
}

VerifyState Verifier::restart() {
  feed_ = std::make_unique<L1Feed>(rpc_, contracts_, options_.l1_confirmations);
  deriver_ = std::make_unique<Deriver>(genesis_config_, options_.threads);
  our_ends_ = {deriver_->end()};
  our_claims_ = {genesis_claim_id(deriver_->end())};
  our_firsts_ = {Hash32{}};
  verdicts_.clear();
  derived_ = 0;
  claims_judged_ = 0;
  return VerifyState::behind;
}

VerifyState Verifier::step() {
  const auto update = feed_->poll();
  if (!update.ok()) {
    error_ = std::string(l1::name_of(update.error().kind)) + ": " + update.error().detail;
    return l1::is_transient(update.error()) ? VerifyState::behind : VerifyState::failed;
  }
  // What was derived on a history that is gone is derived again from the start.
  if (update.value().reorg_from &&
      (derived_ > feed_->batches().size() || claims_judged_ > feed_->claims().size() ||
       (derived_ > 0 && our_ends_.back().data_commitment !=
                            feed_->batches()[derived_ - 1].posted.data_commitment))) {
    return restart();
  }
  if (derived_ < feed_->batches().size()) return derive_next();
  judge_claims();
  return update.value().caught_up ? VerifyState::up_to_date : VerifyState::behind;
}

std::optional<stf::Rules> Verifier::rules_of(const FeedBatch& batch) {
  const auto words = read_configuration(rpc_, contracts_, batch.batch);
  if (!words.ok()) {
    error_ = words.error().detail;
    return std::nullopt;
  }
  const std::span<const u8, stf::kConfigBytes> bytes(words.value());
  if (stf::config_hash(bytes) != batch.posted.config_hash) {
    error_ = "the configuration of batch " + std::to_string(batch.batch) +
             " does not hash to what its post fixed";
    return std::nullopt;
  }
  return stf::make_rules(stf::decode_config(bytes));
}

std::optional<BatchInput> Verifier::read_batch(const FeedBatch& batch) {
  BatchInput input;
  input.batch = batch.batch;
  input.posted = batch.posted;
  input.messages = &feed_->messages();
  // The snapshot's count is in no word of its own: it is the count whose root the post fixed.
  u64 count = 0;
  while (count < feed_->messages().size() && feed_->messages()[count].l1_block <= batch.l1_block)
    ++count;
  while (count > 0 && feed_->inbox_root(count) != batch.posted.inbox_root) --count;
  if (feed_->inbox_root(count) != batch.posted.inbox_root) {
    error_ = "no prefix of the inbox's messages has the root that batch " +
             std::to_string(batch.batch) + " fixed";
    return std::nullopt;
  }
  input.message_count = count;
  auto pages = feed_->read_pages(batch.batch);
  if (pages.ok() && commits_to(batch.posted, pages.value(), kModeCalldata)) {
    input.pages = std::move(pages).value();
    return input;
  }
  if (options_.external) {
    auto external = options_.external(batch.batch, batch.posted);
    if (external && commits_to(batch.posted, *external, kModeLocal)) {
      input.pages = std::move(*external);
      return input;
    }
  }
  error_ = "the data of batch " + std::to_string(batch.batch) + " is not to be had: " +
           (pages.ok() ? std::string("what is there does not hash to its commitment")
                       : pages.error().detail);
  return std::nullopt;
}

VerifyState Verifier::derive_next() {
  const FeedBatch& batch = feed_->batches()[derived_];
  const auto rules = rules_of(batch);
  if (!rules) return VerifyState::failed;
  const auto input = read_batch(batch);
  if (!input) return VerifyState::no_data;
  auto derived = deriver_->derive(*input, *rules);
  if (!derived.ok()) {
    error_ = "this machine's state tree refused batch " + std::to_string(batch.batch);
    return VerifyState::failed;
  }
  last_ = std::move(derived).value();
  ++derived_;
  const Hash32 first = stf::cursor_hash(last_.first);
  our_claims_.push_back(
      claim_id(our_claims_.back(), batch.batch, first, stf::cursor_hash(last_.end)));
  our_ends_.push_back(last_.end);
  our_firsts_.push_back(first);
  judge_claims();
  return VerifyState::behind;
}

void Verifier::judge_claims() {
  const auto& claims = feed_->claims();
  for (; claims_judged_ < claims.size(); ++claims_judged_) {
    const FeedClaim& claim = claims[claims_judged_];
    if (claim.batch > derived_) return;
    // A claim on a wrong parent is wrong with it; the parent's difference was named.
    if (claim.batch == 0 || claim.parent != our_claims_[claim.batch - 1]) continue;
    ClaimVerdict verdict;
    verdict.batch = claim.batch;
    verdict.claim = claim.id;
    verdict.claimer = claim.claimer;
    const stf::Cursor& ours = our_ends_[claim.batch];
    stf::Cursor claimed;
    if (claim.id == our_claims_[claim.batch]) {
      verdict.difference = Difference::none;
    } else if (!stf::decode_cursor(std::span<const u8, stf::kCursorBytes>(claim.end), claimed)) {
      verdict.difference = Difference::data;
      verdict.claimed = "not a cursor";
    } else {
      verdict.difference = compare(claimed, ours);
      const bool root = verdict.difference == Difference::state_root;
      const bool count = verdict.difference == Difference::counts;
      verdict.claimed = root    ? hex(claimed.state_root)
                        : count ? std::to_string(claimed.unit) + " units, block " +
                                      std::to_string(claimed.block_number)
                                : hex(claimed.prev_hash);
      verdict.ours =
          root    ? hex(ours.state_root)
          : count ? std::to_string(ours.unit) + " units, block " + std::to_string(ours.block_number)
                  : hex(ours.prev_hash);
    }
    verdicts_.push_back(std::move(verdict));
  }
  for (const FeedConfirmation& c : feed_->confirmations()) {
    for (ClaimVerdict& v : verdicts_) v.confirmed = v.confirmed || v.claim == c.id;
  }
}

}  // namespace gavel::settle
