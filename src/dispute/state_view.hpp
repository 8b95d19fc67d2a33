// StateView: a state that stands still, to begin a branch from.
//
// What: an object's canonical bytes and the tree above them. Why: the state at a batch's start and
// a state in the middle of it are begun from in the same way, so going back copies nothing.
// Invariant: bytes and tree are of one state, and do not change while a branch stands on it.
#pragma once

#include <span>

#include "exchange/objects.hpp"
#include "state/tree_view.hpp"

namespace gavel::dispute {

class StateView {
 public:
  virtual ~StateView() = default;
  virtual const state::TreeView& tree() const = 0;
  // The object's canonical bytes; 0 if it is absent. `out`: stf::kLongestObjectBytes.
  virtual u32 encode(exchange::Table table, u32 index, std::span<u8> out) const = 0;
};

}  // namespace gavel::dispute
