// Actor: contests as L1 shows them.
#include <algorithm>

#include "dispute/actor.hpp"
#include "ops/log.hpp"

namespace gavel::dispute {

std::vector<u64> Actor::contested_batches() {
  by_parent_.clear();
  by_id_.clear();
  confirmed_.clear();
  for (const settle::FeedClaim& c : verifier_->feed().claims()) {
    by_parent_[c.parent].push_back(&c);
    by_id_[c.id] = &c;
  }
  u64 settled = 0;
  for (const auto& c : verifier_->feed().confirmations()) {
    confirmed_.insert(c.id);
    if (c.l1_block + settings_.final_depth <= games_->read_to()) {
      settled = std::max(settled, c.batch);
    }
  }
  // Nobody can contest them any more, so nobody will look back at them.
  traces_->confirmed(std::min(settled, verifier_->batches_derived()));
  std::vector<u64> out;
  for (u64 batch = std::max<u64>(settings_.from_batch, 1); batch <= verifier_->batches_derived();
       ++batch) {
    if (settings_.only_batch != 0 && batch != settings_.only_batch) continue;
    if (wants(batch, by_parent_[verifier_->claim_of(batch - 1)])) out.push_back(batch);
  }
  return out;
}

bool Actor::wants(u64 batch, const std::vector<const settle::FeedClaim*>& claims) const {
  const Hash32& parent = verifier_->claim_of(batch - 1);
  if (finished_.contains(parent)) return false;
  if (settings_.only_batch != 0 || games_->game_of(parent) != nullptr) return true;
  if (std::ranges::any_of(claims, [&](const auto* c) { return confirmed_.contains(c->id); }))
    return false;
  if (claims.size() >= 2) return true;
  if (!settings_.player.rival_wrong_claims) return false;
  if (claims.size() == 1) return claims[0]->id != verifier_->claim_of(batch);
  // Nobody goes on after our claim: its line is ours.
  const settle::FeedClaim* last = batch < 2 ? nullptr : claim_by_id(parent);
  return settings_.continue_line && last != nullptr && last->claimer == submitter_.address();
}

const settle::FeedClaim* Actor::claim_by_id(const Hash32& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

l1::Result<u64> Actor::unrivalled(const settle::FeedClaim& claim, const Hash32& parent_end) {
  if (const auto known = unrivalled_.find(claim.id); known != unrivalled_.end()) {
    return known->second;
  }
  const auto time = GAVEL_TRY(settle::read_claim_time(rpc_, court_.contracts, claim.id,
                                                      claim.end_hash, claim.parent, parent_end));
  // Once there are rivals it stands still.
  if (by_parent_[claim.parent].size() >= 2) unrivalled_[claim.id] = time.earned_s;
  return time.earned_s;
}

l1::Result<Contest> Actor::read_contest(u64 batch) {
  Contest contest;
  contest.parent = verifier_->claim_of(batch - 1);
  contest.batch = batch;
  contest.window = court_.window;
  contest.credits = court_.credits;
  contest.stakes = court_.stakes;
  contest.parent_confirmed = batch == 1 || confirmed_.contains(contest.parent);
  const Hash32 parent_end = stf::cursor_hash(verifier_->end_of(batch - 1));
  for (const settle::FeedClaim* c : by_parent_[contest.parent]) {
    BatchClaim claim{c->id, c->end_hash, c->claimer, 0, 0, false};
    claim.unrivalled_s = GAVEL_TRY(unrivalled(*c, parent_end));
    claim.lanes = games_->lanes_of(c->id);
    claim.forfeited = games_->forfeited(c->id);
    contest.claims.push_back(claim);
  }
  const FeedGame* game = games_->game_of(contest.parent);
  if (game == nullptr) return contest;
  if (game->broken) {
    return l1::make_error(l1::ErrorKind::kForeignLog,
                          "the logs of the game about batch " + std::to_string(batch) +
                              " contradict each other: ask another L1 endpoint");
  }
  contest.game = game->view.get();
  contest.now = GAVEL_TRY(read_clock(rpc_, game->created.game));
  if (game->view->resolved()) GAVEL_TRY(read_outcome(contest, game->created.game));
  return contest;
}

l1::Result<void> Actor::read_outcome(Contest& contest, const Address& game) {
  const GameResolved& resolved = *contest.game->resolved();
  contest.winner_confirmed = confirmed_.contains(resolved.winner);
  if (!contest.winner_confirmed) return {};
  contest.settling_over =
      GAVEL_TRY(read_settling_over(rpc_, court_, resolved.winner, resolved.end));
  if (!contest.settling_over) return {};
  contest.due_wei = GAVEL_TRY(read_due(rpc_, game, submitter_.address()));
  if (contest.due_wei.is_zero()) {
    finished_.insert(contest.parent);
    ops::log_info(settings_.role, "the contest is over", {{"batch", contest.batch}});
  }
  return {};
}

}  // namespace gavel::dispute
