#include "settle/verifier.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "crypto/keccak.hpp"
#include "settle/config_reader.hpp"
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

std::string number(u64 value) { return std::to_string(value); }

// The first words that differ, for people.
std::string words_of(const stf::Cursor& c, const stf::Cursor& other, Difference difference) {
  switch (difference) {
    case Difference::none:
      return {};
    case Difference::data:
      if (c.data_len != other.data_len) return number(c.data_len) + " pages";
      if (c.data_commitment != other.data_commitment) return hex(c.data_commitment);
      break;
    case Difference::inbox:
      if (c.inbox_root != other.inbox_root) return "inbox_root " + hex(c.inbox_root);
      if (c.inbox_must != other.inbox_must) return "inbox_must " + number(c.inbox_must);
      if (c.inbox_index != other.inbox_index) return number(c.inbox_index) + " messages";
      break;
    case Difference::counts:
      break;
    case Difference::output_hash:
      if (c.prev_hash != other.prev_hash) return hex(c.prev_hash);
      return "block tree " + hex(c.block_frontier);
    case Difference::state_root:
      return hex(c.state_root);
  }
  if (c.unit == other.unit && c.block_number == other.block_number) {
    return c.prev_hash != other.prev_hash ? "last block " + hex(c.prev_hash)
                                          : "timestamp_ms " + number(c.timestamp_ms);
  }
  return number(c.unit) + " units, last block " + number(c.block_number);
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

const char* name_of(stf::Malformed why) {
  switch (why) {
    case stf::Malformed::none:
      return "none";
    case stf::Malformed::unknown_account:
      return "unknown_account";
    case stf::Malformed::unknown_signer:
      return "unknown_signer";
    case stf::Malformed::bad_signature:
      return "bad_signature";
    case stf::Malformed::nonce_out_of_window:
      return "nonce_out_of_window";
    case stf::Malformed::nonce_used:
      return "nonce_used";
    case stf::Malformed::nonce_table_full:
      return "nonce_table_full";
    case stf::Malformed::wrong_hint:
      return "wrong_hint";
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

Departures departures_of(const DerivedBatch& batch) {
  return {batch.rows_ended_early || batch.malformed_count != 0, batch.first_forced_block};
}

Difference cause_of(const stf::Cursor& claimed, const stf::Cursor& ours,
                    const Departures& departures) {
  const Difference words = compare(claimed, ours);
  if (words != Difference::counts && words != Difference::output_hash) return words;
  if (departures.data) return Difference::data;
  const bool left_out =
      departures.first_forced != 0 && claimed.block_number < departures.first_forced;
  return left_out ? Difference::inbox : words;
}

Verifier::Verifier(l1::Rpc& rpc, VerifierOptions options)
    : rpc_(rpc), options_(std::move(options)) {}
Verifier::~Verifier() = default;

u64 Verifier::batches_fixed() const { return feed_ ? feed_->batches().size() : 0; }

void Verifier::on_item(std::function<void(const DerivedItem&)> hook) {
  on_item_ = std::move(hook);
  deriver_->on_item(on_item_);
}

void Verifier::on_unit(Deriver::UnitHook hook) {
  on_unit_ = std::move(hook);
  deriver_->on_unit(on_unit_);
}

base::Result<void, std::string> Verifier::start(const Address& registry) {
  const auto contracts = discover(rpc_, registry);
  if (!contracts.ok()) {
    return "cannot read the contracts from the registry: " + contracts.error().detail;
  }
  contracts_ = contracts.value();
  ConfigReader configs(rpc_, contracts_, 1);
  const auto read = configs.poll();
  if (!read.ok()) return "cannot read the configuration: " + read.error().detail;
  const da::ConfigWords& words = configs.known()->of(0).words;
  genesis_config_.assign(words.begin(), words.end());
  for (const da::BatchConfig& config : configs.known()->entries()) reserve(config.decoded());
  restart();
  const auto genesis = read_genesis_id(rpc_, contracts_);
  if (!genesis.ok()) return "cannot read the genesis claim: " + genesis.error().detail;
  if (genesis.value() != ours_[0].claim) {
    return std::string(
        "the registry's genesis claim is not that of an empty exchange under its "
        "configuration: nothing that is built on it can be right");
  }
  return {};
}

VerifyState Verifier::restart() {
  feed_ = std::make_unique<L1Feed>(rpc_, contracts_, options_.l1_confirmations);
  deriver_ = std::make_shared<Deriver>(
      std::span<const u8, stf::kConfigBytes>(genesis_config_.data(), stf::kConfigBytes), reserved_,
      options_.threads, options_.undo);
  deriver_->on_item(on_item_);
  deriver_->on_unit(on_unit_);
  ours_ = {{{}, genesis_claim_id(deriver_->end()), deriver_->end(), {}}};
  verdicts_.clear();
  derived_ = 0;
  claims_judged_ = 0;
  return VerifyState::behind;
}

// True if it wants larger tables than any before it.
bool Verifier::reserve(const stf::Config& config) {
  bool larger = false;
  for (u32 t = 0; t < exchange::kTableCount; ++t) {
    larger |= config.capacity[t] > reserved_[t];
    reserved_[t] = std::max(reserved_[t], config.capacity[t]);
  }
  return larger;
}

VerifyState Verifier::note(const l1::Error& error) {
  error_ = std::string(l1::name_of(error.kind)) + ": " + error.detail;
  return l1::may_pass(error) ? VerifyState::behind : VerifyState::failed;
}

// Whether a batch that was derived is no longer what L1 fixed.
bool Verifier::history_changed() const {
  const auto& batches = feed_->batches();
  for (u64 b = derived_; b > 0; --b) {
    if (b > batches.size() || batches[b - 1].posted != ours_[b].posted) return true;
  }
  return false;
}

VerifyState Verifier::step() {
  error_.clear();
  const auto update = feed_->poll();
  if (!update.ok()) return note(update.error());
  if (update.value().reorg_from) {
    // What was derived on a history that is gone is derived again from the start.
    if (history_changed()) return restart();
    verdicts_.clear();
    claims_judged_ = 0;
  }
  if (derived_ < feed_->batches().size()) return derive_next();
  judge_claims();
  return update.value().caught_up ? VerifyState::up_to_date : VerifyState::behind;
}

base::Result<BatchInput, VerifyState> Verifier::input_of(u64 batch) {
  GAVEL_CHECK(batch != 0 && batch <= batches_fixed());
  error_.clear();
  return read_batch(feed_->batches()[batch - 1]);
}

base::Result<Bytes, VerifyState> Verifier::configuration_of(u64 batch) {
  GAVEL_CHECK(batch != 0 && batch <= batches_fixed());
  error_.clear();
  return read_config(feed_->batches()[batch - 1]);
}

base::Result<Bytes, VerifyState> Verifier::read_config(const FeedBatch& batch) {
  auto words = read_configuration(rpc_, contracts_, batch.batch);
  if (!words.ok()) return note(words.error());
  const std::span<const u8, stf::kConfigBytes> bytes(words.value());
  if (stf::config_hash(bytes) != batch.posted.config_hash) {
    error_ = "the configuration of batch " + number(batch.batch) +
             " does not hash to what its post fixed";
    return VerifyState::failed;
  }
  return Bytes(words.value().begin(), words.value().end());
}

base::Result<BatchInput, VerifyState> Verifier::read_batch(const FeedBatch& batch) {
  BatchInput input;
  input.batch = batch.batch;
  input.posted = batch.posted;
  input.messages = &feed_->messages();
  // The snapshot's count is in no word of its own: it is the count whose root the post fixed.
  u64 count = 0;
  while (count < feed_->messages().size() && feed_->messages()[count].l1_block <= batch.l1_block) {
    ++count;
  }
  while (count > 0 && feed_->inbox_root(count) != batch.posted.inbox_root) --count;
  if (feed_->inbox_root(count) != batch.posted.inbox_root) {
    error_ = "no prefix of the inbox's messages has the root that batch " + number(batch.batch) +
             " fixed";
    return VerifyState::failed;
  }
  input.message_count = count;
  auto pages = feed_->read_pages(batch.batch);
  if (pages.ok() && commits_to(batch.posted, pages.value(), kModeCalldata)) {
    input.pages = std::move(pages).value();
    return input;
  }
  if (!pages.ok() && l1::may_pass(pages.error())) return note(pages.error());
  if (options_.external) {
    auto external = options_.external(batch.batch, batch.posted);
    if (external && commits_to(batch.posted, *external, kModeLocal)) {
      input.pages = std::move(*external);
      return input;
    }
  }
  error_ = pages.ok() ? "what is there does not hash to its commitment" : pages.error().detail;
  return VerifyState::no_data;
}

VerifyState Verifier::derive_next() {
  const FeedBatch& batch = feed_->batches()[derived_];
  const auto config = read_config(batch);
  if (!config.ok()) return config.error();
  const stf::Rules rules =
      stf::make_rules(stf::decode_config(std::span<const u8, stf::kConfigBytes>(config.value())));
  const Hash32& image = rules.config.image_root;
  if (!options_.images.empty() && !std::ranges::count(options_.images, image)) {
    error_ = "batch " + number(batch.batch) + " is judged by image " + hex(image) +
             ", and this program's rules are those of " + hex(options_.images.front()) +
             ": use the program of that image, or name it as one of the same rules";
    return VerifyState::other_rules;
  }
  if (reserve(rules.config)) return restart();
  const auto input = read_batch(batch);
  if (!input.ok()) return input.error();
  if (on_batch_) on_batch_();
  auto derived = deriver_->derive(*input, rules);
  if (!derived.ok()) {
    error_ = std::string(derived.error() == DeriveError::kDisk ? "this machine's disk"
                                                               : "this machine's state tree") +
             " refused batch " + number(batch.batch);
    return VerifyState::failed;
  }
  last_ = std::move(derived).value();
  ++derived_;
  Derived ours;
  ours.posted = batch.posted;
  ours.end = last_.end;
  ours.claim = claim_id(ours_.back().claim, batch.batch, stf::cursor_hash(last_.first),
                        stf::cursor_hash(last_.end));
  ours.departures = departures_of(last_);
  ours_.push_back(ours);
  judge_claims();
  return VerifyState::behind;
}

void Verifier::judge_claims() {
  const auto& claims = feed_->claims();
  for (; claims_judged_ < claims.size(); ++claims_judged_) {
    const FeedClaim& claim = claims[claims_judged_];
    if (claim.batch > derived_) break;
    // A claim on a wrong parent is wrong with it; the parent's difference was named.
    if (claim.batch == 0 || claim.parent != ours_[claim.batch - 1].claim) continue;
    verdicts_.push_back(judge(claim));
  }
  for (const FeedConfirmation& c : feed_->confirmations()) {
    for (ClaimVerdict& v : verdicts_) v.confirmed = v.confirmed || v.claim == c.id;
  }
}

ClaimVerdict Verifier::judge(const FeedClaim& claim) const {
  ClaimVerdict verdict;
  verdict.batch = claim.batch;
  verdict.claim = claim.id;
  verdict.claimer = claim.claimer;
  const Derived& ours = ours_[claim.batch];
  if (claim.id == ours.claim) return verdict;
  stf::Cursor claimed;
  if (!stf::decode_cursor(std::span<const u8, stf::kCursorBytes>(claim.end), claimed)) {
    verdict.difference = Difference::data;
    verdict.claimed = "not a cursor";
    verdict.ours = "a cursor";
    return verdict;
  }
  const Difference words = compare(claimed, ours.end);
  verdict.claimed_last_block = claimed.block_number;
  verdict.claimed = words_of(claimed, ours.end, words);
  verdict.ours = words_of(ours.end, claimed, words);
  verdict.difference = cause_of(claimed, ours.end, ours.departures);
  return verdict;
}

}  // namespace gavel::settle
