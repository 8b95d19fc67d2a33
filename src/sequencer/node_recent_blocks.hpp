// RecentBlocks: hashes and receipts of the last blocks, for queries.
//
// Invariant: bounded: the heads of the last kHeads blocks, and receipts of as many of them as fit
// into the given bytes (at least of the last one). Any thread.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "sequencer/batch_sealer.hpp"

namespace gavel::sequencer {

struct BlockReceipts {
  std::vector<Executed> executed;  // as in SealedBlock
  std::vector<u8> receipts;

  u64 bytes() const { return executed.size() * sizeof(Executed) + receipts.size(); }
};

struct RecentBlock {
  BlockHashed head;
  u64 batch = 0;
  std::shared_ptr<const BlockReceipts> receipts;  // null if they are no longer kept
};

class RecentBlocks {
 public:
  static constexpr u64 kHeads = 16'384;

  explicit RecentBlocks(u64 receipt_bytes) : receipt_bytes_(receipt_bytes) {}

  // The next block.
  void add(const SealedBlock& block, const BlockHashed& head);
  // Nothing if the block is not kept, or not hashed yet.
  [[nodiscard]] std::optional<RecentBlock> get(u64 number) const;
  // Zero before the first.
  [[nodiscard]] u64 newest() const;

 private:
  const u64 receipt_bytes_;
  mutable std::mutex mutex_;
  std::deque<RecentBlock> blocks_;  // consecutive numbers
  u64 with_receipts_ = 0;           // the last this many have theirs
  u64 bytes_ = 0;
};

}  // namespace gavel::sequencer
