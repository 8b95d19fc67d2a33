// Keccak-256 of many messages at once, on the host.
//
// What: 8 states side by side with AVX-512, 4 with AVX2, or one by one; chosen by what the CPU has.
// For the nodes of a Merkle level (64 contiguous bytes each), for scattered messages of one length,
// and for messages of any lengths. Why: one permutation leaves a wide core idle; a tree update is
// millions of independent hashes. Invariant: every backend gives exactly crypto::keccak256 of each
// message. Outputs may not overlap inputs. Cost: see keccak_bench.cpp. Thread-safe; nothing is
// allocated.
#pragma once

#include <span>

#include "base/types.hpp"

namespace gavel::crypto {

enum class KeccakBackend : u8 { kScalar, kAvx2, kAvx512 };

// Text for logs and for tests that say what they skip.
const char* keccak_backend_name(KeccakBackend backend);

bool keccak_backend_available(KeccakBackend backend);

// The one in use: the widest that the CPU has, unless another was forced.
KeccakBackend keccak_backend();

// For tests and benchmarks. The backend must be available.
void force_keccak_backend(KeccakBackend backend);

// out[32 i .. 32 i + 32) = keccak256(in[64 i .. 64 i + 64)) for i < count.
void keccak256_64_batch(const u8* in, u8* out, u64 count);

// The same with the i-th 64-byte message at in[i].
void keccak256_64_gather(const u8* const* in, u8* out, u64 count);

inline constexpr u32 kKeccakShortMaxBytes = 135;

// Messages of one length that fit into one block (at most kKeccakShortMaxBytes, else a check
// fails), the i-th at in[i].
void keccak256_short_gather(const u8* const* in, u32 length_bytes, u8* out, u64 count);

// Messages of any lengths; those with equally many blocks run side by side. messages and out have
// the same size.
void keccak256_batch(std::span<const std::span<const u8>> messages, std::span<Hash32> out);

}  // namespace gavel::crypto
