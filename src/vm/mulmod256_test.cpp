#include "vm/mulmod256.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/hex.hpp"
#include "crypto/mulmod.hpp"

namespace gavel::vm {
namespace {

// Doubling and adding, bit by bit, with every sum reduced at once.
u256 reduce_once(const base::U256Carry& sum, const u256& m) {
  if (!sum.carry && sum.value < m) return sum.value;
  return base::sub_borrow(sum.value, m).value;
}
u256 reduce(const u256& a, const u256& m) {
  u256 out;
  for (u32 i = 256; i-- > 0;) {
    out = reduce_once(base::add_carry(out, out), m);
    if (a.bit(i)) out = reduce_once(base::add_carry(out, u256::from_u64(1)), m);
  }
  return out;
}
u256 naive_mulmod(const u256& a, const u256& b, const u256& m) {
  if (m.is_zero() || m == u256::from_u64(1)) return {};
  const u256 reduced = reduce(a, m);
  u256 out;
  for (u32 i = 256; i-- > 0;) {
    out = reduce_once(base::add_carry(out, out), m);
    if (b.bit(i)) out = reduce_once(base::add_carry(out, reduced), m);
  }
  return out;
}

// Limbs at their edges make quotient digits that are estimated too large.
u256 draw(std::mt19937_64& random) {
  u256 out;
  for (u64& limb : out.limb) {
    switch (random() % 6) {
      case 0:
        limb = 0;
        break;
      case 1:
        limb = ~u64{0};
        break;
      case 2:
        limb = u64{1} << (random() % 64);
        break;
      case 3:
        limb = ~u64{0} << (random() % 64);
        break;
      default:
        limb = random();
    }
  }
  return out;
}

TEST(Mulmod256, LongDivisionAgreesWithBits) {
  constexpr u64 kSeed = 3;
  std::mt19937_64 random(kSeed);
  for (u32 i = 0; i < 5000; ++i) {
    const u256 a = draw(random);
    const u256 b = draw(random);
    const u256 m = draw(random);
    ASSERT_EQ(mulmod256(a, b, m), naive_mulmod(a, b, m)) << i;
  }
}

TEST(Mulmod256, Edges) {
  const u256 ones = base::sub_borrow(u256{}, u256::from_u64(1)).value;
  EXPECT_EQ(mulmod256(ones, ones, u256{}), u256{});
  EXPECT_EQ(mulmod256(ones, ones, u256::from_u64(1)), u256{});
  EXPECT_EQ(mulmod256(ones, ones, ones), u256{});
  EXPECT_EQ(mulmod256(ones, ones, u256::from_u64(2)), u256::from_u64(1));
  // (2^256 - 1)^2 = 1 - 2^257 + 2^512; modulo 2^255 that is 1.
  EXPECT_EQ(mulmod256(ones, ones, u256{{0, 0, 0, u64{1} << 63}}), u256::from_u64(1));
}

TEST(Mulmod256, AgreesWithTheCurvesFields) {
  constexpr u64 kSeed = 4;
  std::mt19937_64 random(kSeed);
  for (u32 i = 0; i < 1000; ++i) {
    const u256 a = reduce(draw(random), crypto::kGroupOrder);
    const u256 b = reduce(draw(random), crypto::kGroupOrder);
    EXPECT_EQ(mulmod256(a, b, crypto::kFieldPrime), crypto::mulmod_p(a, b));
    EXPECT_EQ(mulmod256(a, b, crypto::kGroupOrder), crypto::mulmod_n(a, b));
  }
}

}  // namespace
}  // namespace gavel::vm
