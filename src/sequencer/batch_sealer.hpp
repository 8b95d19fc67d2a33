// BatchSealer: the cold path. Turns durable blocks into block hashes, batches and state roots.
//
// What: for each block the tree over its transactions and receipts and the block's hash; at a
// batch's end the pages go to the batch store, the write log's objects into the state tree, and the
// root beside the pages. Why apart: all hashing is here, on another thread than execution, which
// never waits for it (the write log's queue is bounded, so in the end a node whose cold path cannot
// keep up slows down instead of growing without bound). Invariant: order of writing at a batch's
// end: pages, then the tree's record, then the root; a crash between any two is repaired by
// recovery. Threads: one, the caller's.
#pragma once

#include <functional>
#include <memory>

#include "da/batch_store.hpp"
#include "ops/latency_histogram.hpp"
#include "sequencer/block.hpp"
#include "state/commit_store.hpp"
#include "state/tree_pending.hpp"
#include "state/write_log.hpp"
#include "tree/frontier.hpp"

namespace gavel::sequencer {

struct BlockHashed {
  u64 number = 0;
  u64 timestamp_ms = 0;
  u64 transactions = 0;
  Hash32 tx_root;
  Hash32 hash;
};

struct BatchSealed {
  da::BatchEnd end;
  Hash32 state_root;
  u64 tree_ns = 0;  // tree update with its record on disk
  u64 data_bytes = 0;
  u64 pages = 0;
};

enum class SealError : u8 { none = 0, disk, tree };

class BatchSealer {
 public:
  struct Hooks {
    std::function<void(const BlockHashed&)> hashed;
    std::function<void(const BatchSealed&)> sealed;
  };

  // `end`: of the last committed batch.
  BatchSealer(state::CommitStore& tree, state::WriteLog& log, da::BatchStore& batches,
              const da::BatchEnd& end, Hooks hooks);

  // The next block, in order. On an error nothing more may be given: the node must stop.
  [[nodiscard]] SealError add(const SealedBlock& block);

  const da::BatchEnd& open_batch() const { return open_; }

 private:
  void hash_block(const SealedBlock& block);
  void append_data(const SealedBlock& block);
  [[nodiscard]] bool drain_log(const SealedBlock& block);
  SealError seal();

  state::CommitStore& tree_;
  state::WriteLog& log_;
  da::BatchStore& batches_;
  Hooks hooks_;
  da::BatchEnd open_;
  da::PageStream pages_;
  tree::Frontier<stf::kBlockTreeDepth> blocks_;
  state::PendingWrites writes_;  // of the open batch
  std::vector<Hash32> leaves_;
};

}  // namespace gavel::sequencer
