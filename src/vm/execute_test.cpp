// Results of single instructions, as the RISC-V specification says them.
#include "vm/execute.hpp"

#include <gtest/gtest.h>

#include "vm/program_test.hpp"

namespace gavel::vm {
namespace {

using namespace assemble;  // NOLINT: instruction names

constexpr u32 kMin = 0x80000000;
constexpr u32 kMax = 0x7fffffff;
constexpr u32 kMinus1 = 0xffffffff;

struct ComputeCase {
  Op op;
  u32 a;
  u32 b;
  u32 result;
};

constexpr ComputeCase kCompute[] = {
    {Op::add, 0, 0, 0},
    {Op::add, 1, 1, 2},
    {Op::add, kMax, 1, kMin},
    {Op::add, kMinus1, 1, 0},
    {Op::sub, 0, 1, kMinus1},
    {Op::sub, kMin, 1, kMax},
    {Op::sub, 5, 7, 0xfffffffe},
    {Op::slt, kMin, kMax, 1},
    {Op::slt, kMax, kMin, 0},
    {Op::slt, kMinus1, 0, 1},
    {Op::slt, 3, 3, 0},
    {Op::sltu, kMin, kMax, 0},
    {Op::sltu, 0, kMinus1, 1},
    {Op::sltu, 3, 3, 0},
    {Op::xor_, 0xff00ff00, 0x0f0f0f0f, 0xf00ff00f},
    {Op::or_, 0xff00ff00, 0x0f0f0f0f, 0xff0fff0f},
    {Op::and_, 0xff00ff00, 0x0f0f0f0f, 0x0f000f00},
    {Op::sll, 1, 31, kMin},
    {Op::sll, 0x21212121, 32, 0x21212121},
    {Op::sll, 0x21212121, 0xffffffc7, 0x90909080},
    {Op::srl, kMin, 31, 1},
    {Op::srl, kMinus1, 33, kMax},
    {Op::sra, kMin, 31, kMinus1},
    {Op::sra, kMax, 31, 0},
    {Op::sra, 0x81818181, 7, 0xff030303},
    {Op::sra, 0x81818181, 32, 0x81818181},
    {Op::mul, 0x00007e00, 0xb6db6db7, 0x00001200},
    {Op::mul, kMin, kMinus1, kMin},
    {Op::mul, kMinus1, kMinus1, 1},
    {Op::mulh, kMin, kMin, 0x40000000},
    {Op::mulh, kMinus1, kMinus1, 0},
    {Op::mulh, kMinus1, 1, kMinus1},
    {Op::mulh, 0xaaaaaaab, 0x0002fe7d, 0xffff0081},
    {Op::mulhsu, kMinus1, kMinus1, kMinus1},
    {Op::mulhsu, kMin, kMin, 0xc0000000},
    {Op::mulhsu, 1, kMinus1, 0},
    {Op::mulhsu, 0xaaaaaaab, 0x0002fe7d, 0xffff0081},
    {Op::mulhu, kMinus1, kMinus1, 0xfffffffe},
    {Op::mulhu, kMin, kMin, 0x40000000},
    {Op::mulhu, 0xaaaaaaab, 0x0002fe7d, 0x0001fefe},
    {Op::div, 20, 6, 3},
    {Op::div, static_cast<u32>(-20), 6, static_cast<u32>(-3)},
    {Op::div, 20, static_cast<u32>(-6), static_cast<u32>(-3)},
    {Op::div, static_cast<u32>(-20), static_cast<u32>(-6), 3},
    {Op::div, kMin, kMinus1, kMin},
    {Op::div, kMin, 1, kMin},
    {Op::div, 7, 0, kMinus1},
    {Op::div, 0, 0, kMinus1},
    {Op::divu, 20, 6, 3},
    {Op::divu, static_cast<u32>(-20), 6, 715827879},
    {Op::divu, kMin, kMinus1, 0},
    {Op::divu, 7, 0, kMinus1},
    {Op::rem, 20, 6, 2},
    {Op::rem, static_cast<u32>(-20), 6, static_cast<u32>(-2)},
    {Op::rem, 20, static_cast<u32>(-6), 2},
    {Op::rem, kMin, kMinus1, 0},
    {Op::rem, 7, 0, 7},
    {Op::rem, kMin, 0, kMin},
    {Op::remu, static_cast<u32>(-20), 6, 2},
    {Op::remu, kMin, kMinus1, kMin},
    {Op::remu, 7, 0, 7},
};

// The immediate form of an operation, or itself.
Op immediate_form(Op op) {
  // clang-format off
  switch (op) {
    case Op::add: return Op::addi;
    case Op::slt: return Op::slti;
    case Op::sltu: return Op::sltiu;
    case Op::xor_: return Op::xori;
    case Op::or_: return Op::ori;
    case Op::and_: return Op::andi;
    case Op::sll: return Op::slli;
    case Op::srl: return Op::srli;
    case Op::sra: return Op::srai;
    default: return op;
  }
  // clang-format on
}

u32 run_one(u32 word, u32 rd, u32 rs1, u32 a, u32 rs2, u32 b) {
  Program program({word, jal(0, 0)});
  program.set(rs2, b);
  program.set(rs1, a);
  program.machine.run_until(1);
  EXPECT_EQ(program.machine.state().exit, Exit::running);
  return program.machine.state().registers[rd];
}

TEST(Execute, RegisterForms) {
  for (const ComputeCase& c : kCompute) {
    SCOPED_TRACE(testing::Message() << u32{static_cast<u8>(c.op)} << " " << c.a << " " << c.b);
    EXPECT_EQ(run_one(encode(c.op, 5, 6, 7, 0), 5, 6, c.a, 7, c.b), c.result);
    EXPECT_EQ(run_one(encode(c.op, 6, 6, 7, 0), 6, 6, c.a, 7, c.b), c.result);
    EXPECT_EQ(run_one(encode(c.op, 7, 6, 7, 0), 7, 6, c.a, 7, c.b), c.result);
    EXPECT_EQ(run_one(encode(c.op, 0, 6, 7, 0), 0, 6, c.a, 7, c.b), 0u);
    if (c.a == c.b) EXPECT_EQ(run_one(encode(c.op, 6, 6, 6, 0), 6, 6, c.a, 6, c.a), c.result);
    if (c.a == 0) EXPECT_EQ(run_one(encode(c.op, 5, 0, 7, 0), 5, 6, 9, 7, c.b), c.result);
    if (c.b == 0) EXPECT_EQ(run_one(encode(c.op, 5, 6, 0, 0), 5, 6, c.a, 7, 9), c.result);
  }
}

TEST(Execute, ImmediateForms) {
  u32 tried = 0;
  for (const ComputeCase& c : kCompute) {
    const Op op = immediate_form(c.op);
    if (op == c.op || encoding::sign_extend(c.b & 0xfff, 12) != c.b) continue;
    const bool shift = op == Op::slli || op == Op::srli || op == Op::srai;
    if (shift && c.b > 31) continue;
    SCOPED_TRACE(testing::Message() << u32{static_cast<u8>(op)} << " " << c.a << " " << c.b);
    EXPECT_EQ(run_one(encode(op, 5, 6, 0, c.b), 5, 6, c.a, 7, 0), c.result);
    EXPECT_EQ(run_one(encode(op, 6, 6, 0, c.b), 6, 6, c.a, 7, 0), c.result);
    ++tried;
  }
  EXPECT_GT(tried, 10u);
}

struct LoadCase {
  Op op;
  i32 offset;
  u32 result;
};

TEST(Execute, Loads) {
  // At 0x20000: 00 01 .. 7f 80 .. ff
  const LoadCase cases[] = {
      {Op::lb, 0x7f, 0x7f},       {Op::lb, 0x80, 0xffffff80}, {Op::lbu, 0x80, 0x80},
      {Op::lh, 0x7e, 0x7f7e},     {Op::lh, 0x80, 0xffff8180}, {Op::lhu, 0x80, 0x8180},
      {Op::lw, 0x80, 0x83828180}, {Op::lw, 0x1c, 0x1f1e1d1c}, {Op::lw, 0x20, 0x23222120},
      {Op::lbu, 0x1f, 0x1f},      {Op::lhu, 0x1e, 0x1f1e},    {Op::lb, 0, 0},
  };
  for (const LoadCase& c : cases) {
    for (const i32 shift : {0, -256, 256}) {
      Program program({encode(c.op, 5, 6, 0, imm(c.offset + shift)), jal(0, 0)});
      for (u32 i = 0; i < 256; ++i) {
        const u8 byte = static_cast<u8>(i);
        program.machine.write_memory(0x20000 + i, {&byte, 1});
      }
      program.set(6, 0x20000 - static_cast<u32>(shift));
      program.machine.run_until(1);
      EXPECT_EQ(program.machine.state().registers[5], c.result) << c.offset;
    }
  }
}

TEST(Execute, Stores) {
  struct Case {
    Op op;
    std::array<u8, 8> after;
  };
  const Case cases[] = {
      {Op::sb, {0xee, 0xee, 0xee, 0xee, 0xd4, 0xee, 0xee, 0xee}},
      {Op::sh, {0xee, 0xee, 0xee, 0xee, 0xd4, 0xc3, 0xee, 0xee}},
      {Op::sw, {0xee, 0xee, 0xee, 0xee, 0xd4, 0xc3, 0xb2, 0xa1}},
  };
  for (const Case& c : cases) {
    Program program({encode(c.op, 0, 6, 7, imm(-4)), jal(0, 0)});
    const std::array<u8, 8> before = {0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee};
    program.machine.write_memory(0x20000, before);
    program.set(6, 0x20008);
    program.set(7, 0xa1b2c3d4);
    program.machine.run_until(1);
    std::array<u8, 8> after{};
    program.machine.read_memory(0x20000, after);
    EXPECT_EQ(after, c.after);
  }
}

TEST(Execute, AddressesGoAround) {
  Program program({sw(7, 6, 8), lw(5, 0, 4), lw(8, 0, -4), jal(0, 0)});
  const std::array<u8, 4> last = {1, 2, 3, 4};
  program.machine.write_memory(0xfffffffc, last);
  program.set(6, 0xfffffffc);
  program.set(7, 0x55667788);
  program.machine.run_until(3);
  EXPECT_EQ(program.machine.state().registers[5], 0x55667788u);
  EXPECT_EQ(program.machine.state().registers[8], 0x04030201u);
}

struct BranchCase {
  Op op;
  u32 a;
  u32 b;
  bool taken;
};

TEST(Execute, Branches) {
  const BranchCase cases[] = {
      {Op::beq, 1, 1, true},   {Op::beq, 1, 2, false},        {Op::bne, 1, 1, false},
      {Op::bne, 1, 2, true},   {Op::blt, kMin, kMax, true},   {Op::blt, kMax, kMin, false},
      {Op::blt, 4, 4, false},  {Op::bge, kMin, kMax, false},  {Op::bge, kMax, kMin, true},
      {Op::bge, 4, 4, true},   {Op::bltu, kMin, kMax, false}, {Op::bltu, kMax, kMin, true},
      {Op::bltu, 4, 4, false}, {Op::bgeu, kMin, kMax, true},  {Op::bgeu, kMax, kMin, false},
      {Op::bgeu, 4, 4, true},
  };
  for (const BranchCase& c : cases) {
    for (const i32 offset : {8, -8, 4092, -4096, 0}) {
      Program program({encode(c.op, 0, 6, 7, imm(offset))});
      program.set(6, c.a);
      program.set(7, c.b);
      program.machine.run_until(1);
      EXPECT_EQ(program.machine.pc(), kFirstPc + (c.taken ? imm(offset) : 4)) << offset;
    }
  }
}

TEST(Execute, JumpsAndUpperImmediates) {
  Program program({jal(1, 8), 0, encode(Op::auipc, 5, 0, 0, 0x12345000), lui(6, 0xfffff000),
                   jalr(1, 1, 13), jalr(0, 1, 0)});
  program.machine.run_until(3);
  EXPECT_EQ(program.machine.state().registers[1], kFirstPc + 4);
  EXPECT_EQ(program.machine.state().registers[5], kFirstPc + 8 + 0x12345000);
  EXPECT_EQ(program.machine.state().registers[6], 0xfffff000u);
  program.machine.run_until(4);  // the lowest bit of the target is dropped, rd may be rs1
  EXPECT_EQ(program.machine.pc(), kFirstPc + 16);
  EXPECT_EQ(program.machine.state().registers[1], kFirstPc + 20);
}

struct FaultCase {
  const char* what;
  u32 word;
  u32 x6;
};

TEST(Execute, FaultsPanicAndChangeNothingElse) {
  const FaultCase cases[] = {
      {"half load", encode(Op::lh, 5, 6, 0, 0), 0x20001},
      {"half load, unsigned", encode(Op::lhu, 5, 6, 0, 0), 0x20003},
      {"word load", lw(5, 6, 0), 0x20001},
      {"word load", lw(5, 6, 0), 0x20002},
      {"word load to x0", lw(0, 6, 3), 0x20000},
      {"half store", encode(Op::sh, 0, 6, 7, 1), 0x20000},
      {"word store", sw(7, 6, 2), 0x20000},
      {"taken branch", encode(Op::bgeu, 0, 6, 0, 2), 1},
      {"jal", jal(5, 6), 0},
      {"jal without link", jal(0, 2), 0},
      {"jalr", jalr(5, 6, 0), 0x20002},
      {"jalr to its own base", jalr(6, 6, 3), 0x20000},
      {"illegal", 0, 0},
      {"ebreak", kEbreak, 0},
      {"unknown call", kEcall, 0},
  };
  for (const FaultCase& c : cases) {
    SCOPED_TRACE(c.what);
    Program program({c.word});
    program.set(6, c.x6);
    State expected = program.machine.state();
    // A budget for the fast path: it must stop at once all the same.
    EXPECT_EQ(program.machine.run_until(100'000), Stop::panicked);
    expected.exit = Exit::panicked;
    expected.step = 1;
    EXPECT_EQ(program.machine.state(), expected);
    EXPECT_EQ(program.machine.run_until(200'000), Stop::panicked);
    EXPECT_EQ(program.machine.state(), expected);
  }
  Program untaken({encode(Op::bne, 0, 0, 0, 2), jal(0, 0)});
  EXPECT_EQ(untaken.machine.run_until(10), Stop::reached);
}

}  // namespace
}  // namespace gavel::vm
