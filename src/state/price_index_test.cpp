#include "state/price_index.hpp"

#include <gtest/gtest.h>

#include <map>

#include "io/random.hpp"

namespace gavel::state {
namespace {

using exchange::Side;

// The same questions asked of ordered maps.
class NaiveIndex {
 public:
  std::map<u32, u32>& side(u32 market, Side s) { return sides_[{market, static_cast<u8>(s)}]; }
  u32 find(u32 market, Side s, u32 price) {
    const auto& prices = side(market, s);
    if (s == Side::bid) {  // the lowest price that is not below
      const auto at = prices.lower_bound(price);
      return at == prices.end() ? 0 : at->second;
    }
    auto at = prices.upper_bound(price);
    return at == prices.begin() ? 0 : std::prev(at)->second;
  }

 private:
  std::map<std::pair<u32, u8>, std::map<u32, u32>> sides_;
};

struct Shape {
  const char* name;
  u32 low_ticks;
  u64 range_ticks;
  u32 live;
};

class PriceIndexShapes : public ::testing::TestWithParam<Shape> {};

TEST_P(PriceIndexShapes, AnswersAsOrderedMapsDo) {
  const Shape shape = GetParam();
  io::SeededRandom random(shape.live);
  PriceIndex index(3, shape.live * 6 + 6);
  NaiveIndex naive;
  u32 next_level = 1;
  for (u32 step = 0; step < shape.live * 12; ++step) {
    const u32 market = 1 + static_cast<u32>(random.below(3));
    const Side side = static_cast<Side>(random.below(2));
    const u32 price = shape.low_ticks + static_cast<u32>(random.below(shape.range_ticks));
    auto& prices = naive.side(market, side);
    ASSERT_EQ(index.find(market, side, price), naive.find(market, side, price));
    // Grows, then shrinks to nothing: nodes split, merge and go.
    const bool grow = step < shape.live * 6 && prices.size() < shape.live;
    if (grow && !prices.contains(price)) {
      prices[price] = next_level;
      index.add(market, side, price, next_level++);
    } else if (!prices.empty()) {
      auto victim = prices.lower_bound(price);
      if (victim == prices.end()) victim = prices.begin();
      index.remove(market, side, victim->first);
      prices.erase(victim);
    }
  }
  for (u32 market = 1; market <= 3; ++market) {
    for (const Side side : {Side::bid, Side::ask}) {
      for (const auto& [price, level] : naive.side(market, side)) {
        ASSERT_EQ(index.find(market, side, price), level);
        index.remove(market, side, price);
      }
    }
  }
  EXPECT_EQ(index.nodes(), 0u);
}

INSTANTIATE_TEST_SUITE_P(, PriceIndexShapes,
                         ::testing::Values(Shape{"Few", 100, 20, 8},
                                           Shape{"Dense", 60'000, 3'000, 2'000},
                                           Shape{"WholeRange", 1, 0xffffffff, 5'000},
                                           Shape{"Lowest", 1, 600, 400},
                                           Shape{"Highest", 0xffffffff - 599, 600, 400}),
                         [](const auto& p) { return std::string(p.param.name); });

TEST(PriceIndex, EndsOfTheRange) {
  PriceIndex index(1, 8);
  index.add(1, Side::ask, 1, 1);
  index.add(1, Side::ask, 0xffffffff, 2);
  index.add(1, Side::bid, 1, 3);
  index.add(1, Side::bid, 0xffffffff, 4);
  EXPECT_EQ(index.find(1, Side::ask, 1), 1u);
  EXPECT_EQ(index.find(1, Side::ask, 0xfffffffe), 1u);
  EXPECT_EQ(index.find(1, Side::ask, 0xffffffff), 2u);
  EXPECT_EQ(index.find(1, Side::bid, 1), 3u);
  EXPECT_EQ(index.find(1, Side::bid, 2), 4u);
}

// The most wasteful patterns that adding and removing can leave: one entry of sixteen, and one,
// then twelve, then one.
class PriceIndexWaste : public ::testing::TestWithParam<u32> {};

TEST_P(PriceIndexWaste, NodesStayWithinTheirBound) {
  constexpr u32 kLevels = 60'000;
  const u32 kept_of_second_half = GetParam();
  PriceIndex index(1, kLevels);
  std::map<u32, u32> live;
  for (u32 i = 0; i < kLevels; ++i) {
    index.add(1, Side::ask, i * 71'000 + 1, i + 1);
    live[i * 71'000 + 1] = i + 1;
  }
  u32 position = 0;
  for (auto at = live.begin(); at != live.end(); ++position) {
    const u32 of_32 = position % 32;
    const bool keep = of_32 == 0 || (of_32 >= 16 && of_32 < 16 + kept_of_second_half);
    if (!keep) index.remove(1, Side::ask, at->first);
    at = keep ? std::next(at) : live.erase(at);
  }
  EXPECT_LE(index.nodes(), live.size() / 5 + 12);
  for (const auto& [price, level] : live) ASSERT_EQ(index.find(1, Side::ask, price), level);
}

INSTANTIATE_TEST_SUITE_P(, PriceIndexWaste, ::testing::Values(1u, 12u));

}  // namespace
}  // namespace gavel::state
