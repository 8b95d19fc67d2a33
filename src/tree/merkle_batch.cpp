#include <vector>

#include "base/check.hpp"
#include "crypto/keccak_batch.hpp"
#include "tree/merkle.hpp"

namespace gavel::tree {
namespace {

const u8* bytes_of(const Hash32* nodes) { return reinterpret_cast<const u8*>(nodes); }

// The parents of `nodes`, one level up from `level`; an odd last node pairs with the empty subtree.
std::vector<Hash32> parents_of(std::span<const Hash32> nodes, u32 level) {
  const std::size_t pairs = nodes.size() / 2;
  std::vector<Hash32> out(pairs + nodes.size() % 2);
  crypto::keccak256_64_batch(bytes_of(nodes.data()), reinterpret_cast<u8*>(out.data()), pairs);
  if (nodes.size() % 2 != 0) out.back() = hash_node(nodes.back(), kEmptySubtree[level]);
  return out;
}

}  // namespace

Hash32 merkle_root_batch(std::span<const Hash32> leaves, u32 depth) {
  GAVEL_CHECK(depth <= kDepth && leaves.size() <= u64{1} << depth);
  if (leaves.empty()) return kEmptySubtree[depth];
  if (leaves.size() == 1) return lift_root(leaves[0], 0, depth);
  std::vector<Hash32> nodes = parents_of(leaves, 0);
  u32 level = 1;
  for (; nodes.size() > 1; ++level) nodes = parents_of(nodes, level);
  return lift_root(nodes[0], level, depth);
}

}  // namespace gavel::tree
