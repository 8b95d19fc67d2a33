// Arena: parties with truths or lies of their own play one contest to its end.
//
// What: each tick every party sees the model as it is, decides anew from nothing but that, and its
// moves land a random time later; censorship holds honest moves back, a restart forgets what is on
// its way, a reorg returns the model to an older copy. Why: the claim that an honest party always
// wins is about exactly these. Invariant: deterministic by seed.
#pragma once

#include <memory>

#include "dispute/game_model_test.hpp"
#include "io/random.hpp"

namespace gavel::dispute {

inline Address address(u8 n) {
  Address a;
  a.bytes[19] = n;
  return a;
}

struct Party {
  Address who;
  std::unique_ptr<ToyTruth> truth;
  PlayerSettings settings;
  bool honest = true;
  u64 latency = 1;         // moves land up to so many ticks later
  u64 stops_at = ~u64{0};  // answers no more
  struct Sent {
    u64 due = 0;
    Action action;
  };
  std::vector<Sent> on_way;
  u64 moves = 0;
  u64 vain = 0;  // that reverted
};

class Arena {
 public:
  Arena(ModelRules rules, u64 seed) : model(std::move(rules)), random(seed) {}

  Party& add(u8 n, ToyLie lie = {}, u64 latency = 1) {
    Party p;
    p.who = address(n);
    p.truth = std::make_unique<ToyTruth>(model.rules().shape, model.rules().batch, lie);
    p.honest = lie.mark == 0;
    p.latency = latency;
    parties.push_back(std::move(p));
    return parties.back();
  }
  Hash32 true_end() const {
    return ToyTruth(model.rules().shape, model.rules().batch).cursor(model.rules().batch.units);
  }
  bool censored(u64 t) const { return t >= censor_from && t < censor_from + censor_for; }

  void tick() {
    if (keep_history) history.push_back(model);
    ++model.now;
    if (between) between(*this);
    for (Party& p : parties) think(p);
    for (Party& p : parties) land(p);
  }

  // True if the contest was decided within so many ticks.
  bool run(u64 ticks) {
    while (ticks-- > 0 && !model.resolved()) tick();
    return model.resolved().has_value();
  }

  void reorg(u64 depth) {
    const u64 now = model.now;
    model = history.at(history.size() - std::min<u64>(depth, history.size()));
    history.clear();
    model.now = now;
    for (Party& p : parties) p.on_way.clear();
  }

  GameModel model;
  io::SeededRandom random;
  std::vector<Party> parties;
  bool keep_history = false;  // for reorgs
  std::vector<GameModel> history;
  u64 censor_from = 0;
  u64 censor_for = 0;
  std::function<void(Arena&)> between;  // what else happens
  std::set<Hash32> moved_by_honest;     // disputes in which an honest party acted

 private:
  void think(Party& p) {
    if (model.now >= p.stops_at) return;
    const Decision d = decide(model.contest(), *p.truth, p.who, p.settings);
    for (const Action& a : d.actions) {
      const Hash32 key = a.key();
      if (std::ranges::any_of(p.on_way, [&](const auto& s) { return s.action.key() == key; })) {
        continue;
      }
      u64 due = model.now + random.below(p.latency + 1);
      if (p.honest && censored(due)) due = censor_from + censor_for;
      p.on_way.push_back({due, a});
    }
  }

  void land(Party& p) {
    for (std::size_t i = 0; i < p.on_way.size();) {
      if (p.on_way[i].due > model.now) {
        ++i;
        continue;
      }
      const Action a = std::move(p.on_way[i].action);
      p.on_way.erase(p.on_way.begin() + static_cast<std::ptrdiff_t>(i));
      const bool done = model.act(a, p.who);
      ++p.moves;
      p.vain += done ? 0 : 1;
      if (p.honest && done && !a.dispute.is_zero()) moved_by_honest.insert(a.dispute);
    }
  }
};

}  // namespace gavel::dispute
