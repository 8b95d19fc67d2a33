// What each instruction does, over anything that has registers and memory.
//
// What: compute() and taken() give the results of arithmetic and comparisons; execute<op>(hart, in)
// performs one instruction on a Hart. Why: the fast interpreter, the recorder and the proof checker
// instantiate the same text, so there is one meaning of every instruction.
// Invariant: an instruction that panics, or that the hart refuses, has changed nothing. Calls are
// the hart's. Source: RISC-V unprivileged specification, RV32I 2.1 and M 2.0; docs/protocol/vm.md.
#pragma once

#include <bit>
#include <concepts>

#include "vm/decode.hpp"

namespace gavel::vm {

// How the machine goes on after an instruction.
enum class Flow : u8 {
  next,    // with the next word
  jump,    // at the target that the hart was given
  panic,   // not at all: exit = 2
  halt,    // not at all: exit = 1
  refuse,  // the hart lacks what it needs (a proof's part, a preimage): no step was made
};

// Registers are read and written by the fields of an instruction. load and store take an aligned
// address and answer next or refuse; jump_by and jump_to answer jump, or panic when the target is
// not a multiple of 4.
template <class H>
concept Hart = requires(H& hart, const Instruction& in, u32 value, u32& out, Flow& flow) {
  { hart.rs1(in) } -> std::same_as<u32>;
  { hart.rs2(in) } -> std::same_as<u32>;
  hart.rd(in, value);
  { hart.pc() } -> std::same_as<u32>;
  { hart.template load<u16>(value, out) } -> std::same_as<Flow>;
  { hart.template store<u16>(value, value) } -> std::same_as<Flow>;
  { hart.jump_by(value) } -> std::same_as<Flow>;
  { hart.jump_to(value) } -> std::same_as<Flow>;
  { hart.call() } -> std::same_as<Flow>;
};

constexpr bool signed_less(u32 a, u32 b) { return static_cast<i32>(a) < static_cast<i32>(b); }

constexpr u32 shift_right_arithmetic(u32 a, u32 amount) {
  return static_cast<u32>(static_cast<i32>(a) >> amount);
}

// The high word of a product whose factors are signed as told.
constexpr u32 multiply_high(u32 a, bool a_signed, u32 b, bool b_signed) {
  const i64 x = a_signed ? static_cast<i64>(static_cast<i32>(a)) : static_cast<i64>(a);
  const i64 y = b_signed ? static_cast<i64>(static_cast<i32>(b)) : static_cast<i64>(b);
  // Modulo 2^64 the product of two u32 is right too.
  return static_cast<u32>((static_cast<u64>(x) * static_cast<u64>(y)) >> 32);
}

// -2^31 / -1 is the one signed quotient that has no 32-bit value.
constexpr bool quotient_overflows(u32 a, u32 b) { return a == 0x80000000u && b == 0xffffffffu; }

constexpr u32 divide_signed(u32 a, u32 b) {
  if (b == 0) return 0xffffffffu;
  if (quotient_overflows(a, b)) return a;
  return static_cast<u32>(static_cast<i32>(a) / static_cast<i32>(b));
}
constexpr u32 remainder_signed(u32 a, u32 b) {
  if (b == 0) return a;
  if (quotient_overflows(a, b)) return 0;
  return static_cast<u32>(static_cast<i32>(a) % static_cast<i32>(b));
}

// The result of a computing instruction; b is rs2's value or the immediate.
template <Op op>
[[gnu::always_inline]] constexpr u32 compute(u32 a, u32 b) {
  // clang-format off
  if constexpr (op == Op::add || op == Op::addi) return a + b;
  else if constexpr (op == Op::sub) return a - b;
  else if constexpr (op == Op::slt || op == Op::slti) return static_cast<u32>(signed_less(a, b));
  else if constexpr (op == Op::sltu || op == Op::sltiu) return static_cast<u32>(a < b);
  else if constexpr (op == Op::xor_ || op == Op::xori) return a ^ b;
  else if constexpr (op == Op::or_ || op == Op::ori) return a | b;
  else if constexpr (op == Op::and_ || op == Op::andi) return a & b;
  else if constexpr (op == Op::sll || op == Op::slli) return a << (b & 31);
  else if constexpr (op == Op::srl || op == Op::srli) return a >> (b & 31);
  else if constexpr (op == Op::sra || op == Op::srai) return shift_right_arithmetic(a, b & 31);
  else if constexpr (op == Op::mul) return a * b;
  else if constexpr (op == Op::mulh) return multiply_high(a, true, b, true);
  else if constexpr (op == Op::mulhsu) return multiply_high(a, true, b, false);
  else if constexpr (op == Op::mulhu) return multiply_high(a, false, b, false);
  else if constexpr (op == Op::div) return divide_signed(a, b);
  else if constexpr (op == Op::divu) return b == 0 ? 0xffffffffu : a / b;
  else if constexpr (op == Op::rem) return remainder_signed(a, b);
  else {
    static_assert(op == Op::remu);
    return b == 0 ? a : a % b;
  }
  // clang-format on
}

template <Op op>
[[gnu::always_inline]] constexpr bool taken(u32 a, u32 b) {
  // clang-format off
  if constexpr (op == Op::beq) return a == b;
  else if constexpr (op == Op::bne) return a != b;
  else if constexpr (op == Op::blt) return signed_less(a, b);
  else if constexpr (op == Op::bge) return !signed_less(a, b);
  else if constexpr (op == Op::bltu) return a < b;
  else {
    static_assert(op == Op::bgeu);
    return a >= b;
  }
  // clang-format on
}

// Bytes that a load or store moves.
constexpr u32 access_bytes(Op op) {
  switch (op) {
    case Op::lw:
    case Op::sw:
      return 4;
    case Op::lh:
    case Op::lhu:
    case Op::sh:
      return 2;
    default:
      return 1;
  }
}

template <Op op, class H>
[[gnu::always_inline]] constexpr Flow execute_load(H& hart, const Instruction& in) {
  const u32 address = hart.rs1(in) + in.imm;
  if (address % access_bytes(op) != 0) return Flow::panic;
  u32 value = 0;
  Flow flow = Flow::next;
  // clang-format off
  if constexpr (access_bytes(op) == 4) flow = hart.template load<u32>(address, value);
  else if constexpr (access_bytes(op) == 2) flow = hart.template load<u16>(address, value);
  else flow = hart.template load<u8>(address, value);
  // clang-format on
  if (flow != Flow::next) return flow;
  if constexpr (op == Op::lb) value = static_cast<u32>(static_cast<i32>(static_cast<i8>(value)));
  if constexpr (op == Op::lh) value = static_cast<u32>(static_cast<i32>(static_cast<i16>(value)));
  hart.rd(in, value);
  return Flow::next;
}

template <Op op, class H>
[[gnu::always_inline]] constexpr Flow execute_store(H& hart, const Instruction& in) {
  const u32 address = hart.rs1(in) + in.imm;
  if (address % access_bytes(op) != 0) return Flow::panic;
  // clang-format off
  if constexpr (access_bytes(op) == 4) return hart.template store<u32>(address, hart.rs2(in));
  else if constexpr (access_bytes(op) == 2) return hart.template store<u16>(address, hart.rs2(in));
  else return hart.template store<u8>(address, hart.rs2(in));
  // clang-format on
}

template <Op op, class H>
[[gnu::always_inline]] constexpr Flow execute(H& hart, const Instruction& in) {
  static_assert(Hart<H>);
  if constexpr (is_compute(op)) {
    hart.rd(in, compute<op>(hart.rs1(in), hart.rs2(in)));
  } else if constexpr (is_compute_immediate(op)) {
    hart.rd(in, compute<op>(hart.rs1(in), in.imm));
  } else if constexpr (is_load(op)) {
    return execute_load<op>(hart, in);
  } else if constexpr (is_store(op)) {
    return execute_store<op>(hart, in);
  } else if constexpr (is_branch(op)) {
    if (taken<op>(hart.rs1(in), hart.rs2(in))) return hart.jump_by(in.imm);
  } else if constexpr (op == Op::lui) {
    hart.rd(in, in.imm);
  } else if constexpr (op == Op::auipc) {
    hart.rd(in, hart.pc() + in.imm);
  } else if constexpr (op == Op::jal) {
    const Flow flow = hart.jump_by(in.imm);
    if (flow == Flow::jump) hart.rd(in, hart.pc() + 4);
    return flow;
  } else if constexpr (op == Op::jalr) {
    const Flow flow = hart.jump_to((hart.rs1(in) + in.imm) & ~u32{1});
    if (flow == Flow::jump) hart.rd(in, hart.pc() + 4);
    return flow;
  } else if constexpr (op == Op::ecall) {
    return hart.call();
  } else if constexpr (op == Op::illegal) {
    return Flow::panic;
  } else {
    static_assert(op == Op::fence);
  }
  return Flow::next;
}

}  // namespace gavel::vm
