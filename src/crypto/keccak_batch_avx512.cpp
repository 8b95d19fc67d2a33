#include <immintrin.h>

#include "crypto/keccak_lanes.hpp"

namespace gavel::crypto::keccak {
namespace {

using V512 = u64 __attribute__((vector_size(64)));

struct Ops512 {
  static constexpr bool kTernary = true;
  static V512 xor3(V512 a, V512 b, V512 c) {
    return (V512)_mm512_ternarylogic_epi64((__m512i)a, (__m512i)b, (__m512i)c, 0x96);
  }
  static V512 chi(V512 a, V512 b, V512 c) {
    return (V512)_mm512_ternarylogic_epi64((__m512i)a, (__m512i)b, (__m512i)c, 0xd2);
  }
};

V512 load(const u8* bytes) { return (V512)_mm512_loadu_si512(bytes); }

// Rows and columns of an 8 x 8 matrix of words, in three steps of pairwise exchange.
[[gnu::always_inline]] inline void transpose(V512 (&m)[8]) {
  V512 t[8];
#pragma unroll
  for (u32 i = 0; i < 8; i += 2) {
    t[i] = __builtin_shufflevector(m[i], m[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    t[i + 1] = __builtin_shufflevector(m[i], m[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  V512 u[8];
#pragma unroll
  for (u32 i = 0; i < 8; i += 4) {
#pragma unroll
    for (u32 j = 0; j < 2; ++j) {
      u[i + j] = __builtin_shufflevector(t[i + j], t[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      u[i + j + 2] = __builtin_shufflevector(t[i + j], t[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
#pragma unroll
  for (u32 i = 0; i < 4; ++i) {
    m[i] = __builtin_shufflevector(u[i], u[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    m[i + 4] = __builtin_shufflevector(u[i], u[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

void hash_64(const u8* const* rows, u8* out) {
  V512 m[8];
#pragma unroll
  for (u32 i = 0; i < 8; ++i) m[i] = load(rows[i]);
  transpose(m);
  V512 a[25];
#pragma unroll
  for (u32 i = 0; i < 8; ++i) a[i] = m[i];
  permute_64<Ops512>(a);
  // Four lanes of eight states back to eight digests of four words: the upper half of the matrix is
  // not wanted.
#pragma unroll
  for (u32 i = 0; i < 4; ++i) {
    m[i] = a[i];
    m[i + 4] = V512{};
  }
  transpose(m);
#pragma unroll
  for (u32 i = 0; i < 8; ++i) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 32 * i),
                        _mm512_castsi512_si256((__m512i)m[i]));
  }
}

void absorb(u64* state, const u8* const* blocks) {
  V512 a[25];
#pragma unroll
  for (u32 i = 0; i < 25; ++i) a[i] = (V512)_mm512_load_si512(state + 8 * i);
#pragma unroll
  for (u32 part = 0; part < 2; ++part) {
    V512 m[8];
#pragma unroll
    for (u32 i = 0; i < 8; ++i) m[i] = load(blocks[i] + 64 * part);
    transpose(m);
#pragma unroll
    for (u32 i = 0; i < 8; ++i) a[8 * part + i] ^= m[i];
  }
  V512 last{};
#pragma unroll
  for (u32 i = 0; i < 8; ++i) {
    u64 word = 0;
    __builtin_memcpy(&word, blocks[i] + 128, 8);
    last[i] = word;
  }
  a[16] ^= last;
  permute<Ops512>(a);
#pragma unroll
  for (u32 i = 0; i < 25; ++i) _mm512_store_si512(state + 8 * i, (__m512i)a[i]);
}

}  // namespace

const BatchKernel& avx512_kernel() {
  static constexpr BatchKernel kernel{8, &hash_64, &absorb};
  return kernel;
}

}  // namespace gavel::crypto::keccak
