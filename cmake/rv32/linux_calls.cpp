#include "rv32/linux_calls.hpp"

namespace gavel::rv32 {
namespace {

constexpr uint32_t kRead = 63;
constexpr uint32_t kWrite = 64;
constexpr uint32_t kExit = 93;

int32_t system_call(uint32_t number, uint32_t first, uint32_t second, uint32_t third) {
  register uint32_t a0 asm("a0") = first;
  register uint32_t a1 asm("a1") = second;
  register uint32_t a2 asm("a2") = third;
  register uint32_t a7 asm("a7") = number;
  asm volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
  return static_cast<int32_t>(a0);
}

uint32_t address_of(const void* bytes) { return reinterpret_cast<uintptr_t>(bytes); }

}  // namespace

int32_t read_input(void* bytes, size_t size) {
  auto* out = static_cast<uint8_t*>(bytes);
  size_t done = 0;
  while (done < size) {
    const int32_t got = system_call(kRead, 0, address_of(out + done), size - done);
    if (got < 0) return got;
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return static_cast<int32_t>(done);
}

int32_t write_output(const void* bytes, size_t size) {
  const auto* in = static_cast<const uint8_t*>(bytes);
  size_t done = 0;
  while (done < size) {
    const int32_t put = system_call(kWrite, 1, address_of(in + done), size - done);
    if (put < 0) return put;
    done += static_cast<size_t>(put);
  }
  return 0;
}

void leave(int32_t status) {
  system_call(kExit, static_cast<uint32_t>(status), 0, 0);
  __builtin_trap();
}

}  // namespace gavel::rv32

// libc calls this from abort and assert; 134 is what a shell reports for SIGABRT.
extern "C" [[noreturn]] void abort() { gavel::rv32::leave(134); }
