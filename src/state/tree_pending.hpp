// PendingWrites: the write set of the batch in progress, kept small while its blocks come in.
//
// What: takes the write log's entries block by block; an object that is written again overwrites
// its last entry in place if the length is the same. At the batch's end its streams go to commit.
// Why: at full load a batch has tens of millions of writes (3 GB) to some two million objects; kept
// like this they are about 0.5 GB, and the log's chunks go back to the hot path at once.
// Invariant: streams() gives what the entries as they came would give: for each object the first
// entry before and the last entry after. Nothing is lost if append fails: a malformed stream
// changes nothing.
// Threads: one writer; find_before from others only while it does not append (the owner's lock).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "state/tree_plan.hpp"
#include "state/tree_workers.hpp"

namespace gavel::state {

class PendingWrites {
 public:
  // Of the index, which has at most twice as many slots as objects, rounded up to a power of two.
  static constexpr u32 kSlotBytes = 24;

  PendingWrites();

  // Errors: kMalformed.
  base::Result<void, TreeError> append(std::span<const u8> entries);
  // What was appended, for LiveTree::plan; valid until the next call.
  std::vector<std::span<const u8>> streams() const;
  // The object's encoding at the end of the last batch, if this batch wrote it.
  std::optional<std::span<const u8>> find_before(u8 table, u32 index) const;
  // For the next batch. Keeps the memory.
  void clear();

  u64 objects() const { return used_; }
  u64 bytes() const;         // of the streams
  u64 memory_bytes() const;  // of streams and index

 private:
  struct Slot {  // open addressing, power of two; entry pointers, nullptr if none
    u64 key_plus_one = 0;
    const u8* before = nullptr;
    u8* after = nullptr;
  };
  static_assert(sizeof(Slot) == kSlotBytes);
  struct Segment {
    ReservedMemory memory;
    u64 used = 0;
  };
  static constexpr u64 kSegmentBytes = u64{8} << 20;

  Slot& slot_of(u64 key);
  const Slot* find(u64 key) const;
  void grow_index();
  u8* store(const WriteEntry& entry);

  std::vector<Slot> slots_;
  u64 used_ = 0;
  std::vector<Segment> segments_;
  std::size_t filling_ = 0;
};

}  // namespace gavel::state
