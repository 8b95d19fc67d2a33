// What became of sent transactions: receipts, reorgs, settlement.
#include <algorithm>

#include "l1/abi.hpp"
#include "l1/rpc_values.hpp"
#include "l1/submitter_counters.hpp"
#include "ops/log.hpp"

namespace gavel::l1 {

namespace {

constexpr size_t kReceiptsPerRequest = 128;
constexpr size_t kSettledKept = 64;

}  // namespace

Result<void> Submitter::watch(const View& view) {
  if (watched_head_ == view.head.hash) return {};
  std::vector<u64> vanished;
  GAVEL_TRY(read_receipts(view, vanished));
  for (const u64 nonce : vanished) {
    ops::log_warn("l1", "transaction left the chain",
                  {{"nonce", nonce}, {"head", view.head.number}});
    counters_->vanished.add();
    GAVEL_TRY(hand_over(slots_.at(nonce), nonce));
  }
  give_up_taken_nonces(view);
  GAVEL_TRY(settle(view));
  watched_head_ = view.head.hash;
  return {};
}

Result<void> Submitter::read_receipts(const View& view, std::vector<u64>& vanished) {
  // A slot whose nonce the chain has not used can have no receipt; one that had is asked for again.
  std::vector<Hash32> hashes;
  std::vector<std::pair<u64, size_t>> asked;  // nonce, number of hashes
  const auto flush = [&]() -> Result<void> {
    const auto found = GAVEL_TRY(rpc_.receipts(hashes));
    size_t at = 0;
    for (const auto& [nonce, count] : asked) {
      take_receipts(slots_.at(nonce), nonce, view, std::span(found).subspan(at, count), vanished);
      at += count;
    }
    hashes.clear();
    asked.clear();
    return {};
  };
  for (const auto& [nonce, slot] : slots_) {
    if (nonce >= view.latest_nonce && !slot.receipt) break;
    for (const Attempt& attempt : slot.attempts) hashes.push_back(attempt.hash);
    asked.emplace_back(nonce, slot.attempts.size());
    if (hashes.size() >= kReceiptsPerRequest) GAVEL_TRY(flush());
  }
  if (!hashes.empty()) GAVEL_TRY(flush());
  return {};
}

void Submitter::take_receipts(Slot& slot, u64 nonce, const View& view,
                              std::span<const std::optional<Receipt>> found,
                              std::vector<u64>& vanished) {
  const bool had = slot.receipt.has_value();
  slot.receipt.reset();
  for (const std::optional<Receipt>& receipt : found) {
    if (receipt) slot.receipt = receipt;
  }
  if (slot.receipt) {
    slot.missing_since_block.reset();
    slot.accepted = true;
    return;
  }
  if (had) {
    vanished.push_back(nonce);
  }
  if (nonce < view.latest_nonce) {
    if (!slot.missing_since_block) slot.missing_since_block = view.head.number;
  } else {
    slot.missing_since_block.reset();
  }
}

// Somebody else's transaction holds the nonce for good: the call gets another one. This happens
// when an earlier life's transaction is mined in the place of ours.
void Submitter::give_up_taken_nonces(const View& view) {
  for (auto at = slots_.end(); at != slots_.begin();) {
    --at;
    Slot& slot = at->second;
    const bool taken = slot.missing_since_block &&
                       view.head.number >= *slot.missing_since_block + config_.confirmations;
    if (!taken) continue;
    if (slot.id != 0) {
      ops::log_warn("l1", "nonce was used by another transaction",
                    {{"nonce", at->first}, {"call", slot.request.label}});
      queue_.push_front({slot.id, std::move(slot.request), 0});
    }
    settled_.emplace(at->first, Bytes{});
    at = slots_.erase(at);
  }
}

Result<void> Submitter::settle(const View& view) {
  // A receipt counts only if its block is the canonical one at its height; asked after the receipts
  // were read.
  std::map<u64, Hash32> canonical;
  for (auto at = slots_.begin(); at != slots_.end();) {
    const u64 nonce = at->first;
    Slot& slot = at->second;
    if (!slot.receipt ||
        slot.receipt->block_number + config_.confirmations > view.head.number + 1) {
      ++at;
      continue;
    }
    const u64 height = slot.receipt->block_number;
    if (!canonical.contains(height)) {
      const auto header = GAVEL_TRY(rpc_.header(height));
      canonical[height] = header ? header->hash : Hash32{};
    }
    if (canonical[height] != slot.receipt->block_hash) {
      ++at;
      continue;
    }
    if (slot.id != 0) {
      Outcome outcome;
      outcome.id = slot.id;
      outcome.state = slot.receipt->success ? CallState::kConfirmed : CallState::kReverted;
      if (!slot.receipt->success) outcome.reason = replay(slot, *slot.receipt);
      outcome.receipt = std::move(slot.receipt);
      report(std::move(outcome));
    }
    settled_[nonce] = std::move(slot.raw);
    at = slots_.erase(at);
    while (settled_.size() > kSettledKept) settled_.erase(settled_.begin());
  }
  return {};
}

// Why it reverted, as far as a replay tells: on the state before its block, then on the state
// after.
std::string Submitter::replay(const Slot& slot, const Receipt& receipt) {
  Call call{address(), slot.request.to, slot.request.value_wei, slot.request.data, slot.gas_limit};
  for (const u64 height :
       {receipt.block_number - std::min<u64>(receipt.block_number, 1), receipt.block_number}) {
    const Result<Bytes> answer = rpc_.call(call, height);
    if (answer.ok()) continue;
    const Error& error = answer.error();
    if (error.kind == ErrorKind::kReverted) return revert_reason(error.data);
    return "unknown: the replay failed with " + std::string(name_of(error.kind)) + ' ' +
           error.detail;
  }
  return receipt.gas_used >= slot.gas_limit ? "out of gas" : "unknown: the replay does not revert";
}

}  // namespace gavel::l1
