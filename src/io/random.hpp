// Randomness as an input: the operating system's for keys and nonces, a seeded stream for
// simulations.
//
// SeededRandom is xoshiro256** (Blackman and Vigna, 2018) seeded by splitmix64: the same seed gives
// the same stream on every machine, which is what makes a simulated failure replayable. It is not
// for secrets.
#pragma once

#include <array>
#include <span>

#include "base/types.hpp"

namespace gavel::io {

class Random {
 public:
  virtual ~Random() = default;
  [[nodiscard]] virtual u64 next() = 0;

  // Uniform in [0, bound); bound > 0. Unbiased (rejects the short tail).
  [[nodiscard]] u64 below(u64 bound);
  // True in `per_million` of a million draws.
  [[nodiscard]] bool chance(u32 per_million) { return below(1'000'000) < per_million; }
  void fill(std::span<u8> out);
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(u64 seed);
  u64 next() override;

 private:
  std::array<u64, 4> state_{};
};

// getrandom(2). A kernel without entropy fails a check: nothing sensible can be done without.
class EntropyRandom final : public Random {
 public:
  u64 next() override;
};

}  // namespace gavel::io
