// Multiproof: many objects, of one or several tables, against one state root, each shared node
// once.
//
// What: items (table, index, leaf; leaf 0 = absent), the siblings that the items do not give
// themselves, the roots of the other tables. Verified from its bytes without copying them.
// Invariant: one set of facts has one multiproof: items strictly ascending by (table, index),
// siblings exactly those needed, in the order of the walk below, empty ones named by their bit and
// not listed, padding zero, nothing behind. Reading is total and bounded by kMaxMultiproofItems.
// Bytes, big-endian, packed:
//   count u32 | count x (table u8, index u32, leaf 32) |
//   roots bitmap u32 (tables without items) | roots, ascending |
//   slots u32 | ceil(slots / 8) bitmap bytes (slot i: bit i % 8 of byte i / 8) | listed siblings
// The walk: tables ascending; a node's left half before its right; where only one half has items,
// that half first and then one slot for the other. For one item the slots are its path, lowest
// first.
// Source: docs/protocol/state.md, Proofs.
#pragma once

#include <span>

#include "tree/proof.hpp"

namespace gavel::tree {

inline constexpr u32 kMaxMultiproofItems = 4096;
inline constexpr u32 kMultiproofItemBytes = 37;

struct MultiproofItem {
  u8 table = 0;
  u32 index = 0;
  Hash32 leaf;

  friend constexpr bool operator==(const MultiproofItem&, const MultiproofItem&) = default;
};

// The items of a multiproof inside its bytes.
class MultiproofItems {
 public:
  // bytes.size() is a multiple of kMultiproofItemBytes.
  explicit MultiproofItems(std::span<const u8> bytes) : bytes_(bytes) {}

  u32 size() const { return static_cast<u32>(bytes_.size() / kMultiproofItemBytes); }
  u8 table(u32 i) const { return bytes_[offset(i)]; }
  u32 index(u32 i) const;
  Hash32 leaf(u32 i) const;
  MultiproofItem operator[](u32 i) const { return {table(i), index(i), leaf(i)}; }
  // The end of the run of items of item i's table.
  u32 table_end(u32 i) const;

 private:
  static std::size_t offset(u32 i) { return std::size_t{i} * kMultiproofItemBytes; }
  std::span<const u8> bytes_;
};

// That every item stands in the state with this root. The items returned point into `bytes`.
base::Result<MultiproofItems, ProofError> verify_multiproof(std::span<const u8> bytes,
                                                            const Hash32& state_root);

// The root over items [first, last) of one table, non-empty and strictly ascending, by the walk.
// slot(level, position) gives the subtree of that height at that place.
template <class Slot>
Hash32 fold_items(const MultiproofItems& items, u32 first, u32 last, u32 height, Slot& slot) {
  if (height == 0) return items.leaf(first);
  const u32 level = height - 1;
  u32 middle = first;  // the first item of the right half
  for (u32 end = last; middle < end;) {
    const u32 probe = middle + (end - middle) / 2;
    if ((items.index(probe) >> level & 1) != 0) {
      end = probe;
    } else {
      middle = probe + 1;
    }
  }
  const u32 other = items.index(first) >> level ^ 1;
  if (middle == last) {
    const Hash32 left = fold_items(items, first, last, level, slot);
    return hash_node(left, slot(level, other));
  }
  if (middle == first) {
    const Hash32 right = fold_items(items, first, last, level, slot);
    return hash_node(slot(level, other), right);
  }
  const Hash32 left = fold_items(items, first, middle, level, slot);
  return hash_node(left, fold_items(items, middle, last, level, slot));
}

}  // namespace gavel::tree
