// What the machine does by calls, in place of the portable code: Keccak-f and multiplications
// modulo secp256k1's primes.
#include <bit>

#include "crypto/keccak.hpp"
#include "crypto/mulmod.hpp"
#include "guest/fpvm/calls.hpp"

namespace gavel::crypto {
namespace {

static_assert(std::endian::native == std::endian::little);

// One block for each modulus, which so is written once: by the image.
constinit guest::fpvm::MulmodBlock field_block = {{}, {}, kFieldPrime, {}};
constinit guest::fpvm::MulmodBlock order_block = {{}, {}, kGroupOrder, {}};

u256 multiply(guest::fpvm::MulmodBlock& block, const u256& a, const u256& b) {
  block.a = a;
  block.b = b;
  guest::fpvm::mulmod256(block);
  return block.result;
}

}  // namespace

void keccak_f(KeccakState& state) { guest::fpvm::keccak_f(&state); }
u256 mulmod_p(const u256& a, const u256& b) { return multiply(field_block, a, b); }
u256 mulmod_n(const u256& a, const u256& b) { return multiply(order_block, a, b); }

}  // namespace gavel::crypto
