// Keccak-f[1600] on several states side by side, and the table of kernels that the batch functions
// choose from.
//
// What: the permutation over a vector type V that holds the same lane of each state, and
// BatchKernel, what one instruction set offers. Why: written once, instantiated per instruction set
// in a file of its own. Such a file must share no inline code with the rest of the program (the
// linker could keep the copy that another CPU cannot run): hence raw arrays here, no std, and V is
// a type that only one translation unit names. Invariant: same results as the scalar permutation;
// the tests compare them lane by lane.
#pragma once

#include "base/ints.hpp"
#include "crypto/keccak_constants.hpp"

namespace gavel::crypto::keccak {

inline constexpr u32 kMaxLanes = 8;
inline constexpr u32 kBlockWords = 17;

struct BatchKernel {
  u32 lanes;
  // out[32 i..] = keccak256 of the 64 bytes at rows[i], for each i < lanes.
  void (*hash_64)(const u8* const* rows, u8* out);
  // XORs the 136-byte block at blocks[i] into state i, then permutes. Word w of state i is state[w
  // * lanes + i], and the state is aligned to 64 bytes.
  void (*absorb)(u64* state, const u8* const* blocks);
};

const BatchKernel& avx2_kernel();
const BatchKernel& avx512_kernel();

template <class V>
[[gnu::always_inline]] inline V rotate_left(V a, u32 n) {
  return (a << n) | (a >> ((64 - n) & 63));
}

// One round on lanes a[x + 5 y]. Ops gives xor3(a, b, c) and chi(a, b, c) = a ^ (~b & c); kTernary
// says that each is one instruction, so that theta's two terms go into each lane directly instead
// of being joined first.
template <class Ops, class V>
[[gnu::always_inline]] inline void round(V (&a)[25], u64 round_constant) {
  V c[5];
  V d[5];
  V b[25];
#pragma unroll
  for (u32 x = 0; x < 5; ++x) {
    c[x] = Ops::xor3(Ops::xor3(a[x], a[x + 5], a[x + 10]), a[x + 15], a[x + 20]);
  }
#pragma unroll
  for (u32 x = 0; x < 5; ++x) {
    const V rotated = rotate_left(c[(x + 1) % 5], 1);
    d[x] = Ops::kTernary ? rotated : rotated ^ c[(x + 4) % 5];
  }
#pragma unroll
  for (u32 i = 0; i < 25; ++i) {
    const V lane = Ops::kTernary ? Ops::xor3(a[i], d[i % 5], c[(i + 4) % 5]) : a[i] ^ d[i % 5];
    b[kPi.data()[i]] = rotate_left(lane, kRotation.data()[i]);
  }
#pragma unroll
  for (u32 y = 0; y < 25; y += 5) {
#pragma unroll
    for (u32 x = 0; x < 5; ++x) {
      a[y + x] = Ops::chi(b[y + x], b[y + (x + 1) % 5], b[y + (x + 2) % 5]);
    }
  }
  a[0] = a[0] ^ round_constant;
}

template <class Ops, class V>
[[gnu::always_inline]] inline void permute(V (&a)[25]) {
  for (u32 r = 0; r < kRounds; ++r) round<Ops>(a, kRoundConstant.data()[r]);
}

// The permutation of a first block that holds a 64-byte message (in a[0..8)) and nothing else, of
// which only a[0..4) is wanted. The first and the last round stand outside the loop, where
// constants fold and unwanted lanes vanish.
template <class Ops, class V>
[[gnu::always_inline]] inline void permute_64(V (&a)[25]) {
#pragma unroll
  for (u32 i = 8; i < 25; ++i) a[i] = V{};
  a[8] = V{} + u64{0x01};
  a[16] = V{} + (u64{0x80} << 56);
  round<Ops>(a, kRoundConstant.data()[0]);
  for (u32 r = 1; r < kRounds - 1; ++r) round<Ops>(a, kRoundConstant.data()[r]);
  round<Ops>(a, kRoundConstant.data()[kRounds - 1]);
}

}  // namespace gavel::crypto::keccak
