// What must hold of every state of the exchange, found by walking all of it.
//
// What: the invariants of docs/protocol/state.md: lists and their counts, levels and their sums,
// reserved amounts, and that each asset's total is what accounts and fees hold. Cost: O(objects).
#pragma once

#include <optional>
#include <string>

#include "state/hot_state.hpp"

namespace gavel::sim {

// What does not hold; nothing if all does.
std::optional<std::string> check_state(const state::HotState& state);

}  // namespace gavel::sim
