// What a line costs, which lines an account has begun, and what a budget lets pass.
#include "dispute/actor_budget.hpp"

#include <gtest/gtest.h>

#include "dispute/arena_test.hpp"

namespace gavel::dispute {
namespace {

const Hash32 kContest{{1}};

struct Asked {
  u64 bond, gas, rest;
  bool goes_on;
  Verdict verdict;
};

TEST(Budget, lets_pass_what_the_limit_and_the_money_allow) {
  // 100 may be at stake and 40 are; a contest that was begun may need 20 more; there are 50.
  const Asked rows[] = {
      {0, 50, 0, false, Verdict::pays},  // no bond: gas alone counts
      {0, 51, 0, false, Verdict::no_money},
      {20, 5, 0, true, Verdict::pays},  // the contest's own
      {50, 0, 9, true, Verdict::pays},  // whatever it needs, up to the limit
      {61, 0, 0, true, Verdict::over_limit},
      {60, 0, 0, true, Verdict::no_money},
      {30, 0, 10, false, Verdict::pays},  // a new one beside it: all of its line fits
      {30, 0, 11, false, Verdict::over_limit},
      {30, 1, 10, false, Verdict::no_money},  // what the other needs is left alone
  };
  for (const Asked& row : rows) {
    Budget budget(100);
    budget.open(40, 50);
    budget.keep(kContest, 20);
    const Payment p{row.bond, row.gas, row.rest, row.goes_on ? kContest : Hash32{{9}}};
    EXPECT_EQ(budget.ask(p), row.verdict) << row.bond << " " << row.gas << " " << row.rest;
  }
}

TEST(Budget, knows_nothing_until_L1_has_told) {
  const Budget budget(100);
  EXPECT_EQ(budget.ask({1, 0, 0, {}}), Verdict::unknown);
  EXPECT_EQ(budget.ask({0, 1, 0, {}}), Verdict::pays);
}

// However many answers a contest needs: each is paid as long as there is room for itself.
TEST(Budget, nothing_is_kept_for_a_second_line_of_a_contest) {
  Budget budget(100);
  budget.open(40, 200);
  budget.keep(kContest, 20);
  for (u32 i = 0; i < 5; ++i) {
    ASSERT_EQ(budget.ask({12, 1, 70, kContest}), Verdict::pays) << i;
    budget.pay({12, 1, 70, kContest});
  }
  EXPECT_EQ(budget.at_stake_wei(), u128{100});
  EXPECT_EQ(budget.kept_wei(), u128{20});
  EXPECT_EQ(budget.balance_wei(), u128{135});
  EXPECT_EQ(budget.ask({1, 0, 0, kContest}), Verdict::over_limit);
}

TEST(Budget, a_payment_begins_a_contest) {
  Budget budget(100);
  budget.open(40, 50);
  budget.pay({12, 1, 8, kContest});
  EXPECT_EQ(budget.kept_wei(), u128{8});
  EXPECT_EQ(budget.ask({20, 0, 21, {{9}}}), Verdict::over_limit);
  EXPECT_EQ(budget.ask({20, 0, 20, {{9}}}), Verdict::pays);
  budget.pay({5, 1, 0, kContest}, false);
  EXPECT_EQ(budget.balance_wei(), u128{37}) << "it is in a block: the money is gone already";
  EXPECT_EQ(budget.at_stake_wei(), u128{57});
  budget.pay({0, 3, 0, {{9}}});
  EXPECT_EQ(budget.ask({40, 0, 0, {{9}}}), Verdict::over_limit) << "without a bond none is begun";
}

TEST(LineRest, counts_what_is_still_to_be_opened_and_listed) {
  const GameShape shape;  // 8 levels and the step
  const Stakes stakes{1'000, 20, 1, 0};
  EXPECT_EQ(line_rest(shape, stakes, 0, true), u128{8 * 1 + 7 * 20});
  EXPECT_EQ(line_rest(shape, stakes, 3, false), u128{5 * 1 + 5 * 20});
  EXPECT_EQ(line_rest(shape, stakes, 7, true), u128{1});
  EXPECT_EQ(line_rest(shape, stakes, 8, false), u128{});
}

// A whole game: against one rival every move is within what is kept, and with more rivals no more
// than one line is.
TEST(RestOfContest, covers_every_move_of_a_line) {
  for (u64 seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    Arena arena({toy_shape({}), {}}, seed);
    arena.model.now = 1;
    const u32 rivals = 1 + static_cast<u32>(seed % 3);
    for (u32 i = 0; i < rivals; ++i) {
      arena.add(static_cast<u8>(10 + i), {i, 4, 90 + i});
      arena.model.claim_batch(address(static_cast<u8>(10 + i)),
                              arena.parties.back().truth->cursor(9));
    }
    Party& honest = arena.add(1);
    const GameShape shape = arena.model.rules().shape;
    std::set<Hash32> moves;
    arena.between = [&](Arena& a) {
      const Contest c = a.model.contest();
      if (c.game == nullptr || c.game->resolved()) return;
      const auto kept = rest_of_contest(c, shape, a.true_end(), honest.who);
      if (!kept) return;
      EXPECT_LE(*kept, c.stakes.contest_bond + line_rest(shape, c.stakes, 0, true));
      for (const Action& action : decide(c, *honest.truth, honest.who, {}).actions) {
        if (action.bond_wei.is_zero() || action.move == Move::claim_batch) continue;
        const Payment p = payment_for(c, shape, action, action.bond_wei);
        EXPECT_EQ(p.contest, c.parent);
        if (rivals == 1) EXPECT_LE(p.bond_wei + p.rest_wei, *kept) << name_of(action.move);
        moves.insert(action.key());
      }
    };
    arena.run(500);
    EXPECT_GE(moves.size(), 4u);
    EXPECT_EQ(arena.model.resolved()->end, arena.true_end());
    EXPECT_FALSE(rest_of_contest(arena.model.contest(), shape, arena.true_end(), honest.who))
        << "nothing is kept for what is decided";
  }
}

// Whoever opens a dispute by sealing another's list has begun the contest.
TEST(RestOfContest, opening_a_dispute_begins_one) {
  Arena arena({toy_shape({}), {}}, 1);
  arena.model.now = 1;
  const ToyLie lies[] = {{}, {5, 6, 99}};
  for (u8 i = 0; i < 2; ++i) {
    arena.add(static_cast<u8>(1 + i), lies[i]);
    arena.model.claim_batch(address(static_cast<u8>(1 + i)), arena.parties[i].truth->cursor(9));
  }
  Action create;
  create.move = Move::create_game;
  ASSERT_TRUE(arena.model.act(create, address(1)));
  for (Party& p : arena.parties) {
    Action list;
    list.dispute = arena.model.root();
    list.list = p.truth->list({}).value();
    ASSERT_TRUE(arena.model.act(list, p.who));
  }
  const Address me = address(3);
  const Contest c = arena.model.contest();
  EXPECT_FALSE(rest_of_contest(c, c.game->shape(), arena.true_end(), me));
  Action seal = decide(c, *arena.parties[0].truth, me, {}).actions.at(0);
  ASSERT_EQ(seal.move, Move::seal_and_claim);
  seal.move = Move::seal;
  ASSERT_TRUE(arena.model.act(seal, me));
  EXPECT_EQ(rest_of_contest(c, c.game->shape(), arena.true_end(), me),
            line_rest(c.game->shape(), c.stakes, 1, false));
}

TEST(RestOfContest, a_claim_of_ours_that_is_contested_is_one) {
  const GameShape shape = toy_shape({});
  const Address me = address(1);
  const Hash32 ours{{1}};
  Contest c;
  c.parent = {{7}};
  c.stakes = {1'000, 20, 1, 0};
  c.claims = {{{{5}}, ours, me}};
  EXPECT_FALSE(rest_of_contest(c, shape, ours, me)) << "nobody contests it";
  c.claims.push_back({{{6}}, {{2}}, address(2)});
  EXPECT_EQ(rest_of_contest(c, shape, ours, me), u128{1'000 + 4 * 1 + 3 * 20});
  EXPECT_FALSE(rest_of_contest(c, shape, ours, address(3))) << "another's";
  EXPECT_FALSE(rest_of_contest(c, shape, Hash32{{2}}, me)) << "not for this end";
}

TEST(PaymentFor, a_claim_of_a_batch_against_others_begins_a_whole_line) {
  const GameShape shape = toy_shape({});
  Contest c;
  c.stakes = {1'000, 20, 1, 0};
  Action a;
  a.move = Move::claim_batch;
  EXPECT_EQ(payment_for(c, shape, a, 500).rest_wei, u128{}) << "our line goes on, nobody is there";
  c.claims = {{{{6}}, {{2}}, address(2)}};
  EXPECT_EQ(payment_for(c, shape, a, 500).rest_wei, u128{1'000 + 4 * 1 + 3 * 20});
  EXPECT_EQ(payment_for(c, shape, a, 0).rest_wei, u128{});
}

}  // namespace
}  // namespace gavel::dispute
