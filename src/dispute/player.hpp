// Player: what an honest party does next in a contest, and why.
//
// What: a pure function of the contest as L1 shows it, of the truth and of who asks. Its strategy:
// the true list stands in every open dispute whose start is true; every other claim there is sealed
// against it at the first difference; a step with a true start is proved; when the true batch claim
// has earned the window, times are brought up, children first, and the contest is resolved; then
// the winner is confirmed and what is due is settled and collected. Why it never loses: a wrong
// claim earns only while an answer of this list is missing (docs/protocol/dispute.md, Earned time).
// Invariant: nothing is done in a dispute that is not reached from the root by true lists alone, so
// nothing false is ever claimed, and the same L1 state gives the same actions whatever was done
// before. What exists already, whoever did it, is not done again.
#pragma once

#include "dispute/game_view.hpp"
#include "dispute/list_tree.hpp"
#include "dispute/truth.hpp"

namespace gavel::dispute {

struct Stakes {
  u128 contest_bond{};
  u128 claim_bond{};
  u128 open_bond{};
  u64 settle_delay_s = 0;
};

struct BatchClaim {
  Hash32 id;
  Hash32 end;
  Address claimer;
  u64 unrivalled_s = 0;
  u32 lanes = 0;  // that credited it
  bool forfeited = false;
};

// One parent with claims on it, as L1 shows it now.
struct Contest {
  Hash32 parent;
  u64 batch = 0;
  std::vector<BatchClaim> claims;  // on the parent
  const GameView* game = nullptr;  // none yet
  u64 now = 0;                     // the game's clock
  u64 window = 0;
  LaneCredits credits{};
  Stakes stakes;
  bool parent_confirmed = false;
  bool winner_confirmed = false;
  bool settling_over = false;
  u128 due_wei{};  // to us, from the game
};

enum class Move : u8 {
  claim_batch,
  create_game,
  claim,  // sealed against `rival` if that is given
  seal,
  seal_and_claim,  // `list` in the child
  seal_and_step,
  step,
  raise,
  resolve,
  confirm,
  forfeit,
  settle,
  collect,
  withdraw_bond,  // of our lines; not in a contest
};
const char* name_of(Move move);

// A link from a settled claim to the best of (child, value k).
struct SettleLink {
  Hash32 claim;
  u32 index = 0;
  Hash32 best;  // zero: none
};

struct Action {
  Move move = Move::claim;
  std::string reason;
  u128 bond_wei{};  // sent with it
  Hash32 dispute;   // in which
  Hash32 claim;     // ours; of the batch for claim_batch, confirm, forfeit
  Hash32 rival;     // zero: none
  u32 index = 0;    // of a seal
  Hash32 end;       // resolve
  TrueList list;
  TrueStep proof;
  std::vector<Hash32> claims;     // raise, resolve: children first
  std::vector<SettleLink> links;  // settle: parents first
  bool settle_root = false;       // settle: `claim` is the root's best (zero: none)

  // The same move gives the same key.
  Hash32 key() const;
};

struct PlayerSettings {
  bool rival_wrong_claims = true;  // claim batches against wrong claims
  u64 raise_before_s = 0;          // bring our other claims up that long before the end
  u32 most_intervals = 96;         // marked intervals that one call brings up or settles
};

struct Decision {
  std::vector<Action> actions;        // in the order of doing
  std::vector<std::string> troubles;  // answers that could not be had
  bool lost = false;                  // decided for another end than ours
  u64 ours_s = 0;                     // what L1 would say of the true batch claim after our raises
  u64 rivals_s = 0;                   // by the best other
  u32 true_disputes = 0;              // open ones whose start is true
  u32 deepest_level = 0;              // of them
};

[[nodiscard]] Decision decide(const Contest& contest, Truth& truth, const Address& me,
                              const PlayerSettings& settings);

// Bonds that the account has put into the game and that are still there.
[[nodiscard]] u128 bonds_in(const GameView& game, const Stakes& stakes, const Address& who);

}  // namespace gavel::dispute
