#include "crypto/mulmod.hpp"

#include <gtest/gtest.h>

#include <random>

#include "crypto/secp256k1_field.hpp"

namespace gavel::crypto {
namespace {

u256 minus(const u256& a, u64 b) { return base::sub_borrow(a, u256::from_u64(b)).value; }

// Double and add, one bit at a time: no folding, nothing in common with the code under test.
u256 slow_mulmod(const u256& a, const u256& b, const u256& m) {
  const auto add = [&m](const u256& x, const u256& y) {
    const base::U256Carry sum = base::add_carry(x, y);
    return sum.carry || sum.value >= m ? base::sub_borrow(sum.value, m).value : sum.value;
  };
  u256 out;
  for (u32 i = 256; i > 0; --i) {
    out = add(out, out);
    if (b.bit(i - 1)) out = add(out, a);
  }
  return out;
}

// Reduced values, many of them with runs of zeros and ones, at the ends of the range and near 2^k.
class Values {
 public:
  explicit Values(const u256& m) : m_(m) {}
  u256 next() {
    u256 v;
    const u64 kind = random_() % 8;
    for (u64& limb : v.limb) {
      const u64 pick = random_() % 4;
      limb = kind < 4    ? random_()
             : pick == 0 ? 0
             : pick == 1 ? ~u64{0}
                         : random_() >> (random_() % 64);
    }
    if (kind == 7) v = minus(m_, 1 + random_() % 4);
    return v >= m_ ? base::sub_borrow(v, m_).value : v;
  }

 private:
  u256 m_;
  std::mt19937_64 random_{13};
};

TEST(Mulmod, FieldMatchesDoubleAndAdd) {
  Values values(kFieldPrime);
  for (u32 i = 0; i < 10000; ++i) {
    const u256 a = values.next();
    const u256 b = values.next();
    ASSERT_EQ(portable::mulmod_p(a, b), slow_mulmod(a, b, kFieldPrime)) << i;
  }
}

TEST(Mulmod, OrderMatchesDoubleAndAdd) {
  Values values(kGroupOrder);
  for (u32 i = 0; i < 10000; ++i) {
    const u256 a = values.next();
    const u256 b = values.next();
    ASSERT_EQ(portable::mulmod_n(a, b), slow_mulmod(a, b, kGroupOrder)) << i;
  }
}

TEST(Mulmod, Constants) {
  const u256 fold_p = u256::from_u64(portable::kFieldFold);
  const u256 fold_n = {
      {portable::kOrderFold[0], portable::kOrderFold[1], portable::kOrderFold[2], 0}};
  EXPECT_TRUE(base::add_carry(kFieldPrime, fold_p).value.is_zero());
  EXPECT_TRUE(base::add_carry(kGroupOrder, fold_n).value.is_zero());
}

TEST(Field, InverseTimesValueIsOne) {
  Values values(kFieldPrime);
  const Fe one{u256::from_u64(1)};
  for (u32 i = 0; i < 200; ++i) {
    const Fe a{values.next()};
    ASSERT_EQ(inverse(a) * a, a.is_zero() ? Fe{} : one);
  }
  EXPECT_TRUE(inverse(Fe{}).is_zero());
}

TEST(Field, ScalarInverseTimesValueIsOne) {
  Values values(kGroupOrder);
  const Scalar one{u256::from_u64(1)};
  for (u32 i = 0; i < 200; ++i) {
    const Scalar a{values.next()};
    ASSERT_EQ(inverse(a) * a, a.is_zero() ? Scalar{} : one);
  }
  EXPECT_TRUE(inverse(Scalar{}).is_zero());
}

TEST(Field, SquareRootExistsForSquaresOnly) {
  Values values(kFieldPrime);
  for (u32 i = 0; i < 200; ++i) {
    const Fe a{values.next()};
    const std::optional<Fe> root = square_root(square(a));
    ASSERT_TRUE(root.has_value());
    ASSERT_TRUE(*root == a || *root == -a);
    // -1 is no square mod p, so neither is -a^2.
    if (!a.is_zero()) ASSERT_FALSE(square_root(-square(a)).has_value());
  }
}

TEST(Field, AddSubtractNegateHalve) {
  Values values(kFieldPrime);
  for (u32 i = 0; i < 2000; ++i) {
    const Fe a{values.next()};
    const Fe b{values.next()};
    ASSERT_EQ(a + b - b, a);
    ASSERT_TRUE((a + -a).is_zero());
    ASSERT_EQ(half(a) + half(a), a);
    ASSERT_LT((a + b).v, kFieldPrime);
    ASSERT_LT((-a).v, kFieldPrime);
    ASSERT_LT(half(a).v, kFieldPrime);
  }
}

TEST(Field, ScalarsAreReduced) {
  EXPECT_TRUE(reduce_to_scalar(kGroupOrder).is_zero());
  EXPECT_EQ(reduce_to_scalar(minus(kGroupOrder, 1)).v, minus(kGroupOrder, 1));
  const u256 all{{~u64{0}, ~u64{0}, ~u64{0}, ~u64{0}}};
  EXPECT_EQ(reduce_to_scalar(all).v, base::sub_borrow(all, kGroupOrder).value);
  EXPECT_TRUE((-Scalar{}).is_zero());
}

}  // namespace
}  // namespace gavel::crypto
