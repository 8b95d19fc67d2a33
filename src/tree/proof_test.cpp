#include "tree/proof.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "crypto/keccak.hpp"
#include "tree/multiproof.hpp"
#include "tree/multiproof_build.hpp"
#include "tree/naive_tree_test.hpp"

namespace gavel::tree {
namespace {

using base::Result;

Hash32 numbered(u32 n) {
  const std::array<u8, 4> raw = {static_cast<u8>(n), static_cast<u8>(n >> 8),
                                 static_cast<u8>(n >> 16), static_cast<u8>(n >> 24)};
  return crypto::keccak256(raw);
}

// Three tables, dense at the start with one far leaf; tables 0, 2, 5 in use.
NaiveTree sample_tree() {
  NaiveTree tree;
  for (u32 i = 1; i < 40; ++i) tree.set(2, i, numbered(i));
  tree.set(2, 0xffffffff, numbered(77));
  tree.set(0, 1, numbered(100));
  for (u32 i = 1; i < 8; ++i) tree.set(5, i * 3, numbered(200 + i));
  return tree;
}

ObjectProof proof_in(const NaiveTree& tree, u8 table, u32 index) {
  return make_object_proof(table, index, tree.siblings(table, index), tree.roots());
}

std::vector<u8> encode(const ObjectProof& proof) {
  std::vector<u8> out(kMaxObjectProofBytes);
  out.resize(encode_object_proof(proof, out));
  return out;
}

std::vector<u8> multiproof_in(const NaiveTree& tree, std::span<const MultiproofItem> items) {
  return build_multiproof(items, tree.roots(), [&](u8 table, u32 level, u32 position) {
    return tree.node(table, level, position);
  });
}

std::vector<MultiproofItem> items_in(const NaiveTree& tree,
                                     std::initializer_list<std::pair<u8, u32>> keys) {
  std::vector<MultiproofItem> out;
  for (const auto& [table, index] : keys) out.push_back({table, index, tree.leaf(table, index)});
  return out;
}

template <class T>
testing::AssertionResult fails_with(const Result<T, ProofError>& result, ProofError error) {
  if (result.ok()) return testing::AssertionFailure() << "accepted";
  if (result.error() == error) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "error " << static_cast<u32>(result.error());
}

struct Place {
  u8 table;
  u32 index;
};
// Present and absent, dense and far, in a used table and an unused one.
constexpr Place kPlaces[] = {{2, 1}, {2, 39}, {2, 0}, {2, 40}, {2, 0xffffffff}, {2, 0x80000000},
                             {0, 1}, {5, 21}, {5, 4}, {9, 0},  {31, 7}};

TEST(ObjectProof, ProvesPresenceAndAbsence) {
  const NaiveTree tree = sample_tree();
  for (const auto& [table, index] : kPlaces) {
    const ObjectProof proof = proof_in(tree, table, index);
    const Hash32 leaf = tree.leaf(table, index);
    EXPECT_TRUE(verify_object(tree.root(), proof, leaf).ok()) << u32{table} << "/" << index;
    const auto decoded = decode_object_proof(encode(proof));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(*decoded, proof);
    const Hash32 other = leaf.is_zero() ? numbered(1) : Hash32{};
    EXPECT_TRUE(fails_with(verify_object(tree.root(), proof, other), ProofError::kWrongRoot));
  }
}

TEST(ObjectProof, EveryChangedBitIsRefused) {
  const NaiveTree tree = sample_tree();
  const Hash32 root = tree.root();
  for (const auto& [table, index] : {Place{2, 5}, Place{5, 4}, Place{9, 0}}) {
    const Hash32 leaf = tree.leaf(table, index);
    std::vector<u8> bytes = encode(proof_in(tree, table, index));
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      bytes[bit / 8] ^= static_cast<u8>(1u << (bit % 8));
      const auto decoded = decode_object_proof(bytes);
      // Another place that holds the same (absent) leaf would be another true statement, but its
      // proof would say so; a proof of the named place must not pass.
      if (decoded.ok() && decoded->table == table && decoded->index == index) {
        EXPECT_FALSE(verify_object(root, *decoded, leaf).ok()) << bit;
      } else if (decoded.ok() && !leaf.is_zero()) {
        EXPECT_FALSE(verify_object(root, *decoded, leaf).ok()) << bit;
      }
      bytes[bit / 8] ^= static_cast<u8>(1u << (bit % 8));
    }
  }
}

TEST(ObjectProof, EveryShorterAndLongerTextIsRefused) {
  const NaiveTree tree = sample_tree();
  std::vector<u8> bytes = encode(proof_in(tree, 2, 5));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(
        fails_with(decode_object_proof(std::span(bytes).first(size)), ProofError::kTruncated));
  }
  bytes.push_back(0);
  EXPECT_TRUE(fails_with(decode_object_proof(bytes), ProofError::kSurplus));
}

TEST(ObjectProof, AnEmptySubtreeMayNotBeSpelledOut) {
  const NaiveTree tree = sample_tree();
  ObjectProof proof = proof_in(tree, 0, 1);
  ASSERT_EQ(proof.path.bitmap, 0u);
  proof.path.bitmap = 1u << 9;
  proof.path.siblings.push_back(kEmptySubtree[9]);
  EXPECT_TRUE(
      fails_with(verify_object(tree.root(), proof, numbered(100)), ProofError::kListedEmpty));
  EXPECT_TRUE(fails_with(decode_object_proof(encode(proof)), ProofError::kListedEmpty));
}

TEST(ObjectProof, AFilledSubtreeMayNotBeCalledEmpty) {
  const NaiveTree tree = sample_tree();
  ObjectProof proof = proof_in(tree, 2, 1);
  ASSERT_NE(proof.path.bitmap >> 31, 0u);
  proof.path.bitmap &= 0x7fffffff;
  proof.path.siblings.resize(proof.path.siblings.size() - 1);
  EXPECT_TRUE(fails_with(verify_object(tree.root(), proof, numbered(1)), ProofError::kWrongRoot));
}

TEST(ObjectProof, TableRootsAreHeldToTheSameRules) {
  const NaiveTree tree = sample_tree();
  ObjectProof empty_listed = proof_in(tree, 0, 1);
  empty_listed.roots.bitmap |= 1u << 30;
  empty_listed.roots.roots.push_back(kEmptySubtree[32]);
  EXPECT_TRUE(fails_with(verify_object(tree.root(), empty_listed, numbered(100)),
                         ProofError::kListedEmpty));
  ObjectProof own_listed = proof_in(tree, 0, 1);
  own_listed.roots.bitmap |= 1;
  own_listed.roots.roots.insert(0, tree.roots()[0]);
  EXPECT_TRUE(
      fails_with(verify_object(tree.root(), own_listed, numbered(100)), ProofError::kBadTable));
  ObjectProof table_range = proof_in(tree, 0, 1);
  table_range.table = 32;
  EXPECT_TRUE(
      fails_with(verify_object(tree.root(), table_range, numbered(100)), ProofError::kBadTable));
  ObjectProof short_list = proof_in(tree, 0, 1);
  short_list.roots.roots.resize(1);
  EXPECT_TRUE(
      fails_with(verify_object(tree.root(), short_list, numbered(100)), ProofError::kBadCount));
}

TEST(Multiproof, ProvesManyPlacesOfSeveralTables) {
  const NaiveTree tree = sample_tree();
  const auto items = items_in(tree, {{0, 1},
                                     {2, 0},
                                     {2, 1},
                                     {2, 6},
                                     {2, 7},
                                     {2, 39},
                                     {2, 0xffffffff},
                                     {5, 4},
                                     {5, 21},
                                     {9, 3},
                                     {9, 0x80000000}});
  const std::vector<u8> bytes = multiproof_in(tree, items);
  const auto verified = verify_multiproof(bytes, tree.root());
  ASSERT_TRUE(verified.ok());
  ASSERT_EQ(verified->size(), items.size());
  for (u32 i = 0; i < items.size(); ++i) EXPECT_EQ((*verified)[i], items[i]);
}

TEST(Multiproof, OfOneItemListsItsPathLowestFirst) {
  const NaiveTree tree = sample_tree();
  const auto items = items_in(tree, {{2, 5}});
  const std::vector<u8> bytes = multiproof_in(tree, items);
  const PathProof path = proof_in(tree, 2, 5).path;
  const std::size_t listed = bytes.size() - path.siblings.size() * 32;
  for (u32 i = 0; i < path.siblings.size(); ++i) {
    EXPECT_TRUE(std::equal(path.siblings[i].bytes.begin(), path.siblings[i].bytes.end(),
                           bytes.begin() + static_cast<std::ptrdiff_t>(listed + i * 32)));
  }
  EXPECT_TRUE(verify_multiproof(bytes, tree.root()).ok());
}

TEST(Multiproof, EveryChangedBitIsRefused) {
  const NaiveTree tree = sample_tree();
  const auto items = items_in(tree, {{0, 1}, {2, 3}, {2, 4}, {2, 30}, {5, 6}});
  std::vector<u8> bytes = multiproof_in(tree, items);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<u8>(1u << (bit % 8));
    EXPECT_FALSE(verify_multiproof(bytes, tree.root()).ok()) << bit;
    bytes[bit / 8] ^= static_cast<u8>(1u << (bit % 8));
  }
}

TEST(Multiproof, EveryShorterAndLongerTextIsRefused) {
  const NaiveTree tree = sample_tree();
  std::vector<u8> bytes = multiproof_in(tree, items_in(tree, {{0, 1}, {2, 3}, {5, 6}}));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(fails_with(verify_multiproof(std::span(bytes).first(size), tree.root()),
                           ProofError::kTruncated));
  }
  bytes.push_back(0);
  EXPECT_TRUE(fails_with(verify_multiproof(bytes, tree.root()), ProofError::kSurplus));
}

TEST(Multiproof, UnsortedAndDuplicateItemsAreNamed) {
  const NaiveTree tree = sample_tree();
  std::vector<u8> bytes = multiproof_in(tree, items_in(tree, {{2, 3}, {2, 4}}));
  const auto first = bytes.begin() + 4;
  std::vector<u8> swapped = bytes;
  std::rotate(swapped.begin() + 4, swapped.begin() + 4 + kMultiproofItemBytes,
              swapped.begin() + 4 + 2 * kMultiproofItemBytes);
  EXPECT_TRUE(fails_with(verify_multiproof(swapped, tree.root()), ProofError::kUnsorted));
  std::copy(first, first + kMultiproofItemBytes, first + kMultiproofItemBytes);
  EXPECT_TRUE(fails_with(verify_multiproof(bytes, tree.root()), ProofError::kDuplicate));
}

TEST(Multiproof, CountIsBoundedBeforeAnythingIsRead) {
  for (const u32 count : {0u, kMaxMultiproofItems + 1, 0xffffffffu}) {
    const std::array<u8, 4> bytes = {static_cast<u8>(count >> 24), static_cast<u8>(count >> 16),
                                     static_cast<u8>(count >> 8), static_cast<u8>(count)};
    EXPECT_TRUE(fails_with(verify_multiproof(bytes, Hash32{}), ProofError::kBadCount));
  }
}

// The tail of a one-item proof in an otherwise empty state: roots bitmap, slots = 32, 4 bitmap
// bytes.
struct Tail {
  u32 slots;
  u8 bitmap_byte;
  u8 listed;  // empty hashes listed at height 0
  ProofError error;
};

TEST(Multiproof, SlotsMustMatchTheWalkExactly) {
  NaiveTree tree;
  tree.set(1, 0, numbered(1));
  const std::vector<u8> good = multiproof_in(tree, items_in(tree, {{1, 0}}));
  ASSERT_TRUE(verify_multiproof(good, tree.root()).ok());
  ASSERT_EQ(good.size(), 4u + 37 + 4 + 4 + 4);
  const Tail tails[] = {{31, 0, 0, ProofError::kBadCount},
                        {33, 0, 0, ProofError::kBadCount},
                        {32, 1, 1, ProofError::kListedEmpty},
                        {32, 1, 0, ProofError::kTruncated},
                        {32, 0, 1, ProofError::kSurplus}};
  for (const Tail& tail : tails) {
    std::vector<u8> bytes(good.begin(), good.end() - 8);
    bytes.insert(bytes.end(), {0, 0, 0, static_cast<u8>(tail.slots)});
    bytes.resize(bytes.size() + (tail.slots + 7) / 8);
    bytes[bytes.size() - (tail.slots + 7) / 8] = tail.bitmap_byte;
    bytes.resize(bytes.size() + tail.listed * 32u);
    EXPECT_TRUE(fails_with(verify_multiproof(bytes, tree.root()), tail.error)) << tail.slots;
  }
}

TEST(Multiproof, PaddingBitsMustBeZero) {
  NaiveTree tree;
  tree.set(1, 0, numbered(1));
  tree.set(1, 1, numbered(2));
  std::vector<u8> bytes = multiproof_in(tree, items_in(tree, {{1, 0}, {1, 1}}));  // 31 slots
  ASSERT_TRUE(verify_multiproof(bytes, tree.root()).ok());
  bytes.back() |= 0x80;
  EXPECT_TRUE(fails_with(verify_multiproof(bytes, tree.root()), ProofError::kBadPadding));
}

}  // namespace
}  // namespace gavel::tree
