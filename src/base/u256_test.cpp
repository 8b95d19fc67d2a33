#include "base/u256.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/hex.hpp"

namespace gavel::base {
namespace {

constexpr U256 kMax{{~u64{0}, ~u64{0}, ~u64{0}, ~u64{0}}};

class Numbers {
 public:
  U256 next() {
    U256 out;
    for (u64& limb : out.limb) {
      const u64 kind = random_() % 4;
      limb = kind == 0 ? 0 : kind == 1 ? ~u64{0} : random_();
    }
    return out;
  }

 private:
  std::mt19937_64 random_{11};
};

TEST(U256, BigEndianBytesRoundTrip) {
  constexpr U256 v = u256_hex("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
  EXPECT_EQ(v.limb[3], 0x0102030405060708u);
  EXPECT_EQ(v.limb[0], 0x191a1b1c1d1e1f20u);
  EXPECT_EQ(U256::from_be_bytes(v.to_be_bytes()), v);
}

TEST(U256, AddAndSubtractUndoEachOther) {
  Numbers numbers;
  for (u32 i = 0; i < 20000; ++i) {
    const U256 a = numbers.next();
    const U256 b = numbers.next();
    const U256Carry sum = add_carry(a, b);
    const U256Carry back = sub_borrow(sum.value, b);
    ASSERT_EQ(back.value, a);
    ASSERT_EQ(back.carry, sum.carry);
    ASSERT_EQ(sub_borrow(a, b).carry, a < b);
  }
  EXPECT_TRUE(add_carry(kMax, U256::from_u64(1)).carry);
  EXPECT_TRUE(add_carry(kMax, U256::from_u64(1)).value.is_zero());
}

TEST(U256, ProductMatchesThePortableOne) {
  Numbers numbers;
  for (u32 i = 0; i < 20000; ++i) {
    const U256 a = numbers.next();
    const U256 b = numbers.next();
    ASSERT_EQ(mul_wide(a, b), portable::mul_wide(a, b));
  }
  const Limbs512 square = mul_wide(kMax, kMax);  // 2^512 - 2^257 + 1
  EXPECT_EQ(square, (Limbs512{1, 0, 0, 0, ~u64{1}, ~u64{0}, ~u64{0}, ~u64{0}}));
}

TEST(U256, ProductDistributesOverAddition) {
  Numbers numbers;
  for (u32 i = 0; i < 2000; ++i) {
    const U256 a = shift_right(numbers.next(), 130);
    const U256 b = shift_right(numbers.next(), 130);
    const U256 c = shift_right(numbers.next(), 130);
    const auto low = [](const Limbs512& w) { return U256{{w[0], w[1], w[2], w[3]}}; };
    const U256 left = low(mul_wide(a, add_carry(b, c).value));
    const U256 right = add_carry(low(mul_wide(a, b)), low(mul_wide(a, c))).value;
    ASSERT_EQ(left, right);
  }
}

TEST(U256, ShiftAndBits) {
  const U256 v{{1, 2, 3, u64{1} << 63}};
  EXPECT_EQ(shift_right(v, 255), U256::from_u64(1));
  EXPECT_EQ(shift_right(v, 64), (U256{{2, 3, u64{1} << 63, 0}}));
  EXPECT_EQ(shift_right(v, 1).limb[0], 0u);
  EXPECT_EQ(shift_right(v, 0), v);
  EXPECT_TRUE(v.bit(0));
  EXPECT_TRUE(v.bit(65));
  EXPECT_FALSE(v.bit(64));
  EXPECT_LT(U256::from_u64(~u64{0}), (U256{{0, 1, 0, 0}}));
}

}  // namespace
}  // namespace gavel::base
