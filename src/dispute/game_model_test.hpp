// GameModel: the contracts' rules of one contest, in memory, for games without L1.
//
// What: the registry's claims on one parent and the dispute game, with bonds and settlement; moves
// are the player's, judged as the contracts judge them; whatever happens is logged as the events
// that they would emit. Why: a whole game takes microseconds, so that thousands of seeds are
// played; its clock is the contracts' way of computing (stored sums, brought up by raise), against
// which the view's recursion is held. Copyable: a copy is an L1 state to return to.
#pragma once

#include <algorithm>
#include <set>

#include "dispute/player.hpp"
#include "dispute/toy_truth_test.hpp"

namespace gavel::dispute {

struct ModelRules {
  GameShape shape;
  ToyBatch batch;
  u64 window = 100;
  LaneCredits credits{};
  Stakes stakes{10, 2, 1, 20};
};

class GameModel {
 public:
  explicit GameModel(ModelRules rules) : rules_(std::move(rules)) {
    root_ = dispute_id({0, ToyCursor{}.words(), 0, {}});
    view_ = rebuilt();
  }

  u64 now = 0;
  const ModelRules& rules() const { return rules_; }
  const std::vector<GameEvent>& events() const { return events_; }
  bool created() const { return created_; }
  const std::optional<GameResolved>& resolved() const { return resolved_; }
  u64 resolved_at() const { return resolved_at_; }
  const std::map<Hash32, Address>& batch_claims() const { return claimers_; }
  const Hash32& root() const { return root_; }
  // Bonds paid and given back, by account.
  std::map<Address, u64> paid, returned;
  bool confirmed = false;
  std::set<Hash32> shown;  // preimages that came with steps

  // The contest as L1 shows it.
  // The view is the model's own, kept up event by event; it must not outlive it.
  Contest contest() const {
    Contest c;
    c.now = now;
    c.window = rules_.window;
    c.credits = rules_.credits;
    c.stakes = rules_.stakes;
    c.parent_confirmed = true;
    c.winner_confirmed = confirmed;
    for (const auto& [end, who] : claimers_) {
      c.claims.push_back({batch_id(end), end, who, unrivalled(end), lanes_of(end), false});
    }
    c.game = view();
    return c;
  }

  const GameView* view() const { return created_ ? &*view_ : nullptr; }
  // From the logs alone.
  GameView rebuilt() const {
    GameView view(rules_.shape, rules_.batch.image, ToyCursor{}.words());
    for (const GameEvent& e : events_) GAVEL_CHECK(view.apply(e));
    return view;
  }

  static Hash32 batch_id(const Hash32& end) { return claim_id({}, {}, end); }

  bool claim_batch(const Address& who, const Hash32& end) {
    if (resolved_ || !claimers_.emplace(end, who).second) return false;
    if (claimers_.size() == 1) {
      first_end_ = end;
      first_at_ = now;
    }
    if (claimers_.size() == 2) contested_at_ = now;
    return true;
  }

  // What the contracts make of the action; false: it reverts and nothing has happened.
  bool act(const Action& a, const Address& who) {
    if (a.move == Move::claim_batch) return claim_batch(who, a.end);
    if (a.move == Move::create_game) {
      return claimers_.size() >= 2 && !std::exchange(created_, true);
    }
    if (a.move == Move::confirm) return resolved_ && !std::exchange(confirmed, true);
    if (!created_) return false;
    if (a.move == Move::settle) return settle_or_not(a);
    if (resolved_) return false;
    if (a.proof.preimage) shown.insert(a.proof.preimage->key);
    bool done = false;
    std::optional<GameModel> before;  // a call of two parts is undone as a whole
    switch (a.move) {
      case Move::claim:
        done = claim_and_seal(a, who);
        break;
      case Move::seal:
        done = seal(a, who);
        break;
      case Move::seal_and_claim:
      case Move::seal_and_step:
        before = *this;
        done = seal(a, who) && go_on(a, who);
        break;
      case Move::step:
        done = step(a.dispute, a.proof.state, who);
        break;
      case Move::raise:
      case Move::resolve:
        for (const Hash32& c : a.claims) raise(c);
        done = a.move == Move::raise || resolve(a.end, who);
        break;
      default:
        break;
    }
    if (!done && before) *this = std::move(*before);
    return done;
  }

  void credit(const Hash32& dispute, const Hash32& end, u32 lane) {
    credited_[{dispute, end}] |= u32{1} << lane;
    emit(EndCredited{dispute, end, lane, {}});
  }
  void credit_batch(const Hash32& end, u32 lane) { batch_lanes_[end] |= u32{1} << lane; }

  // Every claim, children first.
  void raise_all() {
    std::vector<Hash32> ids;
    for (const auto& [id, c] : claims_) ids.push_back(id);
    std::ranges::sort(ids, std::greater{}, [&](const Hash32& id) { return level_of(id); });
    for (const Hash32& id : ids) raise(id);
  }
  LaneTimes times_of(const Hash32& claim) const { return computed_.at(claim); }
  u64 earned(const Hash32& end) const {
    return sum(unrivalled(end), credited(times_at(root_, end), lanes_of(end))[0]);
  }
  u64 unrivalled(const Hash32& end) const {
    if (end != first_end_) return 0;
    return (contested_at_ == 0 ? now : contested_at_) - first_at_;
  }

 private:
  struct Claim {
    Hash32 dispute, root, end;
    std::vector<Hash32> list;
    Address poster;
    u64 posted = 0;
    std::set<u32> marked;
    bool first = false;
  };
  struct Opened {
    DisputeKey key;
    Address opener;
    u64 at = 0;
  };
  using Pair = std::pair<Hash32, Hash32>;

  void emit(const GameEvent& event) {
    GAVEL_CHECK(view_->apply(event));
    events_.push_back(event);
  }

  static u64 sum(u64 a, u64 b) { return std::min(a + b, kInfinity); }
  u32 lanes_of(const Hash32& end) const {
    return batch_lanes_.contains(end) ? batch_lanes_.at(end) : 0;
  }
  u32 level_of(const Hash32& claim) const { return key_of(claims_.at(claim).dispute)->level; }
  std::optional<DisputeKey> key_of(const Hash32& id) const {
    if (id == root_) return DisputeKey{0, ToyCursor{}.words(), 0, {}};
    if (!opened_.contains(id)) return std::nullopt;
    return opened_.at(id).key;
  }
  DisputeKey child_of(const Claim& c, u32 k) const {
    return child_key(rules_.shape, rules_.batch.image, *key_of(c.dispute), c.list, k);
  }

  bool post(const Hash32& dispute, const TrueList& list, const Address& who) {
    const auto key = key_of(dispute);
    if (!key || key->level >= rules_.shape.step_level ||
        list.values.size() != rules_.shape.list_size()) {
      return false;
    }
    Claim c{dispute, list_root(list.values), list.values.back(), list.values, who, now, {}, false};
    if (key->level == rules_.shape.run_level) {
      vm::StateWords last{};
      if (list.run.size() < last.size()) return false;
      std::copy_n(list.run.begin(), last.size(), last.begin());
      if (vm::hash_words(last) != list.values.back()) return false;
      c.end = rules_.batch.supported(last);
    }
    if (key->level == 0 && !claimers_.contains(c.end)) return false;
    const Hash32 id = claim_id(dispute, c.root, c.end);
    if (claims_.contains(id)) return false;
    c.first = key->level == 0 && !best_.contains({dispute, c.end});
    if (c.first) best_[{dispute, c.end}] = id;
    pay(who, c.first ? rules_.stakes.contest_bond : rules_.stakes.claim_bond);
    emit(ClaimPosted{dispute, id, c.end, who, now, c.root, c.list});
    claims_.emplace(id, std::move(c));
    return true;
  }
  void pay(const Address& who, u128 bond) { paid[who] += bond.lo; }
  void give_back(const Address& who, u128 bond) { returned[who] += bond.lo; }

  bool can_seal(const std::vector<Hash32>& x, const std::vector<Hash32>& y, u32 k) const {
    return k < x.size() && first_differ_at(ListTree(x).entry(k), ListTree(y).entry(k), k);
  }

  bool claim_and_seal(const Action& a, const Address& who) {
    if (a.rival.is_zero()) return post(a.dispute, a.list, who);
    const auto y = claims_.find(a.rival);
    if (y == claims_.end() || y->second.dispute != a.dispute ||
        a.list.values.size() != y->second.list.size() ||
        !can_seal(a.list.values, y->second.list, a.index) || !post(a.dispute, a.list, who)) {
      return false;
    }
    Action pair = a;
    pair.claim = std::get<ClaimPosted>(events_.back()).claim;
    return seal(pair, who);
  }

  bool seal(const Action& a, const Address& who) {
    const auto x = claims_.find(a.claim);
    const auto y = claims_.find(a.rival);
    if (x == claims_.end() || y == claims_.end() || x->second.dispute != y->second.dispute ||
        x->second.dispute != a.dispute || !can_seal(x->second.list, y->second.list, a.index) ||
        (x->second.marked.contains(a.index) && y->second.marked.contains(a.index))) {
      return false;
    }
    x->second.marked.insert(a.index);
    y->second.marked.insert(a.index);
    const DisputeKey key = child_of(x->second, a.index);
    const Hash32 child = dispute_id(key);
    if (opened_.emplace(child, Opened{key, who, now}).second) {
      pay(who, rules_.stakes.open_bond);
      emit(DisputeOpened{child, key, who, now});
    }
    emit(ClaimsSealed{a.dispute, a.claim, a.rival, a.index, child});
    return true;
  }

  bool go_on(const Action& a, const Address& who) {
    const Hash32 child = dispute_id(child_of(claims_.at(a.claim), a.index));
    return a.move == Move::seal_and_claim ? post(child, a.list, who)
                                          : step(child, a.proof.state, who);
  }

  bool step(const Hash32& dispute, const vm::StateWords& state, const Address& who) {
    const auto key = key_of(dispute);
    if (!key || key->level != rules_.shape.step_level || stepped_.contains(dispute) ||
        vm::hash_words(state) != key->start) {
      return false;
    }
    const Hash32 next = vm::hash_words(rules_.batch.step(state));
    stepped_[dispute] = next;
    kept_[{dispute, next}].fill(kInfinity);
    emit(DisputeStepped{dispute, next, who});
    return true;
  }

  LaneTimes credited(const LaneTimes& times, u32 lanes) const {
    LaneTimes out{};
    for (u32 s = 0; s < kLaneSets; ++s) {
      out[s] = times[s | lanes];
      if ((lanes & 1) != 0 && (s & 1) == 0) out[s] = sum(out[s], rules_.credits[0]);
      if ((lanes & 2) != 0 && (s & 2) == 0) out[s] = sum(out[s], rules_.credits[1]);
    }
    return out;
  }
  LaneTimes times_at(const Hash32& dispute, const Hash32& end) const {
    const auto kept = kept_.find({dispute, end});
    const auto lanes = credited_.find({dispute, end});
    return credited(kept == kept_.end() ? LaneTimes{} : kept->second,
                    lanes == credited_.end() ? 0 : lanes->second);
  }

  void raise(const Hash32& id) {
    const auto found = claims_.find(id);
    if (found == claims_.end()) return;
    const Claim& c = found->second;
    LaneTimes times{};
    times.fill(c.marked.size() == c.list.size() ? kInfinity : now - c.posted);
    for (const u32 k : c.marked) {
      const Hash32 child = dispute_id(child_of(c, k));
      const u64 at = opened_.at(child).at;
      const LaneTimes through = times_at(child, c.list[k]);
      for (u32 s = 0; s < kLaneSets; ++s) {
        times[s] = std::min(times[s], sum(at > c.posted ? at - c.posted : 0, through[s]));
      }
    }
    computed_[id] = times;
    LaneTimes& kept = kept_[{c.dispute, c.end}];
    if (times[0] > kept[0]) best_[{c.dispute, c.end}] = id;
    for (u32 s = 0; s < kLaneSets; ++s) kept[s] = std::max(kept[s], times[s]);
    emit(ClaimRaised{c.dispute, c.end, id, times});
  }

  bool resolve(const Hash32& end, const Address& who) {
    if (!claimers_.contains(end) || earned(end) < rules_.window) return false;
    resolved_ = GameResolved{batch_id(end), end, earned(end), who};
    resolved_at_ = now;
    emit(*resolved_);
    return true;
  }

  bool settle_pair(const Hash32& dispute, const Hash32& end, const Hash32& root) {
    if (!settled_.insert({dispute, end}).second) return true;
    const auto best = best_.find({dispute, end});
    EndSettled e{dispute, end, {}, {}};
    if (best != best_.end()) {
      const Claim& c = claims_.at(best->second);
      if (c.root != root) return false;
      e.claim = best->second;
      e.poster = c.poster;
      give_back(c.poster, c.first ? rules_.stakes.contest_bond : rules_.stakes.claim_bond);
    }
    emit(e);
    return true;
  }

  bool settle_or_not(const Action& a) {
    GameModel before = *this;
    const bool done = settle(a);
    if (!done) *this = std::move(before);
    return done;
  }

  bool settle(const Action& a) {
    if (!resolved_) return false;
    if (a.settle_root && !settle_pair(root_, resolved_->end, a.claim)) return false;
    for (const SettleLink& link : a.links) {
      const Claim& c = claims_.at(link.claim);
      if (!settled_.contains({c.dispute, c.end}) || best_.at({c.dispute, c.end}) != link.claim) {
        return false;
      }
      const Hash32 child = dispute_id(child_of(c, link.index));
      if (!opened_.contains(child)) return false;
      if (c.marked.contains(link.index) && settled_openers_.insert(child).second) {
        give_back(opened_.at(child).opener, rules_.stakes.open_bond);
        emit(OpenerSettled{child, opened_.at(child).opener});
      }
      if (!settle_pair(child, c.list[link.index], link.best)) return false;
    }
    return true;
  }

  ModelRules rules_;
  Hash32 root_;
  std::map<Hash32, Address> claimers_;  // by end
  Hash32 first_end_;
  u64 first_at_ = 0;
  u64 contested_at_ = 0;
  bool created_ = false;
  std::vector<GameEvent> events_;
  std::optional<GameView> view_;
  std::map<Hash32, Claim> claims_;
  std::map<Hash32, Opened> opened_;
  std::map<Hash32, Hash32> stepped_;
  std::map<Pair, LaneTimes> kept_;
  std::map<Pair, Hash32> best_;
  std::map<Pair, u32> credited_;
  std::map<Hash32, u32> batch_lanes_;
  std::map<Hash32, LaneTimes> computed_;
  std::set<Pair> settled_;
  std::set<Hash32> settled_openers_;
  std::optional<GameResolved> resolved_;
  u64 resolved_at_ = 0;
};

}  // namespace gavel::dispute
