#include "state/tree_levels.hpp"

#include <algorithm>
#include <bit>

#include "base/check.hpp"

namespace gavel::state {
namespace {

u32 height_for(u32 capacity) {
  GAVEL_CHECK(capacity <= u32{1} << 31);
  return static_cast<u32>(std::bit_width(std::max(capacity, 4u) - 1));
}

u64 round_up(u64 value, u64 multiple) { return (value + multiple - 1) / multiple * multiple; }

}  // namespace

TableLevels::TableLevels(u32 capacity)
    : height_(height_for(capacity)), memory_(bytes_for(u64{1} << height_)) {
  static_assert(sizeof(Hash32) == 32 && alignof(Hash32) == 1);
  // Zeroed bytes are Hash32 objects: it is an array of bytes.
  leaves_ = reinterpret_cast<Hash32*>(memory_.data());
  upper_ = leaves_ + this->capacity();
}

u64 TableLevels::stored(u32 level) const {
  const u64 nodes = (extent_ + (u64{1} << level) - 1) >> level;
  return level == height_ ? nodes : round_up(nodes, 2);
}

void TableLevels::grow(u64 leaves) {
  GAVEL_CHECK(leaves <= capacity());
  const u64 extent = round_up(leaves, 4);
  if (extent <= extent_) return;
  std::array<u64, tree::kDepth + 1> before{};
  for (u32 at = kLowest; at <= height_; ++at) before[at] = stored(at);
  extent_ = extent;
  for (u32 at = kLowest; at <= height_; ++at) {
    std::fill(level(at) + before[at], level(at) + stored(at), tree::kEmptySubtree[at]);
  }
}

void TableLevels::prefault(u64 leaves) const {
  GAVEL_CHECK(leaves <= capacity());
  memory_.prefault(leaves * 32);
  for (u32 at = kLowest; at <= height_; ++at) {
    const u64 nodes = std::min((leaves >> at) + 2, capacity() >> at);
    for (u64 i = 0; i < nodes; i += 128) {
      volatile u8* byte = level(at)[i].bytes.data();
      *byte = *byte;
    }
  }
}

Hash32 TableLevels::node(u32 at, u32 position) const {
  if (u64{position} << at >= extent_) return tree::kEmptySubtree[at];
  if (at == 0) return leaves_[position];
  if (at == 1) return tree::hash_node(leaves_[2 * u64{position}], leaves_[2 * u64{position} + 1]);
  if (at <= height_) return level(at)[position];
  return tree::lift_root(level(height_)[0], height_, at);
}

}  // namespace gavel::state
