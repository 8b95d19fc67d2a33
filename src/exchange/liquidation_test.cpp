// Liquidations by small scenes: what is closed, who pays, and who is left alone.
#include "exchange/perpetual_exchange_test.hpp"

namespace gavel::exchange {
namespace {

struct LiquidationTest : ::testing::Test, PerpetualExchange {
  void SetUp() override {
    price(1'000);
    for (const u32 who : {kAlice, kCarol}) fund(who, 1'000'000);
  }
  void TearDown() override { expect_conserved(); }

  // Bob has collateral, and lots bought (or sold) at 1000 from Alice.
  void hold(u64 collateral, Side side, u64 lots) {
    fund(kBob, collateral);
    trade(kAlice, opposite(side), lots, 1'000);
    trade(kBob, side, lots, 1'000);
  }
};

TEST_F(LiquidationTest, OnlyTheOrdersGoIfThePositionIsWell) {
  hold(9'100, Side::ask, 10);
  ask(kBob, 80, 1'100);
  ask(kCarol, 10, 1'041);
  p().mark_price = 1'030;
  EXPECT_EQ(margin(kBob).equity, 8'800);
  EXPECT_EQ(margin(kBob).maintenance, 4'635 + 80 * 51);
  EXPECT_EQ(liquidate_position(kBob).result, Reject::not_liquidatable);
  p().mark_price = 1'040;
  EXPECT_EQ(margin(kBob).maintenance, 4'680 + 80 * 52) << "of an equity of 8700";
  EXPECT_EQ(liquidate_position(kBob).result, Reject::ok);
  EXPECT_EQ(position(kBob).size, -10);
  EXPECT_EQ(position(kBob).open_lots[1], 0u);
  EXPECT_EQ(liquidate_position(kBob).result, Reject::not_liquidatable);
}

TEST_F(LiquidationTest, OrdersWithoutAPositionGoToo) {
  fund(kBob, 1'000);
  bid(kBob, 10, 1'000);
  EXPECT_EQ(liquidate_position(kBob).result, Reject::not_liquidatable);
  p().mark_price = 1'010;  // 505 and 500
  EXPECT_EQ(liquidate_position(kBob).result, Reject::ok);
  EXPECT_EQ(store.account(kBob).open_orders, 0u);
  EXPECT_EQ(liquidate_position(kBob).result, Reject::no_position);
}

TEST_F(LiquidationTest, AFifthWhileThereIsEquityThenAll) {
  hold(10'000, Side::bid, 100);
  bid(kCarol, 200, 890);
  p().mark_price = 900;
  EXPECT_EQ(margin(kBob).equity, 0);
  EXPECT_EQ(liquidate_position(kBob).filled_lots, 20u);
  EXPECT_EQ(margin(kBob).equity, -200 - 178) << "with the fee";
  EXPECT_EQ(liquidate_position(kBob).filled_lots, 80u);
  EXPECT_EQ(position(kBob).size, 0);
}

TEST_F(LiquidationTest, ADebtIsTheFundsToPayWhenItCan) {
  hold(1'000, Side::bid, 10);
  p().mark_price = 800;
  bid(kCarol, 10, 790);
  EXPECT_EQ(liquidate_position(kBob).resting_lots, 400u) << "40 on each of ten lots";
  EXPECT_EQ(p().paid_index[1], 40'000'000);
  EXPECT_EQ(p().paid_index[0], 0);
  EXPECT_EQ(margin(kAlice).equity, 1'000'000 + 10 * 200 - 400);
  EXPECT_EQ(collateral(kBob), -700);
  EXPECT_EQ(liquidate_position(kBob).resting_lots, 0u) << "the fund is empty, nobody else pays";
  fund(kCarol, 500, MarginKind::insure);
  EXPECT_EQ(liquidate_position(kBob).resting_lots, 500u);
  fund(kCarol, 500, MarginKind::insure);
  EXPECT_EQ(liquidate_position(kBob).resting_lots, 200u);
  EXPECT_EQ(store.global().insurance, 300u);
  EXPECT_FALSE(store.account(kBob).has_margin());
  EXPECT_EQ(liquidate_position(kBob).result, Reject::no_position);
}

TEST_F(LiquidationTest, ASharedLossKeepsWithinItsBounds) {
  const auto shared = [&](u64 deficit, u64 lost) {
    return detail::share_loss(m(), Side::ask, deficit, lost);
  };
  EXPECT_EQ(shared(100, 100), 0u) << "nobody is there";
  p().open_interest = 7;
  EXPECT_EQ(shared(100, 30), 30u) << "what was lost";
  EXPECT_EQ(shared(30, 100), 30u) << "what is lacking";
  EXPECT_EQ(p().pool, -60);
  EXPECT_EQ(p().paid_index[1], 2 * 4'285'715) << "rounded up";
  EXPECT_EQ(shared(10'000, 10'000), 350u) << "the band of 50 on each lot";
  EXPECT_EQ(detail::share_loss(m(), Side::bid, 7, 7), 7u);
  EXPECT_EQ(p().paid_index[0], 1'000'000) << "longs pay for a short";
  const i64 limit = index_limit(m());
  p().paid_index[1] = limit - 999'999;
  EXPECT_EQ(shared(7, 7), 0u);
  EXPECT_EQ(p().paid_index[1], limit - 999'999);
  p().paid_index[1] = limit - 1'000'000;
  EXPECT_EQ(shared(7, 7), 7u);
  p() = parameters().perpetual;  // nothing of this has happened
}

TEST_F(LiquidationTest, CancelOnlyStillLetsPositionsClose) {
  hold(1'000, Side::bid, 10);
  bid(kCarol, 4, 930);
  m().status = Market::kCancelOnly;
  EXPECT_EQ(ask(kBob, 1, 1'000).result, Reject::market_not_active);
  const Outcome resting = reduce(kBob, Side::ask, 1, 1'000, OrderType::gtc);
  EXPECT_EQ(resting.resting_lots, 1u);
  p().mark_price = 940;
  EXPECT_EQ(liquidate_position(kBob).filled_lots, 4u);
  EXPECT_EQ(reduce(kAlice, Side::bid, 5, 950, OrderType::gtc).resting_lots, 5u);
  Outcome out;
  Matching matching;
  close_position(store, limits, kBob, market, now, matching, out);
  EXPECT_EQ(out.filled_lots, 5u);
  EXPECT_EQ(position(kBob).size, 1);
}

TEST_F(LiquidationTest, AnOwnerWhoCannotAffordTheEdgeClosesAtTheMark) {
  hold(1'000, Side::bid, 10);
  bid(kCarol, 6, 940);
  bid(kCarol, 4, 939);
  p().mark_price = 940;  // equity 400, less than 47 * 10
  Outcome out;
  Matching matching;
  close_position(store, limits, kBob, market, now, matching, out);
  EXPECT_EQ(out.filled_lots, 6u);
  p().mark_price = 830;  // equity -40
  Outcome refused;
  close_position(store, limits, kBob, market, now, matching, refused);
  EXPECT_EQ(refused.result, Reject::insufficient_margin);
}

TEST_F(LiquidationTest, AStaleMarketsGainsCarryNothingAndItsLotsAllTheirValue) {
  hold(5'000, Side::bid, 10);
  const u32 first = market;
  p().mark_price = 1'050;
  Outcome made;
  create_perpetual(store, limits, parameters(), now, made);
  market = static_cast<u32>(made.value);
  now += 60'011;
  price(1'000);
  EXPECT_TRUE(is_stale(store.market(first), now));
  EXPECT_EQ(margin(kBob).equity, 5'500);
  EXPECT_EQ(margin(kBob).initial, 10'500 + 500);
  EXPECT_EQ(margin(kBob).maintenance, 525) << "at its last mark";
  EXPECT_EQ(bid(kBob, 1, 1'000).result, Reject::insufficient_margin);
  EXPECT_EQ(fund(kBob, 1, MarginKind::withdraw).result, Reject::insufficient_margin);
  fund(kBob, 5'600);  // 10,600 without the gain
  EXPECT_EQ(bid(kBob, 1, 1'000).result, Reject::ok);
  EXPECT_EQ(fund(kBob, 1, MarginKind::withdraw).result, Reject::insufficient_margin);
  market = first;
  p().mark_price = 990;  // a loss counts
  EXPECT_EQ(margin(kBob).equity, 10'600 - 100);
  EXPECT_EQ(margin(kBob).initial, 9'900 + 100);
  now += 10;
}

}  // namespace
}  // namespace gavel::exchange
