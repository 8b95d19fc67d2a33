#include "sequencer/node_recent_blocks.hpp"

namespace gavel::sequencer {

void RecentBlocks::add(const SealedBlock& block, const BlockHashed& head) {
  auto receipts = std::make_shared<BlockReceipts>();
  receipts->executed = block.executed;
  receipts->receipts = block.receipts;
  const std::lock_guard lock(mutex_);
  bytes_ += receipts->bytes();
  blocks_.push_back({head, block.batch, std::move(receipts)});
  ++with_receipts_;
  while (with_receipts_ > 1 && bytes_ > receipt_bytes_) {
    RecentBlock& oldest = blocks_[blocks_.size() - with_receipts_];
    bytes_ -= oldest.receipts->bytes();
    oldest.receipts = nullptr;
    --with_receipts_;
  }
  if (blocks_.size() <= kHeads) return;
  if (with_receipts_ == blocks_.size()) {
    bytes_ -= blocks_.front().receipts->bytes();
    --with_receipts_;
  }
  blocks_.pop_front();
}

std::optional<RecentBlock> RecentBlocks::get(u64 number) const {
  const std::lock_guard lock(mutex_);
  if (blocks_.empty() || number < blocks_.front().head.number) return std::nullopt;
  const u64 at = number - blocks_.front().head.number;
  if (at >= blocks_.size()) return std::nullopt;
  return blocks_[at];
}

u64 RecentBlocks::newest() const {
  const std::lock_guard lock(mutex_);
  return blocks_.empty() ? 0 : blocks_.back().head.number;
}

}  // namespace gavel::sequencer
