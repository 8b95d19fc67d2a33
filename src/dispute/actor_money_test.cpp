// The actor's money on a fake L1: what is sent without it, what waits, what the limit leaves out.
#include "dispute/actor_fixture_test.hpp"

namespace gavel::dispute {
namespace {

class ActorMoney : public ActorTest {
 protected:
  // A contest whose game is there: our list is due, with the contest bond.
  void contest(u64 batch) {
    dispute(batch);
    l1.create_game(batch);
  }
  void give_milliether(u64 amount) { l1.give(me(), u128{amount * kMilliether}); }
};

TEST_F(ActorMoney, what_needs_no_bond_goes_on_without_money) {
  give_milliether(9);  // for gas
  sit_down();
  dispute(1);
  rounds(3);
  EXPECT_EQ(l1.calls(), std::vector<std::string>{"create_game 1"});
  EXPECT_EQ(state, ActorState::out_of_funds);
  // Somebody else pays the bonds; steps and the decision are still ours.
  for (u32 i = 0; l1.made("confirm 1") == 0; ++i) {
    ASSERT_LT(i, 150u);
    l1.play(1, kRival, kLie, kSteps);
    l1.play(1, kAlly, {}, {Move::step, Move::seal_and_step, Move::raise, Move::resolve});
    rounds(2);
  }
  EXPECT_EQ(l1.made("step 1"), 1u);
  EXPECT_EQ(l1.made("resolve 1"), 1u);
  EXPECT_EQ(l1.made("claim 1") + l1.made("seal_and_claim 1") + l1.made("seal 1"), 0u);
  EXPECT_EQ(told("no move waits for money any more"), 1u);
}

TEST_F(ActorMoney, what_needs_a_bond_waits_is_told_and_goes_on_as_money_comes) {
  give_milliether(400);
  sit_down();
  contest(1);
  rounds(4);
  EXPECT_EQ(told("out of funds"), 1u) << "once as long as nothing changes";
  EXPECT_EQ(told("out of funds", "first=\"claim in batch 1\" bond=\"0.500000 ETH\""), 1u);
  EXPECT_EQ(told("needs=\"0.500", "has=\"0.400000 ETH\" left_s=1000"), 1u);
  EXPECT_EQ(state, ActorState::out_of_funds);
  EXPECT_EQ(metric("gavel_dispute_moves_waiting"), 1);
  EXPECT_GE(metric("gavel_dispute_moves_waiting_gwei"), 500'000'000);
  EXPECT_EQ(metric("gavel_dispute_balance_gwei"), 400'000'000);
  EXPECT_NE(actor->status().text().find("OUT OF FUNDS: 1 moves wait"), std::string::npos);
  give_milliether(450);
  rounds(2);
  EXPECT_EQ(told("out of funds", "has=\"0.450000 ETH\""), 1u) << "again when it changes";
  give_milliether(2'000);
  rounds(3);
  EXPECT_EQ(l1.made("claim 1"), 1u);
  EXPECT_EQ(told("no move waits for money any more"), 1u);
  EXPECT_EQ(metric("gavel_dispute_moves_waiting"), 0);
  until("collect 1");
}

TEST_F(ActorMoney, it_is_told_again_when_half_of_the_time_is_gone) {
  give_milliether(400);
  sit_down();
  contest(1);
  for (u32 i = 0; i < 60; ++i) {
    l1.play(1, kRival, kLie, kSteps);
    round();
  }
  EXPECT_EQ(told("out of funds"), 3u) << "with 1000, 512 and 256 s left";
}

TEST_F(ActorMoney, what_is_due_is_collected_when_there_is_gas_for_it) {
  contest(1);
  sit_down();
  until("forfeit 1");
  l1.give(me(), u128{});
  rounds(8);
  EXPECT_EQ(l1.made("collect 1"), 0u);
  give_milliether(10);
  until("collect 1");
  EXPECT_GT(money(), u128{500 * kMilliether});
}

TEST_F(ActorMoney, without_gas_nothing_is_sent_and_that_is_told) {
  l1.give(me(), u128{});
  sit_down();
  dispute(1);
  rounds(3);
  EXPECT_TRUE(l1.calls().empty());
  EXPECT_EQ(told("out of funds", "first=\"create_game in batch 1\" bond=\"0.000000 ETH\""), 1u);
  EXPECT_EQ(told("L1 did not take it"), 0u) << "no node is asked what it must refuse";
  give_milliether(10);
  rounds(3);
  EXPECT_EQ(l1.made("create_game 1"), 1u);
}

// Nodes want to see the bond and the gas at the highest price that is offered: here 3 gwei.
TEST_F(ActorMoney, gas_counts_at_the_price_that_is_offered) {
  contest(1);
  l1.give(me(), u128{500 * kMilliether + 120'000 * 3 * kGweiWei - 1});
  sit_down();
  rounds(3);
  EXPECT_EQ(told("out of funds"), 1u);
  EXPECT_EQ(told("submission round failed"), 0u) << "no node had to refuse it";
  l1.give(me(), u128{500 * kMilliether + 120'000 * 3 * kGweiWei});
  rounds(3);
  EXPECT_EQ(l1.made("claim 1"), 1u);
}

TEST_F(ActorMoney, what_needs_no_bond_is_sent_first) {
  contest(1);
  dispute(2);
  sit_down();
  allowed = false;
  round();
  allowed = true;
  rounds(3);
  EXPECT_TRUE(in_order("create_game 2", "claim 1"));
}

TEST_F(ActorMoney, what_has_no_deadline_is_sent_last) {
  contest(1);
  sit_down();
  allowed = false;
  for (u32 i = 0; !l1.model(1).resolved(); ++i) {
    ASSERT_LT(i, 150u);
    l1.play(1, kAlly, {}, {Move::confirm});
    round();
  }
  contest(2);
  round();
  allowed = true;
  rounds(3);
  EXPECT_TRUE(in_order("claim 2", "confirm 1"));
}

TEST_F(ActorMoney, money_on_its_way_is_not_spent_twice) {
  give_milliether(700);
  contest(1);
  contest(2);
  sit_down();
  look();
  l1.mine(1, 0);
  look();
  EXPECT_EQ(actor->status().on_way, 1u);
  EXPECT_EQ(actor->status().waiting, 1u);
  rounds(3);
  EXPECT_EQ(l1.made("claim 1"), 1u);
  EXPECT_EQ(l1.made("claim 2"), 0u);
  EXPECT_EQ(told("L1 did not take it"), 0u);
}

TEST_F(ActorMoney, a_line_is_not_begun_with_what_another_needs) {
  give_milliether(1'050);
  contest(1);
  sit_down();
  rounds(3);
  ASSERT_EQ(l1.made("claim 1"), 1u);
  contest(2);
  rounds(2);
  EXPECT_EQ(l1.made("claim 2"), 0u) << "the bond is there, but not beside what line 1 needs";
  EXPECT_EQ(told("out of funds", "first=\"claim in batch 2\" bond=\"0.500000 ETH\" needs=\"0.57"),
            1u);
  until("resolve 1");
}

TEST_F(ActorMoney, an_endpoint_that_does_not_tell_balances_holds_back_bonds_alone) {
  l1.tells_balances = false;
  sit_down();
  dispute(1);
  rounds(4);
  EXPECT_EQ(l1.calls(), std::vector<std::string>{"create_game 1"});
  EXPECT_EQ(told("L1 does not tell what the account has"), 1u);
  l1.tells_balances = true;
  look();
  rounds(1);
  EXPECT_EQ(l1.made("claim 1"), 1u);
}

// --- the limit of bonds

TEST_F(ActorMoney, the_nearest_deadline_gets_the_room_below_the_limit) {
  settings.max_bonds_wei = u128{kWholeLine};
  contest(1);
  dispute_late(2, 400);
  l1.create_game(2);
  sit_down();
  allowed = false;
  round();
  allowed = true;
  rounds(4);
  EXPECT_EQ(l1.made("claim 2"), 1u);
  EXPECT_EQ(l1.made("claim 1"), 0u);
  EXPECT_EQ(told("left out: it passes --max-bonds", "what=\"claim in batch 1\""), 1u);
  EXPECT_EQ(
      told("at_stake=\"0.500000 ETH\" kept_for_lines=\"0.070000 ETH\" limit=\"0.570000 ETH\""), 1u);
  EXPECT_EQ(metric("gavel_dispute_moves_left_out"), 1);
  EXPECT_EQ(metric("gavel_dispute_bonds_kept_gwei"), 70'000'000);
  EXPECT_NE(actor->status().text().find("LEFT OUT by --max-bonds 1"), std::string::npos);
  EXPECT_NE(state, ActorState::out_of_funds);
  until("resolve 2", 2);
}

struct Room {
  u64 limit_milliether;
  u64 lines;
};
class ActorRoom : public ActorMoney, public testing::WithParamInterface<Room> {};

TEST_P(ActorRoom, a_line_is_begun_only_if_the_limit_has_room_for_all_of_it) {
  settings.max_bonds_wei = u128{GetParam().limit_milliether * kMilliether};
  contest(1);
  contest(2);
  sit_down();
  rounds(5);
  EXPECT_EQ(l1.made("claim 1") + l1.made("claim 2"), GetParam().lines);
  EXPECT_EQ(metric("gavel_dispute_moves_left_out"), 2 - static_cast<double>(GetParam().lines));
}

INSTANTIATE_TEST_SUITE_P(Limits, ActorRoom,
                         testing::Values(Room{569, 0}, Room{570, 1}, Room{1'139, 1},
                                         Room{1'140, 2}));

// Lists that nobody stands by cost a rival less than a whole line that were kept for each.
TEST_F(ActorMoney, lists_of_rivals_do_not_use_up_the_limit) {
  settings.max_bonds_wei = u128{kWholeLine + 10 * kMilliether};
  contest(1);
  sit_down();
  for (u32 i = 0; l1.made("resolve 1") == 0; ++i) {
    ASSERT_LT(i, 150u) << actor->status().text();
    l1.play(1, kRival, kLie, kSteps);
    for (const u64 unit : {1, 3}) {
      l1.play(1, kAlly, {unit, 4, 1},
              {Move::seal, Move::seal_and_claim, Move::seal_and_step, Move::step, Move::raise,
               Move::resolve});
    }
    rounds(2);
  }
  EXPECT_EQ(told("left out"), 0u);
  EXPECT_EQ(metric("gavel_dispute_bonds_gwei"), 580'000'000) << "to the last of the limit";
}

TEST_F(ActorMoney, bonds_on_their_way_count) {
  settings.max_bonds_wei = u128{kWholeLine};
  contest(1);
  sit_down();
  look();
  ASSERT_EQ(actor->status().on_way, 1u);
  l1.set_base_fee(u128{10 * kGweiWei});  // so that no block takes it
  contest(2);
  look();
  EXPECT_EQ(told("sends", "claim in batch 2"), 0u);
  EXPECT_EQ(told("left out", "claim in batch 2"), 1u);
}

// A submitter tells at once what the feed believes a few blocks later.
TEST_F(ActorMoney, bonds_in_blocks_that_are_not_read_yet_count) {
  settings.max_bonds_wei = u128{kWholeLine};
  settings.confirmations = 6;
  contest(1);
  contest(2);
  l1.mine(6);
  sit_down();
  rounds(5);
  ASSERT_EQ(l1.made("claim 1"), 1u);
  ASSERT_EQ(actor->status().on_way, 0u);
  EXPECT_EQ(actor->status().bonds_wei, u128{}) << "not read yet";
  EXPECT_EQ(told("sends", "claim in batch 1"), 1u);
  EXPECT_EQ(told("sends", "claim in batch 2"), 0u);
}

TEST_F(ActorMoney, money_in_blocks_is_not_subtracted_again) {
  settings.submitter.confirmations = 8;
  give_milliether(1'200);
  contest(1);
  sit_down();
  rounds(3);
  ASSERT_EQ(l1.made("claim 1"), 1u);
  ASSERT_EQ(actor->status().on_way, 1u) << "mined, and not deep enough";
  contest(2);
  rounds(2);
  EXPECT_EQ(l1.made("claim 2"), 1u);
}

TEST_F(ActorMoney, nothing_is_kept_for_a_contest_that_is_gone) {
  settings.max_bonds_wei = u128{kWholeLine};
  sit_down();
  fix_batches(2);
  round();
  const u64 before = l1.head().number;
  contest(1);
  rounds(3);
  ASSERT_EQ(l1.made("claim 1"), 1u);
  l1.take_back(static_cast<u32>(l1.head().number - before));
  contest(2);
  rounds(5);
  EXPECT_EQ(l1.made("claim 2"), 1u);
}

// The events of a block are read before the submitter has asked for receipts.
TEST_F(ActorMoney, bonds_that_were_counted_twice_are_counted_anew) {
  settings.max_bonds_wei = u128{2 * kWholeLine};
  settings.submitter.poll_ms = 30'000;
  contest(1);
  sit_down();
  look();
  clock.advance_ms(30'000);
  look();  // the claim is sent
  ASSERT_EQ(l1.pool_size(), 1u);
  contest(2);
  look();
  EXPECT_EQ(told("left out", "claim in batch 2"), 1u);
  clock.advance_ms(30'000);
  look();  // no new block
  EXPECT_EQ(told("sends", "claim in batch 2"), 1u);
}

TEST_F(ActorMoney, there_is_room_again_when_bonds_come_back) {
  settings.max_bonds_wei = u128{kWholeLine};
  contest(1);
  contest(2);
  sit_down();
  until("collect 1");
  until("claim 2", 2);
  EXPECT_EQ(told("left out", "claim in batch 2"), 1u);
  rounds(2);
  EXPECT_EQ(metric("gavel_dispute_moves_left_out"), 0);
}

// --- a dry run

TEST_F(ActorMoney, a_dry_run_says_the_same_and_sends_nothing) {
  settings.dry_run = true;
  settings.max_bonds_wei = u128{kWholeLine};
  give_milliether(10);
  sit_down();
  dispute(1);
  rounds(2);
  EXPECT_EQ(told("would send", "create_game in batch 1"), 1u);
  l1.create_game(1);
  rounds(2);
  EXPECT_EQ(told("out of funds", "claim in batch 1"), 1u);
  EXPECT_EQ(state, ActorState::out_of_funds);
  give_milliether(5'000);
  rounds(2);
  EXPECT_EQ(told("would send", "claim in batch 1"), 1u);
  contest(2);
  rounds(2);
  EXPECT_EQ(told("left out", "claim in batch 2"), 1u) << "what it would have paid counts";
  EXPECT_EQ(told("sends"), 0u);
  EXPECT_TRUE(l1.calls().empty());
  EXPECT_EQ(actor->status().sent, 0u);
  l1.take_back(1);
  l1.mine(2);
  rounds(1);
  EXPECT_EQ(told("would send", "claim in batch 1"), 2u) << "all is decided again after a reorg";
  EXPECT_EQ(l1.pool_size(), 0u);
}

}  // namespace
}  // namespace gavel::dispute
