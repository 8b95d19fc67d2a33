#include "base/types.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"

namespace gavel::base {
namespace {

TEST(Hash32, OrderIsBigEndianNumericOrder) {
  const Hash32 one = to_bytes32(U256::from_u64(1));
  const Hash32 two_to_64 = to_bytes32(U256{{0, 1, 0, 0}});
  EXPECT_LT(one, two_to_64);
  EXPECT_EQ(one.bytes[31], 1);
  EXPECT_EQ(to_u256(two_to_64), (U256{{0, 1, 0, 0}}));
}

TEST(Hash32, ZeroIsZero) {
  EXPECT_TRUE(Hash32{}.is_zero());
  EXPECT_FALSE(to_bytes32(U256::from_u64(1)).is_zero());
}

TEST(Address, IsOrderedByBytes) {
  EXPECT_LT(address_hex("0x00000000000000000000000000000000000000ff"),
            address_hex("0x0100000000000000000000000000000000000000"));
  EXPECT_TRUE(Address{}.is_zero());
  static_assert(sizeof(Address) == 20 && sizeof(Hash32) == 32);
}

}  // namespace
}  // namespace gavel::base
