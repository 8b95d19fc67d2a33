// Merkle roots and paths of a list of leaves, for trees that are built whole.
//
// What: the tree of `depth` levels whose first leaves are given and whose others are 0, as used for
// pages (18), transactions with their receipts and block hashes (14).
// Invariant: equal to appending the leaves to a Frontier<depth>, which cannot hold the 2^depth-th
// leaf.
// Errors: more than 2^depth leaves or depth > 32 is a broken invariant; callers bound their lists.
#pragma once

#include <span>

#include "tree/node.hpp"

namespace gavel::tree {

// n - 1 + depth hashes one after the other, no memory beyond one node a level.
Hash32 merkle_root(std::span<const Hash32> leaves, u32 depth);

// The `depth` siblings of leaf `index` < 2^depth, lowest first, into out. About n hashes.
void merkle_path(std::span<const Hash32> leaves, u32 depth, u32 index, std::span<Hash32> out);

#if !defined(__riscv)
// merkle_root on the host: level by level through the widest keccak kernel; needs n / 2 nodes of
// heap.
Hash32 merkle_root_batch(std::span<const Hash32> leaves, u32 depth);
#endif

}  // namespace gavel::tree
