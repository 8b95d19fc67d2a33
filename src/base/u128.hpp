// U128: an unsigned 128-bit integer with the same behaviour natively and on RV32IM.
//
// What: two u64 halves with wrapping + - *, truncating / and %, comparisons, shifts and bit
// operations. Why: price x size products need 128 bits, and rv32 has no __int128. Natively the
// operations go through `unsigned __int128`; the portable code in `portable` is what rv32 runs, and
// the tests hold the two together. Invariant: arithmetic is modulo 2^128; division by zero fails a
// check. Use checked.hpp where overflow is an outcome. Source: schoolbook multiplication and
// Knuth's algorithm D (TAOCP vol. 2, 4.3.1) for two 32-bit digits.
#pragma once

#include <bit>
#include <compare>

#include "base/check.hpp"
#include "base/ints.hpp"

namespace gavel::base {

struct U128 {
  u64 lo = 0;
  u64 hi = 0;

  constexpr U128() = default;
  // Implicit, so that a u64 can stand wherever a wider number is wanted.
  constexpr U128(u64 low) : lo(low) {}  // NOLINT(google-explicit-constructor)
  static constexpr U128 from_halves(u64 high, u64 low) {
    U128 out(low);
    out.hi = high;
    return out;
  }

  constexpr bool fits_u64() const { return hi == 0; }
  constexpr bool is_zero() const { return (lo | hi) == 0; }

  friend constexpr bool operator==(const U128&, const U128&) = default;
  friend constexpr std::strong_ordering operator<=>(const U128& a, const U128& b) {
    return a.hi != b.hi ? a.hi <=> b.hi : a.lo <=> b.lo;
  }
};

namespace portable {

// Full 64 x 64 -> 128 product from 32-bit halves.
constexpr U128 mul_wide(u64 a, u64 b) {
  const u64 a0 = a & 0xffffffffu;
  const u64 a1 = a >> 32;
  const u64 b0 = b & 0xffffffffu;
  const u64 b1 = b >> 32;
  const u64 p00 = a0 * b0;
  const u64 p01 = a0 * b1;
  const u64 p10 = a1 * b0;
  const u64 p11 = a1 * b1;
  const u64 mid = (p00 >> 32) + (p01 & 0xffffffffu) + (p10 & 0xffffffffu);
  return U128::from_halves(p11 + (p01 >> 32) + (p10 >> 32) + (mid >> 32),
                           (mid << 32) | (p00 & 0xffffffffu));
}

constexpr u64 mul_add(u64 a, u64 b, u64 add, u64& carry) {
  const U128 product = mul_wide(a, b);
  const u64 with_add = product.lo + add;
  const u64 with_carry = with_add + carry;
  carry = product.hi + static_cast<u64>(with_add < add) + static_cast<u64>(with_carry < with_add);
  return with_carry;
}

struct DivMod64 {
  u64 quotient;
  u64 remainder;
};

// (high:low) / d for high < d: two base-2^32 quotient digits, each corrected at most twice.
constexpr DivMod64 div_2by1(u64 high, u64 low, u64 d) {
  const i32 shift = static_cast<i32>(std::countl_zero(d));
  const u64 dn = d << shift;
  const u64 d1 = dn >> 32;
  const u64 d0 = dn & 0xffffffffu;
  const u64 n_high = shift == 0 ? high : (high << shift) | (low >> (64 - shift));
  const u64 n_low = low << shift;
  const u64 n1 = n_low >> 32;
  const u64 n0 = n_low & 0xffffffffu;

  u64 q1 = n_high / d1;
  u64 rest = n_high - q1 * d1;
  while ((q1 >> 32) != 0 || q1 * d0 > ((rest << 32) | n1)) {
    --q1;
    rest += d1;
    if ((rest >> 32) != 0) break;
  }
  const u64 middle = (n_high << 32) + n1 - q1 * dn;
  u64 q0 = middle / d1;
  rest = middle - q0 * d1;
  while ((q0 >> 32) != 0 || q0 * d0 > ((rest << 32) | n0)) {
    --q0;
    rest += d1;
    if ((rest >> 32) != 0) break;
  }
  return {(q1 << 32) + q0, ((middle << 32) + n0 - q0 * dn) >> shift};
}

}  // namespace portable

// The exact product of two u64.
constexpr U128 mul_wide(u64 a, u64 b) {
#ifdef __SIZEOF_INT128__
  __extension__ using Native = unsigned __int128;
  const Native p = static_cast<Native>(a) * b;
  return U128::from_halves(static_cast<u64>(p >> 64), static_cast<u64>(p));
#else
  return portable::mul_wide(a, b);
#endif
}

// One step of a long multiplication: the low word of a * b + add + carry; its high word becomes the
// carry. Never overflows.
constexpr u64 mul_add(u64 a, u64 b, u64 add, u64& carry) {
#ifdef __SIZEOF_INT128__
  __extension__ using Native = unsigned __int128;
  const Native t = static_cast<Native>(a) * b + add + carry;
  carry = static_cast<u64>(t >> 64);
  return static_cast<u64>(t);
#else
  return portable::mul_add(a, b, add, carry);
#endif
}

constexpr U128 operator+(U128 a, U128 b) {
  const u64 lo = a.lo + b.lo;
  return U128::from_halves(a.hi + b.hi + static_cast<u64>(lo < a.lo), lo);
}
constexpr U128 operator-(U128 a, U128 b) {
  return U128::from_halves(a.hi - b.hi - static_cast<u64>(a.lo < b.lo), a.lo - b.lo);
}
constexpr U128 operator*(U128 a, U128 b) {
  U128 out = mul_wide(a.lo, b.lo);
  out.hi += a.hi * b.lo + a.lo * b.hi;
  return out;
}
constexpr U128 operator&(U128 a, U128 b) { return U128::from_halves(a.hi & b.hi, a.lo & b.lo); }
constexpr U128 operator|(U128 a, U128 b) { return U128::from_halves(a.hi | b.hi, a.lo | b.lo); }
constexpr U128 operator^(U128 a, U128 b) { return U128::from_halves(a.hi ^ b.hi, a.lo ^ b.lo); }
constexpr U128 operator~(U128 a) { return U128::from_halves(~a.hi, ~a.lo); }

// Shifts by 128 or more give zero, on every machine.
constexpr U128 operator<<(U128 a, u32 n) {
  if (n == 0) return a;
  if (n >= 128) return {};
  if (n >= 64) return U128::from_halves(a.lo << (n - 64), 0);
  return U128::from_halves((a.hi << n) | (a.lo >> (64 - n)), a.lo << n);
}
constexpr U128 operator>>(U128 a, u32 n) {
  if (n == 0) return a;
  if (n >= 128) return {};
  if (n >= 64) return U128{a.hi >> (n - 64)};
  return U128::from_halves(a.hi >> n, (a.lo >> n) | (a.hi << (64 - n)));
}

struct DivMod128 {
  U128 quotient;
  U128 remainder;
};

namespace portable {

// n / d for d != 0.
constexpr DivMod128 div_mod(U128 n, U128 d) {
  if (n < d) return {U128{}, n};
  if (d.hi == 0) {
    const u64 q_high = n.hi / d.lo;
    const DivMod64 low = div_2by1(n.hi % d.lo, n.lo, d.lo);
    return {U128::from_halves(q_high, low.quotient), U128{low.remainder}};
  }
  // d >= 2^64, so the quotient has at most countl_zero(d.hi) + 1 bits.
  i32 shift = static_cast<i32>(std::countl_zero(d.hi) - std::countl_zero(n.hi));
  U128 rest = n;
  u64 q = 0;
  for (; shift >= 0; --shift) {
    const U128 part = d << static_cast<u32>(shift);
    q <<= 1;
    if (rest >= part) {
      rest = rest - part;
      q |= 1;
    }
  }
  return {U128{q}, rest};
}

}  // namespace portable

// Quotient and remainder; d = 0 fails a check.
constexpr DivMod128 div_mod(U128 n, U128 d) {
  GAVEL_CHECK(!d.is_zero());
#ifdef __SIZEOF_INT128__
  __extension__ using Native = unsigned __int128;
  const Native nn = (static_cast<Native>(n.hi) << 64) | n.lo;
  const Native dd = (static_cast<Native>(d.hi) << 64) | d.lo;
  const Native q = nn / dd;
  const Native r = nn % dd;
  return {U128::from_halves(static_cast<u64>(q >> 64), static_cast<u64>(q)),
          U128::from_halves(static_cast<u64>(r >> 64), static_cast<u64>(r))};
#else
  return portable::div_mod(n, d);
#endif
}

constexpr U128 operator/(U128 n, U128 d) { return div_mod(n, d).quotient; }
constexpr U128 operator%(U128 n, U128 d) { return div_mod(n, d).remainder; }

constexpr U128& operator+=(U128& a, U128 b) { return a = a + b; }
constexpr U128& operator-=(U128& a, U128 b) { return a = a - b; }
constexpr U128& operator*=(U128& a, U128 b) { return a = a * b; }
constexpr U128& operator/=(U128& a, U128 b) { return a = a / b; }
constexpr U128& operator<<=(U128& a, u32 n) { return a = a << n; }
constexpr U128& operator>>=(U128& a, u32 n) { return a = a >> n; }

using u128 = U128;

}  // namespace gavel::base

namespace gavel {
using base::u128;
}  // namespace gavel
