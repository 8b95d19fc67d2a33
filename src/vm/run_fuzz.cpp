// Any code and registers: the interpreter must do what the step function does, state by state hash.
#include <algorithm>

#include "base/bytes.hpp"
#include "vm/program_test.hpp"

namespace {

using namespace gavel;
using namespace gavel::vm;

// Half of the words are instructions put together from their parts: raw ones are rarely legal.
std::vector<u32> read_words(base::ByteReader& reader) {
  std::vector<u32> out;
  while (reader.remaining() >= 8 && out.size() < 512) {
    const u32 shape = reader.read_u32_le();
    const u32 raw = reader.read_u32_le();
    if ((shape & 0x80) != 0) {
      out.push_back(raw);
      continue;
    }
    const Op op = static_cast<Op>(1 + (shape & 0x7f) % (kOps - 1));
    // Distances that stay near, so that jumps and stores meet the code.
    const u32 near = encoding::sign_extend(raw & 0x1fc, 9);
    const u32 imm = (raw & 0x10000) != 0 ? raw : near;
    out.push_back(op == Op::ecall ? assemble::kEcall
                                  : assemble::encode(op, shape >> 8 & 31, shape >> 16 & 31,
                                                     shape >> 24 & 31, imm));
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  static Machine fast;
  static Machine slow;
  static const Snapshot kEmpty = fast.snapshot();
  base::ByteReader reader({data, size});
  State state;
  state.pc = kFirstPc + reader.read_u8() % 16 * 4;
  for (u32 i = 1; i < kRegisters; ++i) {
    const u32 kind = reader.read_u8();
    state.registers[i] = kind < 128 ? kFirstPc + kind * 8 : kind * 0x01010101u;
  }
  constexpr std::array<u32, 4> kCalls = {93, 1024, 1025, 1026};
  state.registers[reg::kA7] = kCalls[reader.read_u8() % 4];
  const u64 stop = 2049 + reader.read_u8() * 4;
  const std::vector<u8> code = code_bytes(read_words(reader));
  for (Machine* machine : {&fast, &slow}) {
    machine->restore(kEmpty);
    machine->write_memory(kFirstPc, code);
    machine->set_state(state);
  }
  const Stop at = fast.run_until(stop);
  const Stop slow_at = run_slowly(slow, stop);
  GAVEL_CHECK((at == Stop::missing_preimage) == (slow_at == Stop::missing_preimage));
  GAVEL_CHECK(fast.state() == slow.state());
  return 0;
}
