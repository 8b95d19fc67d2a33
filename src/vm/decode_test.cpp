#include "vm/decode.hpp"

#include <gtest/gtest.h>

#include <random>

#include "vm/assemble.hpp"

namespace gavel::vm {
namespace {

using assemble::encode;

u32 immediate_of(Op op, u32 bits) {
  switch (assemble::format_of(op).type) {
    case 'U':
      return bits & 0xfffff000u;
    case 'J':
      return encoding::sign_extend(bits & 0x1ffffe, 21);
    case 'B':
      return encoding::sign_extend(bits & 0x1ffe, 13);
    case 'H':
      return bits & 31;
    case 'R':
      return 0;
    default:
      return encoding::sign_extend(bits & 0xfff, 12);
  }
}

TEST(Decode, GivesBackWhatWasAssembled) {
  constexpr u32 kSeed = 7;
  std::mt19937 random(kSeed);
  for (u8 number = 1; number < kOps; ++number) {
    const Op op = static_cast<Op>(number);
    if (op == Op::fence || op == Op::ecall) continue;
    for (u32 i = 0; i < 200; ++i) {
      const u32 rd = random() % 32;
      const u32 rs1 = random() % 32;
      const u32 rs2 = random() % 32;
      const u32 imm = immediate_of(op, static_cast<u32>(random()));
      const Instruction in = decode(encode(op, rd, rs1, rs2, imm));
      ASSERT_EQ(in.op, op) << u32{number};
      const char type = assemble::format_of(op).type;
      if (type != 'B' && type != 'S') ASSERT_EQ(in.rd, rd);
      if (type != 'U' && type != 'J') ASSERT_EQ(in.rs1, rs1);
      if (type == 'R' || type == 'B' || type == 'S') ASSERT_EQ(in.rs2, rs2);
      if (type != 'R') ASSERT_EQ(in.imm, imm);
    }
  }
}

// No bit of a word is ignored, except in the two fences.
TEST(Decode, EveryBitCounts) {
  constexpr u32 kSeed = 11;
  std::mt19937 random(kSeed);
  u32 legal = 0;
  for (u32 i = 0; i < 2'000'000; ++i) {
    const u32 word = static_cast<u32>(random());
    const Instruction in = decode(word);
    if (in.op == Op::illegal) {
      ASSERT_EQ(in, Instruction{}) << word;
      continue;
    }
    ++legal;
    if (in.op == Op::fence) {
      ASSERT_EQ(word & 0x607f, 0x0fu);
      continue;
    }
    ASSERT_EQ(encode(in.op, in.rd, in.rs1, in.rs2, in.imm), word);
  }
  EXPECT_GT(legal, 50'000u);
}

TEST(Decode, SystemWords) {
  EXPECT_EQ(decode(0x00000073).op, Op::ecall);
  for (u32 bit = 0; bit < 32; ++bit) {
    EXPECT_NE(decode(0x00000073 ^ u32{1} << bit).op, Op::ecall) << bit;
  }
  for (const u32 word : {0x00100073u, 0x30200073u, 0x10500073u, 0xc0002573u, 0u, ~u32{0}}) {
    EXPECT_EQ(decode(word).op, Op::illegal) << std::hex << word;
  }
}

struct ImmediateCase {
  const char* text;
  u32 word;
  Op op;
  u32 imm;
};

// Words as GNU as gives them.
TEST(Decode, Immediates) {
  const ImmediateCase cases[] = {
      {"addi x1, x2, -2048", 0x80010093, Op::addi, 0xfffff800},
      {"addi x1, x2, 2047", 0x7ff10093, Op::addi, 2047},
      {"sw x1, -4(x2)", 0xfe112e23, Op::sw, 0xfffffffc},
      {"sw x1, 2047(x2)", 0x7e112fa3, Op::sw, 2047},
      {"beq x1, x2, -4096", 0x80208063, Op::beq, 0xfffff000},
      {"beq x1, x2, 4094", 0x7e208fe3, Op::beq, 4094},
      {"jal x1, -1048576", 0x800000ef, Op::jal, 0xfff00000},
      {"jal x1, 1048574", 0x7ffff0ef, Op::jal, 1048574},
      {"jal x0, 2048", 0x0010006f, Op::jal, 2048},
      {"lui x1, 0xfffff", 0xfffff0b7, Op::lui, 0xfffff000},
      {"srai x1, x2, 31", 0x41f15093, Op::srai, 31},
  };
  for (const ImmediateCase& c : cases) {
    const Instruction in = decode(c.word);
    EXPECT_EQ(in.op, c.op) << c.text;
    EXPECT_EQ(in.imm, c.imm) << c.text;
  }
}

}  // namespace
}  // namespace gavel::vm
