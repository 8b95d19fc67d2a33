#include "dispute/player.hpp"

#include <algorithm>
#include <set>

#include "crypto/keccak.hpp"
#include "dispute/player_walk.hpp"

namespace gavel::dispute {

namespace {

std::string short_hex(const Hash32& hash) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (u32 i = 0; i < 4; ++i) {
    out += kDigits[hash.bytes[i] >> 4];
    out += kDigits[hash.bytes[i] & 15];
  }
  return out;
}

std::string place_text(const Place& p, const GameShape& shape) {
  std::string text = "level " + std::to_string(p.level) + ", ";
  if (p.level < shape.run_level) return text + "unit " + std::to_string(p.position);
  return text + "unit " + std::to_string(p.unit) + " step " + std::to_string(p.position);
}

// The disputes: claims, seals, steps.
class Answers {
 public:
  Answers(const Contest& contest, const TrueWalk& walk, Truth& truth, Decision& out)
      : contest_(contest), game_(*contest.game), walk_(walk), truth_(truth), out_(out) {}

  void run(const Hash32& our_end) {
    for (const TrueNode& node : walk_.nodes) {
      ++out_.true_disputes;
      out_.deepest_level = std::max(out_.deepest_level, node.place.level);
      if (node.place.level == game_.shape().step_level) {
        step(node);
      } else if (node.posted == nullptr) {
        if (node.place.level != 0 || has_batch_claim(our_end)) claim(node);
      } else {
        for (const Hash32& id : node.dispute->claims) seal(node, *game_.claim(id));
      }
    }
  }

 private:
  bool has_batch_claim(const Hash32& end) const {
    return std::ranges::any_of(contest_.claims, [&](const auto& c) { return c.end == end; });
  }
  DisputeKey child_of(const TrueNode& node, u32 k) const {
    return child_key(game_.shape(), game_.image(), node.dispute->key, node.list.values, k);
  }
  bool is_open(const DisputeKey& key) const { return game_.dispute(dispute_id(key)) != nullptr; }

  void claim(const TrueNode& node) {
    Action a;
    a.move = Move::claim;
    a.dispute = node.dispute->id;
    a.claim = node.claim;
    a.list = node.list;
    const bool first =
        node.place.level == 0 && std::ranges::none_of(node.dispute->claims, [&](const Hash32& id) {
          return game_.claim(id)->end == node.list.end;
        });
    a.bond_wei = first ? contest_.stakes.contest_bond : contest_.stakes.claim_bond;
    a.reason = "the true list is missing at " + place_text(node.place, game_.shape());
    for (const Hash32& id : node.dispute->claims) {
      const ViewClaim& rival = *game_.claim(id);
      const auto k = first_difference(node.list.values, rival.list);
      if (!k || rival.marked.contains(*k)) continue;
      const DisputeKey child = child_of(node, *k);
      if (!is_open(child) && opening_.insert(dispute_id(child)).second) {
        a.bond_wei += contest_.stakes.open_bond;
      }
      a.rival = id;
      a.index = *k;
      a.reason += "; claim " + short_hex(id) + " differs from it at " + std::to_string(*k);
      break;
    }
    out_.actions.push_back(std::move(a));
  }

  // One opener a child and round: what is open already costs no bond.
  void seal(const TrueNode& node, const ViewClaim& rival) {
    const auto k = first_difference(node.list.values, rival.list);
    if (!k || rival.marked.contains(*k)) return;
    const DisputeKey child = child_of(node, *k);
    const bool open = is_open(child);
    if (!open && !opening_.insert(dispute_id(child)).second) return;
    Action a;
    a.move = Move::seal;
    a.dispute = node.dispute->id;
    a.claim = node.claim;
    a.rival = rival.id;
    a.index = *k;
    a.reason = "claim " + short_hex(rival.id) + " at " + place_text(node.place, game_.shape()) +
               " differs from the true list at " + std::to_string(*k);
    if (!open) {
      a.bond_wei = contest_.stakes.open_bond;
      go_on_in(a, child_place(game_.shape(), node.place, *k));
    }
    out_.actions.push_back(std::move(a));
  }

  // What the child will need comes in the same call.
  void go_on_in(Action& a, const Place& child) {
    if (child.level < game_.shape().step_level) {
      auto list = truth_.list(child);
      if (!list.ok()) return out_.troubles.push_back(list.error());
      a.move = Move::seal_and_claim;
      a.list = std::move(list).value();
      a.bond_wei += contest_.stakes.claim_bond;
      return;
    }
    auto proof = truth_.step(child);
    if (!proof.ok()) return out_.troubles.push_back(proof.error());
    a.move = Move::seal_and_step;
    a.proof = std::move(proof).value();
  }

  void step(const TrueNode& node) {
    if (node.dispute->next) return;
    auto proof = truth_.step(node.place);
    if (!proof.ok()) return out_.troubles.push_back(proof.error());
    Action a;
    a.move = Move::step;
    a.dispute = node.dispute->id;
    a.proof = std::move(proof).value();
    a.reason = "nobody has proved the step at " + place_text(node.place, game_.shape());
    out_.actions.push_back(std::move(a));
  }

  const Contest& contest_;
  const GameView& game_;
  const TrueWalk& walk_;
  Truth& truth_;
  Decision& out_;
  std::set<Hash32> opening_;
};

// Bringing times up and deciding.
class Deciding {
 public:
  Deciding(const Contest& contest, const TrueWalk& walk, const PlayerSettings& settings,
           Decision& out)
      : contest_(contest),
        walk_(walk),
        settings_(settings),
        out_(out),
        true_claims_(posted_of(walk)),
        times_(*contest.game, contest.credits, contest.now, &true_claims_) {}

  void run(const Hash32& our_end) {
    // Rivals may bring up whatever stands.
    EarnedTimes most(*contest_.game, contest_.credits, contest_.now);
    bool ours_stands = false;
    for (const BatchClaim& c : contest_.claims) {
      if (c.end == our_end) {
        out_.ours_s = times_.of_batch_claim(c.end, c.unrivalled_s, c.lanes);
        ours_stands = true;
      } else {
        out_.rivals_s =
            std::max(out_.rivals_s, most.of_batch_claim(c.end, c.unrivalled_s, c.lanes));
      }
    }
    if (!ours_stands) return;
    if (out_.ours_s >= contest_.window) return resolve(our_end);
    if (out_.ours_s + settings_.raise_before_s < contest_.window) return;
    // Whoever resolves brings up what the decision hangs on; the rest we must.
    auto claims = stale(kInfinity);
    const std::set<Hash32> decisive = decisive_claims();
    std::erase_if(claims, [&](const ViewClaim* c) { return decisive.contains(c->id); });
    if (!claims.empty()) raise(cut(claims), "ours are to be the best when the contest ends");
  }

 private:
  static std::set<Hash32> posted_of(const TrueWalk& walk) {
    std::set<Hash32> claims;
    for (const TrueNode& node : walk.nodes) {
      if (node.posted != nullptr) claims.insert(node.claim);
    }
    return claims;
  }

  // True claims that are not the best of their end although they have more, or whose times as
  // brought up lag by more than `slack`; children first.
  std::vector<const ViewClaim*> stale(u64 slack) {
    std::vector<const ViewClaim*> out;
    for (auto node = walk_.nodes.rbegin(); node != walk_.nodes.rend(); ++node) {
      if (node->posted == nullptr) continue;
      const auto& supports = node->dispute->supports;
      const auto found = supports.find(node->list.end);
      const ViewSupport kept = found == supports.end() ? ViewSupport{} : found->second;
      const LaneTimes exact = times_.of_claim(node->claim);
      bool lags = kept.best != node->claim && exact[0] > kept.times[0];
      for (u32 s = 0; s < kLaneSets; ++s) lags |= kept.times[s] + slack < exact[s];
      if (lags) out.push_back(node->posted);
    }
    return out;
  }

  // True claims that are reached from the root's over marked intervals.
  std::set<Hash32> decisive_claims() const {
    std::set<Hash32> claims;
    std::set<Hash32> disputes;
    for (const TrueNode& node : walk_.nodes) {
      const bool root = node.place.level == 0;
      if (node.posted == nullptr || (!root && !disputes.contains(node.dispute->id))) continue;
      claims.insert(node.claim);
      for (const auto& [k, child] : node.posted->marked) disputes.insert(child);
    }
    return claims;
  }

  // As many as a call can take.
  std::vector<const ViewClaim*> cut(std::vector<const ViewClaim*>& claims) const {
    std::vector<const ViewClaim*> first;
    u32 weight = 0;
    for (const ViewClaim* c : claims) {
      weight += 1 + static_cast<u32>(c->marked.size());
      if (!first.empty() && weight > settings_.most_intervals) break;
      first.push_back(c);
    }
    claims.erase(claims.begin(), claims.begin() + static_cast<std::ptrdiff_t>(first.size()));
    return first;
  }

  void raise(const std::vector<const ViewClaim*>& claims, std::string why) {
    Action a;
    a.move = Move::raise;
    for (const ViewClaim* c : claims) a.claims.push_back(c->id);
    a.reason = std::move(why);
    out_.actions.push_back(std::move(a));
  }

  void resolve(const Hash32& our_end) {
    auto claims = stale(out_.ours_s - contest_.window);
    const auto first = cut(claims);
    const std::string earned = "ours has earned " + std::to_string(out_.ours_s) + " of " +
                               std::to_string(contest_.window) + " s";
    if (!claims.empty()) return raise(first, earned);
    Action a;
    a.move = Move::resolve;
    a.end = our_end;
    for (const ViewClaim* c : first) a.claims.push_back(c->id);
    a.reason = earned;
    out_.actions.push_back(std::move(a));
  }

  const Contest& contest_;
  const TrueWalk& walk_;
  const PlayerSettings& settings_;
  Decision& out_;
  const std::set<Hash32> true_claims_;
  // What L1 would say once the true claims are brought up. Whoever else supports a true end (with
  // another list, perhaps earlier) is not raised by us, and does not count until he is.
  EarnedTimes times_;
};

void add(Decision& out, Move move, std::string reason, const Hash32& claim = {}, u128 bond = {}) {
  Action a;
  a.move = move;
  a.reason = std::move(reason);
  a.claim = claim;
  a.bond_wei = bond;
  out.actions.push_back(std::move(a));
}

// After the decision: confirmation and money.
void finish(const Contest& contest, const Address& me, const PlayerSettings& settings,
            Decision& out) {
  const GameView& game = *contest.game;
  const GameResolved& resolved = *game.resolved();
  // A lie is not helped on: its payout delay shall not begin by our hand, nor our side forfeit.
  if (!out.lost && !contest.winner_confirmed && contest.parent_confirmed) {
    add(out, Move::confirm, "the contest is decided for it", resolved.winner);
  }
  if (!contest.settling_over) {
    const Settling plan = plan_settling(game, resolved.end, me, settings.most_intervals);
    if (plan.root || !plan.links.empty()) {
      Action a;
      a.move = Move::settle;
      a.settle_root = plan.root;
      a.claim = plan.root_best;
      a.links = plan.links;
      a.reason = "bonds and refunds of ours hang on it";
      out.actions.push_back(std::move(a));
    }
    for (const BatchClaim& c : contest.claims) {
      const bool over = contest.winner_confirmed && !out.lost;
      if (!over || c.id == resolved.winner || c.forfeited) continue;
      add(out, Move::forfeit, "it lost; refunds are paid from its bond", c.id);
    }
  } else if (contest.due_wei > 0) {
    add(out, Move::collect, "it is due to us");
  }
}

}  // namespace

const char* name_of(Move move) {
  switch (move) {
    case Move::claim_batch:
      return "claim_batch";
    case Move::create_game:
      return "create_game";
    case Move::claim:
      return "claim";
    case Move::seal:
      return "seal";
    case Move::seal_and_claim:
      return "seal_and_claim";
    case Move::seal_and_step:
      return "seal_and_step";
    case Move::step:
      return "step";
    case Move::raise:
      return "raise";
    case Move::resolve:
      return "resolve";
    case Move::confirm:
      return "confirm";
    case Move::forfeit:
      return "forfeit";
    case Move::settle:
      return "settle";
    case Move::collect:
      return "collect";
    case Move::withdraw_bond:
      return "withdraw_bond";
  }
  return "unknown";
}

Hash32 Action::key() const {
  // A claim is the same whatever rival it is sealed against.
  const bool sealed = move != Move::claim;
  std::vector<u8> bytes{static_cast<u8>(move), static_cast<u8>(sealed ? index : 0),
                        u8{settle_root}};
  const auto put = [&bytes](const Hash32& h) {
    bytes.insert(bytes.end(), h.bytes.begin(), h.bytes.end());
  };
  put(dispute);
  put(claim);
  if (sealed) put(rival);
  put(end);
  for (const Hash32& c : claims) put(c);
  for (const SettleLink& link : links) {
    put(link.claim);
    bytes.push_back(static_cast<u8>(link.index));
  }
  return crypto::keccak256(bytes);
}

Decision decide(const Contest& contest, Truth& truth, const Address& me,
                const PlayerSettings& settings) {
  Decision out;
  const auto known_end = truth.end();
  if (!known_end.ok()) {
    out.troubles.push_back(known_end.error());
    return out;
  }
  const Hash32& end = *known_end;
  if (contest.game != nullptr && contest.game->resolved()) {
    out.lost = contest.game->resolved()->end != end;
    finish(contest, me, settings, out);
    return out;
  }
  const bool stands =
      std::ranges::any_of(contest.claims, [&](const BatchClaim& c) { return c.end == end; });
  if (!stands && settings.rival_wrong_claims) {
    add(out, Move::claim_batch,
        contest.claims.empty() ? "our line goes on" : "only wrong claims stand on a right parent");
    out.actions.back().end = end;
  }
  if (contest.game == nullptr) {
    for (const BatchClaim& c : contest.claims) {
      u64& earned = c.end == end ? out.ours_s : out.rivals_s;
      earned = std::max(earned, c.unrivalled_s);
    }
    if (contest.claims.size() >= 2) {
      add(out, Move::create_game, std::to_string(contest.claims.size()) + " claims on one parent");
    }
    return out;
  }
  const TrueWalk walk = walk_truth(*contest.game, truth);
  out.troubles = walk.troubles;
  Deciding(contest, walk, settings, out).run(end);
  Answers(contest, walk, truth, out).run(end);
  return out;
}

u128 bonds_in(const GameView& game, const Stakes& stakes, const Address& who) {
  u128 sum{};
  if (game.collected(who)) return sum;
  std::set<Hash32> ends;
  for (const auto& [id, dispute] : game.disputes()) {
    if (dispute.opener == who) sum = sum + stakes.open_bond;
    for (const Hash32& claim : dispute.claims) {
      const ViewClaim& c = *game.claim(claim);
      const bool first = dispute.key.level == 0 && ends.insert(c.end).second;
      if (c.poster == who) sum = sum + (first ? stakes.contest_bond : stakes.claim_bond);
    }
  }
  return sum;
}

}  // namespace gavel::dispute
