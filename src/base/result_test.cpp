#include "base/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace gavel::base {
namespace {

enum class Failure : u8 { kOdd, kBig };

Result<u32, Failure> half(u32 n) {
  if (n % 2 != 0) return Failure::kOdd;
  return n / 2;
}
Result<u32, Failure> quarter(u32 n) {
  const u32 h = GAVEL_TRY(half(n));
  return GAVEL_TRY(half(h));
}
Result<void, Failure> small(u32 n) {
  if (n > 9) return Failure::kBig;
  return {};
}
Result<std::string, Failure> text(u32 n) {
  GAVEL_TRY(small(n));
  return std::to_string(n);
}

TEST(Result, HoldsAValueOrAnError) {
  EXPECT_EQ(half(4).value(), 2u);
  EXPECT_EQ(half(3).error(), Failure::kOdd);
  EXPECT_EQ(half(3).value_or(8), 8u);
  EXPECT_TRUE(half(4).ok());
  EXPECT_EQ(half(4), half(4));
  EXPECT_NE(half(4), half(3));
}

TEST(Result, TryPassesTheErrorOn) {
  EXPECT_EQ(*quarter(8), 2u);
  EXPECT_EQ(quarter(6).error(), Failure::kOdd);
  EXPECT_EQ(text(7).value(), "7");
  EXPECT_EQ(text(70).error(), Failure::kBig);
}

TEST(Result, MapAndThen) {
  EXPECT_EQ(half(8).and_then(half).map([](u32 n) { return n + 1; }).value(), 3u);
  EXPECT_EQ(half(6).and_then(half).map([](u32 n) { return n + 1; }).error(), Failure::kOdd);
  EXPECT_EQ(small(3).and_then([] { return half(2); }).value(), 1u);
  EXPECT_EQ(half(3).map_error([](Failure) { return 'x'; }).error(), 'x');
  EXPECT_EQ(small(30).map_error([](Failure) { return 'x'; }).error(), 'x');
}

TEST(Result, OwnsValuesThatAreNotTrivial) {
  Result<std::string, Failure> a = std::string(100, 'a');
  Result<std::string, Failure> b = a;
  a = Result<std::string, Failure>(Failure::kBig);
  EXPECT_EQ(b.value(), std::string(100, 'a'));
  EXPECT_EQ(a.error(), Failure::kBig);
  a = std::move(b);
  EXPECT_EQ(a->size(), 100u);
  Result<std::unique_ptr<u32>, Failure> owner = std::make_unique<u32>(5u);
  EXPECT_EQ(*std::move(owner).value(), 5u);
}

TEST(Result, IsTrivialForTrivialValues) {
  static_assert(std::is_trivially_copyable_v<Result<void, Failure>>);
  static_assert(std::is_trivially_destructible_v<Result<u32, Failure>>);
  static_assert(std::is_trivially_copy_constructible_v<Result<u32, Failure>>);
}

TEST(ResultDeathTest, AskingForTheOtherFailsACheck) {
  EXPECT_DEATH((void)half(3).value(), "check failed");
  EXPECT_DEATH((void)half(4).error(), "check failed");
  EXPECT_DEATH(small(30).value(), "check failed");
  EXPECT_DEATH((void)small(3).error(), "check failed");
}

}  // namespace
}  // namespace gavel::base
