// U256: an unsigned 256-bit integer, the Ethereum word.
//
// What: four u64 limbs, least significant first; big-endian bytes at the border; compare, add,
// subtract, 256 x 256 -> 512. Why: secp256k1 and ABI words need it on both machines. The product
// uses 64-bit limbs natively and 32-bit limbs on rv32, where one 32 x 32 -> 64 product is two
// instructions. Invariant: plain data, every bit pattern is a number; carries and borrows are
// returned, never dropped.
#pragma once

#include <array>
#include <compare>
#include <span>

#include "base/u128.hpp"

namespace gavel::base {

struct U256 {
  std::array<u64, 4> limb{};

  static constexpr U256 from_u64(u64 v) { return U256{{v, 0, 0, 0}}; }

  static constexpr U256 from_be_bytes(std::span<const u8, 32> bytes) {
    U256 out;
    for (u32 i = 0; i < 4; ++i) {
      u64 v = 0;
      for (u32 j = 0; j < 8; ++j) v = (v << 8) | bytes[(3 - i) * 8 + j];
      out.limb[i] = v;
    }
    return out;
  }

  constexpr std::array<u8, 32> to_be_bytes() const {
    std::array<u8, 32> out{};
    for (u32 i = 0; i < 32; ++i) out[i] = static_cast<u8>(limb[3 - i / 8] >> (56 - 8 * (i % 8)));
    return out;
  }

  constexpr bool is_zero() const { return (limb[0] | limb[1] | limb[2] | limb[3]) == 0; }
  constexpr bool is_odd() const { return (limb[0] & 1) != 0; }
  // Bit i (0 = least significant); i < 256.
  constexpr bool bit(u32 i) const { return ((limb[i / 64] >> (i % 64)) & 1) != 0; }

  friend constexpr bool operator==(const U256&, const U256&) = default;
  friend constexpr std::strong_ordering operator<=>(const U256& a, const U256& b) {
    for (u32 i = 3; i > 0; --i) {
      if (a.limb[i] != b.limb[i]) return a.limb[i] <=> b.limb[i];
    }
    return a.limb[0] <=> b.limb[0];
  }
};

struct U256Carry {
  U256 value;
  bool carry;  // of an addition, or the borrow of a subtraction
};

constexpr U256Carry add_carry(const U256& a, const U256& b) {
  U256Carry out{};
  u64 carry = 0;
  for (u32 i = 0; i < 4; ++i) {
    const u64 sum = a.limb[i] + b.limb[i];
    const u64 with_carry = sum + carry;
    carry = static_cast<u64>(sum < a.limb[i]) | static_cast<u64>(with_carry < sum);
    out.value.limb[i] = with_carry;
  }
  out.carry = carry != 0;
  return out;
}

constexpr U256Carry sub_borrow(const U256& a, const U256& b) {
  U256Carry out{};
  u64 borrow = 0;
  for (u32 i = 0; i < 4; ++i) {
    const u64 diff = a.limb[i] - b.limb[i];
    const u64 with_borrow = diff - borrow;
    borrow = static_cast<u64>(a.limb[i] < b.limb[i]) | static_cast<u64>(diff < borrow);
    out.value.limb[i] = with_borrow;
  }
  out.carry = borrow != 0;
  return out;
}

// value >> n for n < 256.
constexpr U256 shift_right(const U256& a, u32 n) {
  U256 out;
  const u32 limbs = n / 64;
  const u32 bits = n % 64;
  for (u32 i = 0; i + limbs < 4; ++i) {
    u64 v = a.limb[i + limbs] >> bits;
    if (bits != 0 && i + limbs + 1 < 4) v |= a.limb[i + limbs + 1] << (64 - bits);
    out.limb[i] = v;
  }
  return out;
}

using Limbs512 = std::array<u64, 8>;

namespace portable {

constexpr Limbs512 mul_wide(const U256& a, const U256& b) {
  std::array<u32, 8> x{};
  std::array<u32, 8> y{};
  std::array<u32, 16> z{};
  for (u32 i = 0; i < 8; ++i) {
    x[i] = static_cast<u32>(a.limb[i / 2] >> (32 * (i % 2)));
    y[i] = static_cast<u32>(b.limb[i / 2] >> (32 * (i % 2)));
  }
  for (u32 i = 0; i < 8; ++i) {
    u32 carry = 0;
    for (u32 j = 0; j < 8; ++j) {
      // (2^32-1)^2 + 2 (2^32-1) = 2^64 - 1: never overflows.
      const u64 t = static_cast<u64>(x[i]) * y[j] + z[i + j] + carry;
      z[i + j] = static_cast<u32>(t);
      carry = static_cast<u32>(t >> 32);
    }
    z[i + 8] = carry;
  }
  Limbs512 out{};
  for (u32 i = 0; i < 8; ++i) out[i] = z[2 * i] | (static_cast<u64>(z[2 * i + 1]) << 32);
  return out;
}

}  // namespace portable

// The exact 512-bit product, least significant limb first.
[[gnu::always_inline]] constexpr Limbs512 mul_wide(const U256& a, const U256& b) {
#ifdef __SIZEOF_INT128__
  Limbs512 out{};
#pragma unroll
  for (u32 i = 0; i < 4; ++i) {
    u64 carry = 0;
#pragma unroll
    for (u32 j = 0; j < 4; ++j) out[i + j] = mul_add(a.limb[i], b.limb[j], out[i + j], carry);
    out[i + 4] = carry;
  }
  return out;
#else
  return portable::mul_wide(a, b);
#endif
}

using u256 = U256;

}  // namespace gavel::base

namespace gavel {
using base::u256;
}  // namespace gavel
