// Writing multiproofs, on the host.
//
// What: the bytes that verify_multiproof accepts, from a source of nodes.
// Why: the writer runs the verifier's own walk over the same items, so the order of siblings cannot
// drift apart, and ends with the root that the verifier will see.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "tree/multiproof.hpp"

namespace gavel::tree {

// The subtree of height `level` at `position` of a table.
using NodeAt = std::function<Hash32(u8 table, u32 level, u32 position)>;

// Items: 1 .. kMaxMultiproofItems, strictly ascending by (table, index), with the leaves that
// `node` gives. Check the bytes with verify_multiproof if the source of nodes may be wrong.
std::vector<u8> build_multiproof(std::span<const MultiproofItem> items, const TableRoots& roots,
                                 const NodeAt& node);

}  // namespace gavel::tree
