// Code as the interpreter keeps it: an entry for each word of memory that was run.
//
// What: prepare_entry fills the entry of one word; its op is a code of the handler tables: an Op,
// or one of a few special forms, plus kChainStep times the operand through which the next
// instruction reads this one's result. Why: a register that is written and read at once goes
// through the host's memory and waits for it; a chained result is passed on in a host register as
// well. Invariant: an entry depends on its own word and the one after it in the same page, which is
// what Memory::before_write forgets. Whatever is rare is kSlow and left to step(): then prepared
// instructions never write x0, never are the last word of a page, and their direct jumps are
// aligned and stay inside memory.
#pragma once

#include "vm/memory.hpp"

namespace gavel::vm {

// The operand of the next instruction that is this one's result.
enum class Chain : u8 { none = 0, rs1 = 1, rs2 = 2 };
inline constexpr u8 kChainStep = 64;
static_assert(kOps + 2 <= kChainStep);

inline constexpr u8 kNotDecoded = static_cast<u8>(Op::illegal);
inline constexpr u8 kSlow = static_cast<u8>(Op::ecall);
inline constexpr u8 kJump = kOps;              // jal that keeps no link
inline constexpr u8 kJumpRegister = kOps + 1;  // jalr that keeps no link

constexpr bool produces(Op op) {
  return is_compute(op) || is_compute_immediate(op) || is_load(op) || op == Op::lui;
}

constexpr bool reads(Op op, Chain operand) {
  const bool two = is_compute(op) || is_store(op) || is_branch(op);
  if (operand == Chain::rs2) return two;
  return operand == Chain::rs1 &&
         (two || is_compute_immediate(op) || is_load(op) || op == Op::jalr);
}

// Decodes the word at address into memory.code(). The entry is not kNotDecoded afterwards.
void prepare_entry(Memory& memory, u32 address);

}  // namespace gavel::vm
