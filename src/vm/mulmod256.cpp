#include "vm/mulmod256.hpp"

#include <array>
#include <bit>

namespace gavel::vm {
namespace {

constexpr u32 kProductLimbs = 8;

u32 significant_limbs(const u256& m) {
  u32 n = 4;
  while (n > 0 && m.limb[n - 1] == 0) --n;
  return n;
}

// value << shift over n limbs; the bits that leave the top are returned.
u64 shift_left(u64* limbs, u32 n, u32 shift) {
  if (shift == 0) return 0;
  u64 carry = 0;
  for (u32 i = 0; i < n; ++i) {
    const u64 out = limbs[i] >> (64 - shift);
    limbs[i] = limbs[i] << shift | carry;
    carry = out;
  }
  return carry;
}

// u[0..n] -= q * v[0..n); true if the result is negative (then modulo 2^(64 (n+1))).
bool subtract_multiple(u64* u, const u64* v, u32 n, u64 q) {
  u64 carry = 0;
  u64 borrow = 0;
  for (u32 i = 0; i < n; ++i) {
    const u64 product = base::mul_add(q, v[i], 0, carry);
    const u64 difference = u[i] - product;
    const u64 out = difference - borrow;
    borrow = static_cast<u64>(u[i] < product) | static_cast<u64>(difference < borrow);
    u[i] = out;
  }
  const u64 difference = u[n] - carry;
  const bool negative = u[n] < carry || difference < borrow;
  u[n] = difference - borrow;
  return negative;
}

void add_back(u64* u, const u64* v, u32 n) {
  u64 carry = 0;
  for (u32 i = 0; i < n; ++i) {
    const u64 sum = u[i] + v[i];
    const u64 out = sum + carry;
    carry = static_cast<u64>(sum < v[i]) | static_cast<u64>(out < carry);
    u[i] = out;
  }
  u[n] += carry;
}

}  // namespace

u256 mulmod256(const u256& a, const u256& b, const u256& m) {
  const u32 n = significant_limbs(m);
  if (n == 0) return {};
  const base::Limbs512 product = base::mul_wide(a, b);
  std::array<u64, kProductLimbs + 1> u{};
  for (u32 i = 0; i < kProductLimbs; ++i) u[i] = product[i];
  std::array<u64, 4> v = m.limb;
  // The divisor's top bit set: then an estimated digit is at most two too large.
  const u32 shift = static_cast<u32>(std::countl_zero(v[n - 1]));
  static_cast<void>(shift_left(v.data(), n, shift));
  u[kProductLimbs] = shift_left(u.data(), kProductLimbs, shift);
  for (u32 j = kProductLimbs - n + 1; j-- > 0;) {
    u64* const top = &u[j];
    // Invariant: top[n..0] < v * 2^64, so top[n] <= v[n-1], and equality means a digit of all ones.
    const u64 q = top[n] >= v[n - 1]
                      ? ~u64{0}
                      : base::portable::div_2by1(top[n], top[n - 1], v[n - 1]).quotient;
    if (!subtract_multiple(top, v.data(), n, q)) continue;
    // One or two times too large.
    do {
      const u64 before = top[n];
      add_back(top, v.data(), n);
      if (top[n] < before) break;
    } while (true);
  }
  u256 out;
  for (u32 i = 0; i < n; ++i) {
    out.limb[i] = u[i] >> shift;
    if (shift != 0) out.limb[i] |= (i + 1 < n ? u[i + 1] : 0) << (64 - shift);
  }
  return out;
}

}  // namespace gavel::vm
