#include "vm/interpreter.hpp"

namespace gavel::vm {

bool run(State& state, Memory&, DirectAccess& access, u64 until) {
  while (state.step < until && state.exit == Exit::running) {
    if (step(state, access) == Flow::refuse) return false;
  }
  return true;
}

}  // namespace gavel::vm
