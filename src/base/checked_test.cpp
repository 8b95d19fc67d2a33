#include "base/checked.hpp"

#include <gtest/gtest.h>

#include <random>

namespace gavel::base {
namespace {

constexpr u64 kU64Max = std::numeric_limits<u64>::max();
constexpr i64 kI64Max = std::numeric_limits<i64>::max();
constexpr i64 kI64Min = std::numeric_limits<i64>::min();
constexpr u128 kU128Max = u128::from_halves(kU64Max, kU64Max);
__extension__ using Signed = __int128;

TEST(Checked, UnsignedEdges) {
  EXPECT_EQ(checked_add(kU64Max - 1, 1), kU64Max);
  EXPECT_EQ(checked_add(kU64Max, 1), std::nullopt);
  EXPECT_EQ(checked_sub(u64{0}, 1), std::nullopt);
  EXPECT_EQ(checked_mul(u64{1} << 32, (u64{1} << 32) - 1), ((u64{1} << 32) - 1) << 32);
  EXPECT_EQ(checked_mul(u64{1} << 32, u64{1} << 32), std::nullopt);
  EXPECT_EQ(checked_mul(u32{65536}, 65536), std::nullopt);
}

TEST(Checked, SignedEdges) {
  EXPECT_EQ(checked_add(kI64Max, 1), std::nullopt);
  EXPECT_EQ(checked_sub(kI64Min, 1), std::nullopt);
  EXPECT_EQ(checked_mul(kI64Min, -1), std::nullopt);
  EXPECT_EQ(checked_mul(kI64Min, 1), kI64Min);
  EXPECT_EQ(checked_mul(-(i64{1} << 62), 2), kI64Min);
  EXPECT_EQ(checked_mul(i64{1} << 62, 2), std::nullopt);
  EXPECT_EQ(checked_mul(i64{0}, kI64Min), 0);
}

TEST(Checked, SignedProductMatchesTheNativeType) {
  std::mt19937_64 random(3);
  for (u32 i = 0; i < 100000; ++i) {
    const i64 a = static_cast<i64>(random()) >> (random() % 64);
    const i64 b = static_cast<i64>(random()) >> (random() % 64);
    const Signed exact = static_cast<Signed>(a) * b;
    const bool fits = exact >= kI64Min && exact <= kI64Max;
    ASSERT_EQ(checked_mul(a, b), fits ? std::optional(static_cast<i64>(exact)) : std::nullopt);
  }
}

TEST(Checked, WideEdges) {
  EXPECT_EQ(checked_add(kU128Max, u128{1}), std::nullopt);
  EXPECT_EQ(checked_sub(u128{0}, u128{1}), std::nullopt);
  const u128 two_to_64 = u128::from_halves(1, 0);
  EXPECT_EQ(checked_mul(two_to_64, two_to_64), std::nullopt);
  EXPECT_EQ(checked_mul(two_to_64, u128{kU64Max}), u128::from_halves(kU64Max, 0));
  EXPECT_EQ(checked_mul(u128{kU64Max}, two_to_64), u128::from_halves(kU64Max, 0));
  EXPECT_EQ(checked_mul(u128::from_halves(1, 1), u128{kU64Max}), kU128Max);
  EXPECT_EQ(checked_mul(u128::from_halves(1, 2), u128{kU64Max}), std::nullopt);
}

TEST(MulDiv, RoundsAsAsked) {
  EXPECT_EQ(mul_div(7, 3, 2), 10u);
  EXPECT_EQ(mul_div(7, 3, 2, Rounding::kCeil), 11u);
  EXPECT_EQ(mul_div(8, 3, 2, Rounding::kCeil), 12u);
  EXPECT_EQ(mul_div(kU64Max, kU64Max, kU64Max), kU64Max);
  EXPECT_EQ(mul_div(kU64Max, 2, 1), std::nullopt);
  EXPECT_EQ(mul_div(1, 1, 0), std::nullopt);
  // floor fits, ceiling does not: (2^64 - 1) + 1/2
  EXPECT_EQ(mul_div(3, 12297829382473034411u, 2), std::nullopt);
  EXPECT_EQ(mul_div(kU64Max, 3, 3, Rounding::kCeil), kU64Max);
}

TEST(MulDiv, CeilingThatDoesNotFit) {
  // a b = (2^64 - 1) d + 1 with d = 2: a b = 2^65 - 1 = 31 * 1190112520884487201.
  EXPECT_EQ(mul_div(31, 1190112520884487201u, 2), kU64Max);
  EXPECT_EQ(mul_div(31, 1190112520884487201u, 2, Rounding::kCeil), std::nullopt);
}

TEST(MulDiv, SignedFloorAndCeiling) {
  EXPECT_EQ(mul_div_signed(-7, 3, 2, Rounding::kFloor), -11);
  EXPECT_EQ(mul_div_signed(-7, 3, 2, Rounding::kCeil), -10);
  EXPECT_EQ(mul_div_signed(-7, -3, 2, Rounding::kFloor), 10);
  EXPECT_EQ(mul_div_signed(kI64Min, 1, 1, Rounding::kFloor), kI64Min);
  EXPECT_EQ(mul_div_signed(kI64Min, -1, 1, Rounding::kFloor), std::nullopt);
  EXPECT_EQ(mul_div_signed(5, 5, 0, Rounding::kFloor), std::nullopt);
}

using Ticks = Strong<u64, struct TicksTag>;
using Lots = Strong<u64, struct LotsTag>;

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
template <class A, class B>
concept Comparable = requires(A a, B b) { a < b; };

TEST(Strong, MeetsOnlyItsOwnKind) {
  static_assert(Addable<Ticks, Ticks> && Comparable<Ticks, Ticks>);
  static_assert(!Addable<Ticks, Lots> && !Comparable<Ticks, Lots>);
  static_assert(!Addable<Ticks, u64> && !std::is_convertible_v<u64, Ticks>);
  EXPECT_EQ((Ticks{2} + Ticks{3}).value(), 5u);
  EXPECT_EQ(checked_sub(Ticks{2}, Ticks{3}), std::nullopt);
  EXPECT_EQ(checked_add(Ticks{2}, Ticks{3}), Ticks{5});
}

TEST(StrongDeathTest, OverflowFailsACheck) {
  EXPECT_DEATH((void)(Ticks{kU64Max} + Ticks{1}), "check failed");
  EXPECT_DEATH((void)(Ticks{0} - Ticks{1}), "check failed");
}

}  // namespace
}  // namespace gavel::base
