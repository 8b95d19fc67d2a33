// The actor on a fake L1: whole contests, lines of claims, restarts, reorganisations, endpoints
// that fail, gas prices.
#include "dispute/actor_fixture_test.hpp"
#include "io/fake_disk.hpp"

namespace gavel::dispute {
namespace {

TEST_F(ActorTest, wins_a_contest_and_has_its_bonds_back) {
  sit_down();
  dispute(1);
  until("collect 1");
  EXPECT_TRUE(l1.confirmed(1));
  EXPECT_EQ(l1.made("forfeit 1"), 1u);
  rounds(3);
  EXPECT_EQ(actor->status().bonds_wei, u128{});
  EXPECT_EQ(state, ActorState::watching);
  EXPECT_EQ(l1.failed_calls, 0u);
  EXPECT_EQ(told("LOST"), 0u);
  EXPECT_GT(money(), u128{999} * u128{kEther});
}

TEST_F(ActorTest, killed_again_and_again_it_goes_on_from_L1_alone) {
  sit_down();
  dispute(1);
  for (u32 i = 0; l1.made("collect 1") == 0; ++i) {
    ASSERT_LT(i, 150u);
    l1.play(1, kRival, kLie, kSteps);
    round();
    sit_down();  // whatever is on its way
    look();
    rounds(2);
  }
  EXPECT_TRUE(l1.confirmed(1));
  EXPECT_EQ(l1.failed_calls, 0u) << "nothing is sent twice";
}

// Blocks are read 512 at a time: here up to the middle of a contest.
TEST_F(ActorTest, decides_nothing_about_games_that_it_has_read_in_part) {
  sit_down();
  l1.mine(507);
  look();
  dispute(1);
  until("claim 1");
  sit_down();
  look();  // far from the head
  EXPECT_EQ(told("sends", "the true list is missing at level 0"), 1u);
  EXPECT_EQ(told("sends", "create_game in batch 1"), 1u);
  until("collect 1");
  EXPECT_EQ(l1.failed_calls, 0u);
}

TEST_F(ActorTest, what_is_in_a_block_that_is_not_read_yet_is_not_sent_again) {
  settings.confirmations = 6;
  sit_down();
  dispute(1);
  until("claim 1");
  rounds(3);
  EXPECT_EQ(actor->status().bonds_wei, u128{}) << "not read yet";
  EXPECT_EQ(told("sends", "claim in batch 1"), 1u);
}

TEST_F(ActorTest, forgets_what_confirmed_batches_overwrote_when_no_reorganisation_takes_them_back) {
  io::FakeDisk disk;
  settings.undo = {&disk, "undo"};
  settings.final_depth = 20;
  settings.continue_line = false;
  sit_down();
  fix_batches(3);
  for (u64 batch = 1; batch <= 2; ++batch) l1.claim(batch, me(), l1.true_end(batch));
  rounds(2);
  const u64 all = disk.list("undo").value().size();
  ASSERT_GE(all, 3u);
  clock.advance_ms(1'000 * CourtL1::kWindow);
  for (u32 i = 0; !l1.confirmed(2); ++i) {
    ASSERT_LT(i, 30u);
    round();
  }
  rounds(16);
  EXPECT_EQ(disk.list("undo").value().size(), all);
  rounds(8);
  EXPECT_EQ(disk.list("undo").value().size(), all - 2);
}

TEST_F(ActorTest, says_that_a_contest_is_lost_and_does_not_help_the_winner_on) {
  dispute(1);
  sit_down();
  actor->on_action([](Action&) { return false; });
  l1.create_game(1);
  for (u32 i = 0; i < 120; ++i) {
    l1.play(1, kRival, kLie, kSteps);
    round();
  }
  EXPECT_EQ(l1.model(1).resolved()->end, CourtL1::wrong_end(1));
  EXPECT_EQ(told("LOST", "batch=1"), 1u);
  EXPECT_EQ(actor->status().lost, 1u);
  EXPECT_EQ(metric("gavel_dispute_lost"), 1);
  EXPECT_TRUE(l1.calls().empty());
}

TEST_F(ActorTest, bonds_of_a_lost_contest_are_at_stake_until_it_is_over) {
  sit_down();
  dispute(1);
  until("claim 1");
  allowed = false;
  for (u32 i = 0; i < 120; ++i) {
    l1.play(1, kRival, kLie, kSteps);
    round();
  }
  ASSERT_EQ(told("LOST", "batch=1"), 1u);
  EXPECT_GT(actor->status().bonds_wei, u128{});
  l1.confirm(1, CourtL1::wrong_end(1));
  rounds(5);
  EXPECT_EQ(told("the contest is over"), 1u);
  EXPECT_EQ(actor->status().bonds_wei, u128{});
}

TEST_F(ActorTest, what_its_owner_forbids_is_not_sent) {
  sit_down();
  actor->on_action([this](Action& action) {
    l1.remember(action);
    return action.move != Move::claim;
  });
  dispute(1);
  rounds(4);
  EXPECT_EQ(l1.calls(), std::vector<std::string>{"create_game 1"});
}

TEST_F(ActorTest, one_batch_alone_if_told_so) {
  settings.only_batch = 2;
  dispute(1);
  dispute(2);
  sit_down();
  rounds(4);
  EXPECT_EQ(l1.calls(), (std::vector<std::string>{"create_game 2", "claim 2"}));
}

TEST_F(ActorTest, what_L1_refuses_is_tried_again_later_each_time) {
  l1.refusal = "WrongPath(uint256,bytes32,bytes32)";
  dispute(1);
  sit_down();
  for (u32 i = 0; i < 60; ++i) round(1);
  EXPECT_GE(told("sends", "claim in batch 1"), 4u);
  EXPECT_LE(told("sends", "claim in batch 1"), 8u);
  EXPECT_EQ(told("L1 did not take it", "claim in batch 1"), told("sends", "claim in batch 1"));
  l1.refusal.clear();
  rounds(8);
  EXPECT_EQ(l1.made("claim 1"), 1u);
}

TEST_F(ActorTest, what_others_have_done_is_no_trouble) {
  l1.refusal = "ClaimExists(bytes32)";
  dispute(1);
  sit_down();
  rounds(4);
  EXPECT_GT(told("somebody was faster", "claim in batch 1"), 0u);
  EXPECT_EQ(told("L1 did not take it"), 0u);
  EXPECT_EQ(actor->status().refused, 0u);
}

TEST_F(ActorTest, without_a_new_block_nothing_is_decided_again) {
  sit_down();
  dispute(1);
  rounds(4);
  const u64 before = l1.requests();
  look();
  EXPECT_LE(l1.requests() - before, 4u * 9) << "four looks at the head and the nonces";
}

// --- lines of claims

TEST_F(ActorTest, claims_where_only_wrong_claims_stand_and_goes_on_with_its_line) {
  sit_down();
  fix_batches(1);
  l1.claim(1, kRival, CourtL1::wrong_end(1));
  until("claim 1");
  EXPECT_EQ(l1.made("claim_batch 1"), 1u);
  fix_batches(3);
  until("claim_batch 3");
  EXPECT_TRUE(in_order("claim_batch 2", "claim_batch 3"));
  EXPECT_EQ(told("sends", "claim_batch in batch 2"), 1u);
  EXPECT_EQ(told("why=\"our line goes on\" bond=\"0.000000 ETH\""), 2u) << "one bond for the line";
  // The second claim of the line is contested as well, and the third goes on after it.
  l1.claim(2, kRival, CourtL1::wrong_end(1));
  until("claim 2", 2);
  until("collect 1", 1);
  until("collect 2", 2);
  until("withdraw_bond");
  for (u64 batch = 1; batch <= 3; ++batch) EXPECT_TRUE(l1.confirmed(batch)) << batch;
  EXPECT_EQ(l1.failed_calls, 0u);
  EXPECT_GT(money(), u128{999} * u128{kEther});
}

TEST_F(ActorTest, shows_how_many_batches_it_has_not_derived_yet) {
  fix_batches(3);
  sit_down();
  double most = 0;
  for (u32 i = 0; i < 12; ++i) {
    state = actor->tick();
    const ActorStatus& s = actor->status();
    EXPECT_EQ(metric("gavel_dispute_batches_behind"), static_cast<double>(s.fixed - s.derived));
    most = std::max(most, metric("gavel_dispute_batches_behind"));
  }
  EXPECT_GT(most, 0);
  EXPECT_EQ(metric("gavel_dispute_batches_behind"), 0);
}

TEST_F(ActorTest, a_line_that_somebody_else_goes_on_with_is_left_to_him) {
  sit_down();
  fix_batches(1);
  l1.claim(1, kRival, CourtL1::wrong_end(1));
  until("claim_batch 1");
  clock.advance_ms(1'000);
  fix_batches(2);
  l1.claim(2, kNode, l1.true_end(2));
  rounds(5);
  EXPECT_EQ(l1.made("claim_batch 2"), 0u);
}

TEST_F(ActorTest, a_line_of_somebody_else_is_not_ours_to_go_on_with) {
  sit_down();
  fix_batches(1);
  l1.claim(1, kNode, l1.true_end(1));
  fix_batches(2);
  rounds(5);
  EXPECT_TRUE(l1.calls().empty());
}

TEST_F(ActorTest, confirms_its_claim_when_it_has_stood_the_window) {
  sit_down();
  fix_batches(1);
  l1.claim(1, kRival, CourtL1::wrong_end(1));
  until("claim 1");
  clock.advance_ms(300'000);
  fix_batches(2);
  until("confirm 2");
  EXPECT_TRUE(in_order("confirm 1", "confirm 2"));
  EXPECT_EQ(l1.failed_calls, 0u) << "and no sooner";
}

TEST_F(ActorTest, goes_on_with_no_line_when_told_so) {
  settings.continue_line = false;
  sit_down();
  fix_batches(1);
  l1.claim(1, kRival, CourtL1::wrong_end(1));
  until("claim_batch 1");
  fix_batches(2);
  rounds(5);
  EXPECT_EQ(l1.made("claim_batch 2"), 0u);
}

TEST_F(ActorTest, a_defender_claims_no_batch) {
  settings.player.rival_wrong_claims = false;
  sit_down();
  fix_batches(1);
  l1.claim(1, kRival, CourtL1::wrong_end(1));
  rounds(5);
  EXPECT_TRUE(l1.calls().empty());
  EXPECT_EQ(actor->status().contests, 0u);
  l1.claim(1, kNode, l1.true_end(1));
  until("claim 1");
  EXPECT_EQ(l1.made("claim_batch 1"), 0u);
}

// --- L1 in trouble

TEST_F(ActorTest, a_reorganisation_takes_moves_back_and_they_are_made_again) {
  sit_down();
  dispute(1);
  until("claim 1");
  l1.take_back(4);
  ASSERT_EQ(l1.made("claim 1"), 0u);
  l1.mine(5);
  until("collect 1");
  EXPECT_EQ(told("L1 was reorganised"), 1u);
  EXPECT_TRUE(l1.confirmed(1));
}

TEST_F(ActorTest, a_reorganisation_is_answered_before_the_old_height_is_reached) {
  sit_down();
  dispute(1);
  rounds(1);
  const u64 before = l1.head().number;
  l1.mine(5, 0);
  until("create_game 1");
  EXPECT_EQ(told("sends", "create_game"), 1u);
  l1.take_back(static_cast<u32>(l1.head().number - before));
  l1.mine(1);
  look();
  EXPECT_EQ(told("sends", "create_game"), 2u);
}

TEST_F(ActorTest, a_contest_that_was_over_is_played_again_after_a_reorganisation) {
  sit_down();
  dispute(1);
  l1.set_finality(100, 100);
  until("settle 1");
  const u64 before = l1.head().number;
  until("collect 1");
  rounds(3);
  EXPECT_EQ(told("the contest is over"), 1u);
  l1.take_back(static_cast<u32>(l1.head().number - before));
  ASSERT_EQ(l1.made("collect 1"), 0u);
  until("collect 1");
  rounds(3);
  EXPECT_EQ(told("the contest is over"), 2u);
}

TEST_F(ActorTest, a_reorganisation_may_change_who_stood_alone_for_how_long) {
  sit_down();
  dispute(1);
  round();
  EXPECT_LT(actor->status().ours_s, 100u);
  l1.take_back(2);
  clock.advance_ms(400'000);
  l1.mine();
  look();
  l1.claim(1, kRival, CourtL1::wrong_end(1));
  rounds(2);
  EXPECT_GE(actor->status().ours_s, 400u);
}

TEST_F(ActorTest, truths_are_made_anew_when_batches_are_derived_anew) {
  sit_down();
  dispute(1);
  rounds(2);
  const u64 before = l1.head().number;
  fix_batches(2);
  rounds(2);
  const u32 made = truths_made;
  l1.take_back(static_cast<u32>(l1.head().number - before));
  l1.mine(3);
  rounds(3);
  EXPECT_EQ(truths_made, made + 1) << "older states are not kept through it";
}

TEST_F(ActorTest, a_game_whose_logs_contradict_each_other_is_not_played) {
  dispute(1);
  l1.create_game(1);
  l1.contradict(1);
  dispute(2);
  sit_down();
  rounds(4);
  EXPECT_EQ(told("contradict each other", "batch 1"), 1u);
  EXPECT_EQ(metric("gavel_dispute_contests_unread"), 1);
  EXPECT_NE(actor->status().text().find("UNDECIDED 1"), std::string::npos);
  EXPECT_EQ(l1.calls(), (std::vector<std::string>{"create_game 2", "claim 2"}));
}

// Any question may be refused at any time, and be answered a moment later.
TEST_F(ActorTest, waits_when_an_endpoint_refuses_a_question) {
  sit_down();
  dispute(1);
  u32 asked = 0;
  for (u32 i = 0; l1.made("collect 1") == 0; ++i) {
    ASSERT_LT(i, 400u) << actor->status().text();
    if (i % 3 == 0) l1.play(1, kRival, kLie, kSteps);
    const auto kind = i % 2 == 0 ? l1::ErrorKind::kServer : l1::ErrorKind::kConnection;
    clock.advance_ms(12'000);
    l1.mine();
    l1.fail_after(asked++ % 40, l1::make_error(kind, "not now"));
    look();
    l1.fail_next(0, l1::make_error(kind));
  }
  EXPECT_GT(told("msg=trouble", "not now"), 0u);
  EXPECT_TRUE(l1.confirmed(1));
}

// What no waiting mends ends it: whoever supervises it starts again with another endpoint.
TEST_F(ActorTest, an_endpoint_that_contradicts_itself_ends_it) {
  dispute(1);
  std::set<std::string> ends;
  for (u32 request = 0; request < 30; ++request) {
    sit_down();
    look();
    l1.mine();
    l1.fail_after(request, l1::make_error(l1::ErrorKind::kForeignLog, "a lie"));
    if (actor->tick() == ActorState::failed) ends.insert(actor->error());
    l1.fail_next(0, l1::make_error(l1::ErrorKind::kForeignLog));
  }
  // The chain's events and the games' are read one after the other.
  EXPECT_EQ(ends, (std::set<std::string>{"a lie", "foreign_log: a lie"}));
}

TEST_F(ActorTest, another_chain_ends_it) {
  settings.submitter.chain_id = 1;
  sit_down();
  EXPECT_EQ(actor->tick(), ActorState::failed);
  EXPECT_NE(actor->error().find("L1 is another chain"), std::string::npos);
}

// --- gas prices

u128 price_of(const l1::FakeL1::Transaction& tx) {
  return u128::from_halves(tx.body.max_fee_wei.limb[1], tx.body.max_fee_wei.limb[0]);
}

class ActorFees : public ActorTest {
 protected:
  // The cap is 100 gwei with 750 s left, 500 with 250.
  void contest_at(u64 base_fee_gwei) {
    dispute(1);
    l1.create_game(1);
    l1.set_base_fee(u128{base_fee_gwei * kGweiWei});
    sit_down();
  }
  // Seconds left when the claim was made; 0: never within the window.
  u64 claimed_with_left() {
    while (actor->status().deadline_s != 1) {
      const u64 left = actor->status().deadline_s;
      l1.play(1, kRival, kLie, kSteps);
      round();
      if (l1.made("claim 1") != 0) return left;
    }
    return 0;
  }
  u64 paid_gwei() const {
    for (const auto& tx : l1.mined()) {
      if (tx.from == me()) return (price_of(tx) / u128{kGweiWei}).lo;
    }
    return 0;
  }
};

TEST_F(ActorFees, what_the_usual_price_does_not_buy_waits_until_the_deadline_is_near) {
  contest_at(300);
  const u64 left = claimed_with_left();
  EXPECT_LE(left, 500u) << "at half of the window the cap reaches 300 gwei";
  EXPECT_GT(left, 440u) << "and no later than that it is sent";
  EXPECT_GE(paid_gwei(), 300u);
  EXPECT_GT(told("fee_over_cap"), 0u);
  until("resolve 1");
  l1.set_base_fee(u128{50 * kGweiWei});
  until("collect 1");
}

TEST_F(ActorFees, what_is_on_its_way_is_raised_as_the_deadline_comes) {
  contest_at(40);
  l1.mine();
  look();  // sent at 100 gwei at most
  ASSERT_EQ(l1.pool_size(), 1u);
  l1.set_base_fee(u128{300 * kGweiWei});
  const u64 left = claimed_with_left();
  EXPECT_LE(left, 500u);
  EXPECT_GT(left, 300u);
  EXPECT_GE(paid_gwei(), 300u);
}

TEST_F(ActorFees, never_above_the_urgent_price) {
  contest_at(501);
  EXPECT_EQ(claimed_with_left(), 0u);
  EXPECT_EQ(l1.pool_size(), 0u);
}

}  // namespace
}  // namespace gavel::dispute
