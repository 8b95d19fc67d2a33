// GameView: the game of one contested parent, rebuilt from its logs alone.
//
// What: disputes, claims, marks, earned times as brought up, steps, credits, settlements. Why:
// whoever plays keeps no file; the logs of any L1 state give the same view, so a restart and a
// reorg are the same thing: build it again. Invariant: apply() refuses what the contracts cannot
// have logged (an unknown dispute or claim, a list that does not have its root), and a view that
// refused is not to be used. Memory: 2.5 KiB a claim and 0.4 KiB a dispute or another pair. It has
// no limit of its own: each of them is an event of L1, a claim costs its poster 165,000 gas and a
// bond that only the winner's side gets back, and to look away from one would be to lose to it.
// Source: docs/protocol/dispute.md.
#pragma once

#include <map>
#include <set>

#include "dispute/game_events.hpp"

namespace gavel::dispute {

struct ViewClaim {
  Hash32 id;
  Hash32 dispute;
  Hash32 list_root;
  Hash32 end;
  std::vector<Hash32> list;
  Address poster;
  u64 posted = 0;
  std::map<u32, Hash32> marked;  // index -> child dispute
};

// What (dispute, end) has.
struct ViewSupport {
  LaneTimes times{};  // the largest brought up
  Hash32 best;        // claim with the largest for the empty set; zero: none
  u32 credited = 0;   // bit l: lane l
  bool settled = false;
};

struct ViewDispute {
  Hash32 id;
  DisputeKey key;
  u64 opened = 0;
  Address opener;  // zero: the root
  bool opener_settled = false;
  std::vector<Hash32> claims;    // in order of posting
  std::vector<Hash32> children;  // in order of opening
  std::map<Hash32, ViewSupport> supports;
  std::optional<Hash32> next;  // after the proven step
  Address stepper;
};

class GameView {
 public:
  GameView(GameShape shape, const Hash32& image, const Hash32& first);

  // False: it contradicts what came before.
  [[nodiscard]] bool apply(const GameEvent& event);

  const GameShape& shape() const { return shape_; }
  const Hash32& image() const { return image_; }
  const ViewDispute& root() const { return disputes_.at(root_); }
  const ViewDispute* dispute(const Hash32& id) const;
  const ViewClaim* claim(const Hash32& id) const;
  const std::map<Hash32, ViewDispute>& disputes() const { return disputes_; }
  const std::map<Hash32, ViewClaim>& claims() const { return claims_; }
  const std::optional<GameResolved>& resolved() const { return resolved_; }
  bool collected(const Address& who) const { return collected_.contains(who); }

 private:
  bool take(const DisputeOpened& e);
  bool take(const ClaimPosted& e);
  bool take(const ClaimsSealed& e);
  bool take(const DisputeStepped& e);
  bool take(const ClaimRaised& e);
  bool take(const EndCredited& e);
  bool take(const GameResolved& e);
  bool take(const EndSettled& e);
  bool take(const OpenerSettled& e);
  bool take(const GameCollected& e);
  ViewDispute* find(const Hash32& id);

  GameShape shape_;
  Hash32 image_;
  Hash32 root_;
  std::map<Hash32, ViewDispute> disputes_;
  std::map<Hash32, ViewClaim> claims_;
  std::optional<GameResolved> resolved_;
  std::map<Address, bool> collected_;
};

// Seconds that the word of each lane is worth.
using LaneCredits = std::array<u64, 2>;

// Exact earned times of a view at one moment: what `raise` would give if everything were brought up
// now, children first. The game's clock in a second writing: by recursion over the tree instead of
// by stored sums.
class EarnedTimes {
 public:
  // With `raised` given, of the claims only these are brought up; the others count with what L1
  // keeps of them.
  EarnedTimes(const GameView& view, const LaneCredits& credits, u64 now,
              const std::set<Hash32>* raised = nullptr)
      : view_(view), credits_(credits), now_(now), raised_(raised) {}

  LaneTimes of_claim(const Hash32& claim);
  LaneTimes support(const Hash32& dispute, const Hash32& end);
  // Of a batch claim with this end: its unrivalled age, its own lanes, and what supports it.
  u64 of_batch_claim(const Hash32& end, u64 unrivalled, u32 lanes);

 private:
  LaneTimes with_credits(const LaneTimes& times, u32 credited) const;

  const GameView& view_;
  LaneCredits credits_;
  u64 now_;
  const std::set<Hash32>* raised_;
  std::map<Hash32, LaneTimes> memo_;
};

}  // namespace gavel::dispute
