// One step of the machine: the total function that a dispute is about.
//
// What: step(state, access) over an Access to memory and preimages: the machine's own memory, a
// recorder of what is touched, or a proof that is checked while it is read. Why: one text for
// running, for proving and for judging. Invariant: whatever the state and memory, the answer is the
// next state, unless the access refuses (Flow::refuse), and then nothing has changed. memory_root
// is the access's business. A write is to the block that the same step has read. Source:
// docs/protocol/vm.md, Step and Calls.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "vm/calls.hpp"
#include "vm/execute.hpp"
#include "vm/state.hpp"

namespace gavel::vm {

inline constexpr u32 kLeafBytes = 32;

// Registers from the state, memory by leaves.
template <Access A>
class StateHart {
 public:
  StateHart(State& state, A& access) : state_(state), access_(access) {}

  u32 rs1(const Instruction& in) const { return state_.registers[in.rs1]; }
  u32 rs2(const Instruction& in) const { return state_.registers[in.rs2]; }
  void rd(const Instruction& in, u32 value) {
    if (in.rd != 0) state_.registers[in.rd] = value;
  }
  u32 pc() const { return state_.pc; }
  u32 target() const { return target_; }

  template <class T>
  Flow load(u32 address, u32& value) {
    Leaf leaf;
    if (!access_.read(leaf_address(address), leaf)) return Flow::refuse;
    value = 0;
    for (u32 i = sizeof(T); i-- > 0;) value = value << 8 | leaf[address % kLeafBytes + i];
    return Flow::next;
  }
  template <class T>
  Flow store(u32 address, u32 value) {
    Leaf leaf;
    if (!access_.read(leaf_address(address), leaf)) return Flow::refuse;
    for (u32 i = 0; i < sizeof(T); ++i) {
      leaf[address % kLeafBytes + i] = static_cast<u8>(value >> (8 * i));
    }
    access_.write(leaf_address(address), leaf);
    return Flow::next;
  }

  Flow jump_by(u32 offset) { return jump_to(state_.pc + offset); }
  Flow jump_to(u32 target) {
    if (target % 4 != 0) return Flow::panic;
    target_ = target;
    return Flow::jump;
  }
  Flow call() { return make_call(state_, access_); }

 private:
  using Leaf = std::array<u8, kLeafBytes>;
  static u32 leaf_address(u32 address) { return address & ~(kLeafBytes - 1); }

  State& state_;
  A& access_;
  u32 target_ = 0;
};

namespace step_table {

template <class H>
using Execute = Flow (*)(H&, const Instruction&);

template <class H, std::size_t... kOp>
constexpr std::array<Execute<H>, kOps> make(std::index_sequence<kOp...>) {
  return {+[](H& hart, const Instruction& in) {
    return execute<static_cast<Op>(static_cast<u8>(kOp))>(hart, in);
  }...};
}

}  // namespace step_table

// One step of a canonical state. next: a step was made, whatever it led to. halt: the state is its
// own next. refuse: the access lacks something.
template <Access A>
Flow step(State& state, A& access) {
  if (state.exit != Exit::running) return Flow::halt;
  u32 word = 0;
  if (!access.fetch(state.pc, word)) return Flow::refuse;
  static constexpr auto kTable = step_table::make<StateHart<A>>(std::make_index_sequence<kOps>{});
  const Instruction in = decode(word);
  StateHart<A> hart(state, access);
  switch (kTable[static_cast<u8>(in.op)](hart, in)) {
    case Flow::next:
      state.pc += 4;
      break;
    case Flow::jump:
      state.pc = hart.target();
      break;
    case Flow::halt:
      state.exit = Exit::halted;
      break;
    case Flow::panic:
      state.exit = Exit::panicked;
      state.code = 0;
      break;
    case Flow::refuse:
      return Flow::refuse;
  }
  ++state.step;
  return Flow::next;
}

}  // namespace gavel::vm
