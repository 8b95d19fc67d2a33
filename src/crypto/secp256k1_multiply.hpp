// The parts of a G + b P that can be looked at one by one: recoding, splitting, tables.
//
// What: signed windows of a half-length scalar, the endomorphism's split of a scalar in two halves,
// and the table of odd multiples of the generator. Why: they are separate claims with separate
// tests; secp256k1_group.hpp has the function that joins them. Source: Guide to Elliptic Curve
// Cryptography (Hankerson, Menezes, Vanstone), 3.3 (width-w NAF) and 3.5 (GLV).
#pragma once

#include <array>

#include "crypto/secp256k1_group.hpp"

namespace gavel::crypto {

// Positions of the digits of a value below 2^128 with a final carry.
inline constexpr u32 kHalfDigits = 129;
using HalfDigits = std::array<i8, kHalfDigits>;

// value = sum digit[i] 2^i with each digit zero or odd and below 2^(window_bits - 1) in magnitude,
// nonzero ones at least window_bits apart. value < 2^128, 2 <= window_bits <= 8.
HalfDigits signed_windows(const u256& value, u32 window_bits);

// |value| < 2^128 with a sign.
struct SignedHalf {
  u256 magnitude;
  bool negative;
};
struct SplitScalar {
  SignedHalf first;
  SignedHalf second;
};

// lambda: the cube root of 1 mod n with (beta x, y) = lambda (x, y).
inline constexpr Scalar kLambda = {
    {{0xdf02967c1b23bd72u, 0x122e22ea20816678u, 0xa5261c028812645au, 0x5363ad4cc05c30e0u}}};
inline constexpr Fe kBeta = {
    {{0xc1396c28719501eeu, 0x9cf0497512f58995u, 0x6e64479eac3434e9u, 0x7ae96a2b657c0710u}}};

// k = first + second lambda (mod n).
SplitScalar split_lambda(const Scalar& k);

inline constexpr u32 kGeneratorWindowBits = 8;
inline constexpr u32 kGeneratorTableSize = 1u << (kGeneratorWindowBits - 2);
using GeneratorTable = std::array<AffinePoint, kGeneratorTableSize>;

// kGeneratorOdd[i] = (2 i + 1) G and kGeneratorHighOdd[i] = (2 i + 1) 2^128 G. Written by
// secp256k1_table_main.cpp.
extern const GeneratorTable kGeneratorOdd;
extern const GeneratorTable kGeneratorHighOdd;

}  // namespace gavel::crypto
