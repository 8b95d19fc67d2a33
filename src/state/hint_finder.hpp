// The hints of a transaction: places in the committed lists that its row names
// (docs/protocol/data.md).
//
// What: for each action the places that its checks need, found in the search indexes in the state
// just before the transaction runs.
// Invariant: total, and notes nothing. For a transaction that will be rejected before its hints are
// looked at, any value will do; then it is 0. Expected O(log n) in the searched list, without
// allocation.
#pragma once

#include "state/hot_state.hpp"
#include "stf/row.hpp"

namespace gavel::state {

[[nodiscard]] stf::Hints find_hints(const HotState& state, const stf::Transaction& tx);

}  // namespace gavel::state
