// Getting transactions into the mempool: first sending, sending again, raising fees, closing gaps.
#include <algorithm>

#include "l1/abi.hpp"
#include "l1/rpc_values.hpp"
#include "l1/submitter_counters.hpp"
#include "ops/log.hpp"

namespace gavel::l1 {

namespace {

constexpr u32 kMaxAttempts = 64;
constexpr u32 kMaxRefusals = 8;
constexpr u32 kMaxResendsPerRound = 64;
constexpr u64 kTransferGas = 21'000;

// What a node means when it refuses bytes. JSON-RPC has no codes for these; the texts below are
// those of geth and its descendants, reth, nethermind, erigon, besu and anvil. A text we do not
// know counts as kOther and is tried again.
enum class Refusal : u8 { kKnown, kNonceTooLow, kOutbid, kOther };

Refusal refusal_of(const Error& error) {
  std::string text = error.detail;
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto says = [&text](std::string_view part) { return text.find(part) != std::string::npos; };
  if (says("already known") || says("known transaction") || says("already imported") ||
      says("already exists")) {
    return Refusal::kKnown;
  }
  if (says("nonce too low") || says("oldnonce") || says("nonce is too low"))
    return Refusal::kNonceTooLow;
  if (says("underpriced") || says("less than block base fee") || says("feetoolow") ||
      says("fee too low")) {
    return Refusal::kOutbid;
  }
  return Refusal::kOther;
}

}  // namespace

FeeLimits Submitter::limits() const {
  return {config_.max_fee_wei, config_.min_priority_fee_wei, config_.fee_bump_percent};
}

Result<FeeQuote> Submitter::quote() {
  if (!quote_) quote_ = GAVEL_TRY(rpc_.fees());
  return *quote_;
}

// Nonces between the chain's and ours that we know nothing of: left in the mempool by an earlier
// life, or lost in a reorg deeper than we remember. They get time to be mined; then an empty
// transfer to ourselves takes each one's place.
Result<void> Submitter::fill_gaps(const View& view) {
  std::vector<u64> gap;
  for (u64 nonce = view.latest_nonce; nonce < next_nonce_; ++nonce) {
    const bool ours = slots_.contains(nonce) && slots_.at(nonce).id != 0;
    if (!ours && !(settled_.contains(nonce) && !settled_.at(nonce).empty())) gap.push_back(nonce);
  }
  clear_ = gap.empty();
  if (clear_) {
    gap_since_ns_.reset();
    return {};
  }
  if (!gap_since_ns_) gap_since_ns_ = now_ns();
  if (now_ns() - *gap_since_ns_ < config_.bump_after_ms * 1'000'000) return {};
  const auto offer = first_offer(GAVEL_TRY(quote()), limits());
  if (!offer) return make_error(ErrorKind::kFeeOverCap, "base fee over the configured cap");
  u32 made = 0;
  for (const u64 nonce : gap) {
    if (slots_.contains(nonce) || ++made > config_.max_in_flight) continue;
    ops::log_warn("l1", "closing a nonce gap", {{"nonce", nonce}});
    counters_->fillers.add();
    Slot& slot = slots_[nonce];
    slot.request.to = address();
    slot.request.label = "filler";
    slot.gas_limit = kTransferGas;
    GAVEL_TRY(make_attempt(slot, nonce, *offer));
    GAVEL_TRY(hand_over(slot, nonce));
  }
  return {};
}

// The pending nonce is where the node's unbroken run of our transactions ends: what lies at or
// above it was dropped.
Result<void> Submitter::resend_lost(const View& view) {
  u32 count = 0;
  for (const auto& [nonce, raw] : settled_) {
    if (nonce < view.pending_nonce || raw.empty() || count == kMaxResendsPerRound) continue;
    ++count;
    counters_->resent.add();
    const auto sent = rpc_.send_raw_transaction(raw);
    if (!sent.ok() && is_transient(sent.error())) return sent.error();
  }
  for (auto& [key, slot] : slots_) {
    const u64 nonce = key;  // outlives the slot
    const bool waited = now_ns() - slot.sent_at_ns >= config_.resend_after_ms * 1'000'000;
    if (nonce < view.pending_nonce || slot.receipt || !waited || count == kMaxResendsPerRound)
      continue;
    ++count;
    counters_->resent.add();
    GAVEL_TRY(hand_over(slot, nonce));
    if (!slots_.contains(nonce)) break;  // refused for good
  }
  return {};
}

Result<void> Submitter::raise_fees(const View& view) {
  for (auto& [key, slot] : slots_) {
    const u64 nonce = key;  // outlives the slot
    if (slot.receipt || nonce < view.latest_nonce || slot.attempts.size() >= kMaxAttempts) continue;
    const bool waited = now_ns() - slot.priced_at_ns >= config_.bump_after_ms * 1'000'000;
    if (!slot.outbid && !waited) continue;
    const FeeQuote today = GAVEL_TRY(quote());
    const FeeOffer& now = slot.attempts.back().offer;
    const bool too_cheap = now.max_fee_wei < today.base_fee_wei + now.priority_fee_wei;
    // What waits behind another nonce is not too cheap for that.
    if (!slot.outbid && !too_cheap && nonce != view.latest_nonce) continue;
    const auto offer = raised_offer(now, today, limits());
    if (!offer) {
      counters_->capped.add();
      ops::log_debug("l1", "fee cap holds a transaction back",
                     {{"nonce", nonce}, {"base_fee", hex_quantity(today.base_fee_wei)}});
      continue;
    }
    counters_->raised.add();
    slot.outbid = false;
    GAVEL_TRY(make_attempt(slot, nonce, *offer));
    GAVEL_TRY(hand_over(slot, nonce));
    if (!slots_.contains(nonce)) break;
  }
  return {};
}

Result<void> Submitter::send_queued() {
  // Nothing is numbered above an unknown transaction, nor above one that no node has accepted yet.
  const bool stuck = !slots_.empty() && !slots_.rbegin()->second.accepted;
  if (!clear_ || stuck) return {};
  while (!queue_.empty() && in_flight() < config_.max_in_flight) {
    const auto offer = first_offer(GAVEL_TRY(quote()), limits());
    if (!offer) {
      counters_->capped.add();
      return make_error(ErrorKind::kFeeOverCap, "base fee over the configured cap");
    }
    GAVEL_TRY(send_next(*offer));
    if (!slots_.empty() && !slots_.rbegin()->second.accepted) return {};
  }
  return {};
}

// The first queued call gets the next nonce and is sent, or is refused because its estimate says
// that it cannot succeed.
Result<void> Submitter::send_next(const FeeOffer& offer) {
  Queued& next = queue_.front();
  const Result<u64> gas = gas_for(next.request);
  if (!gas.ok()) {
    const ErrorKind kind = gas.error().kind;
    // An error of the node's own may pass or be about this call; it must not hold up the others for
    // ever.
    const bool for_good = kind == ErrorKind::kReverted || kind == ErrorKind::kGasOverCap ||
                          (kind == ErrorKind::kServer && ++next.refusals >= kMaxRefusals);
    if (!for_good) return gas.error();
    Outcome outcome;
    outcome.id = next.id;
    outcome.state = CallState::kRefused;
    outcome.reason = gas.error().detail;
    outcome.error = gas.error();
    queue_.pop_front();
    report(std::move(outcome));
    return {};
  }
  const u64 nonce = next_nonce_++;
  Slot& slot = slots_[nonce];
  slot.id = next.id;
  slot.request = std::move(next.request);
  slot.gas_limit = *gas;
  queue_.pop_front();
  GAVEL_CHECK(
      make_attempt(slot, nonce, offer).ok());  // size and gas were checked when the call was taken
  counters_->sent.add();
  return hand_over(slot, nonce);
}

Result<u64> Submitter::gas_for(const CallRequest& request) {
  if (request.gas_limit) return *request.gas_limit;
  const Call call{address(), request.to, request.value_wei, request.data, std::nullopt};
  const Result<u64> estimate = rpc_.estimate_gas(call, BlockTag::kPending);
  if (!estimate.ok()) {
    Error error = estimate.error();
    if (error.kind == ErrorKind::kReverted) error.detail = revert_reason(error.data);
    return error;
  }
  if (*estimate > kMaxTransactionGas) {
    return make_error(ErrorKind::kGasOverCap,
                      "estimate " + std::to_string(*estimate) + " is over 16777216");
  }
  const u64 margin = *estimate * config_.gas_margin_percent / 100;
  return std::min(*estimate + margin, kMaxTransactionGas);
}

Result<void> Submitter::make_attempt(Slot& slot, u64 nonce, const FeeOffer& offer) {
  TransactionBody body;
  body.chain_id = config_.chain_id;
  body.nonce = nonce;
  body.max_priority_fee_wei = offer.priority_fee_wei;
  body.max_fee_wei = offer.max_fee_wei;
  body.gas_limit = slot.gas_limit;
  body.to = slot.request.to;
  body.value_wei = slot.request.value_wei;
  body.data = slot.request.data;
  SignedTransaction made = GAVEL_TRY(key_.sign(body));
  slot.attempts.push_back({made.hash, offer});
  slot.raw = std::move(made.raw);
  slot.priced_at_ns = now_ns();
  return {};
}

Result<void> Submitter::hand_over(Slot& slot, u64 nonce) {
  slot.sent_at_ns = now_ns();
  const Result<Hash32> answer = rpc_.send_raw_transaction(slot.raw);
  if (!answer.ok()) return refused_by_node(slot, nonce, answer.error());
  if (*answer != slot.attempts.back().hash) {
    return make_error(ErrorKind::kWrongHash, "the node names another transaction than was sent");
  }
  slot.accepted = true;
  slot.refusals = 0;
  return {};
}

Result<void> Submitter::refused_by_node(Slot& slot, u64 nonce, const Error& error) {
  if (error.kind != ErrorKind::kServer && error.kind != ErrorKind::kReverted) {
    // Lost on the way: it may have arrived, so it keeps its nonce and is sent again.
    return error;
  }
  switch (refusal_of(error)) {
    case Refusal::kKnown:
      slot.accepted = true;
      return {};
    case Refusal::kNonceTooLow:
      // One of the attempts was mined, or somebody else's transaction: the receipts will tell.
      slot.accepted = true;
      return {};
    case Refusal::kOutbid:
      slot.outbid = true;
      return {};
    case Refusal::kOther:
      break;
  }
  ++slot.refusals;
  const bool last = nonce + 1 == next_nonce_;
  if (!slot.accepted && last && slot.id != 0 && slot.refusals >= kMaxRefusals) {
    Outcome outcome;
    outcome.id = slot.id;
    outcome.state = CallState::kRefused;
    outcome.reason = error.detail;
    outcome.error = error;
    slots_.erase(nonce);
    --next_nonce_;
    report(std::move(outcome));
    return {};
  }
  return error;
}

}  // namespace gavel::l1
