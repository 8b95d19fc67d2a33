#include <immintrin.h>

#include "crypto/keccak_lanes.hpp"

namespace gavel::crypto::keccak {
namespace {

using V256 = u64 __attribute__((vector_size(32)));

struct Ops256 {
  static constexpr bool kTernary = false;
  static V256 xor3(V256 a, V256 b, V256 c) { return a ^ b ^ c; }
  static V256 chi(V256 a, V256 b, V256 c) { return a ^ (~b & c); }
};

V256 load(const u8* bytes) {
  return (V256)_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
}

// Rows and columns of a 4 x 4 matrix of words.
[[gnu::always_inline]] inline void transpose(V256 (&m)[4]) {
  const V256 t0 = __builtin_shufflevector(m[0], m[1], 0, 4, 2, 6);
  const V256 t1 = __builtin_shufflevector(m[0], m[1], 1, 5, 3, 7);
  const V256 t2 = __builtin_shufflevector(m[2], m[3], 0, 4, 2, 6);
  const V256 t3 = __builtin_shufflevector(m[2], m[3], 1, 5, 3, 7);
  m[0] = __builtin_shufflevector(t0, t2, 0, 1, 4, 5);
  m[1] = __builtin_shufflevector(t1, t3, 0, 1, 4, 5);
  m[2] = __builtin_shufflevector(t0, t2, 2, 3, 6, 7);
  m[3] = __builtin_shufflevector(t1, t3, 2, 3, 6, 7);
}

// XORs 32 bytes at an offset of each row into lanes a[0..4).
[[gnu::always_inline]] inline void absorb_quarter(V256* a, const u8* const* rows, u32 offset) {
  V256 m[4];
#pragma unroll
  for (u32 i = 0; i < 4; ++i) m[i] = load(rows[i] + offset);
  transpose(m);
#pragma unroll
  for (u32 i = 0; i < 4; ++i) a[i] ^= m[i];
}

void hash_64(const u8* const* rows, u8* out) {
  V256 a[25];
#pragma unroll
  for (u32 i = 0; i < 8; ++i) a[i] = V256{};
  absorb_quarter(a, rows, 0);
  absorb_quarter(a + 4, rows, 32);
  permute_64<Ops256>(a);
  V256 m[4];
#pragma unroll
  for (u32 i = 0; i < 4; ++i) m[i] = a[i];
  transpose(m);
#pragma unroll
  for (u32 i = 0; i < 4; ++i) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 32 * i), (__m256i)m[i]);
  }
}

void absorb(u64* state, const u8* const* blocks) {
  V256 a[25];
#pragma unroll
  for (u32 i = 0; i < 25; ++i) {
    a[i] = (V256)_mm256_load_si256(reinterpret_cast<const __m256i*>(state + 4 * i));
  }
#pragma unroll
  for (u32 part = 0; part < 4; ++part) absorb_quarter(a + 4 * part, blocks, 32 * part);
  V256 last{};
#pragma unroll
  for (u32 i = 0; i < 4; ++i) {
    u64 word = 0;
    __builtin_memcpy(&word, blocks[i] + 128, 8);
    last[i] = word;
  }
  a[16] ^= last;
  permute<Ops256>(a);
#pragma unroll
  for (u32 i = 0; i < 25; ++i) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(state + 4 * i), (__m256i)a[i]);
  }
}

}  // namespace

const BatchKernel& avx2_kernel() {
  static constexpr BatchKernel kernel{4, &hash_64, &absorb};
  return kernel;
}

}  // namespace gavel::crypto::keccak
