#include "state/tree_live.hpp"

#include <gtest/gtest.h>

#include <map>

#include "crypto/keccak_batch.hpp"
#include "io/random.hpp"
#include "tree/naive_tree_test.hpp"

namespace gavel::state {
namespace {

using crypto::KeccakBackend;
using io::SeededRandom;
using Bytes = std::vector<u8>;

// A write set in several streams and what it does to a plain map.
class Batch {
 public:
  Batch& write(u8 table, u32 index, const Bytes& encoding) {
    append_entry(streams_.back(), table, EntryKind::kAfter, index, encoding);
    return *this;
  }
  Batch& before(u8 table, u32 index, const Bytes& encoding) {
    append_entry(streams_.back(), table, EntryKind::kBefore, index, encoding);
    return *this;
  }
  Batch& next_stream() {
    streams_.emplace_back();
    return *this;
  }
  std::vector<std::span<const u8>> streams() const { return {streams_.begin(), streams_.end()}; }
  Bytes& last() { return streams_.back(); }

 private:
  std::vector<Bytes> streams_ = std::vector<Bytes>(1);
};

Bytes random_encoding(SeededRandom& random) {
  // Mostly one block, sometimes several, at times absent.
  const u64 size = random.chance(30'000)   ? 0
                   : random.chance(50'000) ? random.below(600)
                                           : 20 + random.below(130);
  Bytes out(size);
  random.fill(out);
  return out;
}

TreeConfig config_of(u32 threads) {
  TreeConfig config;
  config.capacity[0] = 2;        // the smallest
  config.capacity[1] = 1 << 20;  // many shards
  config.capacity[3] = 1 << 16;  // exactly one
  config.capacity[6] = 1000;     // not a power of two
  config.threads = threads;
  return config;
}

Hash32 apply(LiveTree& tree, const Batch& batch) {
  const auto root = tree.update(batch.streams());
  EXPECT_TRUE(root.ok());
  return root.value_or(Hash32{});
}

class RandomBatches : public testing::TestWithParam<std::tuple<KeccakBackend, u32>> {};

TEST_P(RandomBatches, GiveTheRootsOfTheDefinition) {
  const auto [backend, threads] = GetParam();
  if (!crypto::keccak_backend_available(backend)) {
    GTEST_SKIP() << "this CPU has no " << crypto::keccak_backend_name(backend);
  }
  const KeccakBackend before = crypto::keccak_backend();
  crypto::force_keccak_backend(backend);
  LiveTree live(config_of(threads));
  tree::NaiveTree naive;
  SeededRandom random(7);
  for (u32 round = 0; round < 6; ++round) {
    Batch batch;
    for (u32 i = 0; i < 400; ++i) {
      const u8 table = std::array<u8, 4>{0, 1, 3, 6}[random.below(4)];
      // Dense at the start, with jumps over shards that were never in use.
      const u32 limit = table == 0               ? 2
                        : random.chance(900'000) ? 200
                        : table == 1             ? 1u << 20
                                                 : 1000;
      const u32 index = static_cast<u32>(random.below(limit));
      const Bytes encoding = random_encoding(random);
      batch.write(table, index, encoding);
      naive.set(table, index, tree::hash_leaf(encoding));
      if (random.chance(100'000)) batch.next_stream();
    }
    EXPECT_EQ(apply(live, batch), naive.root());
  }
  EXPECT_EQ(live.table_roots(), naive.roots());
  live.rebuild();
  EXPECT_EQ(live.table_roots(), naive.roots());
  crypto::force_keccak_backend(before);
}

INSTANTIATE_TEST_SUITE_P(EveryBackend, RandomBatches,
                         testing::Combine(testing::Values(KeccakBackend::kScalar,
                                                          KeccakBackend::kAvx2,
                                                          KeccakBackend::kAvx512),
                                          testing::Values(1u, 2u, 3u)));

TEST(LiveTree, EmptyHasTheEmptyRoot) {
  const LiveTree live(config_of(1));
  EXPECT_EQ(live.state_root(), tree::state_root(tree::empty_table_roots()));
}

TEST(LiveTree, TheLastWriteWinsAcrossStreams) {
  LiveTree live(config_of(2));
  Batch batch;
  batch.write(1, 5, {1}).write(1, 5, {2}).next_stream().write(1, 5, {3}).next_stream().write(1, 6,
                                                                                             {9});
  Batch direct;
  direct.write(1, 6, {9}).write(1, 5, {3});
  LiveTree other(config_of(2));
  EXPECT_EQ(apply(live, batch), apply(other, direct));
  EXPECT_EQ(live.leaf(1, 5), tree::hash_leaf(Bytes{3}));
}

TEST(LiveTree, AnEmptyEncodingBringsBackTheEmptyTree) {
  LiveTree live(config_of(2));
  const Hash32 empty = live.state_root();
  EXPECT_NE(apply(live, Batch().write(1, 70'000, {1}).write(6, 3, {2})), empty);
  EXPECT_EQ(apply(live, Batch().write(1, 70'000, {}).write(6, 3, {})), empty);
}

TEST(LiveTree, EntriesBeforeTheBatchWriteNothing) {
  LiveTree live(config_of(2));
  const Hash32 empty = live.state_root();
  EXPECT_EQ(apply(live, Batch().before(1, 5, {1})), empty);
}

TEST(LiveTree, RefusesBadStreamsAndStaysAsItWas) {
  LiveTree live(config_of(2));
  const Hash32 root = apply(live, Batch().write(1, 5, {1}));
  struct Case {
    Batch batch;
    TreeError error;
  };
  Batch truncated;
  truncated.write(1, 6, {1, 2, 3});
  truncated.last().pop_back();
  Batch unknown_kind;
  unknown_kind.write(1, 6, {1});
  unknown_kind.last()[1] = 3;
  Batch table_range;
  table_range.write(1, 6, {1});
  table_range.last()[0] = 32;
  Batch too_long;
  too_long.write(1, 6, Bytes(4096)).last().push_back(0);
  too_long.last()[2] = 1;
  const Case cases[] = {
      {truncated, TreeError::kMalformed},
      {unknown_kind, TreeError::kMalformed},
      {table_range, TreeError::kMalformed},
      {too_long, TreeError::kMalformed},
      {Batch().write(1, 7, {1}).write(2, 1, {1}), TreeError::kBeyondCapacity},
      {Batch().write(6, 1024, {1}), TreeError::kBeyondCapacity},
  };
  for (const Case& item : cases) {
    const auto result = live.update(item.batch.streams());
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error(), item.error);
    EXPECT_EQ(live.state_root(), root);
  }
}

TEST(LiveTree, TheStateBeforeMustBeWhatTheTreeHolds) {
  LiveTree live(config_of(2));
  apply(live, Batch().write(1, 5, {1}));
  TreePlan plan;
  const auto check = [&](const Batch& batch) {
    EXPECT_TRUE(live.plan(batch.streams(), plan).ok());
    return live.check_before(plan);
  };
  using Checked = base::Result<void, TreeError>;
  EXPECT_EQ(check(Batch().before(1, 5, {1}).write(1, 5, {2})), Checked{});
  EXPECT_EQ(check(Batch().before(1, 5, {1}).write(1, 5, {2}).before(1, 5, {2})), Checked{});
  EXPECT_EQ(check(Batch().write(1, 6, {2})), Checked{});
  EXPECT_EQ(check(Batch().before(1, 6, {}).write(1, 6, {2})), Checked{});
  EXPECT_EQ(check(Batch().write(1, 5, {2})), Checked{TreeError::kMissingBefore});
  EXPECT_EQ(check(Batch().before(1, 5, {7}).write(1, 5, {2})), Checked{TreeError::kDiverged});
  EXPECT_EQ(check(Batch().before(1, 6, {7}).write(1, 6, {2})), Checked{TreeError::kDiverged});
}

TEST(LiveTree, ProvesWhatItHolds) {
  LiveTree live(config_of(2));
  Batch batch;
  for (u32 i = 1; i < 300; ++i) batch.write(1, i * 7, {static_cast<u8>(i)});
  const Hash32 root = apply(live, batch.write(3, 65'535, {1}).write(0, 1, {5}));
  for (const auto& [table, index] : {ObjectKey{1, 7}, ObjectKey{1, 8}, ObjectKey{3, 65'535},
                                     ObjectKey{0, 1}, ObjectKey{1, 0xffffffff}, ObjectKey{17, 3}}) {
    EXPECT_TRUE(tree::verify_object(root, live.prove(table, index), live.leaf(table, index)).ok());
  }
  const std::vector<ObjectKey> keys = {{0, 1}, {1, 6}, {1, 7}, {1, 700}, {3, 65'535}, {9, 1}};
  EXPECT_TRUE(tree::verify_multiproof(live.prove_many(keys), root).ok());
}

TEST(LiveTree, TakesFortyEightBytesALeaf) {
  for (const u64 capacity : {u64{4}, u64{1} << 16, u64{1} << 27}) {
    EXPECT_EQ(TableLevels::bytes_for(capacity), capacity * 48);
  }
}

TEST(LiveTree, LoadedLeavesAreRebuiltToTheSameTree) {
  LiveTree live(config_of(2));
  LiveTree loaded(config_of(2));
  SeededRandom random(3);
  Batch batch;
  for (u32 i = 0; i < 5000; ++i)
    batch.write(1, static_cast<u32>(random.below(150'000)), random_encoding(random));
  const Hash32 root = apply(live, batch);
  TreePlan plan;
  ASSERT_TRUE(loaded.plan(batch.streams(), plan).ok());
  loaded.load_leaves(plan);
  loaded.rebuild();
  EXPECT_EQ(loaded.state_root(), root);
  for (u32 position = 0; position < 40'000; ++position) {
    ASSERT_EQ(loaded.node(1, 2, position), live.node(1, 2, position));
  }
}

}  // namespace
}  // namespace gavel::state
