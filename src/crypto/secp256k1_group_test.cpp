#include "crypto/secp256k1_group.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "crypto/secp256k1_host.hpp"
#include "crypto/secp256k1_multiply.hpp"

namespace gavel::crypto {
namespace {

constexpr u256 kOne = u256::from_u64(1);
constexpr Scalar kMinusOne = -Scalar{kOne};

class Scalars {
 public:
  Scalar next() {
    u256 v;
    for (u64& limb : v.limb) limb = random_();
    const u64 kind = random_() % 8;
    if (kind == 0) v = {{v.limb[0] % 16, 0, 0, 0}};
    if (kind == 1) v = {{0, 0, v.limb[2], v.limb[3]}};
    if (kind == 2) v = (-reduce_to_scalar({{v.limb[0] % 16, 0, 0, 0}})).v;
    return reduce_to_scalar(v);
  }

 private:
  std::mt19937_64 random_{17};
};

// Double and add without windows, tables or endomorphism.
JacobianPoint slow_multiply(const Scalar& k, const AffinePoint& p) {
  JacobianPoint out;
  for (u32 i = 256; i > 0; --i) {
    out = double_point(out);
    if (k.v.bit(i - 1)) out = add_affine(out, p);
  }
  return out;
}

bool same(const JacobianPoint& a, const JacobianPoint& b) {
  if (a.infinity || b.infinity) return a.infinity == b.infinity;
  return to_affine(a) == to_affine(b);
}

TEST(Group, GeneratorIsOnTheCurve) {
  EXPECT_TRUE(on_curve(kGenerator));
  EXPECT_FALSE(on_curve({kGenerator.y, kGenerator.x}));
  EXPECT_EQ(lift_x(kGenerator.x, false), kGenerator);
  EXPECT_EQ(lift_x(kGenerator.x, true), negate(kGenerator));
  EXPECT_FALSE(lift_x(Fe{u256::from_u64(5)}, false).has_value());
}

TEST(Group, OrderTimesGeneratorIsInfinity) {
  const JacobianPoint last = slow_multiply(kMinusOne, kGenerator);
  EXPECT_EQ(to_affine(last), negate(kGenerator));
  EXPECT_TRUE(add_affine(last, kGenerator).infinity);
}

TEST(Group, AdditionHandlesEqualOppositeAndInfinity) {
  const JacobianPoint twice = double_point(to_jacobian(kGenerator));
  const AffinePoint two = to_affine(twice);
  EXPECT_TRUE(same(add_affine(to_jacobian(kGenerator), kGenerator), twice));
  EXPECT_TRUE(same(add_affine(twice, two), double_point(twice)));
  EXPECT_TRUE(add_affine(twice, negate(two)).infinity);
  EXPECT_TRUE(same(add_affine({}, two), twice));
  EXPECT_TRUE(double_point({}).infinity);
  EXPECT_TRUE(on_curve(two));
}

TEST(Group, MultiplesOfTheGeneratorMatchLibsecp256k1) {
  Scalars scalars;
  for (u32 i = 0; i < 50; ++i) {
    const Scalar k = scalars.next();
    const std::optional<KeyPair> pair = keypair_from_secret(base::to_bytes32(k.v));
    const JacobianPoint point = slow_multiply(k, kGenerator);
    ASSERT_EQ(point.infinity, !pair.has_value());
    if (!pair) continue;
    ASSERT_EQ(base::to_bytes32(to_affine(point).x.v), pair->public_key.x);
    ASSERT_EQ(base::to_bytes32(to_affine(point).y.v), pair->public_key.y);
  }
}

TEST(Multiply, LambdaActsAsBeta) {
  const AffinePoint image{kGenerator.x * kBeta, kGenerator.y};
  EXPECT_EQ(to_affine(slow_multiply(kLambda, kGenerator)), image);
  EXPECT_EQ((kLambda * kLambda * kLambda).v, kOne);
}

TEST(Multiply, SplitGivesHalfLengthParts) {
  Scalars scalars;
  const u256 limit{{0, 0, 1, 0}};
  for (u32 i = 0; i < 20000; ++i) {
    const Scalar k = scalars.next();
    const SplitScalar split = split_lambda(k);
    ASSERT_LT(split.first.magnitude, limit);
    ASSERT_LT(split.second.magnitude, limit);
    const auto value = [](const SignedHalf& h) {
      return h.negative ? -Scalar{h.magnitude} : Scalar{h.magnitude};
    };
    ASSERT_EQ(value(split.first) + value(split.second) * kLambda, k);
  }
}

TEST(Multiply, SignedWindowsSumToTheValue) {
  Scalars scalars;
  for (u32 i = 0; i < 2000; ++i) {
    u256 value = scalars.next().v;
    value.limb[2] = value.limb[3] = 0;
    if (i == 0) value = {{~u64{0}, ~u64{0}, 0, 0}};
    for (const u32 bits : {2u, 5u, 8u}) {
      const HalfDigits digits = signed_windows(value, bits);
      u256 sum;
      u32 last_nonzero = kHalfDigits + bits;
      for (u32 at = kHalfDigits; at > 0; --at) {
        const i32 digit = digits[at - 1];
        sum = base::add_carry(sum, sum).value;
        const u256 magnitude = u256::from_u64(static_cast<u64>(digit < 0 ? -digit : digit));
        sum = digit < 0 ? base::sub_borrow(sum, magnitude).value
                        : base::add_carry(sum, magnitude).value;
        if (digit == 0) continue;
        ASSERT_EQ(std::abs(digit) % 2, 1);
        ASSERT_LT(std::abs(digit), 1 << (bits - 1));
        ASSERT_GE(last_nonzero - (at - 1), bits);
        last_nonzero = at - 1;
      }
      ASSERT_EQ(sum, value);
    }
  }
}

TEST(Multiply, GeneratorTablesAreOddMultiples) {
  AffinePoint high = kGenerator;
  for (u32 i = 0; i < 128; ++i) high = to_affine(double_point(to_jacobian(high)));
  for (u32 i = 0; i < kGeneratorTableSize; ++i) {
    const Scalar odd{u256::from_u64(2 * i + 1)};
    ASSERT_EQ(kGeneratorOdd[i], to_affine(slow_multiply(odd, kGenerator))) << i;
    ASSERT_EQ(kGeneratorHighOdd[i], to_affine(slow_multiply(odd, high))) << i;
  }
}

TEST(Multiply, SumMatchesDoubleAndAdd) {
  Scalars scalars;
  for (u32 i = 0; i < 200; ++i) {
    const Scalar a = scalars.next();
    const Scalar b = scalars.next();
    const AffinePoint p = to_affine(slow_multiply(Scalar{u256::from_u64(3 + i)}, kGenerator));
    const JacobianPoint bp = slow_multiply(b, p);
    JacobianPoint expected = slow_multiply(a, kGenerator);
    if (!bp.infinity) expected = add_affine(expected, to_affine(bp));
    ASSERT_TRUE(same(multiply_add(a, b, p), expected)) << i;
  }
}

// Points that are small multiples of the generator make the additions meet equal and opposite
// operands.
TEST(Multiply, SmallRelationsBetweenTheOperands) {
  const AffinePoint points[] = {kGenerator,
                                negate(kGenerator),
                                to_affine(double_point(to_jacobian(kGenerator))),
                                {kGenerator.x * kBeta, kGenerator.y},
                                to_affine(slow_multiply(-kLambda, kGenerator))};
  const Scalar scalars[] = {
      {},      {kOne},   {u256::from_u64(2)}, {u256::from_u64(3)},       kMinusOne,
      kLambda, -kLambda, {{{0, 0, 1, 0}}},    -Scalar{u256::from_u64(2)}};
  for (const AffinePoint& p : points) {
    for (const Scalar& a : scalars) {
      for (const Scalar& b : scalars) {
        const JacobianPoint bp = slow_multiply(b, p);
        JacobianPoint expected = slow_multiply(a, kGenerator);
        if (!bp.infinity) expected = add_affine(expected, to_affine(bp));
        ASSERT_TRUE(same(multiply_add(a, b, p), expected));
      }
    }
  }
}

}  // namespace
}  // namespace gavel::crypto
