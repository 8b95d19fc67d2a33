// Small rules of the actor that stand by themselves: what a transaction may cost, and which
// refusals are none.
//
// What: the gas price cap by the time that is left, the contracts' errors that say that something
// is done already, and amounts for people. Why: pure functions, tested as tables. Invariant: the
// cap never falls as the deadline comes nearer, and lies between the usual and the urgent one.
#pragma once

#include <string>
#include <string_view>

#include "base/types.hpp"

namespace gavel::dispute {

// Of a move that can wait: the contest is decided.
inline constexpr u64 kNoDeadline = ~u64{0};

// Per gas: the usual one while three quarters of the window are left, the urgent one from one
// quarter on, and in between the line from one to the other. left_s = 0: no deadline.
[[nodiscard]] u128 fee_cap(u64 left_s, u64 window_s, u128 usual_wei, u128 urgent_wei);

// Whether a revert's sentence names an error by which somebody has done it already.
[[nodiscard]] bool done_already(std::string_view reason);

// Cut to a millionth.
[[nodiscard]] std::string eth_text(const u128& wei);

}  // namespace gavel::dispute
