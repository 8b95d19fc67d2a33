#include "tree/merkle.hpp"

#include "base/check.hpp"

namespace gavel::tree {
namespace {

// Leaves of the subtree of `height` levels that starts at leaf `start`.
std::span<const Hash32> slice(std::span<const Hash32> leaves, u64 start, u32 height) {
  if (start >= leaves.size()) return {};
  const u64 rest = leaves.size() - start;
  const u64 width = u64{1} << height;
  return leaves.subspan(static_cast<std::size_t>(start),
                        static_cast<std::size_t>(rest < width ? rest : width));
}

}  // namespace

Hash32 merkle_root(std::span<const Hash32> leaves, u32 depth) {
  GAVEL_CHECK(depth <= kDepth && leaves.size() <= u64{1} << depth);
  std::array<Hash32, kDepth + 1> open;  // complete left subtrees, by height
  u64 count = 0;
  for (const Hash32& leaf : leaves) {
    Hash32 node = leaf;
    u32 level = 0;
    for (; (count >> level & 1) != 0; ++level) node = hash_node(open[level], node);
    open[level] = node;
    ++count;
  }
  if (count >> depth != 0) return open[depth];
  Hash32 node{};
  for (u32 level = 0; level < depth; ++level) {
    node = (count >> level & 1) != 0 ? hash_node(open[level], node)
                                     : hash_node(node, kEmptySubtree[level]);
  }
  return node;
}

void merkle_path(std::span<const Hash32> leaves, u32 depth, u32 index, std::span<Hash32> out) {
  GAVEL_CHECK(out.size() == depth && depth <= kDepth && leaves.size() <= u64{1} << depth);
  GAVEL_CHECK(u64{index} < u64{1} << depth);
  for (u32 level = 0; level < depth; ++level) {
    const u64 start = static_cast<u64>((index >> level) ^ 1) << level;
    out[level] = merkle_root(slice(leaves, start, level), level);
  }
}

}  // namespace gavel::tree
