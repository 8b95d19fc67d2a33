// TableLevels: the nodes of one table's tree, as arrays by level over the dense indexes.
//
// What: all leaves and all nodes from height 2 up to the capacity's root; height 1 is recomputed.
// Why: 48 bytes a leaf, no pointers; the two children of a node are neighbours, so a node's hash
// reads one cache line. Above the capacity there are only empty siblings.
// Invariant: a level's stored nodes are those over the leaves below extent() (rounded up to whole
// pairs); everything beyond is an empty subtree and never read. Leaves start as zero: absent.
// Threads: none of its own; concurrent writes must go to different nodes.
#pragma once

#include "state/tree_memory.hpp"
#include "tree/node.hpp"

namespace gavel::state {

class TableLevels {
 public:
  // The lowest stored height above the leaves.
  static constexpr u32 kLowest = 2;

  // Room for indexes below the next power of two >= max(capacity, 4), at most 2^31.
  explicit TableLevels(u32 capacity);

  u32 height() const { return height_; }
  u64 capacity() const { return u64{1} << height_; }
  // Leaves from here on were never written. A multiple of 4.
  u64 extent() const { return extent_; }
  // Bytes of a table with this capacity when it is full.
  static u64 bytes_for(u64 capacity) { return capacity * 32 + capacity / 2 * 32; }

  // Makes leaves below `leaves` writable: fills the new nodes above them with empty subtrees.
  void grow(u64 leaves);
  // Backs the memory of the first `leaves` leaves and the nodes above.
  void prefault(u64 leaves) const;

  Hash32* leaves() const { return leaves_; }
  // The nodes of a stored height, kLowest <= level <= height().
  Hash32* level(u32 level) const { return upper_ + level_start(level); }
  // How many nodes of that height may be read and written.
  u64 stored(u32 level) const;

  // Any node of the 32-level tree, recomputed where it is not stored.
  Hash32 node(u32 level, u32 position) const;
  Hash32 root() const { return node(tree::kDepth, 0); }

 private:
  // Nodes of lower stored heights come first: level l starts after cap/4 + cap/8 + ... +
  // cap/2^(l-1).
  u64 level_start(u32 level) const { return (capacity() >> 1) - (capacity() >> (level - 1)); }

  u32 height_;
  u64 extent_ = 0;
  ReservedMemory memory_;
  Hash32* leaves_;
  Hash32* upper_;
};

}  // namespace gavel::state
