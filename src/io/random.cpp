#include "io/random.hpp"

#include <sys/random.h>

#include <bit>

#include "base/check.hpp"

namespace gavel::io {

u64 Random::below(u64 bound) {
  GAVEL_CHECK(bound > 0);
  const u64 tail = (0 - bound) % bound;  // 2^64 mod bound
  for (;;) {
    const u64 drawn = next();
    if (drawn >= tail) return drawn % bound;
  }
}

void Random::fill(std::span<u8> out) {
  u64 word = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    if (i % 8 == 0) word = next();
    out[i] = static_cast<u8>(word >> (8 * (i % 8)));
  }
}

SeededRandom::SeededRandom(u64 seed) {
  for (u64& word : state_) {
    seed += 0x9e3779b97f4a7c15;
    u64 z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    word = z ^ (z >> 31);
  }
}

u64 SeededRandom::next() {
  const u64 result = std::rotl(state_[1] * 5, 7) * 9;
  const u64 shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

u64 EntropyRandom::next() {
  u64 word = 0;
  GAVEL_CHECK(getrandom(&word, sizeof word, 0) == static_cast<ssize_t>(sizeof word));
  return word;
}

}  // namespace gavel::io
