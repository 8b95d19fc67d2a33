#include "base/check.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace gavel::base {
namespace {

TEST(Check, TrueConditionGoesOn) { GAVEL_CHECK(1 + 1 == 2); }

TEST(CheckDeathTest, FalseConditionAbortsWithItsText) {
  EXPECT_DEATH(GAVEL_CHECK(1 + 1 == 3), "check failed: 1 \\+ 1 == 3");
}

TEST(CheckDeathTest, InstalledHandlerReceivesTheCondition) {
  const auto fail = [] {
    set_check_handler(
        [](const char* condition, u32) { std::fprintf(stderr, "mine: %s", condition); });
    GAVEL_CHECK(false && true);
  };
  EXPECT_DEATH(fail(), "mine: false && true");
}

TEST(Check, HandlerCanBeRestored) {
  const CheckHandler mine = [](const char*, u32) {};
  const CheckHandler before = set_check_handler(mine);
  EXPECT_EQ(set_check_handler(nullptr), mine);
  EXPECT_EQ(set_check_handler(nullptr), before);
}

}  // namespace
}  // namespace gavel::base
