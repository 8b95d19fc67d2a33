#pragma once

// Linux system calls for RV32IM programs that run under qemu-riscv32: enough to read a test vector,
// write a result and leave with a status. Guest programs proper talk to the preimage oracle instead
// and never link this. Numbers are those of the RISC-V Linux ABI.

#include <cstddef>
#include <cstdint>

namespace gavel::rv32 {

// Reads up to `size` bytes from standard input until it is full or the input ends.
// Returns the number of bytes read, or a negative errno.
int32_t read_input(void* bytes, size_t size);

// Writes all `size` bytes to standard output. Returns 0, or a negative errno.
int32_t write_output(const void* bytes, size_t size);

// Ends the program with `status` (0-255).
[[noreturn]] void leave(int32_t status);

}  // namespace gavel::rv32
