// Decoding of RV32IM instruction words.
//
// What: decode(word) gives one of the machine's operations with its registers and immediate;
// everything that is not an instruction of the machine is Op::illegal. Why: the interpreter, the
// recorder and the proof checker must agree on every one of the 2^32 words, so they share this
// function. Invariant: total; rd, rs1, rs2 are below 32; the immediate is sign-extended and ready
// to be added (branches and jumps: a byte offset; lui, auipc: already shifted; shifts: the amount).
// Source: RISC-V unprivileged specification, RV32I 2.1 and M 2.0; docs/protocol/vm.md.
#pragma once

#include "base/ints.hpp"

namespace gavel::vm {

enum class Op : u8 {
  illegal,  // 0, so that zeroed memory for decoded code says "nothing decoded yet"
  lui,
  auipc,
  jal,
  jalr,
  beq,
  bne,
  blt,
  bge,
  bltu,
  bgeu,
  lb,
  lh,
  lw,
  lbu,
  lhu,
  sb,
  sh,
  sw,
  addi,
  slti,
  sltiu,
  xori,
  ori,
  andi,
  slli,
  srli,
  srai,
  add,
  sub,
  sll,
  slt,
  sltu,
  xor_,
  srl,
  sra,
  or_,
  and_,
  mul,
  mulh,
  mulhsu,
  mulhu,
  div,
  divu,
  rem,
  remu,
  fence,
  ecall,
};
inline constexpr u8 kOps = static_cast<u8>(Op::ecall) + 1;

// Eight bytes: the interpreter keeps one of these for each word of code.
struct alignas(8) Instruction {
  Op op = Op::illegal;
  u8 rd = 0;
  u8 rs1 = 0;
  u8 rs2 = 0;
  u32 imm = 0;

  constexpr u8 op_code() const { return static_cast<u8>(op); }

  friend constexpr bool operator==(const Instruction&, const Instruction&) = default;
};

constexpr bool is_branch(Op op) { return op >= Op::beq && op <= Op::bgeu; }
constexpr bool is_load(Op op) { return op >= Op::lb && op <= Op::lhu; }
constexpr bool is_store(Op op) { return op >= Op::sb && op <= Op::sw; }
constexpr bool is_compute_immediate(Op op) { return op >= Op::addi && op <= Op::srai; }
constexpr bool is_compute(Op op) { return op >= Op::add && op <= Op::remu; }

namespace encoding {

inline constexpr u32 kEcall = 0x00000073;

constexpr u32 sign_extend(u32 value, u32 bits) {
  const u32 sign = u32{1} << (bits - 1);
  return (value ^ sign) - sign;
}
constexpr u32 imm_i(u32 w) { return sign_extend(w >> 20, 12); }
constexpr u32 imm_s(u32 w) { return sign_extend((w >> 25 << 5) | (w >> 7 & 31), 12); }
constexpr u32 imm_b(u32 w) {
  return sign_extend(
      (w >> 31 << 12) | ((w >> 7 & 1) << 11) | ((w >> 25 & 63) << 5) | ((w >> 8 & 15) << 1), 13);
}
constexpr u32 imm_u(u32 w) { return w & 0xfffff000u; }
constexpr u32 imm_j(u32 w) {
  return sign_extend(
      (w >> 31 << 20) | ((w >> 12 & 255) << 12) | ((w >> 20 & 1) << 11) | ((w >> 21 & 1023) << 1),
      21);
}

// The operation of opcodes 0x63, 0x03 and 0x23 by funct3.
constexpr Op branch_op(u32 funct3) {
  constexpr Op kOp[8] = {Op::beq, Op::bne, Op::illegal, Op::illegal,
                         Op::blt, Op::bge, Op::bltu,    Op::bgeu};
  return kOp[funct3];
}
constexpr Op load_op(u32 funct3) {
  constexpr Op kOp[8] = {Op::lb,  Op::lh,  Op::lw,      Op::illegal,
                         Op::lbu, Op::lhu, Op::illegal, Op::illegal};
  return kOp[funct3];
}
constexpr Op store_op(u32 funct3) {
  constexpr Op kOp[8] = {Op::sb,      Op::sh,      Op::sw,      Op::illegal,
                         Op::illegal, Op::illegal, Op::illegal, Op::illegal};
  return kOp[funct3];
}

// Opcode 0x13. The upper bits of a shift's immediate select the shift.
constexpr Op immediate_op(u32 funct3, u32 funct7) {
  if (funct3 == 1) return funct7 == 0 ? Op::slli : Op::illegal;
  if (funct3 == 5) {
    return funct7 == 0 ? Op::srli : funct7 == 0x20 ? Op::srai : Op::illegal;
  }
  constexpr Op kOp[8] = {Op::addi, Op::illegal, Op::slti, Op::sltiu,
                         Op::xori, Op::illegal, Op::ori,  Op::andi};
  return kOp[funct3];
}

// Opcode 0x33.
constexpr Op register_op(u32 funct3, u32 funct7) {
  constexpr Op kBase[8] = {Op::add,  Op::sll, Op::slt, Op::sltu,
                           Op::xor_, Op::srl, Op::or_, Op::and_};
  constexpr Op kMultiply[8] = {Op::mul, Op::mulh, Op::mulhsu, Op::mulhu,
                               Op::div, Op::divu, Op::rem,    Op::remu};
  if (funct7 == 0) return kBase[funct3];
  if (funct7 == 1) return kMultiply[funct3];
  if (funct7 == 0x20 && funct3 == 0) return Op::sub;
  if (funct7 == 0x20 && funct3 == 5) return Op::sra;
  return Op::illegal;
}

}  // namespace encoding

constexpr Instruction decode(u32 word) {
  const u32 funct3 = word >> 12 & 7;
  const u32 funct7 = word >> 25;
  Instruction in;
  in.rd = static_cast<u8>(word >> 7 & 31);
  in.rs1 = static_cast<u8>(word >> 15 & 31);
  in.rs2 = static_cast<u8>(word >> 20 & 31);
  switch (word & 0x7f) {
    case 0x37:
      in.op = Op::lui;
      in.imm = encoding::imm_u(word);
      break;
    case 0x17:
      in.op = Op::auipc;
      in.imm = encoding::imm_u(word);
      break;
    case 0x6f:
      in.op = Op::jal;
      in.imm = encoding::imm_j(word);
      break;
    case 0x67:
      in.op = funct3 == 0 ? Op::jalr : Op::illegal;
      in.imm = encoding::imm_i(word);
      break;
    case 0x63:
      in.op = encoding::branch_op(funct3);
      in.imm = encoding::imm_b(word);
      break;
    case 0x03:
      in.op = encoding::load_op(funct3);
      in.imm = encoding::imm_i(word);
      break;
    case 0x23:
      in.op = encoding::store_op(funct3);
      in.imm = encoding::imm_s(word);
      break;
    case 0x13:
      in.op = encoding::immediate_op(funct3, funct7);
      in.imm = funct3 == 1 || funct3 == 5 ? u32{in.rs2} : encoding::imm_i(word);
      break;
    case 0x33:
      in.op = encoding::register_op(funct3, funct7);
      break;
    case 0x0f:
      in.op = funct3 <= 1 ? Op::fence : Op::illegal;
      break;
    default:
      if (word == encoding::kEcall) in.op = Op::ecall;
      break;
  }
  if (in.op == Op::illegal) return {};
  return in;
}

}  // namespace gavel::vm
