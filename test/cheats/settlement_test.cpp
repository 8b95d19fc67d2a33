// Poster, claimer and verifier together over a model of the contracts: on a calm L1, on one that
// reorganises, fails and becomes dear, and against strangers.
#include <gtest/gtest.h>

#include <random>

#include "cheats/settlement_world.hpp"

namespace gavel::cheats {
namespace {

TEST(Settlement, BatchesArePostedClaimedConfirmedAndAgreedOn) {
  Settlement s;
  s.found();
  s.trade();
  s.trade();
  ASSERT_TRUE(s.settle(3)) << s.poster->status().last_error << s.claimer->status().last_error;
  for (u32 i = 0; i < 20; ++i) s.round();
  EXPECT_EQ(s.claimer->status().confirmed, 3u);
  EXPECT_EQ(s.l1.claims(), 4u);
  // Nothing was sent twice.
  EXPECT_EQ(s.poster->status().fixed, 3u);
  u64 pages = 0;
  for (u64 b = 1; b <= 3; ++b) pages += s.liar.batches().get(b)->pages.starts.size();
  EXPECT_EQ(s.poster->status().posts, pages);
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  EXPECT_EQ(run(verifier), VerifyState::up_to_date);
  EXPECT_EQ(differences(verifier), kThreeAgree);
  for (const settle::ClaimVerdict& v : verifier.verdicts()) EXPECT_TRUE(v.confirmed);
}

TEST(Verifier, RefusesAnotherGenesisThanTheRulesGive) {
  FakeContracts::Options options = contracts_options();
  options.genesis_root.bytes[0] ^= 1;
  Settlement s(Lie::none, options);
  settle::Verifier verifier(s.l1, {.threads = 1});
  const auto started = verifier.start(FakeContracts::registry());
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().find("genesis"), std::string::npos);
}

TEST(Verifier, SaysWhenPagesAreWithheldAndGoesOnWhenTheyCome) {
  Settlement s;
  s.found();
  ASSERT_TRUE(s.settle(1));
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  s.l1.withhold_transactions(true);
  EXPECT_EQ(run(verifier), VerifyState::no_data);
  EXPECT_FALSE(verifier.error().empty());
  s.l1.withhold_transactions(false);
  EXPECT_EQ(run(verifier), VerifyState::up_to_date);
  EXPECT_EQ(differences(verifier), std::vector<Difference>(1, Difference::none));
}

// Silence, or a refusal as in the middle of a reorganisation.
class PassingFailures : public testing::TestWithParam<l1::ErrorKind> {};

TEST_P(PassingFailures, AreWaitedFor) {
  Settlement s;
  s.found();
  s.trade();
  s.trade();
  ASSERT_TRUE(s.settle(3));
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  u32 failures = 0;
  VerifyState state = VerifyState::behind;
  for (u32 i = 0; i < 1'000 && state != VerifyState::up_to_date; ++i) {
    if (i % 2 == 0) s.l1.fail_after(i % 7, l1::make_error(GetParam(), "block height is 64"));
    state = verifier.step();
    ASSERT_NE(state, VerifyState::failed) << verifier.error();
    ASSERT_NE(state, VerifyState::no_data) << verifier.error();
    failures += verifier.error().empty() ? 0 : 1;
  }
  EXPECT_GT(failures, 0u);
  EXPECT_EQ(differences(verifier), kThreeAgree);
}
// Wherever the one failure falls, reading a batch's pages included.
TEST_P(PassingFailures, AreWaitedForAtEveryQuestion) {
  Settlement s;
  s.found();
  s.trade();
  ASSERT_TRUE(s.settle(2));
  for (u32 question = 0; question < 40; ++question) {
    settle::Verifier verifier(s.l1, {.threads = 1});
    ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
    s.l1.fail_after(question, l1::make_error(GetParam(), "block height is 64"));
    VerifyState state = VerifyState::behind;
    for (u32 i = 0; i < 100 && state == VerifyState::behind; ++i) state = verifier.step();
    EXPECT_EQ(state, VerifyState::up_to_date) << question << ": " << verifier.error();
    for (u32 i = 0; i <= question; ++i) (void)s.l1.chain_id();  // meets what is left
  }
}
INSTANTIATE_TEST_SUITE_P(Verifier, PassingFailures,
                         testing::Values(l1::ErrorKind::kTimeout, l1::ErrorKind::kServer));

TEST(Verifier, DerivesAgainWhatAReorganisationFixesOtherwise) {
  Settlement s;
  s.found();
  s.trade();
  ASSERT_TRUE(s.settle(2));
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  ASSERT_EQ(run(verifier), VerifyState::up_to_date);
  const stf::Cursor before = verifier.end_of(2);
  while (s.l1.next_batch() == 3) s.l1.take_back(1, false);
  s.l1.mine(3);
  ASSERT_TRUE(s.settle(2)) << s.poster->status().last_error << s.claimer->status().last_error;
  ASSERT_EQ(run(verifier), VerifyState::up_to_date);
  EXPECT_NE(verifier.end_of(2).l1_block_hash, before.l1_block_hash);
  EXPECT_EQ(verifier.end_of(2).prev_hash, before.prev_hash);
  EXPECT_EQ(differences(verifier), std::vector<Difference>(2, Difference::none));
}

TEST(Verifier, JudgesEachRivalAndForgetsAClaimThatIsTakenBack) {
  Settlement s;
  s.found();
  s.trade();
  ASSERT_TRUE(s.settle(2));
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  ASSERT_EQ(run(verifier), VerifyState::up_to_date);
  stf::Cursor rival = verifier.end_of(2);
  rival.state_root.bytes[5] ^= 1;
  const stf::Cursor parent = verifier.end_of(1);
  const settle::FeedBatch batch = verifier.feed().batches()[1];
  s.call(FakeContracts::registry(),
         settle::encode_claim(verifier.verdicts()[0].claim, 2, batch.posted, parent, rival));
  ASSERT_EQ(s.l1.claims(), 4u);
  ASSERT_EQ(run(verifier), VerifyState::up_to_date);
  EXPECT_EQ(differences(verifier),
            (std::vector{Difference::none, Difference::none, Difference::state_root}));
  while (s.l1.claims() == 4) s.l1.take_back(1, false);
  s.l1.mine(5);
  ASSERT_EQ(run(verifier), VerifyState::up_to_date);
  EXPECT_EQ(differences(verifier), std::vector<Difference>(2, Difference::none));
}

TEST(Verifier, NamesALieOnceAndNotWhatIsBuiltOnIt) {
  Settlement s(Lie::fill);
  s.found();
  s.trade();
  s.trade();
  ASSERT_TRUE(s.settle(3));
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  ASSERT_EQ(run(verifier), VerifyState::up_to_date);
  EXPECT_EQ(differences(verifier), (std::vector{Difference::none, Difference::output_hash}));
}

// Everything that L1 can do to an honest sequencer, at random.
class Chaos : public testing::TestWithParam<u64> {};

TEST_P(Chaos, EveryBatchIsClaimedAndAStrangerAgrees) {
  std::mt19937_64 random(GetParam());
  const auto pick = [&](u64 n) { return random() % n; };
  Settlement s;
  s.found();
  // Deep enough that no reorganisation reaches the messages.
  s.l1.mine(10);
  const u64 floor = s.l1.head().number;
  s.trade();
  s.trade();
  for (u32 i = 0; i < 150; ++i) {
    if (pick(12) == 0) {
      const u64 room = s.l1.head().number - floor;
      const u32 depth = static_cast<u32>(std::min<u64>(1 + pick(4), room));
      if (depth != 0) s.l1.take_back(depth, pick(2) == 0);
    }
    if (pick(10) == 0) {
      s.l1.fail_after(static_cast<u32>(pick(8)), l1::make_error(l1::ErrorKind::kTimeout, "busy"));
    }
    if (pick(25) == 0) s.l1.forget_mempool();
    if (pick(20) == 0) s.l1.set_base_fee(u128{1'000'000'000 * (1 + pick(40))});
    if (pick(40) == 0) s.start();
    s.tick();
    if (pick(3) != 0) s.l1.mine(1, static_cast<u32>(1 + pick(3)));
  }
  s.l1.set_base_fee(u128{1'000'000'000});
  s.l1.mine();
  ASSERT_TRUE(s.settle(3)) << s.poster->status().last_error << " / "
                           << s.claimer->status().last_error;
  EXPECT_FALSE(s.claimer->status().diverged);
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  ASSERT_EQ(run(verifier), VerifyState::up_to_date) << verifier.error();
  EXPECT_EQ(differences(verifier), kThreeAgree);
  EXPECT_EQ(s.l1.claims(), 4u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Chaos, testing::Range<u64>(1, 25));

// A batch that a stranger fixed for a late sequencer is not the batch that the node has made.
TEST(Poster, LeavesABatchAloneThatWasBegunWithOtherPages) {
  Settlement s;
  s.found();
  ASSERT_TRUE(s.settle(1));
  const auto state = settle::read_posting_state(s.l1, s.contracts(), l1::BlockTag::kLatest).value();
  s.post_from_elsewhere(settle::encode_post(2, 0, state.post_hash, state.term,
                                            std::vector<l1::Bytes>{l1::Bytes{1, 2, 3}}));
  ASSERT_EQ(s.l1.pages(), 1u);
  s.trade();
  for (u32 i = 0; i < 10; ++i) s.round();
  EXPECT_EQ(s.l1.next_batch(), 2u);
  EXPECT_EQ(s.l1.pages(), 1u);
  EXPECT_NE(s.poster->status().last_error.find("did not make"), std::string::npos);
}

// A node whose clock was an hour ahead: posted at once, its blocks would be nothing.
TEST(Poster, ABatchAheadOfL1sTimeWaitsForIt) {
  Settlement s;
  s.found();
  ASSERT_TRUE(s.settle(1));
  s.liar.make_trading_batch(s.l1_time_ms() + 3'600'000);
  for (u32 i = 0; i < 10; ++i) s.round();
  EXPECT_EQ(s.l1.next_batch(), 2u);
  EXPECT_EQ(s.l1.pages(), 0u);
  EXPECT_NE(s.poster->status().last_error.find("ahead of L1's time"), std::string::npos);
  EXPECT_TRUE(s.settle(2));
  EXPECT_FALSE(s.claimer->status().diverged);
}

// After an outage many batches wait; what can be paid out does not wait for all of them.
TEST(Claimer, ConfirmsWhileItsClaimsAreBehind) {
  FakeContracts::Options options = contracts_options();
  options.claim_window_s = 12;
  Settlement s(Lie::none, options);
  s.found();
  for (u32 i = 0; i < 5; ++i) s.trade();
  for (u32 i = 0; i < 200 && !s.poster->posted_up_to(6); ++i) {
    s.poster->tick();
    s.l1.mine();
    s.clock.advance_ms(12'000);
  }
  ASSERT_EQ(s.l1.next_batch(), 7u);
  for (u32 i = 0; i < 50 && s.l1.confirmed() == 0; ++i) {
    s.claimer->tick();
    s.l1.mine();
    s.clock.advance_ms(12'000);
  }
  EXPECT_EQ(s.l1.confirmed(), 1u);
  EXPECT_LT(s.l1.claims(), 6u);
}

TEST(Claimer, DoesNotClaimItsOwnEndOnABatchThatAStrangerFixed) {
  Settlement s;
  s.found();
  ASSERT_TRUE(s.settle(1));
  s.deposit(Liar::kVictim, 1, s.liar.account(Liar::kVictim));
  s.deliver();
  s.trade();  // has executed the deposit
  s.l1.mine(400);
  s.call(
      FakeContracts::batch_inbox(),
      settle::encode_fix(
          2,
          settle::read_posting_state(s.l1, s.contracts(), l1::BlockTag::kLatest).value().post_hash,
          1, stf::cursor_hash(s.genesis_end()), 0));
  ASSERT_EQ(s.l1.next_batch(), 2u) << "another configuration hash is refused";
  s.call(
      FakeContracts::batch_inbox(),
      settle::encode_fix(
          2,
          settle::read_posting_state(s.l1, s.contracts(), l1::BlockTag::kLatest).value().post_hash,
          1, s.genesis_end().config_hash, 0));
  ASSERT_EQ(s.l1.next_batch(), 3u);
  for (u32 i = 0; i < 10; ++i) {
    s.claimer->tick();
    s.l1.mine();
    s.clock.advance_ms(12'000);
  }
  EXPECT_TRUE(s.claimer->status().diverged);
  EXPECT_EQ(s.l1.claims(), 2u);
}

}  // namespace
}  // namespace gavel::cheats
