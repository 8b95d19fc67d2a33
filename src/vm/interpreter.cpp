#include "vm/interpreter.hpp"

#include <algorithm>

#include "vm/fast_code.hpp"

// Handlers pass what they need in registers, one to the next, and never return to a loop: every
// handler ends in its own indirect jump, which the processor predicts by what came before.
#define GAVEL_VM_HANDLER __attribute__((preserve_none))

namespace gavel::vm {
namespace {

struct Table;

// What handlers share beyond their arguments.
struct Shared {
  State* state;
  Memory* memory;
  DirectAccess* access;
  const u8* code;  // entry of address 0
  u64 stop_step;   // the step at which `end` is reached
  const Instruction* ip = nullptr;
  u64 end = 0;
  bool refused = false;
};

// ip: the entry of the instruction at hand. end: where ip would be when the steps are used up if
// the code were straight; so steps are counted at jumps alone. acc: what the instruction before
// computed, if it knows that this one reads it.
using Handler = void(GAVEL_VM_HANDLER*)(const Instruction* ip, u32* registers, u8* bytes, u8* flags,
                                        const Table* table, Shared* shared, u64 end, u32 acc);

// By where an operand comes from, then by Instruction::op with its chain bits.
struct Table {
  std::array<Handler, 3 * 256> handler;
};

// Straight code is at most a page long before its last word, which `slow` executes, counts too.
constexpr u64 kMarginSteps = 2 * kPageBytes / 4;
constexpr u64 kEntryBytes = sizeof(Instruction);
// So that step arithmetic in entries stays far from 2^64.
constexpr u64 kMaxStepsAtOnce = u64{1} << 40;

u64 address_of(const Instruction* ip) { return reinterpret_cast<u64>(ip); }

bool margin_reached(u64 end, const Instruction* ip) {
  return static_cast<i64>(end - address_of(ip)) < static_cast<i64>(kMarginSteps * kEntryBytes);
}

// Registers and memory at full speed. kFrom: the operand that is in acc. A store that is not free
// is refused, unless it was announced.
template <Chain kFrom, bool kWritesRd, bool kAnnounced>
struct FastHart {
  const Instruction* ip;
  u32* registers;
  u8* bytes;
  const u8* flags;
  Shared* shared;
  u32 acc;
  u32 result = 0;
  const Instruction* target = nullptr;

  u32 rs1(const Instruction& in) const { return kFrom == Chain::rs1 ? acc : registers[in.rs1]; }
  u32 rs2(const Instruction& in) const { return kFrom == Chain::rs2 ? acc : registers[in.rs2]; }
  void rd(const Instruction& in, u32 value) {
    if constexpr (kWritesRd) registers[in.rd] = value;
    result = value;
  }
  u32 pc() const {
    return static_cast<u32>((address_of(ip) - reinterpret_cast<u64>(shared->code)) / 2);
  }
  template <class T>
  Flow load(u32 address, u32& value) {
    T out;
    __builtin_memcpy(&out, bytes + address, sizeof(T));
    value = out;
    return Flow::next;
  }
  template <class T>
  Flow store(u32 address, u32 value) {
    if constexpr (kAnnounced) {
      shared->memory->before_write(address, sizeof(T));
    } else if (flags[address >> kPageBits] != kFreelyWritable) [[unlikely]] {
      return Flow::refuse;
    }
    const T in = static_cast<T>(value);
    __builtin_memcpy(bytes + address, &in, sizeof(T));
    return Flow::next;
  }
  // Prepared code has no such jump that leaves memory or is misaligned.
  Flow jump_by(u32 offset) {
    const i64 distance = i64{static_cast<i32>(offset)} * 2;
    target = reinterpret_cast<const Instruction*>(address_of(ip) + static_cast<u64>(distance));
    return Flow::jump;
  }
  Flow jump_to(u32 address) {
    if (address % 4 != 0) return Flow::panic;
    target = reinterpret_cast<const Instruction*>(shared->code + u64{address} * 2);
    return Flow::jump;
  }
  Flow call() { return Flow::panic; }
};

// One instruction by step(), whatever it is: calls, panics, what lies at the end of a page.
GAVEL_VM_HANDLER void slow(const Instruction* ip, u32* registers, u8* bytes, u8* flags,
                           const Table* table, Shared* shared, u64 end, u32) {
  State& state = *shared->state;
  state.pc = static_cast<u32>((address_of(ip) - reinterpret_cast<u64>(shared->code)) / 2);
  state.step = shared->stop_step - (end - address_of(ip)) / kEntryBytes;
  shared->refused = step(state, *shared->access) == Flow::refuse;
  ip = reinterpret_cast<const Instruction*>(shared->code + u64{state.pc} * 2);
  end = address_of(ip) + (shared->stop_step - state.step) * kEntryBytes;
  if (shared->refused || state.exit != Exit::running || margin_reached(end, ip)) {
    shared->ip = ip;
    shared->end = end;
    return;
  }
  [[clang::musttail]] return table->handler[ip->op_code()](ip, registers, bytes, flags, table,
                                                           shared, end, 0);
}

// A word that was not decoded yet.
GAVEL_VM_HANDLER void look(const Instruction* ip, u32* registers, u8* bytes, u8* flags,
                           const Table* table, Shared* shared, u64 end, u32) {
  const u64 offset = address_of(ip) - reinterpret_cast<u64>(shared->code);
  prepare_entry(*shared->memory, static_cast<u32>(offset / 2));
  [[clang::musttail]] return table->handler[ip->op_code()](ip, registers, bytes, flags, table,
                                                           shared, end, 0);
}

template <Op op, Chain kFrom>
GAVEL_VM_HANDLER void announced_store(const Instruction* ip, u32* registers, u8* bytes, u8* flags,
                                      const Table* table, Shared* shared, u64 end, u32 acc) {
  FastHart<kFrom, true, true> hart{ip, registers, bytes, flags, shared, acc};
  static_cast<void>(execute<op>(hart, *ip));
  ++ip;
  [[clang::musttail]] return table->handler[ip->op_code()](ip, registers, bytes, flags, table,
                                                           shared, end, 0);
}

template <Op op, Chain kFrom, Chain kTo, bool kWritesRd>
GAVEL_VM_HANDLER void fast(const Instruction* ip, u32* registers, u8* bytes, u8* flags,
                           const Table* table, Shared* shared, u64 end, u32 acc) {
  FastHart<kFrom, kWritesRd, false> hart{ip, registers, bytes, flags, shared, acc};
  const Flow flow = execute<op>(hart, *ip);
  if (flow == Flow::panic) [[unlikely]] {
    [[clang::musttail]] return slow(ip, registers, bytes, flags, table, shared, end, acc);
  }
  if constexpr (is_store(op)) {
    if (flow == Flow::refuse) [[unlikely]] {
      [[clang::musttail]] return announced_store<op, kFrom>(ip, registers, bytes, flags, table,
                                                            shared, end, acc);
    }
  }
  if (flow == Flow::jump) {
    end += address_of(hart.target) - address_of(ip) - kEntryBytes;
    ip = hart.target;
    if (margin_reached(end, ip)) [[unlikely]] {
      shared->ip = ip;
      shared->end = end;
      return;
    }
    [[clang::musttail]] return table->handler[ip->op_code()](ip, registers, bytes, flags, table,
                                                             shared, end, 0);
  }
  ++ip;
  [[clang::musttail]] return table->handler[256 * static_cast<u32>(kTo) + ip->op_code()](
      ip, registers, bytes, flags, table, shared, end, hart.result);
}

// The handler of an operation that reads kFrom from acc and whose successor reads kTo from there.
template <u8 kCode, Chain kFrom, Chain kTo>
constexpr Handler handler_of() {
  if constexpr (kCode == kNotDecoded) {
    return &look;
  } else if constexpr (kCode == kJump) {
    return &fast<Op::jal, Chain::none, Chain::none, false>;
  } else if constexpr (kCode == kJumpRegister) {
    return &fast<Op::jalr, kFrom, Chain::none, false>;
  } else if constexpr (kCode >= kOps || kCode == kSlow) {
    return &slow;
  } else {
    constexpr Op kOp = static_cast<Op>(kCode);
    return &fast < kOp, reads(kOp, kFrom) ? kFrom : Chain::none, produces(kOp) ? kTo : Chain::none,
           true > ;
  }
}

template <std::size_t... kCode>
constexpr Table make_table(std::index_sequence<kCode...>) {
  return {{handler_of<kCode % kChainStep, static_cast<Chain>(kCode / 256),
                      static_cast<Chain>(kCode % 256 / kChainStep % 3)>()...}};
}

constexpr Table kTable = make_table(std::make_index_sequence<3 * 256>{});

// Handlers keep no register. A caller whose frame hangs on one, as the address sanitizer's do,
// would lose it: hence a frame of its own that needs none.
[[gnu::noinline, clang::no_sanitize("address")]] void enter(const Instruction* ip, State& state,
                                                            Memory& memory, Shared& shared,
                                                            u64 end) {
  kTable.handler[ip->op_code()](ip, state.registers.data(), memory.bytes(), memory.flags(), &kTable,
                                &shared, end, 0);
}

}  // namespace

bool run(State& state, Memory& memory, DirectAccess& access, u64 until) {
  Shared shared{&state, &memory, &access, reinterpret_cast<const u8*>(memory.code()), 0};
  while (state.step < until && state.exit == Exit::running) {
    const u64 steps = std::min(until - state.step, kMaxStepsAtOnce);
    if (steps <= kMarginSteps) {
      if (step(state, access) == Flow::refuse) return false;
      continue;
    }
    const Instruction* const ip = memory.code() + state.pc / 4;
    shared.stop_step = state.step + steps;
    enter(ip, state, memory, shared, address_of(ip) + steps * kEntryBytes);
    if (shared.refused) return false;
    const u64 offset = address_of(shared.ip) - reinterpret_cast<u64>(shared.code);
    state.pc = static_cast<u32>(offset / 2);
    state.step = shared.stop_step - (shared.end - address_of(shared.ip)) / kEntryBytes;
  }
  return true;
}

}  // namespace gavel::vm
