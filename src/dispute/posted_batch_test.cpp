// Trees that keep only what later leaves need answer about those as whole ones do.
#include "dispute/posted_batch.hpp"

#include <gtest/gtest.h>

#include <random>

#include "stf/judge_batches_test.hpp"

namespace gavel::dispute {
namespace {

std::vector<Hash32> leaves(u64 count) {
  std::vector<Hash32> out(count);
  for (u64 i = 0; i < count; ++i) out[i] = base::to_bytes32(base::U256::from_u64(i + 1));
  return out;
}

TEST(LeafTree, what_is_left_out_is_not_missed) {
  constexpr u32 kDepth = 12;
  const u64 seed = 9;
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (u32 round = 0; round < 60; ++round) {
    const u64 count = round < 10 ? round : random() % 600;
    const u64 from = random() % (count + 3);
    const LeafTree whole(leaves(count), kDepth);
    const LeafTree late(leaves(count), kDepth, from);
    ASSERT_EQ(late.root(), whole.root());
    ASSERT_EQ(late.leaves(), count);
    for (u64 index = from; index < count + 5; ++index) {
      stf::MapOracle x;
      stf::MapOracle y;
      whole.add_path(index, x);
      late.add_path(index, y);
      ASSERT_EQ(x.preimages(), y.preimages()) << index << " of " << count << " from " << from;
      ASSERT_EQ(y.size() == 0, count == 0);
    }
    ASSERT_LE(late.nodes_kept(), 2 * (count - std::min(from, count)) + 2 * kDepth);
  }
}

}  // namespace
}  // namespace gavel::dispute
