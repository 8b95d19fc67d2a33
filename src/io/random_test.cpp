#include "io/random.hpp"

#include <gtest/gtest.h>

#include <set>

#include "io/clock.hpp"

namespace gavel::io {
namespace {

// The first word of xoshiro256** after splitmix64 seeding with 0: recorded seeds must keep their
// meaning.
TEST(Random, AStreamIsAFunctionOfItsSeed) {
  SeededRandom a(0);
  SeededRandom b(0);
  SeededRandom c(1);
  EXPECT_EQ(a.next(), 0x99ec5f36cb75f2b4u);
  EXPECT_EQ(b.next(), 0x99ec5f36cb75f2b4u);
  EXPECT_NE(c.next(), 0x99ec5f36cb75f2b4u);
  EXPECT_EQ(a.next(), b.next());
}

TEST(Random, BelowStaysBelowAndReachesEverything) {
  SeededRandom random(5);
  std::set<u64> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.below(7));
  EXPECT_EQ(seen, (std::set<u64>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(random.below(1), 0u);
  EXPECT_FALSE(random.chance(0));
  EXPECT_TRUE(random.chance(1'000'000));
}

TEST(Random, FillsOddLengths) {
  SeededRandom random(5);
  std::array<u8, 13> bytes{};
  random.fill(bytes);
  EXPECT_NE(bytes, (std::array<u8, 13>{}));
}

TEST(Random, TheSystemGivesDifferentWords) {
  EntropyRandom random;
  EXPECT_NE(random.next(), random.next());
}

TEST(Clock, TheFakeStandsStillAndASleeperMovesIt) {
  FakeClock clock(1000);
  EXPECT_EQ(clock.now_ms(), 1000u);
  clock.sleep_for_ns(5'000'000);
  EXPECT_EQ(clock.now_ms(), 1005u);
  clock.sleep_until(1);
  EXPECT_EQ(clock.monotonic_ns(), 5'000'000u);
  clock.advance_ms(2);
  EXPECT_EQ(clock.now_ms(), 1007u);
}

TEST(Clock, TheSystemClockMovesForward) {
  SystemClock clock;
  const u64 start = clock.monotonic_ns();
  clock.sleep_for_ns(2'000'000);
  EXPECT_GE(clock.monotonic_ns(), start + 2'000'000);
  EXPECT_GT(clock.now_ms(), 1'600'000'000'000u);
}

}  // namespace
}  // namespace gavel::io
