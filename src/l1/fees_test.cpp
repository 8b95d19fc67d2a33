#include "l1/fees.hpp"

#include <gtest/gtest.h>

namespace gavel::l1 {
namespace {

const FeeLimits kLimits{u128{100}, u128{2}, 12};

TEST(Fees, TheFirstOfferLeavesRoomForTheBaseFeeToDouble) {
  EXPECT_EQ(first_offer({u128{20}, u128{5}}, kLimits), (FeeOffer{u128{45}, u128{5}}));
  EXPECT_EQ(first_offer({u128{20}, u128{0}}, kLimits), (FeeOffer{u128{42}, u128{2}}));  // the floor
  EXPECT_EQ(first_offer({u128{60}, u128{5}}, kLimits), (FeeOffer{u128{100}, u128{5}}));  // the cap
  EXPECT_EQ(first_offer({u128{97}, u128{5}}, kLimits), (FeeOffer{u128{100}, u128{3}}));
  EXPECT_EQ(first_offer({u128{98}, u128{5}}, kLimits), (FeeOffer{u128{100}, u128{2}}));
  EXPECT_EQ(first_offer({u128{99}, u128{5}}, kLimits), std::nullopt);
  EXPECT_EQ(first_offer({u128{101}, u128{5}}, kLimits), std::nullopt);
}

TEST(Fees, ARaiseMovesBothParts) {
  EXPECT_EQ(raised_offer({u128{50}, u128{10}}, {u128{20}, u128{5}}, kLimits),
            (FeeOffer{u128{56}, u128{12}}));
  EXPECT_EQ(raised_offer({u128{42}, u128{2}}, {u128{45}, u128{3}}, kLimits),
            (FeeOffer{u128{93}, u128{3}}));
  EXPECT_EQ(raised_offer({u128{90}, u128{2}}, {u128{20}, u128{3}}, kLimits),
            std::nullopt);  // 101 > 100
  EXPECT_EQ(raised_offer({u128{89}, u128{2}}, {u128{20}, u128{3}}, kLimits),
            (FeeOffer{u128{100}, u128{3}}));
}

TEST(Fees, RaisingRoundsUpAndNeverOverflows) {
  EXPECT_EQ(raise_by(u128{0}, 12), u128{1});
  EXPECT_EQ(raise_by(u128{1}, 12), u128{2});
  EXPECT_EQ(raise_by(u128{100}, 12), u128{112});
  EXPECT_EQ(raise_by(u128{101}, 10), u128{112});
  for (u64 v = 0; v < 2000; ++v) {
    EXPECT_GE(raise_by(u128{v}, 10) * u128{100}, u128{v} * u128{110});
    EXPECT_GT(raise_by(u128{v}, 0), u128{v});
  }
}

}  // namespace
}  // namespace gavel::l1
