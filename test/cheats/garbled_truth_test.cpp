// Lists of garbage are answered at every level, and each ends with what the list above says.
#include "cheats/garbled_truth.hpp"

#include <gtest/gtest.h>

#include "crypto/keccak.hpp"
#include "dispute/player_walk.hpp"
#include "vm/state.hpp"

namespace gavel::cheats {
namespace {

using dispute::Place;
using dispute::TrueList;

const std::vector<Hash32> kEnd(32, Hash32{{7}});

Hash32 run_hash(const TrueList& list) {
  vm::StateWords words;
  std::copy_n(list.run.begin(), words.size(), words.begin());
  return vm::hash_words(words);
}

TEST(GarbledTruth, EndsEachListWithWhatTheListAboveSays) {
  const dispute::GameShape shape;
  for (const u32 k : {0u, 1u, 37u, 63u}) {
    SCOPED_TRACE(k);
    GarbledTruth truth(kEnd, 1);
    Place place;
    Hash32 expected = truth.end().value();
    for (; place.level < shape.step_level; place = child_place(shape, place, k)) {
      SCOPED_TRACE(place.level);
      const TrueList list = truth.list(place).value();
      EXPECT_EQ(list.end, expected);
      ASSERT_EQ(list.values.size(), shape.list_size());
      EXPECT_EQ(list.values.back(), place.level == shape.run_level ? run_hash(list) : list.end);
      expected = list.values[k];
    }
    EXPECT_FALSE(truth.step(place).ok());
  }
}

TEST(GarbledTruth, TwoSeedsAgreeAtTheEndAlone) {
  GarbledTruth x(kEnd, 1);
  GarbledTruth y(kEnd, 2);
  EXPECT_EQ(x.end().value(), y.end().value());
  const TrueList a = x.list({}).value();
  const TrueList b = y.list({}).value();
  for (std::size_t i = 0; i + 1 < a.values.size(); ++i) EXPECT_NE(a.values[i], b.values[i]) << i;
  EXPECT_EQ(a.values.back(), b.values.back());
}

}  // namespace
}  // namespace gavel::cheats
