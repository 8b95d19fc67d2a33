// The side of linux_calls.hpp on the fault proof machine: a program's input is the preimage of the
// run's input hash, what it writes is not kept, its status is the run's exit code.
#include <algorithm>
#include <cstring>

#include "guest/fpvm/calls.hpp"
#include "rv32/linux_calls.hpp"

namespace gavel::rv32 {
namespace {

guest::fpvm::OracleBlock block;
uint32_t input_at = 0;

}  // namespace

int32_t read_input(void* bytes, size_t size) {
  using guest::fpvm::KeyType;
  guest::fpvm::oracle_read(block, 0, KeyType::local);
  block.key = block.value;
  auto* out = static_cast<uint8_t*>(bytes);
  size_t done = 0;
  while (done < size) {
    const uint32_t length = guest::fpvm::oracle_read(block, input_at, KeyType::keccak);
    if (input_at >= length) break;
    const size_t part = std::min<size_t>({32, size - done, length - input_at});
    std::memcpy(out + done, block.value.bytes.data(), part);
    done += part;
    input_at += 32;
  }
  return static_cast<int32_t>(done);
}

int32_t write_output(const void*, size_t) { return 0; }

void leave(int32_t status) { guest::fpvm::halt(static_cast<uint32_t>(status), nullptr); }

}  // namespace gavel::rv32
