// Names of the dispute game: what a dispute and a claim are called on L1, and how the intervals of
// one level lie in those of the level above.
//
// What: the key of a dispute and its id, a claim's id, the key of a child dispute. Why: ids are
// content, so whoever knows the lists knows every id without asking L1. Invariant: equal to
// DisputeGame.sol on every input (test/vectors/dispute.json). The shape is a value, so that the
// same player plays small games in tests. Source: docs/protocol/dispute.md, Disputes and claims.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "base/types.hpp"

namespace gavel::dispute {

struct DisputeKey {
  u32 level = 0;
  Hash32 start;
  u64 position = 0;  // units of the batch, or steps of the unit's run, before the start
  Hash32 parent;     // id of the dispute in which this one was opened; zero at level 0

  friend bool operator==(const DisputeKey&, const DisputeKey&) = default;
};

Hash32 dispute_id(const DisputeKey& key);
// H(dispute id || list root || end).
Hash32 claim_id(const Hash32& dispute, const Hash32& list_root, const Hash32& end);

// Hash of the first machine state of a run on the image that begins with the cursor.
using FirstState = std::function<Hash32(const Hash32& image, const Hash32& cursor)>;
// The fault proof machine's (docs/protocol/vm.md).
Hash32 machine_first_state(const Hash32& image, const Hash32& cursor);

struct GameShape {
  u32 list_bits = 6;   // a list has 2^list_bits values
  u32 run_level = 4;   // the first level whose values are machine states
  u32 step_level = 8;  // one step
  FirstState first_state = machine_first_state;

  u32 list_size() const { return u32{1} << list_bits; }
  // Units (below run_level) or steps between two values of a list.
  u64 part(u32 level) const {
    const u32 end = level < run_level ? run_level : step_level;
    return u64{1} << (list_bits * (end - 1 - level));
  }
};

// The dispute of interval k of a list in this dispute.
DisputeKey child_key(const GameShape& shape, const Hash32& image, const DisputeKey& dispute,
                     std::span<const Hash32> list, u32 k);

}  // namespace gavel::dispute
