// The calls of the fault proof machine (docs/protocol/vm.md, Calls), as functions.
//
// What: one ecall each. Why: they are all that a program on this machine can do beyond computing.
// Invariant: the alignment that a call asks for is in the type of its block, so it cannot panic.
#pragma once

#include "base/types.hpp"

namespace gavel::guest::fpvm {

enum class Call : u32 { halt = 93, oracle_read = 1024, keccak_f = 1025, mulmod256 = 1026 };
enum class KeyType : u32 { local = 0, keccak = 1 };

struct alignas(64) OracleBlock {
  Hash32 key;
  Hash32 value;
};

// Four little-endian numbers of 256 bits: result = a b mod modulus.
struct alignas(128) MulmodBlock {
  u256 a;
  u256 b;
  u256 modulus;
  u256 result;
};

// Writes the 32 bytes of the key's preimage from `offset` (a multiple of 32) on, zeros beyond its
// end. Returns the preimage's length.
inline u32 oracle_read(OracleBlock& block, u32 offset, KeyType type) {
  register u32 a0 asm("a0") = reinterpret_cast<std::uintptr_t>(&block);
  register u32 a1 asm("a1") = offset;
  register u32 a2 asm("a2") = static_cast<u32>(type);
  register u32 a7 asm("a7") = static_cast<u32>(Call::oracle_read);
  asm volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
  return a0;
}

// Keccak-f[1600] on the 200 bytes at an address that is a multiple of 256.
inline void keccak_f(void* state) {
  register u32 a0 asm("a0") = reinterpret_cast<std::uintptr_t>(state);
  register u32 a7 asm("a7") = static_cast<u32>(Call::keccak_f);
  asm volatile("ecall" : : "r"(a0), "r"(a7) : "memory");
}

inline void mulmod256(MulmodBlock& block) {
  register u32 a0 asm("a0") = reinterpret_cast<std::uintptr_t>(&block);
  register u32 a7 asm("a7") = static_cast<u32>(Call::mulmod256);
  asm volatile("ecall" : : "r"(a0), "r"(a7) : "memory");
}

// Ends the run; its output is the aligned 32 bytes around `output`.
[[noreturn]] inline void halt(u32 code, const void* output) {
  register u32 a0 asm("a0") = code;
  register u32 a1 asm("a1") = reinterpret_cast<std::uintptr_t>(output);
  register u32 a7 asm("a7") = static_cast<u32>(Call::halt);
  asm volatile("ecall" : : "r"(a0), "r"(a1), "r"(a7) : "memory");
  __builtin_unreachable();
}

}  // namespace gavel::guest::fpvm
