// TrueWalk: the open disputes of a game that are reached from the root by true lists alone.
//
// What: one node a dispute, parents first, with the true list there and our claim if it stands.
// Why: these are the disputes whose start is true and that decide anything; everything the player
// does is about them. Invariant: a node's start is the truth's value in its parent, so nothing
// false is walked into. A list that cannot be had ends its branch with a sentence in troubles.
// Memory: a list a node, for one decision.
#pragma once

#include "dispute/player.hpp"

namespace gavel::dispute {

struct TrueNode {
  const ViewDispute* dispute = nullptr;
  Place place;
  TrueList list;                      // below the step level
  Hash32 claim;                       // the true claim's id
  const ViewClaim* posted = nullptr;  // if it stands
};

struct TrueWalk {
  std::vector<TrueNode> nodes;
  std::vector<std::string> troubles;
};

[[nodiscard]] TrueWalk walk_truth(const GameView& game, Truth& truth);

// The place of interval k of a list at `place`.
[[nodiscard]] Place child_place(const GameShape& shape, const Place& place, u32 k);

// What supports the winner and is not settled yet, as far as it leads to what is due to `who`.
struct Settling {
  bool root = false;
  Hash32 root_best;
  std::vector<SettleLink> links;
};
[[nodiscard]] Settling plan_settling(const GameView& game, const Hash32& winner_end,
                                     const Address& who, u32 most_links);

}  // namespace gavel::dispute
