// The tree's inner loops: many leaves, or many nodes of one level, hashed side by side.
//
// What: nodes are read where they lie, hashed in blocks through crypto's batch kernels and written
// to their places, while the memory of the next block is being fetched.
// Invariant: positions are distinct and ascending; inputs and outputs do not overlap.
#pragma once

#include <span>
#include <vector>

#include "state/tree_plan.hpp"
#include "tree/node.hpp"

namespace gavel::state {

// leaves[touch.index] = the leaf of the touch's last encoding.
void hash_leaves(std::span<const Touch> touches, Hash32* leaves);

// parents[p] = H(children[2p] || children[2p + 1]) for every p.
void hash_parents(const Hash32* children, Hash32* parents, std::span<const u32> positions);

// Two levels at once, without storing the one between: grandparents[p] of leaves[4p] .. leaves[4p +
// 3].
void hash_grandparents(const Hash32* leaves, Hash32* grandparents, std::span<const u32> positions);

// The same for all nodes of a range: `count` parents from 2 * count children.
void hash_level(const Hash32* children, Hash32* parents, u64 count);

// Halves every position (a leaf's index to its parent's) `times` times, dropping repetitions.
void ascend(std::vector<u32>& positions, u32 times);

}  // namespace gavel::state
