// ListTree: the binary tree over the values of a claim, with the paths that L1 asks for.
//
// What: root, any value's path, and the first difference of two lists, also from two paths alone.
// Why: a seal shows L1 that two lists agree before an index and differ there; in this tree the left
// siblings on the path of value k commit to exactly the values before k. Invariant: an entry of the
// tree leads to its root. Source: docs/protocol/dispute.md, Seal; docs/decisions/0009.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/types.hpp"

namespace gavel::dispute {

// A value and its siblings, bottom up.
struct ListEntry {
  Hash32 value;
  std::vector<Hash32> siblings;
};

class ListTree {
 public:
  // A power of two of values.
  explicit ListTree(std::span<const Hash32> values);

  const Hash32& root() const { return nodes_[1]; }
  ListEntry entry(u32 k) const;

 private:
  std::vector<Hash32> nodes_;  // node i has children 2 i and 2 i + 1; 1 is the root
};

Hash32 list_root(std::span<const Hash32> values);
// Where the entry leads as value k.
Hash32 root_of(const ListEntry& entry, u32 k);
// The first index at which lists of one length differ.
std::optional<u32> first_difference(std::span<const Hash32> x, std::span<const Hash32> y);
// What L1 judges: that lists with these entries at k agree before k and differ there.
bool first_differ_at(const ListEntry& x, const ListEntry& y, u32 k);

}  // namespace gavel::dispute
