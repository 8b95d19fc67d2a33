// Lists, paths and first differences; names of disputes and claims.
#include "dispute/list_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/keccak.hpp"
#include "dispute/game_ids.hpp"
#include "io/random.hpp"

namespace gavel::dispute {
namespace {

std::vector<Hash32> random_list(io::Random& random, u32 size) {
  std::vector<Hash32> list(size);
  for (Hash32& value : list) random.fill(value.bytes);
  return list;
}

TEST(ListTree, every_path_leads_to_the_root_and_to_no_other) {
  io::SeededRandom random(1);
  const auto list = random_list(random, 64);
  const ListTree tree(list);
  for (u32 k = 0; k < 64; ++k) {
    EXPECT_EQ(root_of(tree.entry(k), k), tree.root());
    EXPECT_EQ(tree.entry(k).siblings.size(), 6u);
    EXPECT_NE(root_of(tree.entry(k), k ^ 1), tree.root());
    ListEntry other = tree.entry(k);
    other.siblings[k % 6].bytes[0] ^= 1;
    EXPECT_NE(root_of(other, k), tree.root());
  }
}

// The claim of decision 0009: the left siblings of one path say whether lists agree before it.
TEST(ListTree, two_paths_show_the_first_difference_and_only_that) {
  io::SeededRandom random(2);
  for (u32 round = 0; round < 200; ++round) {
    const auto x = random_list(random, 64);
    auto y = x;
    const u64 changes = 1 + random.below(4);
    for (u64 i = 0; i < changes; ++i) y[random.below(64)].bytes[5] ^= 1;
    const auto k = first_difference(x, y);
    const ListTree xs(x);
    const ListTree ys(y);
    for (u32 i = 0; i < 64; ++i) {
      EXPECT_EQ(first_differ_at(xs.entry(i), ys.entry(i), i), k == i) << round << " at " << i;
    }
  }
}

TEST(ListTree, equal_lists_do_not_differ) {
  io::SeededRandom random(3);
  const auto x = random_list(random, 4);
  EXPECT_FALSE(first_difference(x, x));
  EXPECT_FALSE(first_differ_at(ListTree(x).entry(2), ListTree(x).entry(2), 2));
}

TEST(GameIds, parts_of_a_level_fill_one_interval_above) {
  const GameShape shape;
  const u64 parts[] = {1u << 18, 1u << 12, 1u << 6, 1, 1u << 18, 1u << 12, 1u << 6, 1};
  for (u32 level = 0; level < 8; ++level) EXPECT_EQ(shape.part(level), parts[level]) << level;
}

TEST(GameIds, children_begin_where_their_list_says) {
  const GameShape shape;
  io::SeededRandom random(4);
  const auto list = random_list(random, 64);
  const DisputeKey root{0, {{1}}, 0, {}};
  const DisputeKey first = child_key(shape, {{7}}, root, list, 0);
  EXPECT_EQ(first, (DisputeKey{1, root.start, 0, dispute_id(root)}));
  const DisputeKey fifth = child_key(shape, {{7}}, root, list, 5);
  EXPECT_EQ(fifth, (DisputeKey{1, list[4], 5u << 18, dispute_id(root)}));
  const DisputeKey units{3, {{2}}, 640, {{3}}};
  const DisputeKey run = child_key(shape, {{7}}, units, list, 9);
  EXPECT_EQ(run, (DisputeKey{4, machine_first_state({{7}}, list[8]), 0, dispute_id(units)}));
  const DisputeKey steps{7, {{2}}, 128, {{3}}};
  EXPECT_EQ(child_key(shape, {{7}}, steps, list, 3),
            (DisputeKey{8, list[2], 131, dispute_id(steps)}));
}

TEST(GameIds, every_word_of_a_key_counts) {
  const DisputeKey key{2, {{1}}, 3, {{4}}};
  std::vector<Hash32> ids = {dispute_id(key)};
  for (u32 i = 0; i < 4; ++i) {
    DisputeKey other = key;
    if (i == 0) ++other.level;
    if (i == 1) other.start.bytes[31] ^= 1;
    if (i == 2) ++other.position;
    if (i == 3) other.parent.bytes[31] ^= 1;
    ids.push_back(dispute_id(other));
  }
  std::ranges::sort(ids);
  EXPECT_EQ(std::ranges::adjacent_find(ids), ids.end());
}

}  // namespace
}  // namespace gavel::dispute
