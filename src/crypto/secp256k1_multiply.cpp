#include "crypto/secp256k1_multiply.hpp"

#include <algorithm>

namespace gavel::crypto {
namespace {

// bits [at, at + count) of value, for count <= 8 and at + count <= 256.
u32 bit_field(const u256& value, u32 at, u32 count) {
  const u32 limb = at / 64;
  const u32 shift = at % 64;
  u64 v = value.limb[limb] >> shift;
  if (shift + count > 64) v |= value.limb[limb + 1] << (64 - shift);
  return static_cast<u32>(v) & ((1u << count) - 1);
}

// round(a * b / 2^384)
u256 multiply_shift_384(const u256& a, const u256& b) {
  const base::Limbs512 t = base::mul_wide(a, b);
  const u64 carry = t[5] >> 63;
  const u64 low = t[6] + carry;
  return {{low, t[7] + static_cast<u64>(low < carry), 0, 0}};
}

// a * b mod 2^256
u256 multiply_low(const u256& a, const u256& b) {
  const base::Limbs512 t = base::mul_wide(a, b);
  return {{t[0], t[1], t[2], t[3]}};
}

u256 minus(const u256& a, const u256& b) { return base::sub_borrow(a, b).value; }

// A two's complement number of 256 bits as sign and magnitude.
SignedHalf from_twos_complement(const u256& v) {
  const bool negative = (v.limb[3] >> 63) != 0;
  return {negative ? minus(u256{}, v) : v, negative};
}

// Odd multiples of a point, with sign and endomorphism.
constexpr u32 kPointWindowBits = 5;
constexpr u32 kPointTableSize = 1u << (kPointWindowBits - 2);

struct PointTable {
  std::array<AffinePoint, kPointTableSize> odd;         // (2 i + 1) P
  std::array<AffinePoint, kPointTableSize> odd_lambda;  // (2 i + 1) lambda P
  // The entries lie on the isomorphic curve where (x, y) stands for (x / scale^2, y / scale^3); the
  // doubling and addition formulas are the same there, and all entries are affine without any
  // inversion.
  Fe scale;
};

PointTable make_table(const AffinePoint& p) {
  const JacobianPoint twice = double_point(to_jacobian(p));
  const Fe zz = square(twice.z);
  const AffinePoint step{twice.x, twice.y};

  std::array<JacobianPoint, kPointTableSize> multiple;
  std::array<Fe, kPointTableSize> z_ratio;
  multiple[0] = to_jacobian({p.x * zz, p.y * (zz * twice.z)});
  for (u32 i = 1; i < kPointTableSize; ++i) {
    const JacobianPoint& before = multiple[i - 1];
    const Fe before_zz = square(before.z);
    multiple[i] =
        add_at_common_z(before, step.x * before_zz, step.y * (before_zz * before.z), &z_ratio[i]);
  }

  PointTable table;
  const u32 last = kPointTableSize - 1;
  table.odd[last] = {multiple[last].x, multiple[last].y};
  Fe to_last = z_ratio[last];
  for (u32 i = last; i > 0; --i) {
    const Fe squared = square(to_last);
    table.odd[i - 1] = {multiple[i - 1].x * squared, multiple[i - 1].y * (squared * to_last)};
    if (i > 1) to_last = to_last * z_ratio[i - 1];
  }
  for (u32 i = 0; i < kPointTableSize; ++i) {
    table.odd_lambda[i] = {table.odd[i].x * kBeta, table.odd[i].y};
  }
  table.scale = multiple[last].z * twice.z;
  return table;
}

template <std::size_t N>
AffinePoint select(const std::array<AffinePoint, N>& odd, i32 digit, bool negative) {
  const bool flip = (digit < 0) != negative;
  const AffinePoint& point = odd[static_cast<u32>((digit < 0 ? -digit : digit) / 2)];
  return flip ? negate(point) : point;
}

// p + q where q is on the true curve and p on the isomorphic one.
JacobianPoint add_scaled(const JacobianPoint& p, const AffinePoint& q, const Fe& scale) {
  const Fe z = p.infinity ? scale : p.z * scale;
  const Fe zz = square(z);
  const Fe u = q.x * zz;
  const Fe s = q.y * (zz * z);
  if (p.infinity) return to_jacobian({u, s});
  return add_at_common_z(p, u, s);
}

}  // namespace

HalfDigits signed_windows(const u256& value, u32 window_bits) {
  HalfDigits digits{};
  u32 carry = 0;
  u32 at = 0;
  while (at < kHalfDigits) {
    if (bit_field(value, at, 1) == carry) {
      ++at;
      continue;
    }
    const u32 count = std::min(window_bits, kHalfDigits - at);
    const u32 window = bit_field(value, at, count) + carry;
    carry = (window >> (window_bits - 1)) & 1;
    digits[at] = static_cast<i8>(static_cast<i32>(window) - static_cast<i32>(carry << window_bits));
    at += count;
  }
  return digits;
}

// The lattice of (x, y) with x + y lambda = 0 (mod n) has the short basis (a1, b1), (a2, b2); k's
// nearest lattice point is c1 (a1, b1) + c2 (a2, b2), and what is left of k is short.
SplitScalar split_lambda(const Scalar& k) {
  constexpr u256 kA1 = {{0xe86c90e49284eb15u, 0x3086d221a7d46bcdu, 0, 0}};  // = b2
  constexpr u256 kMinusB1 = {{0x6f547fa90abfe4c3u, 0xe4437ed6010e8828u, 0, 0}};
  constexpr u256 kA2 = {{0x57c1108d9d44cfd8u, 0x14ca50f7a8e2f3f6u, 1, 0}};
  // round(2^384 b2 / n) and round(2^384 (-b1) / n)
  constexpr u256 kG1 = {
      {0xe893209a45dbb031u, 0x3daa8a1471e8ca7fu, 0xe86c90e49284eb15u, 0x3086d221a7d46bcdu}};
  constexpr u256 kG2 = {
      {0x1571b4ae8ac47f71u, 0x221208ac9df506c6u, 0x6f547fa90abfe4c4u, 0xe4437ed6010e8828u}};
  const u256 c1 = multiply_shift_384(k.v, kG1);
  const u256 c2 = multiply_shift_384(k.v, kG2);
  const u256 first = minus(minus(k.v, multiply_low(c1, kA1)), multiply_low(c2, kA2));
  const u256 second = minus(multiply_low(c1, kMinusB1), multiply_low(c2, kA1));
  return {from_twos_complement(first), from_twos_complement(second)};
}

JacobianPoint multiply_add(const Scalar& a, const Scalar& b, const AffinePoint& p) {
  const HalfDigits a_low = signed_windows({{a.v.limb[0], a.v.limb[1], 0, 0}}, kGeneratorWindowBits);
  const HalfDigits a_high =
      signed_windows({{a.v.limb[2], a.v.limb[3], 0, 0}}, kGeneratorWindowBits);
  const SplitScalar split = split_lambda(b);
  const HalfDigits b_first = signed_windows(split.first.magnitude, kPointWindowBits);
  const HalfDigits b_second = signed_windows(split.second.magnitude, kPointWindowBits);
  const PointTable table = make_table(p);

  JacobianPoint sum;
  for (u32 i = kHalfDigits; i > 0; --i) {
    const u32 at = i - 1;
    sum = double_point(sum);
    if (b_first[at] != 0) {
      sum = add_affine(sum, select(table.odd, b_first[at], split.first.negative));
    }
    if (b_second[at] != 0) {
      sum = add_affine(sum, select(table.odd_lambda, b_second[at], split.second.negative));
    }
    if (a_low[at] != 0) sum = add_scaled(sum, select(kGeneratorOdd, a_low[at], false), table.scale);
    if (a_high[at] != 0) {
      sum = add_scaled(sum, select(kGeneratorHighOdd, a_high[at], false), table.scale);
    }
  }
  if (!sum.infinity) sum.z = sum.z * table.scale;
  return sum;
}

}  // namespace gavel::crypto
