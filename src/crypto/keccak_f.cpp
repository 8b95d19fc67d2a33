// Alone in its object file: a program that defines keccak_f itself never links this one.
#include "crypto/keccak.hpp"

namespace gavel::crypto {

void keccak_f(KeccakState& state) { portable::keccak_f(state); }

}  // namespace gavel::crypto
