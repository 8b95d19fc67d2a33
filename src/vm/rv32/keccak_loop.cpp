// Keccak-256 in software: straight code with many registers, loads and stores.
#include "crypto/keccak.hpp"

namespace {

constexpr gavel::u32 kRounds = 8'000;

}  // namespace

int main() {
  gavel::crypto::KeccakState state;
  for (gavel::u32 i = 0; i < kRounds; ++i) gavel::crypto::portable::keccak_f(state);
  return static_cast<int>(state.lane[0] % 251);
}
