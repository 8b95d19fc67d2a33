#include "l1/submitter.hpp"

#include "l1/abi.hpp"
#include "l1/submitter_fixture.hpp"

namespace gavel::l1 {
namespace {

TEST_F(SubmitterTest, APipelineIsMinedInOrderAndReportedOnce) {
  auto submitter = make();
  for (u8 i = 1; i <= 50; ++i) ASSERT_TRUE(submitter->submit(call(i)).ok());
  submitter->tick();
  EXPECT_EQ(l1.pool_size(), 50u);
  EXPECT_EQ(submitter->status(1)->state, CallState::kSent);
  run(*submitter, 5);
  const auto outcomes = submitter->take_outcomes();
  ASSERT_EQ(outcomes.size(), 50u);
  std::vector<u8> expected;
  for (u8 i = 1; i <= 50; ++i) expected.push_back(i);
  EXPECT_EQ(tags(), expected);
  for (u32 i = 0; i < 50; ++i) {
    EXPECT_EQ(outcomes[i].id, i + 1);
    EXPECT_EQ(outcomes[i].state, CallState::kConfirmed);
    EXPECT_EQ(outcomes[i].receipt->block_number, 1u);
  }
  EXPECT_TRUE(submitter->idle());
  EXPECT_TRUE(submitter->take_outcomes().empty());
  EXPECT_FALSE(submitter->status(1).has_value());
}

TEST_F(SubmitterTest, NothingIsReportedBeforeItIsDeepEnough) {
  auto submitter = make();
  ASSERT_TRUE(submitter->submit(call(1)).ok());
  submitter->tick();
  for (u32 depth = 1; depth < 3; ++depth) {
    l1.mine();
    submitter->tick();
    EXPECT_EQ(submitter->status(1)->state, CallState::kMined) << depth;
    EXPECT_TRUE(submitter->take_outcomes().empty());
  }
  l1.mine();
  submitter->tick();
  EXPECT_EQ(submitter->take_outcomes().size(), 1u);
}

TEST_F(SubmitterTest, AReorgThatDropsTransactionsIsRepaired) {
  auto submitter = make();
  for (u8 i = 1; i <= 5; ++i) ASSERT_TRUE(submitter->submit(call(i)).ok());
  submitter->tick();
  l1.mine(2, 5);
  submitter->tick();
  EXPECT_EQ(submitter->status(3)->state, CallState::kMined);
  l1.reorg(2, false);
  l1.mine(3);
  submitter->tick();
  EXPECT_EQ(submitter->status(3)->state, CallState::kSent);
  run(*submitter, 5);
  EXPECT_EQ(submitter->take_outcomes().size(), 5u);
  EXPECT_EQ(tags(), (std::vector<u8>{1, 2, 3, 4, 5}));
}

TEST_F(SubmitterTest, AReorgDeeperThanTheConfirmationsIsRepairedToo) {
  auto submitter = make();
  for (u8 i = 1; i <= 3; ++i) ASSERT_TRUE(submitter->submit(call(i)).ok());
  run(*submitter, 5);
  ASSERT_EQ(submitter->take_outcomes().size(), 3u);
  l1.reorg(5, false);
  run(*submitter, 2);
  EXPECT_EQ(tags(), (std::vector<u8>{1, 2, 3}));
  ASSERT_TRUE(submitter->submit(call(4)).ok());
  run(*submitter, 5);
  EXPECT_EQ(tags(), (std::vector<u8>{1, 2, 3, 4}));
  EXPECT_EQ(submitter->take_outcomes().size(), 1u);
}

TEST_F(SubmitterTest, DroppedTransactionsAreSentAgain) {
  auto submitter = make();
  for (u8 i = 1; i <= 4; ++i) ASSERT_TRUE(submitter->submit(call(i)).ok());
  submitter->tick();
  l1.forget(submitter->address(), 1);
  clock.advance_ms(11'000);
  run(*submitter, 5);
  EXPECT_EQ(tags(), (std::vector<u8>{1, 2, 3, 4}));
  EXPECT_EQ(submitter->take_outcomes().size(), 4u);
}

TEST_F(SubmitterTest, ARestartWaitsForWhatTheEarlierLifeLeft) {
  auto first = make();
  for (u8 i = 1; i <= 3; ++i) ASSERT_TRUE(first->submit(call(i)).ok());
  first->tick();
  first.reset();
  auto second = make();
  ASSERT_TRUE(second->submit(call(9)).ok());
  second->tick();
  EXPECT_FALSE(second->ready());
  EXPECT_EQ(l1.pool_size(), 3u);
  l1.mine();
  second->tick();
  EXPECT_TRUE(second->ready());
  run(*second, 4);
  EXPECT_EQ(tags(), (std::vector<u8>{1, 2, 3, 9}));
  EXPECT_EQ(second->take_outcomes().size(), 1u);
}

TEST_F(SubmitterTest, WhatAnEarlierLifeLeftTooCheapIsReplaced) {
  auto first = make();
  for (u8 i = 1; i <= 2; ++i) ASSERT_TRUE(first->submit(call(i)).ok());
  first->tick();
  first.reset();
  l1.set_base_fee(u128{40'000'000'000});
  auto second = make();
  ASSERT_TRUE(second->submit(call(9)).ok());
  run(*second, 3, 20'000);
  run(*second, 10);
  EXPECT_EQ(tags(), (std::vector<u8>{0, 0, 9}));
  EXPECT_TRUE(second->ready());
  EXPECT_EQ(second->take_outcomes().size(), 1u);
}

// The earlier life's nonce 1 waits above a gap, where no counter shows it: it is mined before ours,
// or outbid.
TEST_F(SubmitterTest, AHiddenLeftoverTakesTheNonceOrIsOutbid) {
  for (const bool time_to_outbid : {false, true}) {
    l1.forget_mempool();
    l1.reorg(100, false);
    auto first = make();
    for (u8 i = 1; i <= 2; ++i) ASSERT_TRUE(first->submit(call(i)).ok());
    first->tick();
    l1.forget(first->address(), 0);
    first.reset();
    auto second = make();
    for (u8 i = 7; i <= 9; ++i) ASSERT_TRUE(second->submit(call(i)).ok());
    for (int i = 0; i < (time_to_outbid ? 3 : 0); ++i) second->tick();
    run(*second, 12);
    EXPECT_EQ(tags(), time_to_outbid ? (std::vector<u8>{7, 8, 9}) : (std::vector<u8>{7, 2, 8, 9}));
    EXPECT_EQ(second->take_outcomes().size(), 3u);
  }
}

TEST_F(SubmitterTest, ATakenNonceGivesTheCallAnother) {
  auto ours = make();
  auto theirs = make();  // breaks the rule of one Submitter a key
  ours->tick();
  theirs->tick();
  ASSERT_TRUE(ours->submit(call(1)).ok());
  ASSERT_TRUE(theirs->submit(call(2)).ok());
  ours->tick();
  l1.forget_mempool();
  theirs->tick();
  run(*ours, 8);
  EXPECT_EQ(tags(), (std::vector<u8>{2, 1}));
  EXPECT_EQ(ours->take_outcomes().size(), 1u);
}

TEST_F(SubmitterTest, FeesRiseUntilL1TakesThem) {
  auto submitter = make();
  for (u8 i = 1; i <= 3; ++i) ASSERT_TRUE(submitter->submit(call(i)).ok());
  submitter->tick();
  l1.set_base_fee(u128{20'000'000'000});
  l1.mine();
  submitter->tick();
  EXPECT_EQ(submitter->status(1)->attempts, 1u);
  clock.advance_ms(31'000);
  submitter->tick();
  EXPECT_EQ(submitter->status(1)->attempts, 2u);
  EXPECT_EQ(submitter->status(3)->attempts, 2u);  // too cheap as well, not only queued behind
  run(*submitter, 4);
  const auto outcomes = submitter->take_outcomes();
  EXPECT_EQ(outcomes.size(), 3u);
  EXPECT_EQ(tags(), (std::vector<u8>{1, 2, 3}));
}

TEST_F(SubmitterTest, WhatOnlyWaitsBehindAnotherKeepsItsFee) {
  auto submitter = make();
  for (u8 i = 1; i <= 3; ++i) ASSERT_TRUE(submitter->submit(call(i)).ok());
  submitter->tick();
  clock.advance_ms(31'000);
  submitter->tick();
  EXPECT_EQ(submitter->status(1)->attempts, 2u);
  EXPECT_EQ(submitter->status(2)->attempts, 1u);
}

TEST_F(SubmitterTest, TheFeeCapHolds) {
  SubmitterConfig capped = config();
  capped.max_fee_wei = u128{10'000'000'000};
  auto submitter = make(capped);
  ASSERT_TRUE(submitter->submit(call(1)).ok());
  submitter->tick();
  l1.set_base_fee(u128{50'000'000'000});
  ASSERT_TRUE(submitter->submit(call(2)).ok());
  for (int i = 0; i < 200; ++i) {
    submitter->tick();
    l1.mine();
    clock.advance_ms(31'000);
  }
  EXPECT_EQ(submitter->last_error()->kind, ErrorKind::kFeeOverCap);
  EXPECT_TRUE(tags().empty());
  l1.set_base_fee(u128{1'000'000'000});
  run(*submitter, 40);
  EXPECT_EQ(tags(), (std::vector<u8>{1, 2}));
  for (const auto& transaction : l1.mined())
    EXPECT_LE(transaction.body.max_fee_wei, u256::from_u64(10'000'000'000));
}

TEST_F(SubmitterTest, ARevertedCallIsReportedWithItsReason) {
  const Bytes revert = AbiEncoder()
                           .bytes(std::span(reinterpret_cast<const u8*>("too late"), 8))
                           .call(selector("Error(string)"));
  l1.on_execute([](const FakeL1::Transaction&, const BlockHeader&) {
    return FakeL1::Execution{.success = false};
  });
  l1.on_call([revert](const Call&) -> Result<Bytes> {
    Error error = make_error(ErrorKind::kReverted);
    error.data = revert;
    return error;
  });
  auto submitter = make();
  ASSERT_TRUE(submitter->submit(call(1)).ok());
  run(*submitter, 4);
  const auto outcomes = submitter->take_outcomes();
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].state, CallState::kReverted);
  EXPECT_EQ(outcomes[0].reason, "too late");
  EXPECT_FALSE(outcomes[0].receipt->success);
}

TEST_F(SubmitterTest, ACallWhoseEstimateRevertsIsRefusedAndCostsNoNonce) {
  bool reverts = true;
  l1.on_call([&](const Call&) -> Result<Bytes> {
    if (!reverts) return Bytes{};
    Error error = make_error(ErrorKind::kReverted);
    error.data = {1, 2, 3, 4};
    return error;
  });
  auto submitter = make();
  ASSERT_TRUE(submitter->submit(call(1, std::nullopt)).ok());
  submitter->tick();
  const auto outcomes = submitter->take_outcomes();
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].state, CallState::kRefused);
  EXPECT_EQ(outcomes[0].reason, "custom error 0x01020304");
  reverts = false;
  ASSERT_TRUE(submitter->submit(call(2, std::nullopt)).ok());
  run(*submitter, 4);
  ASSERT_EQ(l1.mined().size(), 1u);
  EXPECT_EQ(l1.mined()[0].body.nonce, 0u);
  EXPECT_EQ(l1.mined()[0].body.gas_limit, (21'000u + 40u) * 120 / 100);
}

TEST_F(SubmitterTest, ACallThatTheNodeCannotEstimateDoesNotHoldUpTheOthers) {
  l1.on_call([](const Call& asked) -> Result<Bytes> {
    if (asked.data[0] == 1) return make_error(ErrorKind::kServer, "stack underflow");
    return Bytes{};
  });
  auto submitter = make();
  ASSERT_TRUE(submitter->submit(call(1, std::nullopt)).ok());
  ASSERT_TRUE(submitter->submit(call(2, std::nullopt)).ok());
  run(*submitter, 6);
  EXPECT_EQ(submitter->last_error()->kind, ErrorKind::kServer);
  EXPECT_TRUE(tags().empty());
  run(*submitter, 5);
  EXPECT_EQ(tags(), std::vector<u8>{2});
  const auto outcomes = submitter->take_outcomes();
  ASSERT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(outcomes[0].reason, "stack underflow");
}

TEST_F(SubmitterTest, LimitsAreNamedAtOnce) {
  SubmitterConfig small = config();
  small.max_open = 1;
  auto submitter = make(small);
  CallRequest big = call(1);
  big.data.resize(kMaxTransactionBytes);
  EXPECT_EQ(submitter->submit(big).error().kind, ErrorKind::kTransactionTooLarge);
  EXPECT_EQ(submitter->submit(call(1, kMaxTransactionGas + 1)).error().kind,
            ErrorKind::kGasOverCap);
  EXPECT_TRUE(submitter->submit(call(1, kMaxTransactionGas)).ok());
  EXPECT_EQ(submitter->submit(call(2)).error().kind, ErrorKind::kQueueFull);
}

TEST_F(SubmitterTest, TheFlightIsBounded) {
  SubmitterConfig narrow = config();
  narrow.max_in_flight = 4;
  auto submitter = make(narrow);
  for (u8 i = 1; i <= 10; ++i) ASSERT_TRUE(submitter->submit(call(i)).ok());
  submitter->tick();
  EXPECT_EQ(l1.pool_size(), 4u);
  run(*submitter, 8);
  EXPECT_EQ(submitter->take_outcomes().size(), 10u);
}

TEST_F(SubmitterTest, AnotherChainIsRefused) {
  SubmitterConfig wrong = config();
  wrong.chain_id = 1;
  auto submitter = make(wrong);
  ASSERT_TRUE(submitter->submit(call(1)).ok());
  run(*submitter, 3);
  EXPECT_EQ(submitter->last_error()->kind, ErrorKind::kWrongChain);
  EXPECT_TRUE(tags().empty());
}

TEST_F(SubmitterTest, AnAnswerLostOnTheWayIsNoSecondTransaction) {
  auto submitter = make();
  submitter->tick();
  ASSERT_TRUE(submitter->submit(call(1)).ok());
  l1.fail_next(1, make_error(ErrorKind::kTimeout), true);  // taken, but the answer is lost
  submitter->tick();
  EXPECT_EQ(submitter->last_error()->kind, ErrorKind::kTimeout);
  clock.advance_ms(11'000);
  run(*submitter, 6, 11'000);
  EXPECT_EQ(tags(), (std::vector<u8>{1}));
  EXPECT_EQ(submitter->take_outcomes().size(), 1u);
}

TEST_F(SubmitterTest, ARefusalForGoodIsReportedAndFreesTheNonce) {
  auto submitter = make();
  ASSERT_TRUE(submitter->submit(call(1)).ok());
  const Error funds = make_error(ErrorKind::kServer, "insufficient funds for gas * price + value");
  l1.refuse_sends(funds);
  std::vector<Outcome> outcomes;
  for (int i = 0; i < 200 && outcomes.empty(); ++i) {
    submitter->tick();
    clock.advance_ms(20'000);
    outcomes = submitter->take_outcomes();
  }
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].state, CallState::kRefused);
  EXPECT_EQ(outcomes[0].error->detail, funds.detail);
  l1.refuse_sends(std::nullopt);
  ASSERT_TRUE(submitter->submit(call(2)).ok());
  clock.advance_ms(60'000);
  run(*submitter, 5);
  EXPECT_EQ(tags(), (std::vector<u8>{2}));
}

TEST_F(SubmitterTest, FailedRoundsWaitLongerEachTime) {
  SubmitterConfig slow = config();
  slow.poll_ms = 1'000;
  auto submitter = make(slow);
  l1.fail_next(1'000, make_error(ErrorKind::kConnection));
  u64 last = 0;
  std::vector<u64> gaps;
  for (int i = 0; i < 100'000 && gaps.size() < 7; ++i) {
    const u64 before = l1.requests();
    submitter->tick();
    if (l1.requests() != before) {
      gaps.push_back(clock.now_ms() - last);
      last = clock.now_ms();
    }
    clock.advance_ms(500);
  }
  EXPECT_EQ(std::vector<u64>(gaps.begin() + 1, gaps.end()),
            (std::vector<u64>{2'000, 4'000, 8'000, 16'000, 16'000, 16'000}));
}

}  // namespace
}  // namespace gavel::l1
