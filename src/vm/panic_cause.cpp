#include "vm/panic_cause.hpp"

#include <cstdio>

#include "vm/calls.hpp"

namespace gavel::vm {
namespace {

std::string with_number(const char* format, u32 value) {
  char out[96];
  std::snprintf(out, sizeof(out), format, value);
  return out;
}

std::string call_cause(const State& state) {
  const u32 number = state.registers[reg::kA7];
  const u32 address = state.registers[reg::kA0];
  switch (number) {
    case static_cast<u32>(Call::oracle_read):
      if (address % 64 != 0) return with_number("oracle_read: block 0x%08x is not at 64", address);
      if (state.registers[reg::kA1] % 32 != 0) {
        return with_number("oracle_read: offset %u is not a multiple of 32",
                           state.registers[reg::kA1]);
      }
      return with_number("oracle_read: unknown key type %u", state.registers[reg::kA2]);
    case static_cast<u32>(Call::keccak_f):
      return with_number("keccak_f: block 0x%08x is not at a multiple of 256", address);
    case static_cast<u32>(Call::mulmod256):
      return with_number("mulmod256: block 0x%08x is not at a multiple of 128", address);
    default:
      return with_number("there is no call %u", number);
  }
}

}  // namespace

std::string panic_cause(const State& state, u32 word) {
  const Instruction in = decode(word);
  const u32 rs1 = state.registers[in.rs1];
  if (in.op == Op::illegal) return with_number("0x%08x is no instruction of RV32IM", word);
  if (in.op == Op::ecall) return call_cause(state);
  if (is_load(in.op)) return with_number("load from misaligned address 0x%08x", rs1 + in.imm);
  if (is_store(in.op)) return with_number("store to misaligned address 0x%08x", rs1 + in.imm);
  const u32 target = in.op == Op::jalr ? (rs1 + in.imm) & ~u32{1} : state.pc + in.imm;
  return with_number("jump to misaligned address 0x%08x", target);
}

}  // namespace gavel::vm
