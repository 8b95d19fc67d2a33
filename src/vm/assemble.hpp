// Instruction words from their parts, for tests, test vectors and small programs.
//
// What: encode(op, ...) is the inverse of decode(); named forms make test programs readable. Why:
// tests say `addi(5, 0, 7)` and stay independent of a cross compiler. Invariant: written from the
// instruction formats of the RISC-V unprivileged specification, chapter "RV32/64G instruction set
// listings", not from decode().
#pragma once

#include "base/check.hpp"
#include "vm/decode.hpp"

namespace gavel::vm::assemble {

constexpr u32 r_type(u32 opcode, u32 funct3, u32 funct7, u32 rd, u32 rs1, u32 rs2) {
  return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr u32 i_type(u32 opcode, u32 funct3, u32 rd, u32 rs1, u32 imm) {
  return imm << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr u32 s_type(u32 funct3, u32 rs1, u32 rs2, u32 imm) {
  return (imm >> 5 & 127) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (imm & 31) << 7 | 0x23;
}
constexpr u32 b_type(u32 funct3, u32 rs1, u32 rs2, u32 imm) {
  return (imm >> 12 & 1) << 31 | (imm >> 5 & 63) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 |
         (imm >> 1 & 15) << 8 | (imm >> 11 & 1) << 7 | 0x63;
}
constexpr u32 j_type(u32 rd, u32 imm) {
  return (imm >> 20 & 1) << 31 | (imm >> 1 & 1023) << 21 | (imm >> 11 & 1) << 20 |
         (imm >> 12 & 255) << 12 | rd << 7 | 0x6f;
}

struct Format {
  char type;
  u8 opcode;
  u8 funct3;
  u8 funct7;
};

constexpr Format format_of(Op op) {
  // clang-format off
  switch (op) {
    case Op::lui: return {'U', 0x37, 0, 0};
    case Op::auipc: return {'U', 0x17, 0, 0};
    case Op::jal: return {'J', 0x6f, 0, 0};
    case Op::jalr: return {'I', 0x67, 0, 0};
    case Op::beq: return {'B', 0x63, 0, 0};
    case Op::bne: return {'B', 0x63, 1, 0};
    case Op::blt: return {'B', 0x63, 4, 0};
    case Op::bge: return {'B', 0x63, 5, 0};
    case Op::bltu: return {'B', 0x63, 6, 0};
    case Op::bgeu: return {'B', 0x63, 7, 0};
    case Op::lb: return {'I', 0x03, 0, 0};
    case Op::lh: return {'I', 0x03, 1, 0};
    case Op::lw: return {'I', 0x03, 2, 0};
    case Op::lbu: return {'I', 0x03, 4, 0};
    case Op::lhu: return {'I', 0x03, 5, 0};
    case Op::sb: return {'S', 0x23, 0, 0};
    case Op::sh: return {'S', 0x23, 1, 0};
    case Op::sw: return {'S', 0x23, 2, 0};
    case Op::addi: return {'I', 0x13, 0, 0};
    case Op::slti: return {'I', 0x13, 2, 0};
    case Op::sltiu: return {'I', 0x13, 3, 0};
    case Op::xori: return {'I', 0x13, 4, 0};
    case Op::ori: return {'I', 0x13, 6, 0};
    case Op::andi: return {'I', 0x13, 7, 0};
    case Op::slli: return {'H', 0x13, 1, 0};
    case Op::srli: return {'H', 0x13, 5, 0};
    case Op::srai: return {'H', 0x13, 5, 0x20};
    case Op::add: return {'R', 0x33, 0, 0};
    case Op::sub: return {'R', 0x33, 0, 0x20};
    case Op::sll: return {'R', 0x33, 1, 0};
    case Op::slt: return {'R', 0x33, 2, 0};
    case Op::sltu: return {'R', 0x33, 3, 0};
    case Op::xor_: return {'R', 0x33, 4, 0};
    case Op::srl: return {'R', 0x33, 5, 0};
    case Op::sra: return {'R', 0x33, 5, 0x20};
    case Op::or_: return {'R', 0x33, 6, 0};
    case Op::and_: return {'R', 0x33, 7, 0};
    case Op::mul: return {'R', 0x33, 0, 1};
    case Op::mulh: return {'R', 0x33, 1, 1};
    case Op::mulhsu: return {'R', 0x33, 2, 1};
    case Op::mulhu: return {'R', 0x33, 3, 1};
    case Op::div: return {'R', 0x33, 4, 1};
    case Op::divu: return {'R', 0x33, 5, 1};
    case Op::rem: return {'R', 0x33, 6, 1};
    case Op::remu: return {'R', 0x33, 7, 1};
    case Op::fence: return {'I', 0x0f, 0, 0};
    case Op::ecall: return {'I', 0x73, 0, 0};
    case Op::illegal: break;
  }
  // clang-format on
  GAVEL_CHECK(false);
  return {};
}

// imm: as decode() gives it.
constexpr u32 encode(Op op, u32 rd, u32 rs1, u32 rs2, u32 imm) {
  const Format f = format_of(op);
  switch (f.type) {
    case 'U':
      return (imm & 0xfffff000u) | rd << 7 | f.opcode;
    case 'J':
      return j_type(rd, imm);
    case 'B':
      return b_type(f.funct3, rs1, rs2, imm);
    case 'S':
      return s_type(f.funct3, rs1, rs2, imm);
    case 'H':
      return r_type(f.opcode, f.funct3, f.funct7, rd, rs1, imm & 31);
    case 'R':
      return r_type(f.opcode, f.funct3, f.funct7, rd, rs1, rs2);
    default:
      return i_type(f.opcode, f.funct3, rd, rs1, imm);
  }
}

constexpr u32 kEcall = 0x00000073;
constexpr u32 kEbreak = 0x00100073;
constexpr u32 kFence = 0x0ff0000f;
constexpr u32 kFenceI = 0x0000100f;

constexpr u32 imm(i32 value) { return static_cast<u32>(value); }
constexpr u32 lui(u32 rd, u32 value) { return encode(Op::lui, rd, 0, 0, value); }
constexpr u32 addi(u32 rd, u32 rs1, i32 value) { return encode(Op::addi, rd, rs1, 0, imm(value)); }
constexpr u32 add(u32 rd, u32 rs1, u32 rs2) { return encode(Op::add, rd, rs1, rs2, 0); }
constexpr u32 sub(u32 rd, u32 rs1, u32 rs2) { return encode(Op::sub, rd, rs1, rs2, 0); }
constexpr u32 mul(u32 rd, u32 rs1, u32 rs2) { return encode(Op::mul, rd, rs1, rs2, 0); }
constexpr u32 lw(u32 rd, u32 rs1, i32 value) { return encode(Op::lw, rd, rs1, 0, imm(value)); }
constexpr u32 sw(u32 rs2, u32 rs1, i32 value) { return encode(Op::sw, 0, rs1, rs2, imm(value)); }
constexpr u32 bne(u32 rs1, u32 rs2, i32 offset) {
  return encode(Op::bne, 0, rs1, rs2, imm(offset));
}
constexpr u32 jal(u32 rd, i32 offset) { return encode(Op::jal, rd, 0, 0, imm(offset)); }
constexpr u32 jalr(u32 rd, u32 rs1, i32 offset) {
  return encode(Op::jalr, rd, rs1, 0, imm(offset));
}

}  // namespace gavel::vm::assemble
