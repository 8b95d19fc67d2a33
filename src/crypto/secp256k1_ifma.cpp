#include <immintrin.h>

#include "crypto/secp256k1_lanes.hpp"

namespace gavel::crypto::lanes {
namespace {

#define GAVEL_INLINE [[gnu::always_inline]] inline

using V = __m512i;

constexpr u64 kLimbMask = (u64{1} << 52) - 1;
constexpr u64 kTopMask = (u64{1} << 48) - 1;
constexpr u64 kFold = 0x1000003d1u;        // 2^256 mod p
constexpr u64 kFoldLimbs = 0x1000003d10u;  // 2^260 mod p
constexpr u64 kPrime[kLimbs] = {0xffffefffffc2fu, kLimbMask, kLimbMask, kLimbMask, kTopMask};
constexpr u64 kBeta[kLimbs] = {0x96c28719501eeu, 0x7512f58995c13u, 0xc3434e99cf049u,
                               0x07106e64479eau, 0x7ae96a2b657cu};

GAVEL_INLINE V splat(u64 v) { return _mm512_set1_epi64(static_cast<long long>(v)); }
GAVEL_INLINE V low(V sum, V a, V b) { return _mm512_madd52lo_epu64(sum, a, b); }
GAVEL_INLINE V high(V sum, V a, V b) { return _mm512_madd52hi_epu64(sum, a, b); }

// A field element a lane. "Tight": limbs 0..4 below 2^52, the top limb below 2^48 + 2^12, so that
// the integer is below 2 p and its limbs are unique. Multiplication takes and gives tight values;
// sums are loose until tightened.
struct Fe8 {
  V limb[kLimbs];
};

// Any limbs below 2^63 to a tight value, congruent mod p.
GAVEL_INLINE Fe8 tighten(Fe8 a) {
  const V mask = splat(kLimbMask);
  const V over = _mm512_srli_epi64(a.limb[4], 48);
  a.limb[4] = _mm512_and_si512(a.limb[4], splat(kTopMask));
  a.limb[0] = low(a.limb[0], over, splat(kFold));
#pragma unroll
  for (u32 i = 0; i < 4; ++i) {
    a.limb[i + 1] = _mm512_add_epi64(a.limb[i + 1], _mm512_srli_epi64(a.limb[i], 52));
    a.limb[i] = _mm512_and_si512(a.limb[i], mask);
  }
  return a;
}

// The ten limbs of a product, each below 2^57, to a tight value.
GAVEL_INLINE Fe8 reduce(V (&t)[10]) {
  const V mask = splat(kLimbMask);
  const V fold = splat(kFoldLimbs);
#pragma unroll
  for (u32 i = 5; i < 9; ++i) {
    t[i + 1] = _mm512_add_epi64(t[i + 1], _mm512_srli_epi64(t[i], 52));
    t[i] = _mm512_and_si512(t[i], mask);
  }
  // The top limb first: what it sends past limb 4 folds once more.
  const V again = high(_mm512_setzero_si512(), t[9], fold);
  Fe8 out;
  out.limb[0] = low(low(t[0], t[5], fold), again, fold);
  out.limb[1] = high(high(low(t[1], t[6], fold), t[5], fold), again, fold);
#pragma unroll
  for (u32 i = 2; i < 5; ++i) out.limb[i] = high(low(t[i], t[i + 5], fold), t[i + 4], fold);
  return tighten(out);
}

GAVEL_INLINE Fe8 operator*(const Fe8& a, const Fe8& b) {
  V t[10];
#pragma unroll
  for (u32 i = 0; i < 10; ++i) t[i] = _mm512_setzero_si512();
#pragma unroll
  for (u32 i = 0; i < kLimbs; ++i) {
#pragma unroll
    for (u32 j = 0; j < kLimbs; ++j) {
      t[i + j] = low(t[i + j], a.limb[i], b.limb[j]);
      t[i + j + 1] = high(t[i + j + 1], a.limb[i], b.limb[j]);
    }
  }
  return reduce(t);
}

// Each product of two different limbs once, doubled as a sum (a doubled limb would not fit the
// multiplier).
GAVEL_INLINE Fe8 square(const Fe8& a) {
  V t[10];
#pragma unroll
  for (u32 i = 0; i < 10; ++i) t[i] = _mm512_setzero_si512();
#pragma unroll
  for (u32 i = 0; i < kLimbs; ++i) {
#pragma unroll
    for (u32 j = i + 1; j < kLimbs; ++j) {
      t[i + j] = low(t[i + j], a.limb[i], a.limb[j]);
      t[i + j + 1] = high(t[i + j + 1], a.limb[i], a.limb[j]);
    }
  }
#pragma unroll
  for (u32 i = 1; i < 9; ++i) t[i] = _mm512_add_epi64(t[i], t[i]);
#pragma unroll
  for (u32 i = 0; i < kLimbs; ++i) {
    t[2 * i] = low(t[2 * i], a.limb[i], a.limb[i]);
    t[2 * i + 1] = high(t[2 * i + 1], a.limb[i], a.limb[i]);
  }
  return reduce(t);
}

// Loose sums.
GAVEL_INLINE Fe8 plus(const Fe8& a, const Fe8& b) {
  Fe8 out;
#pragma unroll
  for (u32 i = 0; i < kLimbs; ++i) out.limb[i] = _mm512_add_epi64(a.limb[i], b.limb[i]);
  return out;
}
template <u32 kBits>
GAVEL_INLINE Fe8 times_power(const Fe8& a) {
  Fe8 out;
#pragma unroll
  for (u32 i = 0; i < kLimbs; ++i) out.limb[i] = _mm512_slli_epi64(a.limb[i], kBits);
  return out;
}
// a + kMultiple p - b, for b a sum of fewer than kMultiple tight values: no limb goes below zero.
template <u32 kMultiple>
GAVEL_INLINE Fe8 minus(const Fe8& a, const Fe8& b) {
  Fe8 out;
#pragma unroll
  for (u32 i = 0; i < kLimbs; ++i) {
    out.limb[i] =
        _mm512_sub_epi64(_mm512_add_epi64(a.limb[i], splat(kMultiple * kPrime[i])), b.limb[i]);
  }
  return out;
}

GAVEL_INLINE Fe8 constant(const u64 (&limbs)[kLimbs]) {
  Fe8 out;
#pragma unroll
  for (u32 i = 0; i < kLimbs; ++i) out.limb[i] = splat(limbs[i]);
  return out;
}
GAVEL_INLINE Fe8 small(u64 v) {
  Fe8 out;
#pragma unroll
  for (u32 i = 0; i < kLimbs; ++i) out.limb[i] = splat(i == 0 ? v : 0);
  return out;
}
GAVEL_INLINE Fe8 load(const u64 (&rows)[kLimbs][kLanes]) {
  Fe8 out;
#pragma unroll
  for (u32 i = 0; i < kLimbs; ++i) out.limb[i] = _mm512_load_si512(rows[i]);
  return out;
}
GAVEL_INLINE void store(const Fe8& a, u64 (&rows)[kLimbs][kLanes]) {
#pragma unroll
  for (u32 i = 0; i < kLimbs; ++i) _mm512_store_si512(rows[i], a.limb[i]);
}
// Lane by lane: yes where the mask has a one.
GAVEL_INLINE Fe8 choose(__mmask8 mask, const Fe8& yes, const Fe8& no) {
  Fe8 out;
#pragma unroll
  for (u32 i = 0; i < kLimbs; ++i) {
    out.limb[i] = _mm512_mask_blend_epi64(mask, no.limb[i], yes.limb[i]);
  }
  return out;
}

// Tight values that are 0 mod p: the integers 0 and p.
GAVEL_INLINE __mmask8 is_zero(const Fe8& a) {
  __mmask8 zero = 0xff;
  __mmask8 prime = 0xff;
#pragma unroll
  for (u32 i = 0; i < kLimbs; ++i) {
    zero &= _mm512_cmpeq_epi64_mask(a.limb[i], _mm512_setzero_si512());
    prime &= _mm512_cmpeq_epi64_mask(a.limb[i], splat(kPrime[i]));
  }
  return static_cast<__mmask8>(zero | prime);
}

// The parity of the residue of a tight value: its own, flipped if it is p or more, i.e. if adding
// 2^256 - p reaches 2^256.
GAVEL_INLINE __mmask8 is_odd(const Fe8& a) {
  V carry = _mm512_srli_epi64(_mm512_add_epi64(a.limb[0], splat(kFold)), 52);
#pragma unroll
  for (u32 i = 1; i < 4; ++i) carry = _mm512_srli_epi64(_mm512_add_epi64(a.limb[i], carry), 52);
  const V top = _mm512_srli_epi64(_mm512_add_epi64(a.limb[4], carry), 48);
  const __mmask8 wrapped = _mm512_test_epi64_mask(top, top);
  return static_cast<__mmask8>(_mm512_test_epi64_mask(a.limb[0], splat(1)) ^ wrapped);
}

[[gnu::noinline]] Fe8 square_times(Fe8 a, u32 times) {
  for (u32 i = 0; i < times; ++i) a = square(a);
  return a;
}

// The runs of ones in p - 2 and (p + 1) / 4; see secp256k1_field.cpp.
struct RunPowers {
  Fe8 a2;
  Fe8 a22;
  Fe8 a223;
};
RunPowers run_powers(const Fe8& a) {
  const Fe8 a2 = square_times(a, 1) * a;
  const Fe8 a3 = square_times(a2, 1) * a;
  const Fe8 a6 = square_times(a3, 3) * a3;
  const Fe8 a9 = square_times(a6, 3) * a3;
  const Fe8 a11 = square_times(a9, 2) * a2;
  const Fe8 a22 = square_times(a11, 11) * a11;
  const Fe8 a44 = square_times(a22, 22) * a22;
  const Fe8 a88 = square_times(a44, 44) * a44;
  const Fe8 a176 = square_times(a88, 88) * a88;
  const Fe8 a220 = square_times(a176, 44) * a44;
  return {a2, a22, square_times(a220, 3) * a3};
}
Fe8 inverse(const Fe8& a) {
  const RunPowers run = run_powers(a);
  Fe8 t = square_times(run.a223, 23) * run.a22;
  t = square_times(t, 5) * a;
  t = square_times(t, 3) * run.a2;
  return square_times(t, 2) * a;
}
Fe8 root_candidate(const Fe8& a) {
  const RunPowers run = run_powers(a);
  Fe8 t = square_times(run.a223, 23) * run.a22;
  t = square_times(t, 6) * run.a2;
  return square_times(t, 2);
}

struct Affine8 {
  Fe8 x;
  Fe8 y;
};
struct Jacobian8 {
  Fe8 x;
  Fe8 y;
  Fe8 z;
};

// With m = 3 x^2 and s = x y^2: x' = m^2 - 8 s, y' = m (4 s - x') - 8 y^4, z' = 2 y z.
[[gnu::noinline]] void double_in_place(Jacobian8& p) {
  const Fe8 xx = square(p.x);
  const Fe8 yy = square(p.y);
  const Fe8 m = tighten(plus(times_power<1>(xx), xx));
  const Fe8 s4 = times_power<2>(p.x * yy);
  const Fe8 yz = p.y * p.z;
  const Fe8 x = tighten(minus<16>(square(m), times_power<1>(s4)));
  const Fe8 bracket = tighten(minus<2>(s4, x));
  p.y = tighten(minus<16>(m * bracket, times_power<3>(square(yy))));
  p.x = x;
  p.z = tighten(times_power<1>(yz));
}

// The sum of p and a point given as (u, s) at p's z; h receives z' / z. Equal or opposite operands
// give h = z' = 0.
GAVEL_INLINE Jacobian8 add_at_common_z(const Jacobian8& p, const Fe8& u, const Fe8& s, Fe8& h) {
  h = tighten(minus<2>(u, p.x));
  const Fe8 r = tighten(minus<2>(s, p.y));
  const Fe8 hh = square(h);
  const Fe8 hhh = hh * h;
  const Fe8 v = p.x * hh;
  Jacobian8 out;
  out.x = tighten(minus<4>(square(r), plus(hhh, times_power<1>(v))));
  out.y = tighten(minus<2>(r * tighten(minus<2>(v, out.x)), p.y * hhh));
  out.z = p.z * h;
  return out;
}

[[gnu::noinline]] Fe8 add_affine(Jacobian8& p, const Affine8& q) {
  const Fe8 zz = square(p.z);
  Fe8 h;
  p = add_at_common_z(p, q.x * zz, q.y * (zz * p.z), h);
  return h;
}

// Multiples 1..8 of P and of lambda P (same y), affine on the isomorphic curve where (x, y) is (x /
// scale^2, y / scale^3).
struct PointTable {
  Fe8 x[2][kPointTableSize];
  Fe8 y[kPointTableSize];
  Fe8 scale;
};

void make_table(const Affine8& p, PointTable& table) {
  Jacobian8 multiple[kPointTableSize];
  Fe8 z_ratio[kPointTableSize];
  multiple[0] = {p.x, p.y, small(1)};
  multiple[1] = multiple[0];
  double_in_place(multiple[1]);
  z_ratio[1] = multiple[1].z;
  for (u32 i = 2; i < kPointTableSize; ++i) {
    multiple[i] = multiple[i - 1];
    z_ratio[i] = add_affine(multiple[i], p);
  }
  const u32 last = kPointTableSize - 1;
  table.scale = multiple[last].z;
  Fe8 to_last = small(1);
  const Fe8 beta = constant(kBeta);
  for (u32 i = kPointTableSize; i > 0; --i) {
    const u32 at = i - 1;
    const Fe8 squared = square(to_last);
    table.x[0][at] = multiple[at].x * squared;
    table.y[at] = multiple[at].y * (squared * to_last);
    table.x[1][at] = table.x[0][at] * beta;
    to_last = to_last * z_ratio[at];
  }
}

// The sum so far, and in which lanes nothing has been added yet (there the coordinates mean
// nothing).
struct Accumulator {
  Jacobian8 p;
  __mmask8 infinite;
};

struct Digit {
  V magnitude;
  __mmask8 nonzero;
  __mmask8 negative;
};
GAVEL_INLINE Digit load_digit(const i64 (&lanes)[kLanes]) {
  const V v = _mm512_loadu_si512(lanes);
  return {_mm512_abs_epi64(v), _mm512_test_epi64_mask(v, v),
          _mm512_cmplt_epi64_mask(v, _mm512_setzero_si512())};
}
GAVEL_INLINE Fe8 negate_where(__mmask8 mask, const Fe8& a) {
  return choose(mask, tighten(minus<2>(Fe8{}, a)), a);
}

// Takes the sum (or, where there was nothing yet, the point itself) in the lanes whose digit is not
// zero.
GAVEL_INLINE void accept(Accumulator& sum, const Digit& digit, const Jacobian8& added, const Fe8& x,
                         const Fe8& y) {
  const __mmask8 first = static_cast<__mmask8>(sum.infinite & digit.nonzero);
  const __mmask8 later = static_cast<__mmask8>(digit.nonzero & ~sum.infinite);
  sum.p.x = choose(first, x, choose(later, added.x, sum.p.x));
  sum.p.y = choose(first, y, choose(later, added.y, sum.p.y));
  sum.p.z = choose(first, small(1), choose(later, added.z, sum.p.z));
  sum.infinite = static_cast<__mmask8>(sum.infinite & ~digit.nonzero);
}

[[gnu::noinline]] void add_point_digit(Accumulator& sum, const PointTable& table, u32 half,
                                       const i64 (&lanes)[kLanes]) {
  const Digit digit = load_digit(lanes);
  Fe8 x = table.x[half][0];
  Fe8 y = table.y[0];
#pragma unroll
  for (u32 i = 1; i < kPointTableSize; ++i) {
    const __mmask8 here = _mm512_cmpeq_epi64_mask(digit.magnitude, splat(i + 1));
    x = choose(here, table.x[half][i], x);
    y = choose(here, table.y[i], y);
  }
  y = negate_where(digit.negative, y);
  const Fe8 zz = square(sum.p.z);
  Fe8 h;
  const Jacobian8 added = add_at_common_z(sum.p, x * zz, y * (zz * sum.p.z), h);
  accept(sum, digit, added, x, y);
}

// The table is on the true curve, the sum on the isomorphic one: the point is carried over by the
// scale.
[[gnu::noinline]] void add_generator_digit(Accumulator& sum,
                                           const u64 (&table)[kGeneratorTableSize][2 * kLimbs],
                                           const Fe8& scale, const i64 (&lanes)[kLanes]) {
  const Digit digit = load_digit(lanes);
  const V row = _mm512_maskz_sub_epi64(digit.nonzero, digit.magnitude, splat(1));
  const V first = _mm512_mullo_epi64(row, splat(2 * kLimbs));
  Fe8 x;
  Fe8 y;
#pragma unroll
  for (u32 i = 0; i < kLimbs; ++i) {
    x.limb[i] = _mm512_i64gather_epi64(first, &table[0][i], 8);
    y.limb[i] = _mm512_i64gather_epi64(first, &table[0][i + kLimbs], 8);
  }
  y = negate_where(digit.negative, y);
  const Fe8 z = choose(sum.infinite, scale, sum.p.z * scale);
  const Fe8 zz = square(z);
  const Fe8 u = x * zz;
  const Fe8 s = y * (zz * z);
  Fe8 h;
  const Jacobian8 added = add_at_common_z(sum.p, u, s, h);
  accept(sum, digit, added, u, s);
}

// a G + b P on the true curve.
Accumulator multiply_add(const GeneratorTable& generator, const RecoverInput& in,
                         const Affine8& p) {
  PointTable table;
  make_table(p, table);
  Accumulator sum{};
  sum.infinite = 0xff;
  for (u32 i = kPointDigits; i > 0; --i) {
    const u32 at = i - 1;
    for (u32 j = 0; j < kPointWindowBits; ++j) double_in_place(sum.p);
    add_point_digit(sum, table, 0, in.point_digit[0][at]);
    add_point_digit(sum, table, 1, in.point_digit[1][at]);
    constexpr u32 kEvery = kGeneratorWindowBits / kPointWindowBits;
    if (at % kEvery != 0 || at / kEvery >= kGeneratorDigits) continue;
    for (u32 half = 0; half < 2; ++half) {
      add_generator_digit(sum, generator.entry[half], table.scale,
                          in.generator_digit[half][at / kEvery]);
    }
  }
  sum.p.z = sum.p.z * table.scale;
  return sum;
}

// The point with this x and parity; lanes without one are left out of the mask.
__mmask8 lift_x(const RecoverInput& in, Affine8& p) {
  p.x = load(in.x);
  const Fe8 right = tighten(plus(square(p.x) * p.x, small(7)));
  p.y = root_candidate(right);
  const __mmask8 on_curve = is_zero(tighten(minus<2>(square(p.y), right)));
  p.y = negate_where(static_cast<__mmask8>(is_odd(p.y) ^ in.y_is_odd), p.y);
  return on_curve;
}

}  // namespace

void recover(const GeneratorTable& table, const RecoverInput* in, RecoverOutput* out, u32 groups) {
  Jacobian8 result[kMaxGroups];
  Fe8 product[kMaxGroups];  // of the z up to and including this group
  for (u32 g = 0; g < groups; ++g) {
    Affine8 p;
    out[g].on_curve = lift_x(in[g], p);
    const Accumulator sum = multiply_add(table, in[g], p);
    const __mmask8 infinite = static_cast<__mmask8>(sum.infinite | is_zero(sum.p.z));
    out[g].finite = static_cast<u8>(~infinite);
    result[g] = sum.p;
    // A zero would spoil the common inverse of the lane's other groups.
    result[g].z = choose(infinite, small(1), sum.p.z);
    product[g] = g == 0 ? result[g].z : product[g - 1] * result[g].z;
  }
  Fe8 rest = inverse(product[groups - 1]);
  for (u32 g = groups; g > 0; --g) {
    const u32 at = g - 1;
    const Fe8 z_inverse = at == 0 ? rest : rest * product[at - 1];
    rest = rest * result[at].z;
    const Fe8 zz = square(z_inverse);
    store(result[at].x * zz, out[at].x);
    store(result[at].y * (zz * z_inverse), out[at].y);
  }
}

}  // namespace gavel::crypto::lanes
