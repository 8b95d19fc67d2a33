// Why a machine panicked, in words for people.
//
// What: panic_cause(state, word) names the rule that the instruction at pc broke. Why: the state of
// a panicked run says only that it panicked, since L1 need not know more; whoever debugs a program
// does. Invariant: a panic leaves pc and registers as they were, so the cause can be found
// afterwards from the state and the word at pc.
#pragma once

#include <string>

#include "vm/state.hpp"

namespace gavel::vm {

std::string panic_cause(const State& state, u32 word);

}  // namespace gavel::vm
