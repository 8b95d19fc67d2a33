// Eight ECDSA recoveries side by side with AVX-512 IFMA: the border between scalar code and the
// kernel.
//
// What: plain arrays in which word i of lane j is [i][j]. Field elements are five 52-bit limbs,
// least significant first, as the multiply-add instructions want them; scalars arrive as signed
// window digits. Why: the kernel is compiled for one instruction set and must share no inline code
// with the rest (see keccak_lanes.hpp); all that is not field arithmetic stays in portable,
// separately tested code. Invariant: the kernel computes a G + b P with additions that are wrong
// for equal or opposite operands; then, and only then, the result's z is 0. Such lanes, like those
// that are truly infinite, are reported as not finite, and the caller decides them anew.
#pragma once

#include "base/ints.hpp"

namespace gavel::crypto::lanes {

inline constexpr u32 kLanes = 8;
inline constexpr u32 kLimbs = 5;
inline constexpr u32 kMaxGroups = 8;

// b = sum over halves: digit[0][k] 16^k + lambda digit[1][k] 16^k, digits in [-8, 8].
inline constexpr u32 kPointWindowBits = 4;
inline constexpr u32 kPointDigits = 33;
inline constexpr u32 kPointTableSize = 8;
// a = sum digit[h][k] 2^(128 h + 8 k), digits in [-128, 128].
inline constexpr u32 kGeneratorWindowBits = 8;
inline constexpr u32 kGeneratorDigits = 16;
inline constexpr u32 kGeneratorTableSize = 128;

// Multiples 1..128 of G and of 2^128 G: x in limbs 0..5, y in limbs 5..10.
struct GeneratorTable {
  alignas(64) u64 entry[2][kGeneratorTableSize][2 * kLimbs];
};

struct RecoverInput {
  alignas(64) u64 x[kLimbs][kLanes];  // of P, below p
  i64 point_digit[2][kPointDigits][kLanes];
  i64 generator_digit[2][kGeneratorDigits][kLanes];
  u8 y_is_odd;  // bit j: parity of P's y in lane j
};

struct RecoverOutput {
  // Of a G + b P, each below 2^256 + 2^216 and congruent to the coordinate mod p.
  alignas(64) u64 x[kLimbs][kLanes];
  alignas(64) u64 y[kLimbs][kLanes];
  u8 on_curve;  // bit j: x is the x of a point; if not, lane j means nothing else
  u8 finite;    // bit j: the result stands; if not, lane j must be computed another way
};

// For 1 <= groups <= kMaxGroups; they share one inversion.
void recover(const GeneratorTable& table, const RecoverInput* in, RecoverOutput* out, u32 groups);

}  // namespace gavel::crypto::lanes
