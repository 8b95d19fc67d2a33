#include "vm/fast_code.hpp"

namespace gavel::vm {
namespace {

constexpr u32 kLastWord = kPageBytes - 4;

bool last_in_page(u32 address) { return address % kPageBytes == kLastWord; }

bool jump_is_plain(u32 address, u32 offset) {
  const i64 target = i64{address} + static_cast<i32>(offset);
  return offset % 4 == 0 && target >= 0 && target < i64{1} << 32;
}

Instruction coded(Instruction in, u8 code) {
  in.op = static_cast<Op>(code);
  return in;
}

// What the word alone decides.
Instruction prepare_word(const Memory& memory, u32 address) {
  Instruction in = decode(memory.word(address));
  const bool jump = in.op == Op::jal || is_branch(in.op);
  if (last_in_page(address) || in.op == Op::illegal || in.op == Op::ecall ||
      (jump && !jump_is_plain(address, in.imm))) {
    return coded(in, kSlow);
  }
  if (in.op == Op::auipc) {
    in.op = Op::lui;
    in.imm += address;
  }
  if (in.rd == 0) {
    if (in.op == Op::jal) return coded(in, kJump);
    if (in.op == Op::jalr) return coded(in, kJumpRegister);
    // A load may still panic.
    if (is_load(in.op)) return coded(in, kSlow);
    if (produces(in.op)) in.op = Op::fence;
  }
  return in;
}

Op read_as(Op code) { return static_cast<u8>(code) == kJumpRegister ? Op::jalr : code; }

}  // namespace

void prepare_entry(Memory& memory, u32 address) {
  memory.before_decode(address);
  Instruction in = prepare_word(memory, address);
  if (produces(in.op)) {
    const Instruction next = prepare_word(memory, address + 4);
    Chain chain = Chain::none;
    if (next.rs2 == in.rd && reads(read_as(next.op), Chain::rs2)) chain = Chain::rs2;
    if (next.rs1 == in.rd && reads(read_as(next.op), Chain::rs1)) chain = Chain::rs1;
    in = coded(in, static_cast<u8>(static_cast<u8>(in.op) + kChainStep * static_cast<u8>(chain)));
  }
  memory.code()[address / 4] = in;
}

}  // namespace gavel::vm
