#include "l1/submitter.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "l1/submitter_counters.hpp"
#include "ops/log.hpp"

namespace gavel::l1 {

namespace {

constexpr u32 kMaxBackoff = 16;
// Bytes of an EIP-1559 transaction beside its data: nine numbers at most 32 bytes long, an address,
// a signature, headers.
constexpr u64 kEnvelopeBytes = 400;
// More transactions of one account than any node keeps: an answer beyond it is not believed.
constexpr u64 kMaxPendingRun = 4096;

}  // namespace

Submitter::Submitter(Rpc& rpc, io::Clock& clock, SigningKey key, const SubmitterConfig& config,
                     ops::MetricsRegistry* metrics)
    : rpc_(rpc),
      clock_(clock),
      key_(std::move(key)),
      config_(config),
      counters_(std::make_unique<Counters>(metrics)) {
  GAVEL_CHECK(config.confirmations >= 1 && config.fee_bump_percent >= 10 &&
              config.max_in_flight >= 1);
}

Submitter::~Submitter() = default;

Result<CallId> Submitter::submit(CallRequest request) {
  if (slots_.size() + queue_.size() >= config_.max_open) return make_error(ErrorKind::kQueueFull);
  if (request.data.size() + kEnvelopeBytes > kMaxTransactionBytes) {
    return make_error(ErrorKind::kTransactionTooLarge, std::to_string(request.data.size()) +
                                                           " bytes of data do not fit into 131072");
  }
  if (request.gas_limit.value_or(0) > kMaxTransactionGas) {
    return make_error(ErrorKind::kGasOverCap,
                      std::to_string(*request.gas_limit) + " is over 16777216");
  }
  const CallId id = next_id_++;
  queue_.push_back({id, std::move(request), 0});
  return id;
}

void Submitter::tick() {
  if (now_ns() < next_round_ns_) return;
  quote_.reset();
  const Result<void> done = round();
  if (done.ok()) {
    last_error_.reset();
    failed_rounds_ = 0;
  } else {
    note_error(done.error());
  }
  const u64 factor = std::min<u64>(u64{1} << std::min(failed_rounds_, 5U), kMaxBackoff);
  next_round_ns_ = now_ns() + config_.poll_ms * 1'000'000 * factor;
  counters_->open.set(static_cast<i64>(slots_.size() + queue_.size()));
  counters_->in_flight.set(static_cast<i64>(in_flight()));
}

Result<void> Submitter::round() {
  if (!started_) GAVEL_TRY(start());
  const View view = GAVEL_TRY(look());
  GAVEL_TRY(watch(view));
  GAVEL_TRY(fill_gaps(view));
  GAVEL_TRY(resend_lost(view));
  GAVEL_TRY(raise_fees(view));
  return send_queued();
}

Result<void> Submitter::start() {
  const u64 chain = GAVEL_TRY(rpc_.chain_id());
  if (chain != config_.chain_id) {
    return make_error(ErrorKind::kWrongChain, "the node is on chain " + std::to_string(chain) +
                                                  ", not " + std::to_string(config_.chain_id));
  }
  started_ = true;
  return {};
}

Result<Submitter::View> Submitter::look() {
  View view;
  view.latest_nonce = GAVEL_TRY(rpc_.nonce(address(), BlockTag::kLatest));
  view.pending_nonce =
      std::max(view.latest_nonce, GAVEL_TRY(rpc_.nonce(address(), BlockTag::kPending)));
  if (view.pending_nonce - view.latest_nonce > kMaxPendingRun) {
    return make_error(ErrorKind::kOutOfRange,
                      "pending nonce " + std::to_string(view.pending_nonce));
  }
  const auto head = GAVEL_TRY(rpc_.header(BlockTag::kLatest));
  if (!head) return make_error(ErrorKind::kNotFound, "latest block");
  view.head = *head;
  GAVEL_TRY(check_nonces(view));
  // Whatever the node has of this key and we did not send is left from an earlier life: no new
  // nonce below it.
  next_nonce_ = std::max(next_nonce_, slots_.empty() ? view.pending_nonce : view.latest_nonce);
  return view;
}

// A nonce far from all that was seen before is an endpoint's mistake: one such answer must neither
// make us number transactions that can never be mined nor look for thousands that were never sent.
Result<void> Submitter::check_nonces(const View& view) {
  const bool ahead = looked_ && view.latest_nonce > next_nonce_ &&
                     view.latest_nonce - next_nonce_ > kMaxPendingRun;
  if (ahead) {
    return make_error(ErrorKind::kOutOfRange, "latest nonce " + std::to_string(view.latest_nonce) +
                                                  " after " + std::to_string(next_nonce_));
  }
  looked_ = true;
  if (next_nonce_ <= view.latest_nonce || next_nonce_ - view.latest_nonce <= kMaxPendingRun)
    return {};
  if (!slots_.empty()) {
    return make_error(ErrorKind::kOutOfRange, "latest nonce " + std::to_string(view.latest_nonce) +
                                                  ", but " + std::to_string(next_nonce_) +
                                                  " is the next: start again");
  }
  // The answer before was the wrong one, and nothing came of it.
  settled_.clear();
  next_nonce_ = view.pending_nonce;
  return {};
}

void Submitter::note_error(const Error& error) {
  if (!last_error_ || last_error_->kind != error.kind) {
    ops::log_warn(
        "l1", "submission round failed",
        {{"error", name_of(error.kind)}, {"detail", error.detail}, {"code", error.server_code}});
  }
  last_error_ = error;
  ++failed_rounds_;
  counters_->failed_rounds.add();
}

std::vector<Outcome> Submitter::take_outcomes() {
  std::vector<Outcome> out(std::make_move_iterator(outcomes_.begin()),
                           std::make_move_iterator(outcomes_.end()));
  outcomes_.clear();
  return out;
}

std::optional<CallStatus> Submitter::status(CallId id) const {
  CallStatus out;
  for (const Queued& queued : queue_) {
    if (queued.id == id) return out;
  }
  for (const auto& [nonce, slot] : slots_) {
    if (slot.id != id) continue;
    out.state = slot.receipt ? CallState::kMined : CallState::kSent;
    out.nonce = nonce;
    out.transaction_hash =
        slot.receipt ? slot.receipt->transaction_hash : slot.attempts.back().hash;
    if (slot.receipt) out.block_number = slot.receipt->block_number;
    out.attempts = static_cast<u32>(slot.attempts.size());
    return out;
  }
  return std::nullopt;
}

bool Submitter::ready() const { return started_ && clear_; }

bool Submitter::idle() const {
  return queue_.empty() &&
         std::ranges::all_of(slots_, [](const auto& entry) { return entry.second.id == 0; });
}

u32 Submitter::in_flight() const {
  return static_cast<u32>(
      std::ranges::count_if(slots_, [](const auto& entry) { return !entry.second.receipt; }));
}

void Submitter::report(Outcome outcome) {
  switch (outcome.state) {
    case CallState::kConfirmed:
      counters_->confirmed.add();
      break;
    case CallState::kReverted:
      counters_->reverted.add();
      break;
    default:
      counters_->refused.add();
      break;
  }
  outcomes_.push_back(std::move(outcome));
}

}  // namespace gavel::l1
