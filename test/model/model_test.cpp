#include <gtest/gtest.h>

#include "model/trader.hpp"

namespace gavel::model {
namespace {

TEST(Model, SameAsTheProduct) {
  std::map<std::pair<u8, u8>, u64> results;
  std::map<std::string, u64> effects;
  const u64 seeds =
      std::getenv("GAVEL_MODEL_SEEDS") ? std::stoull(std::getenv("GAVEL_MODEL_SEEDS")) : 6;
  const u64 steps = 1500;
  for (u64 seed = 1; seed <= seeds; ++seed) {
    Twin twin(small_config(static_cast<u32>(seed)));
    SeededChoices choices(seed);
    Trader trader(twin, choices);
    trader.found();
    for (u64 i = 0; i < steps && twin.difference().empty(); ++i) {
      trader.step();
      twin.check_invariants();
      twin.compare_objects();
      if (i % 50 == 0) twin.compare_roots();
    }
    if (twin.difference().empty()) twin.replay();
    ASSERT_EQ(twin.difference(), "") << "seed " << seed;
    for (const auto& [key, n] : trader.results()) results[key] += n;
    for (const auto& [key, n] : twin.model().effects()) effects[key] += n;
  }
  for (const auto& [key, n] : results)
    printf("action %d result %d: %llu\n", key.first, key.second, (unsigned long long)n);
  for (const auto& [key, n] : effects) printf("%s: %llu\n", key.c_str(), (unsigned long long)n);
}

}  // namespace
}  // namespace gavel::model
