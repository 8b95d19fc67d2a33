// The guest's machine under qemu-riscv32: standard input holds the cursor's hash and a bag of
// preimages (guest/preimage_bag.hpp), standard output takes the hash of the cursor after the unit.
#include <algorithm>

#include "base/check.hpp"
#include "guest/oracle_client.hpp"
#include "guest/preimage_bag.hpp"
#include "rv32/linux_calls.hpp"

namespace gavel::guest {
namespace {

constexpr u32 kMaxInputBytes = 8u << 20;
constexpr i32 kPanicStatus = 134;

alignas(8) std::array<u8, kMaxInputBytes> input;
PreimageBag bag;

}  // namespace

Hash32 input_cursor() {
  const i32 size = rv32::read_input(input.data(), input.size());
  Hash32 cursor;
  GAVEL_CHECK(size >= static_cast<i32>(sizeof(cursor)) && size < static_cast<i32>(kMaxInputBytes));
  std::copy_n(input.begin(), sizeof(cursor), cursor.bytes.begin());
  GAVEL_CHECK(bag.index(std::span<const u8>(input).first(size).subspan(sizeof(cursor))));
  return cursor;
}

u32 OracleClient::get(const Hash32& hash, std::span<u8> out) {
  const std::span<const u8> preimage = bag.find(hash);
  std::copy_n(preimage.begin(), std::min(preimage.size(), out.size()), out.begin());
  return static_cast<u32>(preimage.size());
}

void finish(const Hash32& output_cursor) {
  rv32::leave(rv32::write_output(output_cursor.bytes.data(), sizeof(output_cursor)) == 0 ? 0 : 1);
}

}  // namespace gavel::guest

extern "C" [[noreturn]] void gavel_panic() noexcept {
  gavel::rv32::leave(gavel::guest::kPanicStatus);
}
