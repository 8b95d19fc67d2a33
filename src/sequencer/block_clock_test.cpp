#include "sequencer/block_clock.hpp"

#include <gtest/gtest.h>

namespace gavel::sequencer {
namespace {

constexpr i64 kSecond = 1'000;
constexpr i64 kHour = 3'600 * kSecond;
constexpr i64 kDay = 24 * kHour;

// Two clocks that are moved apart.
struct TwoClocks final : io::Clock {
  u64 now_ms() override { return wall_ms; }
  u64 monotonic_ns() override { return steady_ms * 1'000'000; }
  void sleep_until(u64) override {}
  void pass(u64 ms) {
    wall_ms += ms;
    steady_ms += ms;
  }
  u64 wall_ms = 1'700'000'000'000;
  u64 steady_ms = 77;
};

TEST(BlockClock, FollowsCorrections) {
  TwoClocks clocks;
  BlockClock clock(clocks);
  for (const i64 step : {0, 5, -5, 1'000, -1'000, 300}) {
    clocks.pass(100);
    clocks.wall_ms += static_cast<u64>(step);
    EXPECT_EQ(clock.now_ms(), clocks.wall_ms);
    EXPECT_EQ(clock.offset_ms(), 0);
  }
  // Drift that adds up to more than a jump is followed look by look.
  for (u32 i = 0; i < 100; ++i) {
    clocks.pass(100);
    clocks.wall_ms += 100;
    EXPECT_EQ(clock.now_ms(), clocks.wall_ms);
  }
}

TEST(BlockClock, AJumpDoesNotReachIt) {
  for (const i64 jump : {-kDay, -kHour, -30 * kSecond, 2 * kSecond, kHour, kDay}) {
    TwoClocks clocks;
    BlockClock clock(clocks);
    u64 right = clocks.wall_ms;
    clocks.wall_ms += static_cast<u64>(jump);
    for (u32 i = 0; i < 50; ++i) {
      EXPECT_EQ(clock.now_ms(), right) << jump;
      EXPECT_EQ(clock.offset_ms(), jump);
      clocks.pass(100);
      right += 100;
    }
    // Set right again after an hour, but for what the two drifted apart meanwhile.
    clocks.pass(static_cast<u64>(kHour));
    clocks.wall_ms = right + static_cast<u64>(kHour) + 4'000;
    EXPECT_EQ(clock.now_ms(), clocks.wall_ms);
    EXPECT_EQ(clock.offset_ms(), 0);
  }
}

TEST(BlockClock, ASmallJumpIsFollowedWhenDriftCouldHaveMadeIt) {
  TwoClocks clocks;
  BlockClock clock(clocks);
  clocks.wall_ms += static_cast<u64>(5 * kSecond);
  clocks.pass(3'900'000);
  EXPECT_EQ(clock.offset_ms(), 0);
  EXPECT_EQ(clock.now_ms(), clocks.wall_ms - static_cast<u64>(5 * kSecond));
  EXPECT_EQ(clock.offset_ms(), 5 * kSecond);
  clocks.pass(200'000);
  EXPECT_EQ(clock.now_ms(), clocks.wall_ms);
  EXPECT_EQ(clock.offset_ms(), 0);
}

TEST(BlockClock, JumpsAddUp) {
  TwoClocks clocks;
  BlockClock clock(clocks);
  const u64 right = clocks.wall_ms;
  clocks.wall_ms += kDay;
  EXPECT_EQ(clock.now_ms(), right);
  clocks.wall_ms -= 2 * kDay;
  EXPECT_EQ(clock.now_ms(), right);
  EXPECT_EQ(clock.offset_ms(), -kDay);
}

}  // namespace
}  // namespace gavel::sequencer
