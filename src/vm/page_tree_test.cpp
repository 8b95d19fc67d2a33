#include "vm/page_tree.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>

#include "crypto/keccak.hpp"
#include "crypto/keccak_batch.hpp"
#include "vm/replay.hpp"

namespace gavel::vm {
namespace {

// The definition, over the leaves that are not zero.
class NaiveMemory {
 public:
  std::map<u32, Hash32> leaves;  // by index

  Hash32 node(u32 level, u32 index) const {
    const u64 first = u64{index} << level;
    const auto at = leaves.lower_bound(static_cast<u32>(first));
    if (at == leaves.end() || at->first >= first + (u64{1} << level)) return zero(level);
    if (level == 0) return at->second;
    return crypto::keccak256_pair(node(level - 1, 2 * index), node(level - 1, 2 * index + 1));
  }

 private:
  static Hash32 zero(u32 level) {
    Hash32 out;
    for (u32 i = 0; i < level; ++i) out = crypto::keccak256_pair(out, out);
    return out;
  }
};

void write_leaf(Memory& memory, NaiveMemory& naive, u32 index, const Hash32& leaf) {
  memory.write(index * 32, leaf.bytes);
  naive.leaves[index] = leaf;
}

Hash32 draw_leaf(std::mt19937_64& random) {
  Hash32 out;
  for (u8& byte : out.bytes) byte = static_cast<u8>(random());
  return out;
}

TEST(PageTree, EmptyMemory) {
  PageTree tree;
  EXPECT_EQ(tree.root(), NaiveMemory{}.node(kMemoryLevels, 0));
}

TEST(PageTree, RootsAndPathsAgreeWithTheDefinition) {
  constexpr u64 kSeed = 5;
  for (const auto backend : {crypto::KeccakBackend::kScalar, crypto::keccak_backend()}) {
    crypto::force_keccak_backend(backend);
    std::mt19937_64 random(kSeed);
    Memory memory;
    NaiveMemory naive;
    PageTree tree;
    // Rounds of few and many pages, some written again, some given back to zero.
    for (u32 round = 0; round < 12; ++round) {
      for (u32 i = 0; i < 1 + round * 7; ++i) {
        const u32 index = random() % 2 == 0 ? static_cast<u32>(random() % 600)
                                            : static_cast<u32>(random() % (1u << 27));
        write_leaf(memory, naive, index, random() % 8 == 0 ? Hash32{} : draw_leaf(random));
      }
      if (round == 0) write_leaf(memory, naive, (1u << 27) - 1, draw_leaf(random));
      tree.update(memory.take_hash_stale(), memory);
      ASSERT_EQ(tree.root(), naive.node(kMemoryLevels, 0)) << round;
    }
    for (const u32 height : {0u, 1u, 2u, 3u, 7u}) {
      for (u32 i = 0; i < 10; ++i) {
        const u32 index = (i == 0 ? (1u << 27) - 1 : static_cast<u32>(random() % 600)) >> height;
        const u32 address = (index << height) * 32;
        const std::vector<Hash32> siblings = tree.siblings(address, height, memory);
        ASSERT_EQ(siblings.size(), kMemoryLevels - height);
        if (height > 3) continue;  // no call has blocks of more than eight leaves
        std::vector<Hash32> leaves(u32{1} << height);
        std::memcpy(leaves.data(), memory.bytes() + address, 32 * leaves.size());
        EXPECT_EQ(block_root(address, leaves, siblings), tree.root());
      }
    }
  }
}

TEST(PageTree, UpdateOfNothingKeepsTheRoot) {
  Memory memory;
  PageTree tree;
  memory.write(4096, std::array<u8, 1>{1});
  tree.update(memory.take_hash_stale(), memory);
  const Hash32 root = tree.root();
  EXPECT_TRUE(memory.take_hash_stale().empty());
  tree.update({}, memory);
  EXPECT_EQ(tree.root(), root);
}

}  // namespace
}  // namespace gavel::vm
