// The constants of Keccak-f[1600], in the order in which every implementation here walks the state.
//
// What: round constants, rotation offsets and the pi permutation.
// Source: "The Keccak reference" 3.0, sections 1.2 and 2.3; the tests recompute all three from the
// definition.
#pragma once

#include <array>

#include "base/ints.hpp"

namespace gavel::crypto::keccak {

inline constexpr u32 kRounds = 24;

inline constexpr std::array<u64, kRounds> kRoundConstant = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

// Left rotation of lane x + 5 y.
inline constexpr std::array<u32, 25> kRotation = {
    0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14};

// Where pi takes lane x + 5 y: to y + 5 ((2 x + 3 y) mod 5).
inline constexpr std::array<u32, 25> kPi = [] {
  std::array<u32, 25> out{};
  for (u32 y = 0; y < 5; ++y) {
    for (u32 x = 0; x < 5; ++x) out[x + 5 * y] = y + 5 * ((2 * x + 3 * y) % 5);
  }
  return out;
}();

}  // namespace gavel::crypto::keccak
