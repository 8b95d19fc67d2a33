#include "dispute/actor_budget.hpp"

#include <algorithm>
#include <set>

namespace gavel::dispute {

namespace {

u128 less(u128 a, u128 b) { return a > b ? a - b : u128{}; }

// A line of which nothing is paid but perhaps the claim of the batch.
u128 whole_line(const GameShape& shape, const Stakes& stakes) {
  return stakes.contest_bond + line_rest(shape, stakes, 0, true);
}

// Disputes on lines of the account: where it has a list or which it opened, and what its lists are
// marked for.
std::set<Hash32> disputes_of(const GameView& game, const Address& who) {
  std::set<Hash32> out;
  for (const auto& [id, dispute] : game.disputes()) {
    if (dispute.opener == who) out.insert(id);
  }
  for (const auto& [id, claim] : game.claims()) {
    if (claim.poster != who) continue;
    out.insert(claim.dispute);
    for (const auto& [index, child] : claim.marked) out.insert(child);
  }
  return out;
}

}  // namespace

void Budget::open(u128 at_stake_wei, u128 balance_wei) {
  known_ = true;
  at_stake_wei_ = at_stake_wei_ + at_stake_wei;
  balance_wei_ = balance_wei;
}

u128 Budget::kept_wei() const {
  u128 sum;
  for (const auto& [contest, rest] : kept_) sum = sum + rest;
  return sum;
}

u128 Budget::needed_wei(const Payment& payment) const {
  const u128 now = payment.bond_wei + payment.gas_wei;
  const bool first = !payment.bond_wei.is_zero() && begins(payment);
  return first ? now + kept_wei() : now;
}

Verdict Budget::ask(const Payment& payment) const {
  const bool free = payment.bond_wei.is_zero();
  if (!known_) return free ? Verdict::pays : Verdict::unknown;
  if (!free) {
    u128 after = at_stake_wei_ + payment.bond_wei;
    if (begins(payment)) after = after + payment.rest_wei + kept_wei();
    if (after > limit_wei_) return Verdict::over_limit;
  }
  return needed_wei(payment) > balance_wei_ ? Verdict::no_money : Verdict::pays;
}

void Budget::pay(const Payment& payment, bool money) {
  at_stake_wei_ = at_stake_wei_ + payment.bond_wei;
  if (money) balance_wei_ = less(balance_wei_, payment.bond_wei + payment.gas_wei);
  // Of a contest that was begun as much is kept as before: L1 will show by how much its line is
  // shorter.
  if (!payment.bond_wei.is_zero()) kept_.try_emplace(payment.contest, payment.rest_wei);
}

u128 line_rest(const GameShape& shape, const Stakes& stakes, u32 level, bool listed) {
  if (level >= shape.step_level) return {};
  const u64 disputes = shape.step_level - level;
  return stakes.open_bond * u128{disputes} + stakes.claim_bond * u128{disputes - (listed ? 1 : 0)};
}

std::optional<u128> rest_of_contest(const Contest& contest, const GameShape& shape,
                                    const Hash32& our_end, const Address& who) {
  const bool claimed = std::ranges::any_of(
      contest.claims, [&](const BatchClaim& c) { return c.end == our_end && c.claimer == who; });
  if (contest.game == nullptr) {
    if (!claimed || contest.claims.size() < 2) return std::nullopt;
    return whole_line(shape, contest.stakes);
  }
  const GameView& game = *contest.game;
  if (game.resolved()) return std::nullopt;
  std::set<Hash32> ours = disputes_of(game, who);
  if (claimed) ours.insert(game.root().id);
  std::optional<u128> most;
  for (const Hash32& id : ours) {
    const ViewDispute& dispute = *game.dispute(id);
    const bool goes_on =
        std::ranges::any_of(dispute.children, [&](const Hash32& c) { return ours.contains(c); });
    if (goes_on) continue;
    const u32 level = dispute.key.level;
    const bool listed = std::ranges::any_of(dispute.claims, [&](const Hash32& c) {
      const ViewClaim& claim = *game.claim(c);
      return claim.poster == who || (level == 0 && claim.end == our_end);
    });
    const bool nothing = level == 0 && !listed;
    const u128 rest = nothing ? whole_line(shape, contest.stakes)
                              : line_rest(shape, contest.stakes, level, listed);
    most = most ? std::max(*most, rest) : rest;
  }
  return most;
}

Payment payment_for(const Contest& contest, const GameShape& shape, const Action& action,
                    u128 bond_wei) {
  Payment out;
  out.bond_wei = bond_wei;
  if (bond_wei.is_zero()) return out;
  out.contest = contest.parent;
  if (action.move == Move::claim_batch) {
    // Going on after a claim of ours contests nothing.
    if (!contest.claims.empty()) out.rest_wei = whole_line(shape, contest.stakes);
    return out;
  }
  const ViewDispute* dispute =
      contest.game == nullptr ? nullptr : contest.game->dispute(action.dispute);
  if (dispute == nullptr) return out;
  const u32 level = dispute->key.level;
  const bool opens = action.move != Move::claim || !action.rival.is_zero();
  const bool listed = action.move == Move::seal_and_claim || !opens;
  out.rest_wei = line_rest(shape, contest.stakes, opens ? level + 1 : level, listed);
  return out;
}

}  // namespace gavel::dispute
