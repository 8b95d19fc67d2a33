// BranchTree: a state tree that went on from another one's root by itself.
//
// What: the nodes that changed since, over a view of the tree where they began. set_leaves() brings
// in a set of leaves, level by level, each dirty node hashed once. Why: the state in the middle of
// an older batch has a root of its own, which a dispute names; what changed up to there is a few
// thousand leaves over a tree of a hundred million. Invariant: every node above a changed leaf is
// the hash of its two children. Memory: 48 to 96 bytes a changed node, at most 33 nodes a leaf and
// fewer where paths meet. The view below outlives it.
#pragma once

#include <span>
#include <vector>

#include "state/tree_view.hpp"

namespace gavel::dispute {

// Hashes by 64-bit key: open addressing, a power of two of slots, at most two thirds in use.
class NodeMap {
 public:
  const Hash32* find(u64 key) const;
  void set(u64 key, const Hash32& hash);
  u64 size() const { return used_; }

 private:
  struct Slot {
    u64 key_plus_one = 0;
    Hash32 hash;
  };
  std::size_t slot_of(u64 key) const;
  void grow();

  std::vector<Slot> slots_;
  u64 used_ = 0;
};

struct LeafChange {
  u8 table = 0;
  u32 index = 0;
  Hash32 leaf;
};

class BranchTree : public state::TreeView {
 public:
  explicit BranchTree(const state::TreeView& below) : below_(&below) {}

  Hash32 node(u8 table, u32 level, u32 position) const override;
  // Each object at most once; sorts them.
  void set_leaves(std::span<LeafChange> changes);
  u64 changed_nodes() const { return changed_.size(); }

 private:
  void raise(u8 table, std::span<const LeafChange> changes);

  const state::TreeView* below_;
  NodeMap changed_;
};

}  // namespace gavel::dispute
