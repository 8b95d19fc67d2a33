#include "sequencer/batch_sealer.hpp"

#include <chrono>
#include <thread>

#include "crypto/keccak.hpp"
#include "stf/receipt.hpp"
#include "tree/merkle.hpp"

namespace gavel::sequencer {

namespace {

u64 now_ns() {
  return static_cast<u64>(std::chrono::steady_clock::now().time_since_epoch().count());
}

}  // namespace

BatchSealer::BatchSealer(state::CommitStore& tree, state::WriteLog& log, da::BatchStore& batches,
                         const da::BatchEnd& end, Hooks hooks)
    : tree_(tree), log_(log), batches_(batches), hooks_(std::move(hooks)), open_(end) {
  open_.block_frontier = blocks_.hash();
}

SealError BatchSealer::add(const SealedBlock& block) {
  if (block.first_of_batch) {
    open_.batch = block.batch;
    open_.first_block = block.number;
    open_.units = 0;
    open_.transactions = 0;
    pages_.clear();
    blocks_ = {};
  }
  hash_block(block);
  append_data(block);
  open_.units += block.units;
  open_.transactions += block.executed.size();
  open_.inbox_index = block.inbox_index;
  if (!drain_log(block)) return SealError::tree;
  return block.last_of_batch ? seal() : SealError::none;
}

void BatchSealer::hash_block(const SealedBlock& block) {
  leaves_.clear();
  for (const Executed& e : block.executed) {
    leaves_.push_back(stf::receipt_leaf(
        e.kind, e.id, std::span<const u8>(block.receipts).subspan(e.receipt_at, e.receipt_size)));
  }
  BlockHashed hashed;
  hashed.number = block.number;
  hashed.timestamp_ms = block.timestamp_ms;
  hashed.transactions = block.executed.size();
  hashed.tx_root = tree::merkle_root_batch(leaves_, stf::kBlockTreeDepth);
  hashed.hash = stf::block_hash(block.number, block.timestamp_ms, open_.prev_hash,
                                hashed.transactions, hashed.tx_root, Hash32{});
  open_.prev_hash = hashed.hash;
  open_.block_number = block.number;
  open_.timestamp_ms = block.timestamp_ms;
  GAVEL_CHECK(blocks_.append(hashed.hash));
  if (hooks_.hashed) hooks_.hashed(hashed);
}

void BatchSealer::append_data(const SealedBlock& block) {
  const u32 at = static_cast<u32>(pages_.bytes.size());
  for (const u32 start : block.data.starts) pages_.starts.push_back(at + start);
  pages_.bytes.insert(pages_.bytes.end(), block.data.bytes.begin(), block.data.bytes.end());
}

// Takes the block's entries out of the log, so that its chunks can be used again. False if they are
// malformed.
bool BatchSealer::drain_log(const SealedBlock& block) {
  while (true) {
    const state::LogChunk* chunk = log_.take();
    if (chunk == nullptr) {
      // The executor handed the block over before this was called; the chunk is on its way.
      std::this_thread::yield();
      continue;
    }
    const bool appended = writes_.append(chunk->writes()).ok();
    const bool last = block.last_of_batch ? chunk->end_of_batch : chunk->end_of_block;
    log_.give_back(chunk);
    if (!appended || last) return appended;
  }
}

SealError BatchSealer::seal() {
  open_.block_frontier = blocks_.hash();
  if (!batches_.put(open_, pages_).ok()) return SealError::disk;
  const u64 start = now_ns();
  const auto commitment = tree_.commit(open_.batch, writes_.streams());
  if (!commitment.ok()) {
    return commitment.error() == state::CommitError::kDisk ? SealError::disk : SealError::tree;
  }
  BatchSealed sealed{open_, commitment.value().root, now_ns() - start, pages_.bytes.size(),
                     pages_.starts.size()};
  if (!batches_.put_root(open_.batch, sealed.state_root).ok()) return SealError::disk;
  writes_.clear();
  if (hooks_.sealed) hooks_.sealed(sealed);
  return SealError::none;
}

}  // namespace gavel::sequencer
