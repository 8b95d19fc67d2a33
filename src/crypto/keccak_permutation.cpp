#include <bit>

#include "crypto/keccak.hpp"
#include "crypto/keccak_constants.hpp"

namespace gavel::crypto::portable {

// The loops over lanes are unrolled, so that the 25 lanes are scalars and every index a constant.
void keccak_f(KeccakState& state) {
  std::array<u64, 25> a = state.lane;
  for (const u64 round_constant : keccak::kRoundConstant) {
    std::array<u64, 5> column;
    std::array<u64, 5> theta;
    std::array<u64, 25> b;
#pragma unroll
    for (u32 x = 0; x < 5; ++x) column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
#pragma unroll
    for (u32 x = 0; x < 5; ++x) {
      theta[x] = column[(x + 4) % 5] ^ std::rotl(column[(x + 1) % 5], 1);
    }
#pragma unroll
    for (u32 i = 0; i < 25; ++i) {
      b[keccak::kPi[i]] = std::rotl(a[i] ^ theta[i % 5], static_cast<int>(keccak::kRotation[i]));
    }
#pragma unroll
    for (u32 y = 0; y < 25; y += 5) {
#pragma unroll
      for (u32 x = 0; x < 5; ++x) a[y + x] = b[y + x] ^ (~b[y + (x + 1) % 5] & b[y + (x + 2) % 5]);
    }
    a[0] ^= round_constant;
  }
  state.lane = a;
}

}  // namespace gavel::crypto::portable
