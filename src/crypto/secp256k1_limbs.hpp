// Conversion between 256-bit numbers and the five 52-bit limbs of the IFMA kernel.
//
// What: to_limbs splits a number; from_limbs joins the limbs of a kernel result and reduces it mod
// p. Why: the kernel's values are congruent to a coordinate but may be p too large, and may even
// pass 2^256 by a little; that is resolved here, in plain code with its own tests, because chance
// would take 2^36 signatures to show it. Invariant: from_limbs(to_limbs(v)) = v mod p.
#pragma once

#include <array>

#include "crypto/mulmod.hpp"

namespace gavel::crypto::lanes {

using Limbs = std::array<u64, 5>;

constexpr Limbs to_limbs(const u256& v) {
  constexpr u64 kMask = (u64{1} << 52) - 1;
  const auto& w = v.limb;
  return {w[0] & kMask, ((w[0] >> 52) | (w[1] << 12)) & kMask,
          ((w[1] >> 40) | (w[2] << 24)) & kMask, ((w[2] >> 28) | (w[3] << 36)) & kMask, w[3] >> 16};
}

// Limbs 0..4 below 2^52, the number below 2 p.
constexpr u256 from_limbs(const Limbs& l) {
  const u256 v{{l[0] | (l[1] << 52), (l[1] >> 12) | (l[2] << 40), (l[2] >> 24) | (l[3] << 28),
                (l[3] >> 36) | (l[4] << 16)}};
  return portable::subtract_once(v, (l[4] >> 48) != 0, kFieldPrime);
}

}  // namespace gavel::crypto::lanes
