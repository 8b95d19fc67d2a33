// Small programs in a machine, for tests.
//
// What: Program puts words at the first pc and gives the machine; run_slowly takes a machine to a
// step by the plain step function alone; random programs, tame ones (which end) and wild ones. Why:
// tests of the machine are about what a few instructions do. Invariant: programs depend on their
// seed only.
#pragma once

#include <random>
#include <vector>

#include "vm/assemble.hpp"
#include "vm/machine.hpp"

namespace gavel::vm {

inline std::vector<u8> code_bytes(std::span<const u32> words) {
  std::vector<u8> out;
  for (const u32 word : words) {
    for (u32 i = 0; i < 4; ++i) out.push_back(static_cast<u8>(word >> (8 * i)));
  }
  return out;
}

struct Program {
  explicit Program(const std::vector<u32>& words, Preimages preimages = {})
      : machine(std::move(preimages)) {
    machine.write_memory(kFirstPc, code_bytes(words));
  }

  void set(u32 index, u32 value) {
    State state = machine.state();
    if (index != 0) state.registers[index] = value;
    machine.set_state(state);
  }
  u32 get(u32 index) { return machine.state().registers[index]; }

  Machine machine;
};

// A budget of one step is too small for decoded code: every step is step()'s.
inline Stop run_slowly(Machine& machine, u64 until) {
  Stop stop = Stop::reached;
  while (machine.steps() < until && machine.exit() == Exit::running && stop == Stop::reached) {
    stop = machine.run_until(machine.steps() + 1);
  }
  return stop;
}

inline constexpr u32 kDataBase = 0x00100000;

// Computes on x10..x31, with loads and stores around x8 and short branches
// forward, in a loop of x9 rounds.
inline void append_tame_body(std::vector<u32>& out, std::mt19937& random, u32 length) {
  namespace as = assemble;
  const auto draw = [&](u32 below) { return static_cast<u32>(random()) % below; };
  const auto any = [&] { return 10 + draw(22); };
  const std::size_t end = out.size() + length;
  while (out.size() < end) {
    const Op op = static_cast<Op>(1 + draw(kOps - 1));
    if (is_compute(op) || is_compute_immediate(op) || op == Op::lui || op == Op::auipc) {
      out.push_back(as::encode(op, any(), any(), any(), static_cast<u32>(random())));
    } else if (is_load(op) || is_store(op)) {
      const u32 align = op == Op::lw || op == Op::sw ? 4 : op == Op::lb || op == Op::sb ? 1 : 2;
      out.push_back(as::encode(op, any(), 8, any(), draw(256 / align) * align));
    } else if (is_branch(op) && out.size() + 8 < end) {
      out.push_back(as::encode(op, 0, any(), any(), 4 * (1 + draw(6))));
    } else if (op == Op::fence) {
      out.push_back(draw(2) == 0 ? as::kFence : as::kFenceI);
    }
  }
}

// Ends by call 93 with a hash of all registers, below 256.
inline std::vector<u32> tame_program(u32 seed, u32 length = 200, u32 rounds = 30) {
  namespace as = assemble;
  std::mt19937 random(seed);
  std::vector<u32> out = {as::lui(8, kDataBase), as::addi(9, 0, static_cast<i32>(rounds))};
  for (u32 i = 10; i < 32; ++i) {
    out.push_back(as::lui(i, static_cast<u32>(random())));
    out.push_back(as::addi(i, i, static_cast<i32>(random() % 4096) - 2048));
  }
  const std::size_t loop = out.size();
  append_tame_body(out, random, length);
  out.push_back(as::addi(9, 9, -1));
  const i32 back = 4 * (static_cast<i32>(loop) - static_cast<i32>(out.size()));
  out.push_back(as::bne(9, 0, back));
  out.push_back(as::addi(5, 0, 31));
  for (u32 i = 11; i < 32; ++i) {
    out.push_back(as::mul(10, 10, 5));
    out.push_back(as::add(10, 10, i));
  }
  for (const u32 shift : {16u, 8u}) {
    out.push_back(as::encode(Op::srli, 5, 10, 0, shift));
    out.push_back(as::encode(Op::xor_, 10, 10, 5, 0));
  }
  out.push_back(as::encode(Op::andi, 10, 10, 0, 255));
  out.push_back(as::addi(17, 0, 93));
  out.push_back(as::kEcall);
  return out;
}

// Anything goes: jumps everywhere in the code, stores into it, faults.
inline std::vector<u32> wild_program(std::mt19937& random, u32 length) {
  const auto draw = [&](u32 below) { return static_cast<u32>(random()) % below; };
  std::vector<u32> out;
  while (out.size() < length) {
    const Op op = static_cast<Op>(1 + draw(kOps - 1));
    const u32 at = 4 * static_cast<u32>(out.size());
    const u32 to = 4 * draw(length) - at;
    if (op == Op::jalr && draw(4) != 0) continue;
    if (is_branch(op) || op == Op::jal) {
      out.push_back(assemble::encode(op, draw(4), draw(32), draw(32), to));
    } else if (is_load(op) || is_store(op)) {
      // x3 is in the middle of the code; x4 is data.
      const u32 offset = (draw(64) - 32) * 4;
      out.push_back(assemble::encode(op, 5 + draw(27), 3 + draw(2), draw(32), offset));
    } else if (op == Op::ecall && draw(8) != 0) {
      continue;
    } else {
      const u32 rd = draw(8) == 0 ? draw(32) : 5 + draw(27);
      out.push_back(assemble::encode(op, rd, draw(32), draw(32), static_cast<u32>(random())));
    }
  }
  return out;
}

}  // namespace gavel::vm
