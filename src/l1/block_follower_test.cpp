#include "l1/block_follower.hpp"

#include <gtest/gtest.h>

#include "io/random.hpp"
#include "l1/fake_l1.hpp"

namespace gavel::l1 {
namespace {

bool linked(const BlockFollower& follower) {
  const auto& headers = follower.headers();
  for (size_t i = 1; i < headers.size(); ++i) {
    if (headers[i].parent_hash != headers[i - 1].hash ||
        headers[i].number != headers[i - 1].number + 1)
      return false;
  }
  return true;
}

TEST(BlockFollower, CatchesUpInSteps) {
  FakeL1 l1;
  l1.mine(10);
  BlockFollower follower(l1, {.start_block = 3, .window = 100, .max_headers_per_poll = 4});
  const auto first = follower.poll().value();
  EXPECT_EQ(first.added.size(), 4u);
  EXPECT_EQ(first.added.front().number, 3u);
  EXPECT_FALSE(first.caught_up);
  const auto second = follower.poll().value();
  EXPECT_TRUE(second.caught_up);
  EXPECT_EQ(follower.tip()->hash, l1.head().hash);
  EXPECT_TRUE(follower.poll()->added.empty());
  EXPECT_EQ(follower.safe_number(), 6u);
  EXPECT_EQ(follower.depth_of(10, l1.head().hash), 1u);
  EXPECT_EQ(follower.depth_of(8, follower.at(8)->hash), 3u);
  EXPECT_EQ(follower.depth_of(8, Hash32{}), 0u);
}

TEST(BlockFollower, FollowsFromTheGenesis) {
  FakeL1 l1;
  BlockFollower follower(l1, {});
  EXPECT_EQ(follower.poll()->added.size(), 1u);
  EXPECT_EQ(follower.tip()->number, 0u);
}

TEST(BlockFollower, WaitsForItsFirstBlock) {
  FakeL1 l1;
  BlockFollower follower(l1, {.start_block = 3});
  EXPECT_TRUE(follower.poll()->added.empty());
  EXPECT_FALSE(follower.tip().has_value());
  l1.mine(3);
  EXPECT_EQ(follower.poll()->added.size(), 1u);
}

TEST(BlockFollower, AReorgNamesWhatWentAndWhatCame) {
  FakeL1 l1;
  l1.set_finality(20, 20);
  l1.mine(10);
  BlockFollower follower(l1, {});
  (void)follower.poll();
  const BlockHeader old_tip = *follower.tip();
  l1.reorg(3, false);
  l1.mine(5);
  const auto update = follower.poll().value();
  ASSERT_EQ(update.removed.size(), 3u);
  EXPECT_EQ(update.removed.front(), old_tip);
  ASSERT_EQ(update.added.size(), 5u);
  EXPECT_EQ(update.added.front().number, 8u);
  EXPECT_EQ(follower.tip()->number, 12u);
  EXPECT_FALSE(follower.contains(old_tip));
  EXPECT_TRUE(linked(follower));
}

TEST(BlockFollower, AShorterBranchIsAReorgButALaggingEndpointIsNot) {
  FakeL1 l1;
  l1.set_finality(20, 20);
  l1.mine(10);
  BlockFollower follower(l1, {});
  (void)follower.poll();
  l1.reorg(4, false);  // the head is now an ancestor of ours
  EXPECT_TRUE(follower.poll()->removed.empty());
  EXPECT_EQ(follower.tip()->number, 10u);
  l1.mine(1);  // another block 7
  const auto update = follower.poll().value();
  EXPECT_EQ(update.removed.size(), 4u);
  EXPECT_EQ(follower.tip()->number, 7u);
}

TEST(BlockFollower, AForkBelowTheWindowOrAFinalBlockStopsUntilRestarted) {
  for (const bool by_finality : {false, true}) {
    FakeL1 l1;
    l1.set_finality(by_finality ? 1 : 50, by_finality ? 2 : 50);
    l1.mine(10);
    BlockFollower follower(
        l1, {.start_block = 0, .window = by_finality ? 100u : 3u, .max_headers_per_poll = 512});
    (void)follower.poll();
    const BlockHeader tip = *follower.tip();
    l1.reorg(5, false);
    l1.mine(6);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(follower.poll().error().kind, ErrorKind::kReorgTooDeep);
    EXPECT_EQ(follower.tip(), tip);
    follower.restart_at(9);
    EXPECT_EQ(follower.poll()->added.size(), 3u);
  }
}

TEST(BlockFollower, FinalityNeverGoesBack) {
  FakeL1 l1;
  l1.set_finality(1, 2);
  l1.mine(10);
  BlockFollower follower(l1, {});
  (void)follower.poll();
  EXPECT_EQ(follower.finalized_number(), 8u);
  l1.set_finality(6, 7);
  l1.mine(1);
  (void)follower.poll();
  EXPECT_EQ(follower.finalized_number(), 8u);
  EXPECT_GE(follower.safe_number(), 8u);
}

TEST(BlockFollower, MemoryIsBounded) {
  FakeL1 l1;
  l1.mine(50);
  BlockFollower follower(l1, {.start_block = 0, .window = 7, .max_headers_per_poll = 512});
  (void)follower.poll();
  EXPECT_EQ(follower.headers().size(), 7u);
  EXPECT_FALSE(follower.at(43).has_value());
  EXPECT_TRUE(follower.at(44).has_value());
}

// An endpoint whose answers do not link.
class Forger final : public FakeL1 {
 public:
  Result<std::vector<std::optional<BlockHeader>>> headers(u64 first, u32 count) override {
    auto out = FakeL1::headers(first, count);
    for (auto& header : *out) {
      if (header && header->number == forged) header->parent_hash = Hash32{{9}};
    }
    return out;
  }
  u64 forged = ~u64{0};
};

TEST(BlockFollower, UnlinkedHeadersAreNotTaken) {
  Forger l1;
  l1.mine(10);
  BlockFollower follower(l1, {});
  l1.forged = 6;
  EXPECT_EQ(follower.poll()->added.size(), 6u);  // 0..5 are linked
  EXPECT_EQ(follower.poll().error().kind, ErrorKind::kUnlinkedHeader);
  EXPECT_EQ(follower.tip()->number, 5u);
  l1.forged = ~u64{0};
  EXPECT_EQ(follower.poll()->added.size(), 5u);
}

TEST(BlockFollower, AFailedPollChangesNothing) {
  FakeL1 l1;
  l1.set_finality(20, 20);
  l1.mine(10);
  BlockFollower follower(l1, {});
  (void)follower.poll();
  l1.reorg(3, false);
  l1.mine(5);
  const auto before = follower.headers();
  for (u32 fail_at = 0; fail_at < 6; ++fail_at) {
    l1.fail_after(fail_at, make_error(ErrorKind::kTimeout));
    const auto failed = follower.poll();
    ASSERT_FALSE(failed.ok()) << fail_at;
    EXPECT_EQ(failed.error().kind, ErrorKind::kTimeout);
    EXPECT_EQ(follower.headers(), before);
  }
  EXPECT_EQ(follower.poll()->removed.size(), 3u);
}

class FollowerChaos : public ::testing::TestWithParam<u64> {};

TEST_P(FollowerChaos, UpdatesReplayToTheChain) {
  io::SeededRandom random(GetParam());
  FakeL1 l1;
  l1.set_finality(40, 50);
  BlockFollower follower(l1, {.start_block = 0, .window = 64, .max_headers_per_poll = 5});
  std::vector<BlockHeader> replayed;
  for (int step = 0; step < 500; ++step) {
    if (random.chance(500'000)) l1.mine(static_cast<u32>(1 + random.below(4)));
    if (random.chance(100'000)) l1.reorg(static_cast<u32>(random.below(6)), false);
    if (random.chance(100'000)) l1.fail_next(1, make_error(ErrorKind::kTimeout));
    const auto update = follower.poll();
    if (!update.ok()) continue;
    for (const BlockHeader& removed : update->removed) {
      ASSERT_EQ(replayed.back(), removed);
      replayed.pop_back();
    }
    for (const BlockHeader& added : update->added) {
      if (!replayed.empty()) ASSERT_EQ(added.parent_hash, replayed.back().hash);
      replayed.push_back(added);
    }
    ASSERT_TRUE(linked(follower));
  }
  l1.mine(3);
  while (!follower.poll()->caught_up) {
  }
  EXPECT_EQ(follower.tip()->hash, l1.head().hash);
}

INSTANTIATE_TEST_SUITE_P(Seeds, FollowerChaos, ::testing::Range<u64>(1, 21));

}  // namespace
}  // namespace gavel::l1
