// Perpetual markets by small scenes: prices, funding, fills, margin, liquidation.
#include "exchange/perpetual_exchange_test.hpp"

namespace gavel::exchange {
namespace {

struct PerpetualTest : ::testing::Test, PerpetualExchange {
  void SetUp() override { price(1'000); }
  void TearDown() override { expect_conserved(); }
};

TEST_F(PerpetualTest, TheIndexIsTheLowerMedianOfAQuorum) {
  EXPECT_EQ(p().index_price, 1'000u);
  now += 10;
  EXPECT_EQ(report(kOracleC, 1'100).value, 1'000u);  // 1000 1000 1100
  now += 10;
  EXPECT_EQ(report(kOracleA, 1'200).value, 1'100u);  // 1000 1100 1200
  now += 60'000;                                     // all are old
  EXPECT_TRUE(is_stale(m(), now + 100));
  EXPECT_EQ(report(kOracleB, 900).value, 900u) << "A's is just fresh: lower of 900 1200";
}

TEST_F(PerpetualTest, ReportsAreRefusedByName) {
  EXPECT_EQ(report(kAlice, 1'000).result, Reject::not_oracle);
  EXPECT_EQ(report(kOracleA, 0).result, Reject::bad_price);
  EXPECT_EQ(report(kOracleA, 1'000'001).result, Reject::bad_price);
  EXPECT_EQ(report(kOracleA, 1'000, now).result, Reject::stale_report) << "not new";
  EXPECT_EQ(report(kOracleA, 1'000, now + 2'001).result, Reject::stale_report);
  EXPECT_EQ(report(kOracleC, 1'000, now - 60'001).result, Reject::stale_report);
  EXPECT_EQ(report(kOracleC, 1'000, now - 60'000).result, Reject::ok);
  EXPECT_EQ(report(kOracleA, 1'000, now + 2'000).result, Reject::ok);
  Outcome out;
  report_price(store, {kOracleA, kMarket, now, 5}, now, out);
  EXPECT_EQ(out.result, Reject::not_allowed);
}

TEST_F(PerpetualTest, AFillMovesPositionsAndFees) {
  m().taker_fee_ppm = 1'000;
  m().maker_fee_ppm = 100;
  fund(kAlice, 100'000);
  fund(kBob, 100'000);
  EXPECT_EQ(ask(kAlice, 10, 1'010).result, Reject::ok);
  EXPECT_EQ(position(kAlice).open_lots[1], 10u);
  EXPECT_EQ(bid(kBob, 4, 1'020).filled_lots, 4u);
  EXPECT_EQ(position(kBob).size, 4);
  EXPECT_EQ(position(kBob).entry_quote, 4'040u);
  EXPECT_EQ(position(kAlice).size, -4);
  EXPECT_EQ(position(kAlice).open_lots[1], 6u);
  EXPECT_EQ(collateral(kBob), 100'000 - 5);    // ceil(4.04)
  EXPECT_EQ(collateral(kAlice), 100'000 - 1);  // ceil(0.404)
  EXPECT_EQ(p().open_interest, 4u);
}

TEST_F(PerpetualTest, APartialCloseRoundsTheGainDown) {
  fund(kAlice, 100'000);
  fund(kBob, 100'000);
  ask(kAlice, 1, 1'000);
  ask(kAlice, 2, 1'001);
  bid(kBob, 3, 1'001);  // entry 3002 for 3
  bid(kAlice, 1, 1'010);
  ask(kBob, 1, 1'010);  // long: portion ceil(3002/3) = 1001, gain 9
  EXPECT_EQ(collateral(kBob), 100'009);
  EXPECT_EQ(position(kBob).entry_quote, 2'001u);
  EXPECT_EQ(collateral(kAlice), 99'990) << "short: portion floor(3002/3) = 1000, loss 10";
  EXPECT_EQ(position(kAlice).entry_quote, 2'002u);
  EXPECT_EQ(p().pool, 1) << "the dust";
  bid(kAlice, 2, 1'000);
  ask(kBob, 2, 1'000);
  EXPECT_EQ(p().pool, 0);
  EXPECT_EQ(p().open_interest, 0u);
  EXPECT_EQ(collateral(kAlice) + collateral(kBob) + static_cast<i64>(store.global().insurance),
            200'000);
  EXPECT_EQ(store.margins_in_use, 2u);
}

TEST_F(PerpetualTest, AFlipClosesAndOpens) {
  fund(kAlice, 100'000);
  fund(kBob, 100'000);
  ask(kAlice, 5, 1'000);
  bid(kBob, 5, 1'000);
  bid(kAlice, 8, 1'020);
  ask(kBob, 8, 1'020);
  EXPECT_EQ(position(kBob).size, -3);
  EXPECT_EQ(position(kBob).entry_quote, 3'060u);
  EXPECT_EQ(collateral(kBob), 100'100);
  EXPECT_EQ(position(kAlice).size, 3);
  EXPECT_EQ(collateral(kAlice), 99'900);
}

TEST_F(PerpetualTest, MarginIsByTiersAndNeededForTheWorstCase) {
  EXPECT_EQ(initial_margin(m(), 1'000'000), 100'000);
  EXPECT_EQ(initial_margin(m(), 1'000'001), 100'001);  // ceil(0.2)
  EXPECT_EQ(maintenance_margin(m(), 1'000'001), 50'001);
  fund(kAlice, 10'000);
  EXPECT_EQ(bid(kAlice, 101, 1'000).result, Reject::insufficient_margin);
  EXPECT_EQ(bid(kAlice, 100, 1'000).result, Reject::ok);
  EXPECT_EQ(bid(kAlice, 1, 990).result, Reject::insufficient_margin);
  EXPECT_EQ(ask(kAlice, 100, 1'040).result, Reject::ok) << "the other side is no more exposure";
  EXPECT_EQ(ask(kAlice, 1, 1'040).result, Reject::insufficient_margin);
}

TEST_F(PerpetualTest, AWorsePriceThanTheMarkCosts) {
  fund(kAlice, 10'000);
  EXPECT_EQ(bid(kAlice, 67, 1'050).result, Reject::insufficient_margin);  // 6700 + 67 * 50
  EXPECT_EQ(bid(kAlice, 66, 1'050).result, Reject::ok);
}

TEST_F(PerpetualTest, OrdersAreRefusedByName) {
  fund(kAlice, 1'000'000);
  EXPECT_EQ(bid(kAlice, 1, 1'051).result, Reject::price_out_of_band);
  EXPECT_EQ(ask(kAlice, 1, 949).result, Reject::price_out_of_band);
  EXPECT_EQ(bid(kAlice, 1, 1).result, Reject::ok);
  EXPECT_EQ(ask(kAlice, 1, 1'000'000).result, Reject::ok);
  EXPECT_EQ(ask(kAlice, 1, 1'000'001).result, Reject::bad_price);
  EXPECT_EQ(bid(kAlice, 0, 1'000).result, Reject::bad_size);
  EXPECT_EQ(reduce(kAlice, Side::bid, 1, 1'000).result, Reject::would_increase);
  p().max_position_lots = 100;
  EXPECT_EQ(bid(kAlice, 100, 1'000).result, Reject::position_limit) << "with the one at 1";
  now += 60'100;
  EXPECT_EQ(bid(kAlice, 1, 1'000).result, Reject::oracle_stale);
  Outcome out;
  Matching matching;
  PlaceOrder spot = order(kAlice, Side::bid, 1, 100);
  spot.reduce_only = true;
  place(store, limits, spot, matching, out);
  EXPECT_EQ(out.result, Reject::bad_parameter);
}

TEST_F(PerpetualTest, ReduceOnlyShrinksWithThePosition) {
  for (const u32 who : {kAlice, kBob, kCarol}) fund(who, 100'000);
  ask(kAlice, 5, 1'000);
  bid(kBob, 5, 1'000);
  EXPECT_EQ(reduce(kBob, Side::bid, 1, 1'000).result, Reject::would_increase);
  const Outcome resting = reduce(kBob, Side::ask, 9, 1'010, OrderType::gtc);
  EXPECT_EQ(resting.resting_lots, 5u) << "cut to the position";
  EXPECT_EQ(position(kBob).open_lots[1], 5u);
  EXPECT_EQ(reduce(kBob, Side::ask, 1, 1'010, OrderType::gtc).result, Reject::would_increase);
  bid(kCarol, 3, 1'000);
  ask(kBob, 3, 1'000);  // 2 lots left
  const Outcome taken = bid(kCarol, 5, 1'010);
  EXPECT_EQ(taken.filled_lots, 2u);
  ASSERT_EQ(taken.events.size(), 2u);
  EXPECT_EQ(taken.events[1].kind, Event::Kind::maker_cancelled);
  EXPECT_EQ(taken.resting_lots, 3u);
  EXPECT_EQ(position(kBob).size, 0);
}

TEST_F(PerpetualTest, AMakerOutsideTheBandIsCancelled) {
  fund(kAlice, 100'000);
  fund(kBob, 100'000);
  bid(kAlice, 5, 1'000);
  price(900);
  const Outcome out = ask(kBob, 5, 900);
  EXPECT_EQ(out.filled_lots, 0u);
  EXPECT_EQ(out.events[0].kind, Event::Kind::maker_cancelled);
  EXPECT_EQ(position(kAlice).open_lots[0], 0u);
  EXPECT_EQ(out.resting_lots, 5u);
}

TEST_F(PerpetualTest, TheMarkFollowsTheBookWithinTheBand) {
  fund(kAlice, 1'000'000);
  fund(kBob, 1'000'000);
  bid(kAlice, 10, 1'010);
  ask(kBob, 4, 1'020);
  ask(kBob, 8, 1'029);
  price(1'000);
  // ib 1010, ia ceil((4*1020 + 6*1029)/10) = 1026; no last price: c = 1018; the ema has just begun
  // with nothing and takes 10 ms of 150 s.
  EXPECT_EQ(p().mark_price, 1'000u);
  now += 150'000;
  price(1'000);
  EXPECT_EQ(p().mark_price, 1'018u);
  EXPECT_EQ(p().basis_ema, (1'010 + 1'026) * 128 - 256'000);
}

TEST_F(PerpetualTest, FundingIsPaidWhenTheHourEnds) {
  fund(kAlice, 1'000'000);
  fund(kBob, 1'000'000);
  ask(kAlice, 7, 1'000);
  bid(kBob, 7, 1'000);
  p().premium_sum = 8'000'000 * 3;  // 0.8 % of 8 hours
  p().premium_count = 3;
  now = kStart + kHourMs;
  // rate = 8'000'000 - 500'000 ppb, an hour 937'500; a lot is worth 1000: 937'500 micro-units
  EXPECT_EQ(margin(kBob).equity, 1'000'000 - 7) << "ceil(7 * 0.9375)";
  EXPECT_EQ(margin(kAlice).equity, 1'000'000 + 6);
  price(1'000);
  EXPECT_EQ(p().paid_index[0], 937'500);
  EXPECT_EQ(p().paid_index[1], -937'500);
  bid(kAlice, 7, 1'000);
  ask(kBob, 7, 1'000);
  EXPECT_EQ(collateral(kBob), 1'000'000 - 7);
  EXPECT_EQ(collateral(kAlice), 1'000'000 + 6);
  EXPECT_EQ(store.global().insurance, 1u) << "the dust";
}

TEST_F(PerpetualTest, FundingIsCappedAndInterestPullsItToZeroPremium) {
  p().premium_count = 1;
  p().premium_sum = 100'000'000;
  EXPECT_EQ(funding_of_hour(m()), (100'000'000 - 500'000) / 8);
  p().premium_sum = 0;
  EXPECT_EQ(funding_of_hour(m()), 100'000 / 8);
  p().premium_sum = -300'000;
  EXPECT_EQ(funding_of_hour(m()), 12'500);
  p().premium_sum = 0;
  p().premium_count = 0;
}

TEST_F(PerpetualTest, LiquidationClosesAFifthAndTakesItsFee) {
  for (const u32 who : {kAlice, kBob, kCarol}) fund(who, 100'000);
  fund(kBob, 90'000, MarginKind::withdraw);
  ask(kAlice, 100, 1'000);
  bid(kBob, 100, 1'000);  // 10'000 of collateral for 100'000 at 10 %
  EXPECT_EQ(liquidate_position(kBob).result, Reject::not_liquidatable);
  price(945);
  EXPECT_EQ(margin(kBob).equity, 4'500);
  bid(kCarol, 50, 930);
  const Outcome out = liquidate_position(kBob);
  EXPECT_EQ(out.result, Reject::ok);
  EXPECT_EQ(out.order_id, kBob);
  EXPECT_EQ(out.filled_lots, 20u);
  EXPECT_EQ(out.value, 20u * 930);
  EXPECT_EQ(position(kBob).size, 80);
  EXPECT_EQ(collateral(kBob), 10'000 - 20 * 70 - 186);
  EXPECT_EQ(store.global().insurance, 186u);
}

TEST_F(PerpetualTest, ABankruptAccountsDeficitIsInsuredThenShared) {
  for (const u32 who : {kAlice, kBob, kCarol}) fund(who, 100'000);
  fund(kBob, 99'000, MarginKind::withdraw);
  fund(kCarol, 100, MarginKind::insure);
  ask(kAlice, 10, 1'000);
  bid(kBob, 10, 1'000);
  price(800);
  bid(kCarol, 10, 790);
  const Outcome out = liquidate_position(kBob);
  EXPECT_EQ(out.filled_lots, 10u) << "small positions at once";
  EXPECT_EQ(out.resting_lots, 100u + 10 * 40) << "of 10 * 210 - 1000";
  EXPECT_EQ(store.global().insurance, 0u);
  EXPECT_EQ(collateral(kBob), -600);
  EXPECT_EQ(p().paid_index[1], 40'000'000) << "the band on ten lots of the winners";
  EXPECT_EQ(margin(kAlice).equity, 100'000 + 10 * 200 - 400);
}

TEST_F(PerpetualTest, LiquidationCancelsOrdersFirstOverUnits) {
  for (const u32 who : {kAlice, kBob, kCarol}) fund(who, 100'000);
  limits.cancels_per_unit = 2;
  fund(kBob, 94'000, MarginKind::withdraw);
  ask(kAlice, 10, 1'000);
  bid(kBob, 10, 1'000);
  for (u32 i = 0; i < 5; ++i) EXPECT_EQ(bid(kBob, 1, 500 + i).result, Reject::ok);
  buy(kBob, 1, 5);  // spot
  price(450);
  EXPECT_EQ(liquidate_position(kBob).result, Reject::not_liquidatable);
  price(410);
  const Outcome out = liquidate_position(kBob);
  EXPECT_EQ(out.result, Reject::ok);
  EXPECT_EQ(out.filled_lots, 0u) << "nobody buys";
  EXPECT_EQ(out.value, 0u);
  EXPECT_EQ(units, 5u) << "the checks, six orders by two, and the book";
  EXPECT_EQ(store.account(kBob).open_orders, 1u) << "the spot order stays";
  EXPECT_EQ(position(kBob).open_lots[0], 0u);
}

TEST_F(PerpetualTest, ADebtBesideAnotherPositionIsNotCoveredAndAStaleMarketNotLiquidated) {
  for (const u32 who : {kAlice, kBob, kCarol}) fund(who, 100'000);
  fund(kBob, 98'000, MarginKind::withdraw);
  fund(kCarol, 100, MarginKind::insure);
  const u32 first = market;
  Outcome made;
  create_perpetual(store, limits, parameters(), now, made);
  market = static_cast<u32>(made.value);
  price(1'000);
  ask(kAlice, 1, 1'000);
  bid(kBob, 1, 1'000);
  market = first;
  ask(kAlice, 10, 1'000);
  bid(kBob, 10, 1'000);
  price(800);
  bid(kCarol, 10, 790);
  const Outcome out = liquidate_position(kBob);
  EXPECT_EQ(out.filled_lots, 10u);
  EXPECT_EQ(out.resting_lots, 0u);
  EXPECT_EQ(collateral(kBob), -100);
  EXPECT_EQ(store.global().insurance, 100u);
  EXPECT_EQ(liquidate_position(kBob).result, Reject::no_position) << "its lots are elsewhere";
  now += 60'100;
  EXPECT_EQ(liquidate_position(kAlice).result, Reject::oracle_stale);
}

TEST_F(PerpetualTest, WhatLeavesIsFreeAndInTheVault) {
  fund(kAlice, 20'000);
  EXPECT_EQ(bid(kAlice, 100, 1'000).result, Reject::ok);
  EXPECT_EQ(fund(kAlice, 10'001, MarginKind::withdraw).result, Reject::insufficient_margin);
  store.global_mut().vault = 9'999;
  EXPECT_EQ(fund(kAlice, 10'000, MarginKind::withdraw).result, Reject::insufficient_margin);
  store.global_mut().vault = 20'000;
  EXPECT_EQ(fund(kAlice, 10'000, MarginKind::withdraw).result, Reject::ok);
  EXPECT_EQ(fund(kAlice, 0).result, Reject::bad_amount);
  EXPECT_EQ(fund(kAlice, kFunds).result, Reject::insufficient_balance);
  Outcome out;
  move_margin(store, limits, kAlice, 3, 1, now, out);
  EXPECT_EQ(out.result, Reject::bad_parameter);
}

TEST_F(PerpetualTest, AnOwnerClosesFromL1) {
  fund(kAlice, 100'000);
  fund(kBob, 100'000);
  ask(kAlice, 5, 1'000);
  bid(kBob, 5, 1'000);
  bid(kAlice, 3, 990);
  Outcome out;
  Matching matching;
  EXPECT_EQ(close_position(store, limits, kBob, market, now, matching, out), Verdict::done);
  EXPECT_EQ(out.result, Reject::ok);
  EXPECT_EQ(out.filled_lots, 3u);
  EXPECT_EQ(position(kBob).size, 2);
  Outcome none;
  close_position(store, limits, kCarol, market, now, matching, none);
  EXPECT_EQ(none.result, Reject::no_position);
}

}  // namespace
}  // namespace gavel::exchange
