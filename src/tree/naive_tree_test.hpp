// A state tree by its definition: maps of leaves and recursion, for tests to compare with.
#pragma once

#include <map>
#include <utility>

#include "tree/node.hpp"

namespace gavel::tree {

class NaiveTree {
 public:
  void set(u8 table, u32 index, const Hash32& leaf) {
    if (leaf.is_zero()) {
      leaves_[table].erase(index);
    } else {
      leaves_[table][index] = leaf;
    }
  }
  Hash32 leaf(u8 table, u32 index) const { return node(table, 0, index); }

  // The subtree of height `level` at `position`.
  Hash32 node(u8 table, u32 level, u32 position) const {
    const auto& leaves = leaves_[table];
    const u64 start = u64{position} << level;
    const auto first = leaves.lower_bound(start);
    if (first == leaves.end() || first->first >= start + (u64{1} << level)) {
      return kEmptySubtree[level];
    }
    if (level == 0) return first->second;
    return hash_node(node(table, level - 1, position * 2),
                     node(table, level - 1, position * 2 + 1));
  }

  Siblings siblings(u8 table, u32 index) const {
    Siblings out;
    for (u32 level = 0; level < kDepth; ++level)
      out[level] = node(table, level, index >> level ^ 1);
    return out;
  }
  TableRoots roots() const {
    TableRoots out;
    for (u8 table = 0; table < kTables; ++table) out[table] = node(table, kDepth, 0);
    return out;
  }
  Hash32 root() const { return state_root(roots()); }

 private:
  std::array<std::map<u64, Hash32>, kTables> leaves_;
};

}  // namespace gavel::tree
