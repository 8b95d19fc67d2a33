// TreeView: a state tree to prove from, at the newest root or at an old one.
//
// What: nodes by table, height and position; leaves, siblings, object proofs and multiproofs from
// them.
// Invariant: all answers belong to one state, whose root is state_root(), as long as nobody changes
// the view; who changes it and when is said by the view's owner.
#pragma once

#include <span>
#include <vector>

#include "tree/multiproof.hpp"

namespace gavel::state {

struct ObjectKey {
  u8 table = 0;
  u32 index = 0;

  friend constexpr auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};

class TreeView {
 public:
  virtual ~TreeView() = default;
  // The root of the subtree of height `level` (0 = leaf) at `position`, for table < 32, level <=
  // 32.
  virtual Hash32 node(u8 table, u32 level, u32 position) const = 0;

  Hash32 leaf(u8 table, u32 index) const { return node(table, 0, index); }
  Hash32 table_root(u8 table) const { return node(table, tree::kDepth, 0); }
  tree::TableRoots table_roots() const;
  Hash32 state_root() const { return tree::state_root(table_roots()); }
  tree::Siblings siblings(u8 table, u32 index) const;
  // Membership, or absence if the leaf is zero.
  tree::ObjectProof prove(u8 table, u32 index) const;
  // 1 .. tree::kMaxMultiproofItems keys, strictly ascending.
  std::vector<u8> prove_many(std::span<const ObjectKey> keys) const;
};

}  // namespace gavel::state
