// The guest's machine when L1 judges: preimages from the oracle, Keccak and multiplications by the
// machine's calls.
#include <algorithm>
#include <bit>
#include <cstring>

#include "crypto/keccak.hpp"
#include "crypto/mulmod.hpp"
#include "guest/fpvm/calls.hpp"
#include "guest/oracle_client.hpp"

namespace gavel {
namespace {

constexpr u32 kReadBytes = 32;
constexpr u32 kPanicCode = 1;

guest::fpvm::OracleBlock oracle_block;
alignas(32) Hash32 output;

// One block for each modulus, which so is written once: by the image.
constinit guest::fpvm::MulmodBlock field_block = {{}, {}, crypto::kFieldPrime, {}};
constinit guest::fpvm::MulmodBlock order_block = {{}, {}, crypto::kGroupOrder, {}};

static_assert(std::endian::native == std::endian::little);

u256 multiply(guest::fpvm::MulmodBlock& block, const u256& a, const u256& b) {
  block.a = a;
  block.b = b;
  guest::fpvm::mulmod256(block);
  return block.result;
}

}  // namespace

namespace guest {

Hash32 input_cursor() {
  fpvm::oracle_read(oracle_block, 0, fpvm::KeyType::local);
  return oracle_block.value;
}

u32 OracleClient::get(const Hash32& hash, std::span<u8> out) {
  oracle_block.key = hash;
  u32 at = 0;
  while (true) {
    const u32 length = fpvm::oracle_read(oracle_block, at, fpvm::KeyType::keccak);
    const u32 wanted = std::min(length, static_cast<u32>(out.size()));
    if (wanted - at <= kReadBytes) {
      std::memcpy(out.data() + at, oracle_block.value.bytes.data(), wanted - at);
      return length;
    }
    std::memcpy(out.data() + at, oracle_block.value.bytes.data(), kReadBytes);
    at += kReadBytes;
  }
}

void finish(const Hash32& output_cursor) {
  output = output_cursor;
  fpvm::halt(0, &output);
}

}  // namespace guest

namespace crypto {

void keccak_f(KeccakState& state) { guest::fpvm::keccak_f(&state); }
u256 mulmod_p(const u256& a, const u256& b) { return multiply(field_block, a, b); }
u256 mulmod_n(const u256& a, const u256& b) { return multiply(order_block, a, b); }

}  // namespace crypto
}  // namespace gavel

extern "C" [[noreturn]] void gavel_panic() noexcept {
  gavel::guest::fpvm::halt(gavel::kPanicCode, nullptr);
}
