// The player in whole games against every kind of opponent, on a toy batch.
#include "dispute/player.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "dispute/arena_test.hpp"
#include "dispute/player_walk.hpp"

namespace gavel::dispute {
namespace {

ModelRules toy_rules(ToyBatch batch = {}) { return {toy_shape(batch), batch}; }

// 64 values a list, 4 levels of units, 4 of steps, as on L1.
ModelRules full_rules() {
  ToyBatch batch;
  batch.units = 300'000;
  batch.halt = 700'001;
  ModelRules rules{toy_shape(batch, 6, 4, 8), batch};
  rules.window = 200;
  return rules;
}

bool long_run() { return std::getenv("GAVEL_LONG") != nullptr; }

ToyLie random_lie(Arena& arena) {
  const ToyBatch& batch = arena.model.rules().batch;
  ToyLie lie{arena.random.below(batch.units), arena.random.below(batch.halt),
             1 + arena.random.below(1 << 20)};
  if (batch.fails(lie.unit)) ++lie.unit;  // a run that fails has no output to lie about
  return lie;
}

void expect_true_end(Arena& arena, u64 limit) {
  ASSERT_TRUE(arena.run(5 * arena.model.rules().window)) << "undecided";
  EXPECT_EQ(arena.model.resolved()->end, arena.true_end()) << "a wrong end won";
  EXPECT_LE(arena.model.resolved_at(), limit);
}

// Every bond of an honest party that posted comes back.
void expect_bonds_back(Arena& arena) {
  for (u32 i = 0; i < 10; ++i) arena.tick();
  for (const Party& p : arena.parties) {
    if (p.honest) {
      EXPECT_EQ(arena.model.paid[p.who], arena.model.returned[p.who]);
    }
  }
}

TEST(Player, one_liar_and_one_honest_party_meet_at_the_step) {
  Arena arena(toy_rules(), 1);
  arena.add(1, {5, 6, 99});
  arena.add(2);
  arena.model.claim_batch(address(1), arena.parties[0].truth->cursor(9));
  expect_true_end(arena, 140);
  const GameView* view = arena.model.view();
  u32 stepped = 0;
  for (const auto& [id, d] : view->disputes()) {
    stepped += d.next ? 1 : 0;
    if (d.next) {
      EXPECT_EQ(d.key.position, 6u);
    }
  }
  EXPECT_EQ(stepped, 1u);
  expect_bonds_back(arena);
}

// The honest line of a whole dispute as L1 plays it: what the gas budget is made of.
TEST(Player, a_whole_dispute_takes_few_moves) {
  Arena arena(full_rules(), 2);
  arena.add(1, {123'456, 654'321, 7}, 0);
  arena.add(2, {}, 0);
  arena.model.claim_batch(address(1), arena.parties[0].truth->cursor(300'000));
  expect_true_end(arena, 230);
  EXPECT_LE(arena.parties[1].moves - arena.parties[1].vain, 14u);
}

TEST(Player, random_games_are_won_whatever_the_liars_do) {
  const u64 seeds = long_run() ? 3'000 : 60;
  for (u64 seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Arena arena(toy_rules(), seed);
    const u64 liars = 1 + arena.random.below(4);
    for (u64 i = 0; i < liars; ++i) {
      Party& p = arena.add(static_cast<u8>(10 + i), random_lie(arena), arena.random.below(12));
      if (arena.random.below(3) == 0) p.stops_at = 10 + arena.random.below(60);
    }
    arena.add(1);
    if (arena.random.below(2) == 0) arena.add(2);  // a second honest party races
    arena.censor_from = arena.random.below(60);
    arena.censor_for = arena.random.below(4) * 12;
    arena.model.claim_batch(address(10), arena.parties[0].truth->cursor(9));
    expect_true_end(arena, 100 + arena.censor_for + 40);
    expect_bonds_back(arena);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Player, twenty_sybils_cannot_prolong_it) {
  Arena arena(toy_rules(), 3);
  for (u8 i = 0; i < 20; ++i) arena.add(static_cast<u8>(10 + i), random_lie(arena), 3);
  arena.add(1);
  arena.model.claim_batch(address(10), arena.parties[0].truth->cursor(9));
  expect_true_end(arena, 140);
  expect_bonds_back(arena);
}

TEST(Player, a_full_size_game_against_three_liars) {
  Arena arena(full_rules(), 4);
  for (u8 i = 0; i < 3; ++i) arena.add(static_cast<u8>(10 + i), random_lie(arena), 2);
  arena.add(1);
  arena.model.claim_batch(address(10), arena.parties[0].truth->cursor(300'000));
  expect_true_end(arena, 270);
  expect_bonds_back(arena);
}

// Claims a right end with a wrong list wherever it can, in the hope to be what supports it.
void squat(Arena& arena) {
  const GameView* view = arena.model.view();
  if (view == nullptr || view->resolved()) return;
  ToyTruth truth(arena.model.rules().shape, arena.model.rules().batch);
  for (const TrueNode& node : walk_truth(*view, truth).nodes) {
    if (node.place.level == arena.model.rules().shape.step_level) continue;
    Action a;
    a.move = Move::claim;
    a.dispute = node.dispute->id;
    a.list = node.list;
    a.list.values[0].bytes[3] ^= static_cast<u8>(1 + arena.random.below(255));
    if (arena.random.below(4) == 0) (void)arena.model.act(a, address(66));
  }
}

TEST(Player, squatters_with_the_right_end_win_nothing) {
  for (u64 seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Arena arena(toy_rules(), seed);
    arena.add(10, random_lie(arena), 3);
    arena.add(1);
    arena.model.claim_batch(address(10), arena.parties[0].truth->cursor(9));
    arena.between = squat;
    expect_true_end(arena, 145);
    expect_bonds_back(arena);
    EXPECT_EQ(arena.model.returned[address(66)], 0u);
  }
}

// Squatters get ahead while honest answers are held back; nobody brings them up. Our time is what
// L1 says once the true lists are.
TEST(Player, our_time_is_what_our_own_raises_bring) {
  u64 compared = 0;
  u64 squatters_ahead = 0;
  for (u64 seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Arena arena(toy_rules(), seed);
    arena.add(10, random_lie(arena), 3);
    Party& honest = arena.add(1);
    arena.model.claim_batch(address(10), arena.parties[0].truth->cursor(9));
    arena.censor_from = 3 + arena.random.below(6);
    arena.censor_for = 40;
    arena.between = [&](Arena& a) {
      squat(a);
      const Contest contest = a.model.contest();
      if (contest.game == nullptr || a.model.resolved()) return;
      const Decision d = decide(contest, *honest.truth, honest.who, honest.settings);
      GameModel raised = a.model;
      Action raise;
      raise.move = Move::raise;
      for (const TrueNode& node : walk_truth(*contest.game, *honest.truth).nodes) {
        if (node.posted != nullptr) raise.claims.push_back(node.claim);
      }
      std::ranges::reverse(raise.claims);  // children first
      ASSERT_TRUE(raised.act(raise, honest.who));
      const bool stands = raised.batch_claims().contains(a.true_end());
      ASSERT_EQ(d.ours_s, stands ? raised.earned(a.true_end()) : 0);
      ++compared;
      raised.raise_all();
      squatters_ahead += raised.earned(a.true_end()) > d.ours_s ? 1 : 0;
    };
    expect_true_end(arena, 185);
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GE(compared, 400u);
  EXPECT_GE(squatters_ahead, 40u);
}

// Whoever copies an honest move out of the mempool pays the bond and gets it back; the honest party
// neither loses nor needs it.
TEST(Player, freeloaders_who_copy_moves_change_nothing) {
  Arena arena(toy_rules(), 5);
  arena.add(10, random_lie(arena), 3);
  arena.add(1, {}, 2);
  arena.model.claim_batch(address(10), arena.parties[0].truth->cursor(9));
  arena.between = [](Arena& a) {
    for (const auto& sent : a.parties[1].on_way) (void)a.model.act(sent.action, address(77));
  };
  expect_true_end(arena, 140);
  expect_bonds_back(arena);
}

// Lists and seals of anything anywhere.
void noise(Arena& arena) {
  const GameView* view = arena.model.view();
  if (view == nullptr || view->resolved()) return;
  const auto pick = [&](const auto& map) {
    auto it = map.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(arena.random.below(map.size())));
    return it->second;
  };
  const auto any_of = [&](u64 n) {
    return arena.parties[arena.random.below(arena.parties.size())].truth->cursor(n);
  };
  for (u32 i = 0; i < 3; ++i) {
    const ViewDispute d = pick(view->disputes());
    const GameShape& shape = view->shape();
    if (d.key.level < shape.step_level) {
      Action a;
      a.move = Move::claim;
      a.dispute = d.id;
      ToyTruth truth(shape, arena.model.rules().batch);
      a.list = *truth.list({d.key.level, d.key.position, arena.random.below(10)});
      for (u32 k = 0; k < shape.list_size(); ++k) {
        if (arena.random.below(3) == 0) a.list.values[k] = any_of(arena.random.below(16));
      }
      (void)arena.model.act(a, address(88));
    }
    if (view->claims().size() < 2) continue;
    const ViewClaim x = pick(view->claims());
    const ViewClaim y = pick(view->claims());
    const auto k = first_difference(x.list, y.list);
    Action seal;
    seal.move = Move::seal;
    seal.dispute = x.dispute;
    seal.claim = x.id;
    seal.rival = y.id;
    seal.index = k.value_or(0);
    (void)arena.model.act(seal, address(88));
  }
}

TEST(Player, noise_in_every_dispute_does_not_help_a_liar) {
  for (u64 seed = 1; seed <= (long_run() ? 300 : 12); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Arena arena(toy_rules(), seed);
    arena.add(10, random_lie(arena), 3);
    arena.add(1);
    arena.model.claim_batch(address(10), arena.parties[0].truth->cursor(9));
    arena.between = [until = 20 + arena.random.below(20)](Arena& a) {
      if (a.model.now < until) noise(a);
    };
    expect_true_end(arena, 160);
    expect_bonds_back(arena);
  }
}

// Two claims that agree on a false value and differ after it open a dispute with a false start.
void open_false_start(Arena& arena) {
  const GameView* view = arena.model.view();
  if (view == nullptr || view->claims().empty() || arena.model.paid[address(88)] != 0) return;
  Action a;
  a.move = Move::claim;
  a.dispute = arena.model.root();
  a.list = *arena.parties[0].truth->list({});
  a.list.values[0] = ToyCursor{77, 4, 0}.words();
  ASSERT_TRUE(arena.model.act(a, address(88)));
  a.rival = view->root().claims.back();
  a.index = 1;
  a.list.values[1] = ToyCursor{78, 8, 0}.words();
  a.move = Move::claim;
  ASSERT_TRUE(arena.model.act(a, address(88)));
}

TEST(Player, never_acts_where_the_start_is_false) {
  Arena arena(toy_rules(), 6);
  arena.add(10, random_lie(arena), 2);
  arena.add(1);
  arena.model.claim_batch(address(10), arena.parties[0].truth->cursor(9));
  arena.between = open_false_start;
  expect_true_end(arena, 140);
  std::set<Hash32> allowed;
  for (const TrueNode& node : walk_truth(*arena.model.view(), *arena.parties[1].truth).nodes) {
    allowed.insert(node.dispute->id);
  }
  EXPECT_GT(arena.model.view()->disputes().size(), allowed.size());
  for (const Hash32& id : arena.moved_by_honest) EXPECT_TRUE(allowed.contains(id));
}

TEST(Player, a_reorg_in_the_middle_is_played_again) {
  for (u64 seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Arena arena(toy_rules(), seed);
    arena.add(10, random_lie(arena), 3);
    arena.add(1);
    arena.model.claim_batch(address(10), arena.parties[0].truth->cursor(9));
    arena.keep_history = true;
    arena.between = [at = 5 + arena.random.below(40)](Arena& a) {
      if (a.model.now == at) a.reorg(1 + a.random.below(8));
    };
    expect_true_end(arena, 160);
    expect_bonds_back(arena);
  }
}

// Killed at any tick: what was on its way lands or not, and the next life goes on from L1 alone.
TEST(Player, a_restart_at_any_tick_changes_nothing) {
  for (u64 at = 1; at < 40; ++at) {
    SCOPED_TRACE("tick " + std::to_string(at));
    Arena arena(toy_rules(), at);
    arena.add(10, {4, 3, 5}, 2);
    arena.add(1);
    arena.model.claim_batch(address(10), arena.parties[0].truth->cursor(9));
    arena.between = [at](Arena& a) {
      if (a.model.now != at) return;
      if (a.random.below(2) == 0) a.parties[1].on_way.clear();
      a.parties[1].truth = std::make_unique<ToyTruth>(a.model.rules().shape, a.model.rules().batch);
    };
    expect_true_end(arena, 140);
    expect_bonds_back(arena);
  }
}

TEST(Player, an_honest_claim_that_is_challenged_is_defended) {
  Arena arena(toy_rules(), 7);
  arena.add(10, random_lie(arena), 1);
  arena.add(1).settings.rival_wrong_claims = false;
  arena.model.claim_batch(address(1), arena.true_end());
  arena.run(30);
  arena.parties[0].stops_at = 60;
  expect_true_end(arena, 140);
  expect_bonds_back(arena);
}

// Two strangers' claims open a dispute with a true start that our root claim is not marked with:
// nothing hangs on our list there, and only we bring it up.
TEST(Player, claims_that_decide_nothing_are_brought_up_before_the_end) {
  for (const u64 raise_before : {0u, 20u}) {
    Arena arena(toy_rules(), 11);
    arena.add(1).settings.raise_before_s = raise_before;
    ToyTruth& truth = *arena.parties[0].truth;
    const Hash32 wrong_end = ToyCursor{1, 2, 3}.words();
    arena.model.claim_batch(address(88), wrong_end);
    arena.run(6);
    Action y;
    y.move = Move::claim;
    y.dispute = arena.model.root();
    y.list = *truth.list({});
    y.list.values[3] = wrong_end;
    ASSERT_TRUE(arena.model.act(y, address(88)));
    Action z = y;
    z.list.values[1] = ToyCursor{5, 5, 5}.words();
    z.rival = arena.model.view()->root().claims.back();
    z.index = 1;
    ASSERT_TRUE(arena.model.act(z, address(88)));
    const Hash32 child = arena.model.view()->root().children.back();
    EXPECT_FALSE(arena.run(84)) << "too early to look";
    const ViewDispute& opened = *arena.model.view()->dispute(child);
    ASSERT_EQ(opened.claims.size(), 1u);
    const auto kept = opened.supports.find(truth.cursor(8));
    const bool raised = kept != opened.supports.end() && kept->second.best == opened.claims[0];
    EXPECT_EQ(raised, raise_before != 0);
  }
}

TEST(Player, a_defender_claims_no_batch) {
  Arena arena(toy_rules(), 8);
  arena.add(1).settings.rival_wrong_claims = false;
  arena.model.claim_batch(address(10), ToyCursor{1, 2, 3}.words());
  EXPECT_FALSE(arena.run(30));
  EXPECT_EQ(arena.model.batch_claims().size(), 1u);
}

TEST(Player, a_step_comes_with_the_preimage_that_it_reads) {
  Arena arena(toy_rules(), 9);
  arena.add(10, {5, 6, 99});
  Party& honest = arena.add(1);
  honest.truth->reading = 6;
  arena.model.claim_batch(address(10), arena.parties[0].truth->cursor(9));
  expect_true_end(arena, 140);
  EXPECT_EQ(arena.model.shown.size(), 1u);
}

TEST(Player, a_lie_that_won_is_not_helped_on) {
  Arena arena(toy_rules(), 12);
  arena.add(10, {5, 6, 99});
  const Hash32 lie = arena.parties[0].truth->cursor(9);
  arena.model.claim_batch(address(1), arena.true_end());
  arena.model.claim_batch(address(10), lie);
  ASSERT_TRUE(arena.run(5 * arena.model.rules().window)) << "nobody answers: the lie must win";
  ASSERT_EQ(arena.model.resolved()->end, lie);
  Party& honest = arena.add(2);
  for (const bool confirmed : {false, true}) {
    Contest contest = arena.model.contest();
    contest.parent_confirmed = true;
    contest.winner_confirmed = confirmed;
    const Decision d = decide(contest, *honest.truth, honest.who, honest.settings);
    EXPECT_TRUE(d.lost);
    for (const Action& a : d.actions) {
      EXPECT_NE(a.move, Move::confirm);
      EXPECT_NE(a.move, Move::forfeit);
    }
  }
}

TEST(Player, lists_are_asked_for_open_disputes_only) {
  Arena arena(toy_rules(), 10);
  arena.add(1);
  arena.model.claim_batch(address(10), ToyCursor{1, 2, 3}.words());
  EXPECT_FALSE(arena.run(30));
  EXPECT_EQ(arena.parties[0].truth->asked, 1u);  // the root's
}

}  // namespace
}  // namespace gavel::dispute
