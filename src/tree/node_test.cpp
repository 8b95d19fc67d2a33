#include "tree/node.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/hex.hpp"
#include "crypto/keccak.hpp"
#include "tree/frontier.hpp"
#include "tree/merkle.hpp"

namespace gavel::tree {
namespace {

Hash32 numbered(u32 n) {
  const std::array<u8, 4> raw = {static_cast<u8>(n), static_cast<u8>(n >> 8),
                                 static_cast<u8>(n >> 16), static_cast<u8>(n >> 24)};
  return crypto::keccak256(raw);
}

std::vector<Hash32> numbered_leaves(u32 count) {
  std::vector<Hash32> out;
  for (u32 i = 0; i < count; ++i) out.push_back(numbered(i));
  return out;
}

// The definition, by recursion.
Hash32 naive_root(std::span<const Hash32> leaves, u32 depth, u64 start = 0) {
  if (depth == 0) return start < leaves.size() ? leaves[start] : Hash32{};
  return hash_node(naive_root(leaves, depth - 1, start),
                   naive_root(leaves, depth - 1, start + (u64{1} << (depth - 1))));
}

TEST(Node, EachEmptySubtreeIsTheHashOfTwoOfTheOneBelow) {
  EXPECT_TRUE(kEmptySubtree[0].is_zero());
  for (u32 i = 0; i < kDepth; ++i) {
    EXPECT_EQ(kEmptySubtree[i + 1], hash_node(kEmptySubtree[i], kEmptySubtree[i])) << i;
  }
}

TEST(Node, IsTheHashOfTheConcatenation) {
  std::array<u8, 64> pair{};
  pair[0] = 1;
  pair[63] = 2;
  Hash32 left;
  Hash32 right;
  left.bytes[0] = 1;
  right.bytes[31] = 2;
  EXPECT_EQ(hash_node(left, right), crypto::keccak256(pair));
  EXPECT_NE(hash_node(left, right), hash_node(right, left));
}

TEST(Node, TheAbsentObjectIsTheZeroLeaf) {
  EXPECT_TRUE(hash_leaf({}).is_zero());
  const std::array<u8, 1> one = {0};
  EXPECT_EQ(hash_leaf(one), crypto::keccak256(one));
}

TEST(Node, StateRootIsTheHashOfTheTableRootsInOrder) {
  TableRoots roots = empty_table_roots();
  EXPECT_EQ(roots[31], kEmptySubtree[32]);
  const Hash32 empty = state_root(roots);
  roots[3] = numbered(3);
  const Hash32 changed = state_root(roots);
  EXPECT_NE(changed, empty);
  std::swap(roots[3], roots[4]);
  EXPECT_NE(state_root(roots), changed);
}

TEST(Path, LeadsToTheRootAndTurnsByIndexBits) {
  const std::vector<Hash32> leaves = numbered_leaves(11);
  const Hash32 root = naive_root(leaves, 4);
  for (u32 index = 0; index < 16; ++index) {
    std::array<Hash32, 4> siblings;
    merkle_path(leaves, 4, index, siblings);
    const Hash32 leaf = index < 11 ? leaves[index] : Hash32{};
    EXPECT_EQ(path_root(leaf, index, siblings), root);
    if (siblings[0] != leaf) EXPECT_NE(path_root(leaf, index ^ 1, siblings), root);
  }
}

TEST(Path, LiftPutsASubtreeAtTheLeftEdge) {
  const std::vector<Hash32> leaves = numbered_leaves(3);
  EXPECT_EQ(lift_root(naive_root(leaves, 2), 2, 5), naive_root(leaves, 5));
}

TEST(Merkle, EveryBuilderGivesTheRootOfTheDefinition) {
  for (const u32 count : {0u, 1u, 2u, 3u, 7u, 8u, 9u, 16u, 17u, 31u, 32u}) {
    const std::vector<Hash32> leaves = numbered_leaves(count);
    const Hash32 root = naive_root(leaves, 5);
    EXPECT_EQ(merkle_root(leaves, 5), root) << count;
    EXPECT_EQ(merkle_root_batch(leaves, 5), root) << count;
    if (count == 32) continue;
    Frontier<5> frontier;
    for (const Hash32& leaf : leaves) ASSERT_TRUE(frontier.append(leaf));
    EXPECT_EQ(frontier.root(), root) << count;
  }
}

TEST(Merkle, DepthsOfThePagesAndOfTheInbox) {
  const std::vector<Hash32> leaves = numbered_leaves(1000);
  Frontier<18> pages;
  Frontier<32> inbox;
  for (const Hash32& leaf : leaves) ASSERT_TRUE(pages.append(leaf) && inbox.append(leaf));
  EXPECT_EQ(pages.root(), merkle_root(leaves, 18));
  EXPECT_EQ(pages.root(), merkle_root_batch(leaves, 18));
  EXPECT_EQ(inbox.root(), merkle_root(leaves, 32));
  EXPECT_EQ(inbox.root(), merkle_root_batch(leaves, 32));
}

TEST(Frontier, EmptyHasTheHashOfZeroWordsAndTheEmptyRoot) {
  const std::array<u8, 14 * 32> zeros{};
  EXPECT_EQ(Frontier<14>().hash(), crypto::keccak256(zeros));
  EXPECT_EQ(Frontier<14>().root(), kEmptySubtree[14]);
}

TEST(Frontier, UnusedSlotsAreZeroAfterEveryAppend) {
  Frontier<6> frontier;
  for (u32 i = 0; i < Frontier<6>::kCapacity; ++i) {
    ASSERT_TRUE(frontier.append(numbered(i)));
    for (u32 level = 0; level < 6; ++level) {
      EXPECT_EQ(frontier.nodes()[level].is_zero(), (frontier.count() >> level & 1) == 0);
    }
  }
  EXPECT_TRUE(frontier.full());
  const Frontier<6> before = frontier;
  EXPECT_FALSE(frontier.append(numbered(99)));
  EXPECT_EQ(frontier, before);
}

TEST(Frontier, DecodesWhatItEncodesAndNothingElse) {
  Frontier<14> frontier;
  for (u32 i = 0; i < 5; ++i) ASSERT_TRUE(frontier.append(numbered(i)));
  const std::span<const u8> encoded = frontier.encoding();
  std::vector<u8> bytes(encoded.begin(), encoded.end());
  EXPECT_EQ(crypto::keccak256(bytes), frontier.hash());
  EXPECT_EQ(Frontier<14>::decode(5, bytes), frontier);
  EXPECT_FALSE(Frontier<14>::decode(4, bytes).has_value());  // slot 0 must then be zero
  EXPECT_FALSE(Frontier<14>::decode(1u << 14, bytes).has_value());
  EXPECT_FALSE(Frontier<14>::decode(5, std::span(bytes).first(13 * 32)).has_value());
  bytes[3 * 32] = 1;
  EXPECT_FALSE(Frontier<14>::decode(5, bytes).has_value());
}

}  // namespace
}  // namespace gavel::tree
