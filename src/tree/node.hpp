// The state tree's vocabulary: node and leaf hashes, empty subtrees, the state root.
//
// What: one binary Merkle tree a table, fixed depth 32, the leaf's position is the object's index
// and bit 0 of the index chooses the side at the lowest level (0 = left); 32 table roots give the
// state root. Page and transaction trees use the same nodes with a smaller depth.
// Why: a fixed depth leaves nothing to decide about shape, so a proof is 32 hashes in a fixed order
// for every judge, and a leaf can never be taken for a node: the walk has always the same length.
// Invariant: node = H(left || right); an absent object is the leaf 0; a subtree without leaves at
// height i is kEmptySubtree[i].
// Source: docs/protocol/state.md.
#pragma once

#include <array>
#include <span>

#include "base/types.hpp"

namespace gavel::tree {

inline constexpr u32 kDepth = 32;
inline constexpr u32 kTables = 32;
inline constexpr u32 kMaxEncodingBytes = 4096;

using Siblings = std::array<Hash32, kDepth>;
using TableRoots = std::array<Hash32, kTables>;

// kEmptySubtree[i]: the root of a subtree of height i without leaves. E0 = 0, E(i+1) = H(Ei || Ei).
extern const std::array<Hash32, kDepth + 1> kEmptySubtree;

// H(left || right).
Hash32 hash_node(const Hash32& left, const Hash32& right);

// H(encoding); the empty encoding stands for the absent object and gives the leaf 0.
Hash32 hash_leaf(std::span<const u8> encoding);

// The root that a leaf at `index` and its siblings, lowest level first, lead to. With fewer than 32
// siblings the tree has that depth and index < 2^size. Every path is a path: the caller compares.
Hash32 path_root(const Hash32& leaf, u32 index, std::span<const Hash32> siblings);

// The root of a tree of `depth` levels with only its first subtree, of `height` levels, in use.
Hash32 lift_root(const Hash32& root, u32 height, u32 depth);

// H(root_0 || ... || root_31).
Hash32 state_root(const TableRoots& roots);

// Every table empty.
TableRoots empty_table_roots();

}  // namespace gavel::tree
