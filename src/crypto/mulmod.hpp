// Multiplication modulo secp256k1's two primes: the seam between the curve and the machine.
//
// What: a * b mod m for reduced a, b, where m is the field prime p or the group order n.
// Why: nearly all the work of ECDSA is here, so the fault proof machine offers it as one call,
// mulmod256. Both functions stand alone in mulmod.cpp: a guest links its own definitions, which
// make that call, and everything above is the same. Invariant: inputs and outputs are below the
// modulus. No secrets: running time may depend on the values. Source: SEC 2, 2.4.1; both primes are
// 2^256 - c with a small c, so a 512-bit product folds as low + high * c.
#pragma once

#include <array>

#include "base/types.hpp"

namespace gavel::crypto {

// p = 2^256 - 2^32 - 977
inline constexpr u256 kFieldPrime{
    {0xfffffffefffffc2fu, 0xffffffffffffffffu, 0xffffffffffffffffu, 0xffffffffffffffffu}};
// n, the number of points
inline constexpr u256 kGroupOrder{
    {0xbfd25e8cd0364141u, 0xbaaedce6af48a03bu, 0xfffffffffffffffeu, 0xffffffffffffffffu}};

// The seam. a, b < p, respectively n.
u256 mulmod_p(const u256& a, const u256& b);
u256 mulmod_n(const u256& a, const u256& b);

namespace portable {

// 2^256 - p and 2^256 - n, least significant limb first.
inline constexpr u64 kFieldFold = 0x1000003d1u;
inline constexpr std::array<u64, 3> kOrderFold = {0x402da1732fc9bebfu, 0x4551231950b75fc4u, 1};

// value - m if value >= m, for value < 2 m; `overflow` is the value's bit 256.
constexpr u256 subtract_once(const u256& value, bool overflow, const u256& m) {
  const base::U256Carry reduced = base::sub_borrow(value, m);
  // Chosen by mask, limb by limb: a branch here is taken at random.
  const u64 mask = 0 - static_cast<u64>(overflow || !reduced.carry);
  u256 out;
  for (u32 i = 0; i < 4; ++i) {
    out.limb[i] = value.limb[i] ^ (mask & (value.limb[i] ^ reduced.value.limb[i]));
  }
  return out;
}

constexpr u256 mulmod_p(const u256& a, const u256& b) {
  const base::Limbs512 t = base::mul_wide(a, b);
  u256 r;
  u64 high = 0;
#pragma unroll
  for (u32 i = 0; i < 4; ++i) r.limb[i] = base::mul_add(t[i + 4], kFieldFold, t[i], high);
  // high < 2^34, so this product fits 67 bits and a carry out leaves a value below 2^67.
  u64 carry = 0;
  r.limb[0] = base::mul_add(high, kFieldFold, r.limb[0], carry);
#pragma unroll
  for (u32 i = 1; i < 4; ++i) {
    r.limb[i] += carry;
    carry = static_cast<u64>(r.limb[i] < carry);
  }
  return subtract_once(r, carry != 0, kFieldPrime);
}

constexpr u256 mulmod_n(const u256& a, const u256& b) {
  const base::Limbs512 t = base::mul_wide(a, b);
  // 512 -> 386 bits.
  std::array<u64, 8> x = {t[0], t[1], t[2], t[3], 0, 0, 0, 0};
#pragma unroll
  for (u32 i = 0; i < 4; ++i) {
    u64 carry = 0;
#pragma unroll
    for (u32 j = 0; j < 3; ++j) {
      x[i + j] = base::mul_add(t[i + 4], kOrderFold[j], x[i + j], carry);
    }
    for (u32 k = i + 3; carry != 0; ++k) {
      x[k] += carry;
      carry = static_cast<u64>(x[k] < carry);
    }
  }
  // 386 -> 260 bits: the part above 2^256 has 130 bits.
  std::array<u64, 6> y = {x[0], x[1], x[2], x[3], 0, 0};
#pragma unroll
  for (u32 i = 0; i < 3; ++i) {
    u64 carry = 0;
#pragma unroll
    for (u32 j = 0; j < 3; ++j) {
      y[i + j] = base::mul_add(x[i + 4], kOrderFold[j], y[i + j], carry);
    }
    for (u32 k = i + 3; carry != 0; ++k) {
      y[k] += carry;
      carry = static_cast<u64>(y[k] < carry);
    }
  }
  // 260 -> 257 bits: the part above 2^256 has at most 4 bits.
  u256 r{{y[0], y[1], y[2], y[3]}};
  u64 carry = 0;
#pragma unroll
  for (u32 j = 0; j < 3; ++j) r.limb[j] = base::mul_add(y[4], kOrderFold[j], r.limb[j], carry);
  r.limb[3] += carry;
  const bool overflow = r.limb[3] < carry;
  return subtract_once(r, overflow, kGroupOrder);
}

}  // namespace portable
}  // namespace gavel::crypto
