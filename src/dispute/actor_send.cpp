// Actor: what was decided becomes transactions, within what they may cost.
#include <algorithm>

#include "dispute/actor.hpp"
#include "dispute/actor_rules.hpp"
#include "dispute/game_calls.hpp"
#include "ops/log.hpp"

namespace gavel::dispute {

namespace {

constexpr u64 kFirstPauseNs = 1'000'000'000;
constexpr u32 kLongestPauseDoublings = 6;

std::string label_of(Move move, u64 batch) {
  return std::string(name_of(move)) + " in batch " + std::to_string(batch);
}

}  // namespace

void Actor::take_outcomes() {
  for (const l1::Outcome& outcome : submitter_.take_outcomes()) {
    const auto found = on_way_.find(outcome.id);
    if (found == on_way_.end()) continue;
    const OnWay way = found->second;
    on_way_.erase(found);
    Held& held = held_[way.key];
    if (outcome.receipt) status_.gas_used += outcome.receipt->gas_used;
    if (outcome.state == l1::CallState::kConfirmed) {
      held = {0, outcome.receipt->block_number, 0};
      landed_.push_back({outcome.receipt->block_number, way.payment});
      // Until now it may have been counted twice: on its way, and by the events of its block.
      again_ |= status_.waiting + status_.left_out != 0;
      ops::log_info(settings_.role, "done",
                    {{"what", way.label},
                     {"block", outcome.receipt->block_number},
                     {"gas", outcome.receipt->gas_used}});
      continue;
    }
    again_ = true;
    held.until_ns = clock_.monotonic_ns() +
                    (kFirstPauseNs << std::min(held.failures++, kLongestPauseDoublings));
    if (done_already(outcome.reason)) {
      ops::log_info(settings_.role, "somebody was faster", {{"what", way.label}});
      continue;
    }
    ++status_.refused;
    ops::log_warn(settings_.role, "L1 did not take it; L1 is read again",
                  {{"what", way.label}, {"why", outcome.reason}});
  }
}

bool Actor::held(const Hash32& key) {
  if (std::ranges::any_of(on_way_, [&](const auto& w) { return w.second.key == key; })) return true;
  const auto found = held_.find(key);
  if (found == held_.end()) return false;
  if (found->second.until_block > games_->read_to()) return true;
  if (found->second.until_ns > clock_.monotonic_ns()) {
    again_ = true;
    return true;
  }
  return false;
}

// Decides about one contest; false: something is missing, so it is decided again soon.
bool Actor::play(u64 batch) {
  const auto contest = read_contest(batch);
  if (!contest.ok()) {
    note(std::string(l1::name_of(contest.error().kind)) + ": " + contest.error().detail);
    ++status_.unread;
    return false;
  }
  Truth* truth = truth_of(batch, games_->game_of(contest->parent));
  if (truth == nullptr) {
    ++status_.unread;
    return false;
  }
  const Decision decision = decide(*contest, *truth, submitter_.address(), settings_.player);
  for (const std::string& trouble : decision.troubles) note(trouble);
  if (decision.lost && lost_.insert(batch).second) {
    status_.lost = lost_.size();
    ops::log_error(settings_.role, "LOST: the contest was decided for another end",
                   {{"batch", batch}});
  }
  const u64 left_s = note_deadline(*contest, decision);
  if (const auto end = truth->end(); end.ok()) {
    const auto rest = rest_of_contest(*contest, settings_.shape, *end, submitter_.address());
    begun_.erase(batch);
    if (rest) begun_[batch] = {contest->parent, *rest};
  }
  for (const Action& action : decision.actions) add_due(batch, *contest, action, left_s);
  return decision.troubles.empty();
}

// How long the contest's best wrong claim would need if nobody did anything.
u64 Actor::note_deadline(const Contest& contest, const Decision& decision) {
  status_.disputes += decision.true_disputes;
  status_.deepest_level = std::max(status_.deepest_level, decision.deepest_level);
  if (contest.game != nullptr && contest.game->resolved()) return kNoDeadline;
  const u64 left = contest.window > decision.rivals_s ? contest.window - decision.rivals_s : 1;
  if (status_.deadline_s != 0 && left >= status_.deadline_s) return left;
  status_.deadline_s = left;
  status_.ours_s = decision.ours_s;
  status_.rivals_s = decision.rivals_s;
  return left;
}

void Actor::set_fee() {
  fee_cap_ =
      fee_cap(status_.deadline_s, court_.window, settings_.max_fee_wei, settings_.urgent_fee_wei);
  submitter_.set_max_fee(fee_cap_);
}

void Actor::add_due(u64 batch, const Contest& contest, Action action, u64 left_s) {
  if (hook_ && !hook_(action)) return;
  const Hash32 key = action.key();
  if (held(key)) return;
  auto made = request_for(batch, contest, action);
  if (!made.ok()) return note(made.error().detail);
  if (!*made) return;
  const Payment payment = payment_for(contest, settings_.shape, action, (*made)->value_wei);
  due_.push_back({key, label_of(action.move, batch), std::move(action.reason), std::move(**made),
                  payment, left_s});
}

void Actor::keep_line(const std::vector<u64>& contests) {
  u64 next = std::max<u64>(settings_.from_batch, 1);
  while (next <= status_.derived && confirmed_.contains(verifier_->claim_of(next))) ++next;
  Action action;
  l1::CallRequest request;
  request.to = court_.contracts.registry;
  const settle::FeedClaim* claim =
      next <= status_.derived ? claim_by_id(verifier_->claim_of(next)) : nullptr;
  const bool needed =
      claim != nullptr && by_parent_[claim->parent].size() == 1 &&
      (claim->claimer == submitter_.address() || (!contests.empty() && contests.back() > next));
  if (needed) {
    const auto parent_end = stf::cursor_hash(verifier_->end_of(next - 1));
    const auto earned = unrivalled(*claim, parent_end);
    action.move = Move::confirm;
    action.claim = claim->id;
    action.reason = "it has stood the window unrivalled";
    request.data = settle::encode_confirm(claim->id, claim->first_hash, claim->end_hash);
    if (earned.ok() && *earned >= court_.window && !held(action.key())) {
      due_.push_back({action.key(),
                      label_of(action.move, next),
                      action.reason,
                      std::move(request),
                      {},
                      kNoDeadline});
    }
    return;
  }
  if (!contests.empty() || status_.bonds_wei.is_zero()) return;
  const auto stake = read_line_stake(rpc_, court_, submitter_.address());
  action.move = Move::withdraw_bond;
  action.reason = "none of our claims is pending";
  request.data = l1::AbiEncoder().call(l1::selector("withdrawBond()"));
  const bool free = stake.ok() && stake->lines == 0 && !stake->bond_wei.is_zero();
  if (!free || held(action.key())) return;
  due_.push_back({action.key(),
                  label_of(action.move, next),
                  action.reason,
                  std::move(request),
                  {},
                  kNoDeadline});
}

l1::Result<l1::CallRequest> Actor::claim_request(u64 batch, const Action& action) {
  l1::CallRequest request;
  Truth& truth = *truths_.at(batch).truth;
  const auto words = truth.end_words();
  std::array<u8, stf::kCursorBytes> bytes{};
  stf::Cursor end;
  bool good = words.ok() && words->size() * 32 == bytes.size();
  for (std::size_t i = 0; good && i < words->size(); ++i) {
    std::ranges::copy((*words)[i].bytes, bytes.begin() + static_cast<std::ptrdiff_t>(32 * i));
  }
  good = good && stf::decode_cursor(bytes, end) && stf::cursor_hash(end) == action.end;
  if (!good) {
    return l1::make_error(l1::ErrorKind::kWrongType,
                          "the truth's end of batch " + std::to_string(batch) + " is no cursor");
  }
  const stf::Cursor& parent_end = verifier_->end_of(batch - 1);
  const Hash32& parent = verifier_->claim_of(batch - 1);
  request.to = court_.contracts.registry;
  request.value_wei = GAVEL_TRY(settle::read_bond_due(rpc_, court_.contracts, submitter_.address(),
                                                      parent, stf::cursor_hash(parent_end)));
  request.data = settle::encode_claim(parent, batch, verifier_->feed().batches()[batch - 1].posted,
                                      parent_end, end);
  return request;
}

l1::Result<std::optional<l1::CallRequest>> Actor::request_for(u64 batch, const Contest& contest,
                                                              const Action& action) {
  l1::CallRequest request;
  request.value_wei = action.bond_wei;
  const Hash32 parent_end = stf::cursor_hash(verifier_->end_of(batch - 1));
  switch (action.move) {
    case Move::claim_batch:
      return std::optional(GAVEL_TRY(claim_request(batch, action)));
    case Move::create_game: {
      const auto config = verifier_->configuration_of(batch);
      const settle::FeedClaim* any = claim_by_id(contest.claims.front().id);
      if (!config.ok() || any == nullptr) return std::optional<l1::CallRequest>();
      request.to = court_.factory;
      request.data =
          encode_create(contest.parent, parent_end, batch, any->first_hash, any->end_hash,
                        verifier_->feed().batches()[batch - 1].posted, *config);
      return std::optional(std::move(request));
    }
    case Move::confirm:
    case Move::forfeit: {
      const settle::FeedClaim* claim = claim_by_id(action.claim);
      if (claim == nullptr) return std::optional<l1::CallRequest>();
      const bool confirm = action.move == Move::confirm;
      request.to = confirm ? court_.contracts.registry : court_.factory;
      request.data = confirm ? settle::encode_confirm(claim->id, claim->first_hash, claim->end_hash)
                             : encode_forfeit(contest.parent, parent_end, batch, claim->first_hash,
                                              claim->end_hash);
      return std::optional(std::move(request));
    }
    default:
      break;
  }
  const FeedGame* game = games_->game_of(contest.parent);
  if (game == nullptr) return std::optional<l1::CallRequest>();
  request.to = game->created.game;
  if (action.move == Move::settle && action.settle_root) {
    request.data = encode_settle_root(action.claim);
    return std::optional(std::move(request));
  }
  auto data = encode_move(*game->view, action);
  if (!data) return std::optional<l1::CallRequest>();
  request.data = std::move(*data);
  return std::optional(std::move(request));
}

}  // namespace gavel::dispute
