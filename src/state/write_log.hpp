// WriteLog: what blocks read and wrote, on its way from the executing thread to the cold path.
//
// What: chunks of 1 MiB. From the front: entries {table u8, kind u8, length u16, index u32,
// canonical encoding}, little-endian, packed; kind 1 is an object before the batch's first write to
// it, kind 2 an object at the end of a block that wrote it; length 0 is the absent object. From the
// back: one u64 = table << 32 | index for each object that a block read and did not write.
// Why: the tree, the undo log and a dispute's witness all need it, and none of them may slow a
// transaction: appending is a pointer and a copy, a full chunk changes hands through a lock-free
// queue, and chunks come back to be used again.
// Invariant: one producer thread, one consumer thread. Chunks arrive in order; a block's entries
// are complete with the chunk that has end_of_block, a batch's with the one that has end_of_batch.
// An entry never spans chunks.
#pragma once

#include <atomic>
#include <span>

#include "base/check.hpp"
#include "base/types.hpp"
#include "state/hot_ring.hpp"
#include "state/tree_memory.hpp"

namespace gavel::state {

inline constexpr u32 kLogEntryHeadBytes = 8;
inline constexpr u8 kLogBefore = 1;
inline constexpr u8 kLogAfter = 2;

struct LogEntry {
  u8 table = 0;
  u8 kind = 0;
  u16 length = 0;
  u32 index = 0;
};
static_assert(sizeof(LogEntry) == kLogEntryHeadBytes);

struct LogChunk {
  static constexpr u32 kBytes = 1u << 20;
  static constexpr u32 kHeadBytes = 64;
  static constexpr u32 kDataBytes = kBytes - kHeadBytes;

  u64 block = 0;  // number of the block that ended, if end_of_block
  u64 batch = 0;  // number of the batch that ended, if end_of_batch
  u32 write_bytes = 0;
  u32 read_count = 0;
  bool end_of_block = false;
  bool end_of_batch = false;

  [[nodiscard]] const u8* data() const { return reinterpret_cast<const u8*>(this) + kHeadBytes; }
  [[nodiscard]] u8* data() { return reinterpret_cast<u8*>(this) + kHeadBytes; }
  // The entries, one after the other.
  [[nodiscard]] std::span<const u8> writes() const { return {data(), write_bytes}; }
  // Objects read only, table << 32 | index, the latest first.
  [[nodiscard]] std::span<const u64> reads() const {
    return {reinterpret_cast<const u64*>(data() + kDataBytes) - read_count, read_count};
  }
};
static_assert(sizeof(LogChunk) <= LogChunk::kHeadBytes);

class WriteLog {
 public:
  static constexpr u32 kDefaultChunks = 4'096;

  // At most `max_chunks` chunks are under way; the producer then waits for the consumer. Address
  // space only until used.
  explicit WriteLog(u32 max_chunks = kDefaultChunks);

  // Producer. Room for an entry of at most `bytes`, header included, at the returned place.
  [[nodiscard]] u8* room(u32 bytes) {
    if (static_cast<u64>(reads_at_ - at_) < bytes) [[unlikely]]
      next_chunk();
    return at_;
  }
  // The first `bytes` of the room became an entry.
  void commit(u32 bytes) { at_ += bytes; }
  void note_read(u64 key) {
    if (static_cast<u64>(reads_at_ - at_) < sizeof(u64)) [[unlikely]]
      next_chunk();
    reads_at_ -= sizeof(u64);
    *reinterpret_cast<u64*>(reads_at_) = key;
  }
  void end_block(u64 number);
  void end_batch(u64 number);

  // Consumer. The next chunk, or nullptr if there is none yet; it stays valid until it is given
  // back.
  [[nodiscard]] const LogChunk* take();
  void give_back(const LogChunk* chunk);

  // Chunks that the consumer has not given back. Any thread.
  [[nodiscard]] u64 chunks_under_way() const {
    return handed_.load(std::memory_order_relaxed) - returned_.load(std::memory_order_relaxed);
  }
  // How often the producer had to wait for the consumer. Any thread.
  [[nodiscard]] u64 stalls() const { return stalls_.load(std::memory_order_relaxed); }

 private:
  LogChunk* chunk(u32 id) const;
  void hand_over();
  void next_chunk();
  void open_chunk();

  ReservedMemory memory_;
  u32 max_chunks_;
  u32 made_chunks_ = 0;  // never used ones follow
  u32 current_ = 0;
  u8* at_ = nullptr;        // end of the entries
  u8* reads_at_ = nullptr;  // start of the reads
  SpscRing<u32> full_;
  SpscRing<u32> empty_;
  std::atomic<u64> handed_{0};
  std::atomic<u64> returned_{0};
  std::atomic<u64> stalls_{0};
};

}  // namespace gavel::state
