// Keccak-256, the hash of Ethereum: state commitments, addresses, digests.
//
// What: one-shot and incremental hashing over one permutation, keccak_f. This is the original
// Keccak padding (0x01), not SHA3-256 (0x06). Why: everything committed here is judged by Solidity
// or by the fault proof machine, for both of which this is the cheap hash. keccak_f stands alone in
// keccak_f.cpp, so that a guest can link another definition that calls its machine's precompile;
// the state's alignment is what such a precompile asks for (200 bytes inside one aligned 256-byte
// block). Invariant: absorbing a message in any split gives the same hash. No heap; total for every
// input. Source: Bertoni et al., "The Keccak reference" 3.0; FIPS 202 for the permutation; rate 136
// bytes.
#pragma once

#include <array>
#include <span>

#include "base/types.hpp"

namespace gavel::crypto {

inline constexpr u32 kKeccakRateBytes = 136;

struct alignas(256) KeccakState {
  std::array<u64, 25> lane{};  // lane x + 5 y, as little-endian words
};

// Keccak-f[1600] in place. The only place where the permutation is computed on a single state.
void keccak_f(KeccakState& state);

namespace portable {

// The permutation in plain C++: what keccak_f is unless another definition is linked.
void keccak_f(KeccakState& state);

}  // namespace portable

// Incremental hashing. A hasher is used once: update any number of times, then finish.
class Keccak256 {
 public:
  Keccak256& update(std::span<const u8> bytes);
  Hash32 finish();

 private:
  KeccakState state_;
  u32 offset_ = 0;  // bytes absorbed into the current block, < kKeccakRateBytes
};

Hash32 keccak256(std::span<const u8> bytes);

// keccak256(left || right): an inner node of a binary tree. One permutation.
Hash32 keccak256_pair(const Hash32& left, const Hash32& right);

}  // namespace gavel::crypto
