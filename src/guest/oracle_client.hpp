// The guest's side of its machine: which cursor, which preimages, and the end.
//
// What: the few calls through which the fault proof program meets the world. One file implements
// them for each machine: test/rv32/guest_machine.cpp for qemu-riscv32, fpvm/machine.cpp for the
// machine that L1 judges. Why: everything above is the same program, so what is tested under qemu
// is what is disputed. Invariant: every call ends; a preimage that the machine gives has the hash
// that was asked for.
#pragma once

#include <span>

#include "base/types.hpp"

namespace gavel::guest {

// An stf::Oracle over the machine's preimages.
class OracleClient {
 public:
  // Writes the first min(length, out.size()) bytes of the preimage; returns its length, 0 if none.
  u32 get(const Hash32& hash, std::span<u8> out);
};

// The hash of the cursor that the run begins with. Called once, first.
Hash32 input_cursor();

// Ends the run with the hash of the cursor after the unit.
[[noreturn]] void finish(const Hash32& output_cursor);

}  // namespace gavel::guest
