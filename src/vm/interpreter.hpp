// The fast way to run many steps.
//
// What: run() takes the state to the given step, or to the end of its run, over decoded code and a
// chain of handlers. Why: a unit is some million steps, and disputes want them within a second.
// Invariant: exactly what step() does as often, at every possible stop; stale decoded code is never
// run (memory.hpp). It shares decode() and execute() with step(), and hands it every instruction
// that is rare.
#pragma once

#include "vm/direct_access.hpp"

namespace gavel::vm {

// False if the next step needs a preimage that is missing. state.memory_root is left stale.
bool run(State& state, Memory& memory, DirectAccess& access, u64 until);

}  // namespace gavel::vm
