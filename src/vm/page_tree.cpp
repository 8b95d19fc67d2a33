#include "vm/page_tree.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.hpp"
#include "crypto/keccak.hpp"
#include "crypto/keccak_batch.hpp"
#include "vm/replay.hpp"

namespace gavel::vm {
namespace {

constexpr u32 kLeavesPerPage = kPageBytes / 32;
constexpr u32 kPageLevel = 7;  // of a page's node above the leaves
// Below this many nodes of a page, lanes are filled from several pages.
constexpr u32 kSharedNodes = 8;
constexpr u32 kPagesAtOnce = 1024;

// The node of 2^level zero leaves.
const Hash32& zero_node(u32 level) {
  static const std::array<Hash32, kMemoryLevels + 1> kNodes = [] {
    std::array<Hash32, kMemoryLevels + 1> nodes{};
    for (u32 i = 0; i < kMemoryLevels; ++i) {
      nodes[i + 1] = crypto::keccak256_pair(nodes[i], nodes[i]);
    }
    return nodes;
  }();
  return kNodes[level];
}

}  // namespace

PageTree::PageTree() : nodes_(u64{2} * kPages * 32) {}

Hash32 PageTree::read(u32 index, u32 level) const {
  Hash32 out;
  std::memcpy(out.bytes.data(), nodes_.data() + u64{index} * 32, 32);
  return out.is_zero() ? zero_node(level) : out;
}

Hash32 PageTree::root() const { return read(1, kMemoryLevels); }

void PageTree::hash_pages(std::span<const u32> pages, const Memory& memory) {
  std::vector<u8> shared(pages.size() * kSharedNodes * 32);
  std::array<u8, kPageBytes / 2> upper;
  std::array<u8, kPageBytes / 4> lower;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const u8* const leaves = memory.bytes() + u64{pages[i]} * kPageBytes;
    crypto::keccak256_64_batch(leaves, upper.data(), kLeavesPerPage / 2);
    crypto::keccak256_64_batch(upper.data(), lower.data(), kLeavesPerPage / 4);
    crypto::keccak256_64_batch(lower.data(), upper.data(), kLeavesPerPage / 8);
    crypto::keccak256_64_batch(upper.data(), shared.data() + i * kSharedNodes * 32, kSharedNodes);
  }
  std::vector<u8> next(shared.size() / 2);
  for (u32 count = kSharedNodes / 2; count > 0; count /= 2) {
    crypto::keccak256_64_batch(shared.data(), next.data(), pages.size() * count);
    shared.swap(next);
  }
  for (std::size_t i = 0; i < pages.size(); ++i) {
    std::memcpy(node(kPages + pages[i]), shared.data() + 32 * i, 32);
  }
}

// From nodes of the given level to their parents, in place.
void PageTree::hash_level(std::vector<u32>& indexes, u32 level) {
  for (const u32 index : indexes) {
    const Hash32 sibling = read(index ^ 1, level);
    std::memcpy(node(index ^ 1), sibling.bytes.data(), 32);
  }
  for (u32& index : indexes) index /= 2;
  indexes.erase(std::unique(indexes.begin(), indexes.end()), indexes.end());
  std::vector<const u8*> pairs(indexes.size());
  for (std::size_t i = 0; i < indexes.size(); ++i) pairs[i] = node(2 * indexes[i]);
  std::vector<u8> parents(32 * indexes.size());
  crypto::keccak256_64_gather(pairs.data(), parents.data(), indexes.size());
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    std::memcpy(node(indexes[i]), parents.data() + 32 * i, 32);
  }
}

void PageTree::update(std::vector<u32> pages, const Memory& memory) {
  if (pages.empty()) return;
  std::sort(pages.begin(), pages.end());
  const std::span<const u32> all(pages);
  for (std::size_t i = 0; i < all.size(); i += kPagesAtOnce) {
    hash_pages(all.subspan(i, std::min<std::size_t>(kPagesAtOnce, all.size() - i)), memory);
  }
  for (u32& page : pages) page += kPages;
  for (u32 level = kPageLevel; level < kMemoryLevels; ++level) hash_level(pages, level);
}

std::vector<Hash32> PageTree::siblings(u32 address, u32 height, const Memory& memory) const {
  GAVEL_CHECK(height <= kPageLevel);
  std::vector<Hash32> out;
  std::array<Hash32, kLeavesPerPage> nodes;
  const u32 page = address >> kPageBits;
  std::memcpy(nodes.data(), memory.bytes() + u64{page} * kPageBytes, kPageBytes);
  u32 index = address % kPageBytes / 32;
  for (u32 level = 0; level < kPageLevel; ++level, index /= 2) {
    if (level >= height) out.push_back(nodes[index ^ 1]);
    for (u32 i = 0; i < kLeavesPerPage >> (level + 1); ++i) {
      nodes[i] = crypto::keccak256_pair(nodes[2 * i], nodes[2 * i + 1]);
    }
  }
  index = kPages + page;
  for (u32 level = kPageLevel; level < kMemoryLevels; ++level, index /= 2) {
    out.push_back(read(index ^ 1, level));
  }
  return out;
}

}  // namespace gavel::vm
