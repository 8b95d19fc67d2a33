// Duel: a contest about one real batch, move by move, as L1's logs would tell it.
//
// What: two claims stand on the batch, the true one and a lie; each move of an honest party lands
// as its events, and the liar answers each list with one that leaves it at a random value. Why:
// truths of real batches are asked as a contest asks them, level by level, with nothing of L1
// there. Invariant: deterministic by seed; the view takes every event. The liar's lists are noise
// from where they leave the truth.
#pragma once

#include <gtest/gtest.h>

#include "dispute/player.hpp"
#include "io/random.hpp"

namespace gavel::dispute {

class Duel {
 public:
  Duel(u64 seed, const Hash32& image, const Hash32& first, const Hash32& end)
      : random_(seed), view_(GameShape{}, image, first), end_(end), lie_(noise()) {}

  Contest contest() const {
    Contest c;
    c.game = &view_;
    c.now = now_;
    c.window = 1'000'000;
    c.stakes = {10, 2, 1, 20};
    c.claims = {{claim_id({}, {}, end_), end_, honest_, 0, 0, false},
                {claim_id({}, {}, lie_), lie_, liar_, 0, 0, false}};
    return c;
  }
  const Address& honest() const { return honest_; }
  bool stepped() const { return stepped_; }

  // An honest party's move.
  void land(const Action& a) {
    ++now_;
    Hash32 at = a.dispute;
    if (a.move == Move::seal_and_claim || a.move == Move::seal_and_step) {
      const ViewClaim& ours = *view_.claim(a.claim);
      const DisputeKey key =
          child_key(view_.shape(), view_.image(), view_.dispute(at)->key, ours.list, a.index);
      at = dispute_id(key);
      apply(DisputeOpened{at, key, honest_, now_});
      apply(ClaimsSealed{a.dispute, a.claim, a.rival, a.index, at});
      lie_ = view_.claim(a.rival)->list[a.index];
    }
    if (a.move == Move::seal_and_step) {
      stepped_ = true;
      return apply(DisputeStepped{at, view_.claim(a.claim)->list[a.index], honest_});
    }
    ASSERT_TRUE(a.move == Move::claim || a.move == Move::seal_and_claim) << name_of(a.move);
    post(at, a.list.values, a.list.end, honest_);
    answer(at, a.list.values);
  }

 private:
  Hash32 noise() {
    Hash32 out;
    for (u8& byte : out.bytes) byte = static_cast<u8>(random_.below(256));
    return out;
  }
  void answer(const Hash32& dispute, std::vector<Hash32> list) {
    for (u64 k = random_.below(list.size()); k < list.size(); ++k) list[k] = noise();
    list.back() = lie_;
    post(dispute, list, lie_, liar_);
  }
  void post(const Hash32& at, const std::vector<Hash32>& list, const Hash32& end,
            const Address& who) {
    const Hash32 root = list_root(list);
    apply(ClaimPosted{at, claim_id(at, root, end), end, who, now_, root, list});
  }
  void apply(const GameEvent& event) { ASSERT_TRUE(view_.apply(event)); }

  io::SeededRandom random_;
  GameView view_;
  Address honest_{{1}};
  Address liar_{{2}};
  Hash32 end_;
  Hash32 lie_;  // the value that the liar's next list ends with
  u64 now_ = 1;
  bool stepped_ = false;
};

}  // namespace gavel::dispute
