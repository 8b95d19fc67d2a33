// The guest's machine when L1 judges: preimages from its oracle, the end by its halt.
#include <algorithm>
#include <cstring>

#include "guest/fpvm/calls.hpp"
#include "guest/oracle_client.hpp"

namespace gavel::guest {
namespace {

constexpr u32 kReadBytes = 32;
constexpr u32 kPanicCode = 1;

fpvm::OracleBlock oracle_block;
alignas(32) Hash32 output;

}  // namespace

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

}  // namespace gavel::guest

extern "C" [[noreturn]] void gavel_panic() noexcept {
  gavel::guest::fpvm::halt(gavel::guest::kPanicCode, nullptr);
}
