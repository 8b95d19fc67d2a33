#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ops/log.hpp"
#include "sim/simulation.hpp"

namespace gavel::sim {
namespace {

constexpr u64 kSeeds = 200;
constexpr u64 kSeedsACase = 20;
constexpr u64 kSeconds = 30;

void quieten() {
  ops::LogConfig quiet;
  quiet.level = ops::LogLevel::kOff;
  (void)ops::configure_logging(quiet);
}

SimReport run(u64 seed) {
  quieten();
  return simulate({.seed = seed, .fault_seconds = kSeconds});
}

class Simulation : public testing::TestWithParam<u64> {};

TEST_P(Simulation, HoldsWhateverHappens) {
  for (u64 i = 0; i < kSeedsACase; ++i) {
    const u64 seed = GetParam() + i;
    const SimReport r = run(seed);
    ASSERT_TRUE(r.failure.empty())
        << r.failure << "\nrepeat with: ./gavel sim --seed " << seed << " --minutes "
        << fmt::format("{}", double(kSeconds) / 60) << " --trace";
  }
}

std::vector<u64> firsts() {
  std::vector<u64> out;
  for (u64 seed = 1; seed <= kSeeds; seed += kSeedsACase) out.push_back(seed);
  return out;
}

INSTANTIATE_TEST_SUITE_P(Seeds, Simulation, testing::ValuesIn(firsts()));

// The checks are worth something: a disk that does not keep its word is found out.
TEST(SimulationChecks, ADiskThatLiesIsFoundOut) {
  quieten();
  const SimReport r = simulate({.seed = 1, .fault_seconds = kSeconds, .disk_lies = true});
  EXPECT_NE(r.failure.find("was acknowledged"), std::string::npos) << r.failure;
}

TEST(SimulationDigest, TheSameSeedDoesTheSame) {
  const SimReport first = run(7);
  const SimReport again = run(7);
  EXPECT_EQ(first.digest, again.digest);
  EXPECT_EQ(first.blocks, again.blocks);
  EXPECT_NE(first.digest, run(8).digest);
}

}  // namespace
}  // namespace gavel::sim
