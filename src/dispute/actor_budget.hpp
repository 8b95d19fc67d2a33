// Budget: what an actor may still pay in one round, and for which moves.
//
// What: bonds at stake against their limit, the account's money, and for each contest that was
// begun what one line of answers may still need there, down to the step. Why: half a line wins
// nothing, so a contest is begun only if the limit has room for a whole line beside what the others
// may need; and what costs no bond is never held back for want of one. One line a contest, however
// many rivals: for theirs bonds would be kept that cost them less, so that what is at stake already
// would be lost for room that nobody needs. Invariant: bonds at stake never exceed the limit; an
// answer in a contest that was begun is left out for nothing else. A round's value: built anew from
// L1 each time.
#pragma once

#include <map>
#include <optional>

#include "dispute/player.hpp"

namespace gavel::dispute {

// What a move takes.
struct Payment {
  u128 bond_wei{};
  u128 gas_wei{};   // at most
  u128 rest_wei{};  // bonds that its line may need after it
  Hash32 contest;   // the claim that it is about; none that is kept for: it begins one
};

enum class Verdict : u8 {
  pays,
  unknown,     // L1 has not told what there is
  over_limit,  // of bonds
  no_money,
};

class Budget {
 public:
  explicit Budget(u128 limit_wei) : limit_wei_(limit_wei) {}

  // Known from then on; both or nothing is known.
  void open(u128 at_stake_wei, u128 balance_wei);
  void add_stake(u128 wei) { at_stake_wei_ = at_stake_wei_ + wei; }
  // For a contest that was begun.
  void keep(const Hash32& contest, u128 rest_wei) { kept_[contest] = rest_wei; }
  [[nodiscard]] Verdict ask(const Payment& payment) const;
  // The money; without it only the stake, for what is in a block already.
  void pay(const Payment& payment, bool money = true);

  u128 at_stake_wei() const { return at_stake_wei_; }
  u128 kept_wei() const;
  u128 balance_wei() const { return balance_wei_; }
  u128 limit_wei() const { return limit_wei_; }
  // Money that must be there for the payment.
  u128 needed_wei(const Payment& payment) const;

 private:
  bool begins(const Payment& payment) const { return !kept_.contains(payment.contest); }

  u128 limit_wei_;
  bool known_ = false;
  u128 at_stake_wei_{};
  u128 balance_wei_{};
  std::map<Hash32, u128> kept_;
};

// Bonds of one line from a dispute of this level on, down to the step; `listed`: our list stands in
// it.
[[nodiscard]] u128 line_rest(const GameShape& shape, const Stakes& stakes, u32 level, bool listed);

// Bonds that the one line may still need that has most before it, if the account has begun the
// contest: by a claim of the batch with this end, by a list, or by opening a dispute. Counted as if
// nobody else paid.
[[nodiscard]] std::optional<u128> rest_of_contest(const Contest& contest, const GameShape& shape,
                                                  const Hash32& our_end, const Address& who);

// The payment for a move in the contest, without its gas. `bond_wei`: what is sent with it.
[[nodiscard]] Payment payment_for(const Contest& contest, const GameShape& shape,
                                  const Action& action, u128 bond_wei);

}  // namespace gavel::dispute
