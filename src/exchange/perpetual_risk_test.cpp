// What an account's own orders may cost: never more than its margin (docs/decisions/0008).
#include <random>

#include "exchange/perpetual_exchange_test.hpp"

namespace gavel::exchange {
namespace {

struct PerpetualRisk : ::testing::Test, PerpetualExchange {
  void SetUp() override {
    price(1'000);
    fund(kAlice, 10'000);
    fund(kBob, 1'000'000);
  }
  void TearDown() override { expect_conserved(); }

  // Alice gets a position of ten lots at the mark.
  void hold(Side side) {
    trade(kAlice, side, 10, 1'000);
    trade(kBob, opposite(side), 10, 1'000);
  }
  void cancel_everything() {
    CancelAll cancels;
    Outcome out;
    verdict = cancel_all(store, limits, kAlice, 0, cancels, out);
    while (verdict == Verdict::more) verdict = continue_cancel_all(store, limits, cancels, out);
  }
  Reject place_as(Side side, u64 lots, u32 ticks, OrderType type, bool reduce = false) {
    return trade(kAlice, side, lots, ticks, type, reduce).result;
  }
};

TEST_F(PerpetualRisk, MaintenanceCountsWhatRestsAndWhatItCouldLose) {
  m().maker_fee_ppm = 1'000;
  bid(kAlice, 20, 1'000);
  // Half of 2000, and 20 lots at 50 worse with 0.1 % of 21,000.
  EXPECT_EQ(margin(kAlice).initial, 2'000);
  EXPECT_EQ(margin(kAlice).maintenance, 1'000 + 1'000 + 21);
  ask(kAlice, 15, 1'010);
  EXPECT_EQ(margin(kAlice).maintenance, 2'021) << "the other side adds no exposure";
  ask(kBob, 20, 1'000);
  EXPECT_EQ(margin(kAlice).maintenance, 1'000) << "what rests now closes";
  ask(kAlice, 10, 1'010);
  EXPECT_EQ(margin(kAlice).maintenance, 1'250 + 250 + 6) << "but for five lots";
}

TEST_F(PerpetualRisk, WhatRestsAndClosesIsReduceOnly) {
  hold(Side::bid);
  fund(kAlice, 9'000, MarginKind::withdraw);
  p().mark_price = 990;  // equity 900 < 990
  EXPECT_EQ(place_as(Side::ask, 10, 1'000, OrderType::gtc), Reject::insufficient_margin);
  EXPECT_EQ(place_as(Side::ask, 10, 1'000, OrderType::post_only), Reject::insufficient_margin);
  EXPECT_EQ(place_as(Side::ask, 10, 1'000, OrderType::ioc), Reject::ok);
  EXPECT_EQ(place_as(Side::ask, 11, 1'000, OrderType::ioc), Reject::insufficient_margin);
  EXPECT_EQ(place_as(Side::bid, 10, 950, OrderType::ioc), Reject::insufficient_margin);
  EXPECT_EQ(place_as(Side::ask, 10, 1'000, OrderType::gtc, true), Reject::ok);
  EXPECT_EQ(place_as(Side::ask, 1, 1'000, OrderType::gtc, true), Reject::would_increase);
  EXPECT_EQ(place_as(Side::ask, 1, 1'000, OrderType::ioc, true), Reject::ok);
}

// The position that a taker leaves beside its resting orders is asked for, not only its own.
TEST_F(PerpetualRisk, ClosingBesideRestingOrdersNeedsTheirMargin) {
  hold(Side::bid);
  EXPECT_EQ(place_as(Side::ask, 10, 1'010, OrderType::gtc), Reject::ok);
  fund(kAlice, 9'000, MarginKind::withdraw);
  p().mark_price = 980;  // equity 800: ten lots that rest alone ask 490 + 490
  EXPECT_EQ(place_as(Side::ask, 10, 980, OrderType::ioc, true), Reject::insufficient_margin);
  EXPECT_EQ(place_as(Side::ask, 1, 980, OrderType::ioc, true), Reject::ok);
}

TEST_F(PerpetualRisk, AReduceOnlyOrderIsCutToWhatOthersLeave) {
  hold(Side::ask);
  const Outcome first = reduce(kAlice, Side::bid, 7, 990, OrderType::gtc);
  EXPECT_EQ(first.resting_lots, 7u);
  EXPECT_EQ(reduce(kAlice, Side::bid, 9, 991, OrderType::post_only).resting_lots, 3u);
  EXPECT_EQ(reduce(kAlice, Side::bid, 1, 992, OrderType::gtc).result, Reject::would_increase);
  EXPECT_EQ(position(kAlice).open_lots[0], 10u);
  // A modify leaves out the order that it replaces.
  Matching m;
  Outcome out;
  ModifyOrder change;
  change.account = kAlice;
  change.order_id = first.order_id;
  change.price_ticks = 989;
  change.lots = 20;
  change.now_ms = now;
  change.level_hint = level_hint_in(market, Side::bid, 989);
  EXPECT_EQ(modify(store, limits, change, m, out), Verdict::done);
  EXPECT_EQ(out.resting_lots, 7u);
  cancel_everything();
  EXPECT_EQ(position(kAlice).open_lots[0], 0u);
  EXPECT_EQ(position(kAlice).size, -10);
}

TEST_F(PerpetualRisk, AModifyFreesTheMarginOfWhatItReplaces) {
  const Outcome first = bid(kAlice, 100, 1'000);
  Matching m;
  Outcome out;
  ModifyOrder change;
  change.account = kAlice;
  change.order_id = first.order_id;
  change.price_ticks = 999;
  change.lots = 100;
  change.now_ms = now;
  change.level_hint = level_hint_in(market, Side::bid, 999);
  EXPECT_EQ(modify(store, limits, change, m, out), Verdict::done);
  EXPECT_EQ(out.resting_lots, 100u);
}

// The theorem of decision 0008, by chance: while Alice has her maintenance margin at a mark, no
// fill of hers takes her below the maintenance of the position alone, though all are at the
// band's edge. At each new mark she goes on only if she still has it, as with a keeper.
TEST_F(PerpetualRisk, OwnFillsLeaveTheMaintenanceOfThePosition) {
  m().maker_fee_ppm = 2'000;
  p().band_ppm = 47'000;
  u32 fills = 0;
  for (u32 seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto below = [&](u64 n) { return static_cast<u32>(random() % n); };
    cancel_everything();
    p().mark_price = 1'000;
    const Position left = position(kAlice);
    if (left.size != 0) {
      const Side side = left.size > 0 ? Side::ask : Side::bid;
      trade(kBob, opposite(side), magnitude(left.size), 1'000);
      fund(kAlice, 10'000);
      trade(kAlice, side, magnitude(left.size), 1'000);
    }
    fund(kAlice, 3'000);
    i64 roundings = 2;
    for (u32 step = 0; step < 120; ++step) {
      const u32 mark = p().mark_price;
      const u32 band = static_cast<u32>(band_of(m(), mark));
      const Side side = static_cast<Side>(below(2));
      if (below(6) == 0) {
        p().mark_price = mark - 12 + below(25);
        if (margin(kAlice).equity + roundings < margin(kAlice).maintenance) break;
      } else if (below(3) != 0) {
        const OrderType type = static_cast<OrderType>(below(3));
        trade(kAlice, side, 1 + below(60), mark - band + below(2 * band + 1), type, below(3) == 0);
      } else {
        const Outcome taken =
            trade(kBob, side, 1 + below(40), band_edge(m(), side), OrderType::ioc);
        roundings += 2 * static_cast<i64>(taken.events.size());
        fills += taken.events.size();
      }
      if (below(8) == 0) cancel_everything();
      const i64 position_alone = maintenance_margin(
          m(), perpetual_quote(m(), p().mark_price, magnitude(position(kAlice).size)));
      ASSERT_GE(margin(kAlice).equity + roundings, margin(kAlice).maintenance) << "step " << step;
      ASSERT_GE(margin(kAlice).equity + roundings, position_alone) << "step " << step;
    }
  }
  EXPECT_GT(fills, 500u);
}

}  // namespace
}  // namespace gavel::exchange
