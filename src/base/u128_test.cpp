#include "base/u128.hpp"

#include <gtest/gtest.h>

#include <random>

namespace gavel::base {
namespace {

__extension__ using Native = unsigned __int128;

Native native(U128 v) { return (static_cast<Native>(v.hi) << 64) | v.lo; }
U128 wide(Native v) { return U128::from_halves(static_cast<u64>(v >> 64), static_cast<u64>(v)); }

// Numbers with long runs of equal bits find carries that uniform numbers do not.
class Numbers {
 public:
  u64 next() {
    u64 v = random_() >> (random_() % 64);
    if (random_() % 4 == 0) v = ~v;
    if (random_() % 4 == 0) v <<= random_() % 64;
    return v;
  }
  U128 next_wide() { return U128::from_halves(random_() % 3 == 0 ? 0 : next(), next()); }

 private:
  std::mt19937_64 random_{7};
};

TEST(U128, ArithmeticMatchesTheNativeType) {
  Numbers numbers;
  for (u32 i = 0; i < 100000; ++i) {
    const U128 a = numbers.next_wide();
    const U128 b = numbers.next_wide();
    const u32 n = static_cast<u32>(numbers.next() % 128);
    ASSERT_EQ(a + b, wide(native(a) + native(b)));
    ASSERT_EQ(a - b, wide(native(a) - native(b)));
    ASSERT_EQ(a * b, wide(native(a) * native(b)));
    ASSERT_EQ(a << n, wide(native(a) << n));
    ASSERT_EQ(a >> n, wide(native(a) >> n));
    ASSERT_EQ(a < b, native(a) < native(b));
    ASSERT_EQ(~a, wide(~native(a)));
  }
}

TEST(U128, PortableCodeMatchesTheNativeType) {
  Numbers numbers;
  for (u32 i = 0; i < 200000; ++i) {
    const U128 a = numbers.next_wide();
    const U128 b = numbers.next_wide();
    ASSERT_EQ(portable::mul_wide(a.lo, b.lo), wide(static_cast<Native>(a.lo) * b.lo));
    if (b.is_zero()) continue;
    const DivMod128 out = portable::div_mod(a, b);
    ASSERT_EQ(out.quotient, wide(native(a) / native(b)));
    ASSERT_EQ(out.remainder, wide(native(a) % native(b)));
    ASSERT_EQ(a / b, out.quotient);
    ASSERT_EQ(a % b, out.remainder);
  }
}

TEST(U128, MulAddKeepsTheWholeSum) {
  Numbers numbers;
  for (u32 i = 0; i < 100000; ++i) {
    const bool full = i % 8 == 0;
    const u64 a = full ? ~u64{0} : numbers.next();
    const u64 b = full ? ~u64{0} : numbers.next();
    const u64 add = full ? ~u64{0} : numbers.next();
    const u64 carry_in = full ? ~u64{0} : numbers.next();
    const U128 exact = wide(static_cast<Native>(a) * b + add + carry_in);
    u64 carry = carry_in;
    ASSERT_EQ(mul_add(a, b, add, carry), exact.lo);
    ASSERT_EQ(carry, exact.hi);
    carry = carry_in;
    ASSERT_EQ(portable::mul_add(a, b, add, carry), exact.lo);
    ASSERT_EQ(carry, exact.hi);
  }
}

TEST(U128, DivisionEdges) {
  const u64 m = ~u64{0};
  const U128 all = U128::from_halves(m, m);
  const struct {
    U128 n, d, q, r;
  } rows[] = {
      {all, 1, all, 0},
      {all, all, 1, 0},
      {all, U128::from_halves(1, 0), m, m},
      {all, m, U128::from_halves(1, 1), 0},
      {U128::from_halves(m - 1, m), m, m, m - 1},
      {U128::from_halves(1u << 31, 0), u64{1} << 63, u64{1} << 32, 0},
      {5, 7, 0, 5},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(portable::div_mod(row.n, row.d).quotient, row.q);
    EXPECT_EQ(portable::div_mod(row.n, row.d).remainder, row.r);
    EXPECT_EQ(row.n / row.d, row.q);
  }
}

TEST(U128, ShiftsPastTheEndGiveZero) {
  const U128 v = U128::from_halves(~u64{0}, ~u64{0});
  EXPECT_TRUE((v << 128).is_zero());
  EXPECT_TRUE((v >> 200).is_zero());
  EXPECT_EQ(v << 0, v);
  EXPECT_EQ(v >> 64, U128{~u64{0}});
}

TEST(U128DeathTest, DivisionByZeroFailsACheck) {
  const U128 zero;
  EXPECT_DEATH((void)(U128{1} / zero), "check failed");
}

TEST(U128, IsConstexpr) {
  static_assert((U128{~u64{0}} * U128{~u64{0}}) / U128{~u64{0}} == U128{~u64{0}});
  static_assert(U128{3} < U128::from_halves(1, 0));
}

}  // namespace
}  // namespace gavel::base
