#include "dispute/actor.hpp"

#include <algorithm>

#include "dispute/actor_metrics.hpp"
#include "dispute/actor_rules.hpp"
#include "ops/log.hpp"

namespace gavel::dispute {

std::string ActorStatus::text() const {
  std::string out = "batches " + std::to_string(derived) + "/" + std::to_string(fixed);
  if (contests == 0) {
    out += ", no contest";
  } else {
    out += ", contests " + std::to_string(contests) + ", disputes " + std::to_string(disputes) +
           " (deepest level " + std::to_string(deepest_level) + "), ours " +
           std::to_string(ours_s) + " of " + std::to_string(window_s) + " s, theirs " +
           std::to_string(rivals_s) + " s, deadline in " + std::to_string(deadline_s) + " s";
  }
  out += ", bonds " + eth_text(bonds_wei) + ", on the way " + std::to_string(on_way) + ", sent " +
         std::to_string(sent);
  if (unread != 0) out += ", UNDECIDED " + std::to_string(unread);
  if (refused != 0) out += ", refused " + std::to_string(refused);
  if (lost != 0) out += ", LOST " + std::to_string(lost);
  if (waiting != 0) {
    out += ", OUT OF FUNDS: " + std::to_string(waiting) + " moves wait, the first needs " +
           eth_text(needed_wei) + " and there is " + eth_text(balance_wei);
  }
  if (left_out != 0) out += ", LEFT OUT by --max-bonds " + std::to_string(left_out);
  if (!trouble.empty()) out += "; trouble: " + trouble;
  return out;
}

Actor::Actor(l1::Rpc& rpc, io::Clock& clock, l1::SigningKey key, ActorSettings settings,
             ops::MetricsRegistry* metrics)
    : rpc_(rpc),
      clock_(clock),
      settings_(std::move(settings)),
      submitter_(rpc, clock, std::move(key), settings_.submitter, metrics),
      images_(settings_.image_directory),
      memory_(std::make_shared<TruthMemory>(settings_.truth_limits)),
      fee_cap_(settings_.max_fee_wei),
      metrics_(std::make_unique<Metrics>(metrics)) {}
Actor::~Actor() = default;

base::Result<void, std::string> Actor::start(const Address& registry) {
  const auto court = discover_court(rpc_, registry);
  if (!court.ok()) return "cannot read the court from the registry: " + court.error().detail;
  court_ = *court;
  verifier_ = std::make_unique<settle::Verifier>(
      rpc_, settle::VerifierOptions{.threads = settings_.threads,
                                    .l1_confirmations = settings_.confirmations,
                                    .external = settings_.external,
                                    .undo = settings_.undo,
                                    .images = settings_.same_rules});
  GAVEL_TRY(verifier_->start(registry));
  traces_ = std::make_unique<TraceSource>(*verifier_, settings_.threads);
  games_ = std::make_unique<GameFeed>(
      rpc_, GameFeedConfig{.registry = registry,
                           .factory = court_.factory,
                           .deployment_block = court_.contracts.deployment_block,
                           .confirmations = settings_.confirmations,
                           .shape = settings_.shape});
  status_.window_s = court_.window;
  return {};
}

ActorState Actor::tick() {
  const ActorState state = round();
  show_metrics();
  return state;
}

ActorState Actor::round() {
  if (!settings_.dry_run) {
    submitter_.tick();
    take_outcomes();
    if (const auto& error = submitter_.last_error()) {
      if (error->kind == l1::ErrorKind::kWrongChain) {
        error_ = "L1 is another chain: " + error->detail;
        return ActorState::failed;
      }
      note(std::string(l1::name_of(error->kind)) + ": " + error->detail);
    }
  }
  status_.on_way = static_cast<u32>(on_way_.size());
  const ActorState chain = read_chain();
  if (chain != ActorState::watching) return chain;
  if (!settings_.dry_run && !submitter_.ready()) return ActorState::behind;
  const bool fresh = games_->read_to() != decided_at_block_ || again_;
  if (fresh) {
    decided_at_block_ = games_->read_to();
    again_ = false;
    const auto batches = contested_batches();
    status_.contests = static_cast<u32>(batches.size());
    keep_only(batches);
    status_.unread = status_.disputes = status_.deepest_level = 0;
    status_.deadline_s = status_.ours_s = status_.rivals_s = 0;
    status_.trouble.clear();
    std::erase_if(troubles_told_, [&](const auto& t) { return !troubles_now_.contains(t); });
    troubles_now_.clear();
    std::erase_if(begun_, [&](const auto& l) { return !std::ranges::count(batches, l.first); });
    for (const u64 batch : batches) again_ |= !play(batch);
    set_fee();
    keep_line(batches);
    send_due();
  }
  status_.on_way = static_cast<u32>(on_way_.size());
  if (status_.waiting != 0) return ActorState::out_of_funds;
  // Contests of batches that are derived are played meanwhile.
  if (status_.derived < status_.fixed && verifier_->error().empty()) return ActorState::behind;
  return on_way_.empty() && status_.contests == 0 ? ActorState::watching : ActorState::acting;
}

ActorState Actor::read_chain() {
  const settle::VerifyState state = verifier_->step();
  // Derived anew after a reorg: traces look back at a history that is gone.
  if (verifier_->batches_derived() < status_.derived) truths_.clear();
  status_.derived = verifier_->batches_derived();
  status_.fixed = verifier_->batches_fixed();
  if (state == settle::VerifyState::failed) {
    error_ = verifier_->error();
    return ActorState::failed;
  }
  if (!verifier_->error().empty()) note(verifier_->error());
  const auto caught_up = games_->poll();
  if (!caught_up.ok()) {
    note(std::string(l1::name_of(caught_up.error().kind)) + ": " + caught_up.error().detail);
    if (l1::may_pass(caught_up.error())) return ActorState::behind;
    error_ = caught_up.error().detail;
    return ActorState::failed;
  }
  if (games_->reorgs() != reorgs_seen_) {
    reorgs_seen_ = games_->reorgs();
    ops::log_warn(settings_.role, "L1 was reorganised; everything is decided again",
                  {{"block", games_->read_to()}});
    unrivalled_.clear();
    held_.clear();
    would_send_.clear();
    finished_.clear();
    again_ = true;
  }
  const bool same = verifier_->feed().read_to() >= games_->read_to();
  return *caught_up && same ? ActorState::watching : ActorState::behind;
}

// The same trouble again and again is one line, until it is gone for a round.
void Actor::note(const std::string& trouble) {
  status_.trouble = trouble;
  troubles_now_.insert(trouble);
  if (!troubles_told_.insert(trouble).second) return;
  ops::log_warn(settings_.role, "trouble", {{"what", trouble}});
}

}  // namespace gavel::dispute
