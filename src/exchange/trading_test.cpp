#include "exchange/trading.hpp"

#include <gtest/gtest.h>

#include "exchange/array_store_test.hpp"

namespace gavel::exchange {
namespace {

// Everything that must hold between two calls, found by walking all of the state.
void expect_consistent(SmallExchange& x) {
  std::array<u64, 2> totals{};
  std::array<std::array<u64, 2>, 4> reserved{};
  for (const Side side : {Side::bid, Side::ask}) {
    u32 prev = 0;
    for (u32 l = x.store.market(kMarket).best[static_cast<u8>(side)]; l != 0;
         l = x.store.level(l).next) {
      const Level& level = x.store.level(l);
      ASSERT_EQ(level.prev, prev);
      if (prev != 0) {
        ASSERT_TRUE(better(side, x.store.level(prev).price_ticks, level.price_ticks));
      }
      prev = l;
      u64 lots = 0;
      u32 count = 0;
      u32 last = 0;
      for (u32 o = level.first; o != 0; o = x.store.order(o).level_next) {
        const Order& order = x.store.order(o);
        ASSERT_EQ(order.level, l);
        ASSERT_EQ(order.level_prev, last);
        ASSERT_EQ(order.price_ticks, level.price_ticks);
        ASSERT_EQ(order.side(), side);
        last = o;
        lots += order.lots;
        ++count;
        const Market& m = x.store.market(kMarket);
        reserved[order.account][side == Side::bid ? 1 : 0] +=
            reserve_amount(m, side, order.price_ticks, order.lots);
      }
      ASSERT_EQ(level.last, last);
      ASSERT_EQ(level.total_lots, lots);
      ASSERT_EQ(level.orders, count);
      ASSERT_GT(count, 0u);
    }
  }
  for (u32 a = 1; a <= 3; ++a) {
    for (const u32 asset : {kBase, kQuote}) {
      totals[asset - 1] += x.total(a, asset);
      ASSERT_EQ(x.reserved(a, asset), reserved[a][asset - 1]);
      ASSERT_LE(x.reserved(a, asset), x.total(a, asset));
    }
    u32 count = 0;
    u32 prev = 0;
    bool ids = false;
    for (u32 o = x.store.account(a).orders_head; o != 0; o = x.store.order(o).account_next) {
      const Order& order = x.store.order(o);
      ASSERT_EQ(order.account, a);
      ASSERT_EQ(order.account_prev, prev);
      if (ids) {
        ASSERT_TRUE(order.has_client_id() && x.store.order(prev).client_id < order.client_id);
      }
      ids = order.has_client_id();
      prev = o;
      ++count;
    }
    ASSERT_EQ(x.store.account(a).open_orders, count);
  }
  const Market& m = x.store.market(kMarket);
  ASSERT_EQ(totals[0] + m.fees_base, x.store.asset(kBase).total);
  ASSERT_EQ(totals[1] + m.fees_quote, x.store.asset(kQuote).total);
}

TEST(Place, RestsAndReserves) {
  SmallExchange x;
  const Outcome bid = x.buy(kAlice, 5, 100);
  EXPECT_EQ(bid.result, Reject::ok);
  EXPECT_EQ(bid.resting_lots, 5u);
  EXPECT_EQ(x.reserved(kAlice, kQuote), 500u);
  x.sell(kBob, 7, 110);
  EXPECT_EQ(x.reserved(kBob, kBase), 70u);
  expect_consistent(x);
}

TEST(Place, FillsAtTheMakersPriceAndTakesFeesFromWhatEachReceives) {
  SmallExchange x;
  x.sell(kBob, 10, 100);
  const Outcome out = x.buy(kAlice, 4, 105);
  EXPECT_EQ(out.filled_lots, 4u);
  EXPECT_EQ(out.value, 400u);
  EXPECT_EQ(out.resting_lots, 0u);
  ASSERT_EQ(out.events.size(), 1u);
  EXPECT_EQ(out.events[0].price_ticks, 100u);
  EXPECT_EQ(out.events[0].maker_account, kBob);
  // 40 base less ceil(40 * 1000 ppm) = 1; 400 quote less ceil(400 * 100 ppm) = 1.
  EXPECT_EQ(x.total(kAlice, kBase), kFunds + 39);
  EXPECT_EQ(x.total(kAlice, kQuote), kFunds - 400);
  EXPECT_EQ(x.total(kBob, kQuote), kFunds + 399);
  EXPECT_EQ(x.reserved(kBob, kBase), 60u);
  EXPECT_EQ(x.store.market(kMarket).fees_base, 1u);
  EXPECT_EQ(x.store.market(kMarket).fees_quote, 1u);
  EXPECT_EQ(x.store.market(kMarket).last_price_ticks, 100u);
  expect_consistent(x);
}

TEST(Place, BetterPricesFirstThenOlderOrders) {
  SmallExchange x;
  const u64 late = x.sell(kBob, 1, 101).order_id;
  const u64 first = x.sell(kBob, 1, 100).order_id;
  const u64 second = x.sell(kCarol, 1, 100).order_id;
  const Outcome out = x.buy(kAlice, 3, 101);
  ASSERT_EQ(out.events.size(), 3u);
  EXPECT_EQ(out.events[0].maker_order_id, first);
  EXPECT_EQ(out.events[1].maker_order_id, second);
  EXPECT_EQ(out.events[2].maker_order_id, late);
  expect_consistent(x);
}

TEST(Place, TheRestOfACrossingOrderRestsAtItsOwnPrice) {
  SmallExchange x;
  x.sell(kBob, 2, 100);
  const Outcome out = x.buy(kAlice, 5, 103);
  EXPECT_EQ(out.filled_lots, 2u);
  EXPECT_EQ(out.resting_lots, 3u);
  EXPECT_EQ(x.reserved(kAlice, kQuote), 309u);
  expect_consistent(x);
}

TEST(Place, ImmediateOrdersNeverRest) {
  for (const OrderType type : {OrderType::ioc, OrderType::market}) {
    SmallExchange x;
    x.sell(kBob, 2, 100);
    x.sell(kBob, 2, 110);
    const Outcome out = x.buy(kAlice, 5, 105, type);
    EXPECT_EQ(out.filled_lots, 2u);
    EXPECT_EQ(out.order_id, 0u);
    EXPECT_EQ(x.store.account(kAlice).open_orders, 0);
    expect_consistent(x);
  }
}

TEST(Place, PostOnlyRejectsWhatWouldTrade) {
  SmallExchange x;
  x.sell(kBob, 2, 100);
  EXPECT_EQ(x.buy(kAlice, 1, 100, OrderType::post_only).result, Reject::would_cross);
  EXPECT_EQ(x.buy(kAlice, 1, 99, OrderType::post_only).resting_lots, 1u);
  expect_consistent(x);
}

TEST(Place, SelfTradePrevention) {
  struct Case {
    u8 stp;
    u64 filled;
    u64 resting;
    u16 own_orders;
  };
  // Alice's own ask lies before Bob's.
  for (const Case c : {Case{0, 2, 1, 1}, Case{1, 0, 0, 1}, Case{2, 0, 0, 0}}) {
    SmallExchange x;
    x.sell(kAlice, 2, 100);
    x.sell(kBob, 2, 101);
    PlaceOrder o = x.order(kAlice, Side::bid, 3, 101);
    o.stp = c.stp;
    const Outcome out = x.run(o);
    EXPECT_EQ(out.filled_lots, c.filled) << int{c.stp};
    EXPECT_EQ(out.resting_lots, c.resting) << int{c.stp};
    EXPECT_EQ(x.store.account(kAlice).open_orders, c.own_orders) << int{c.stp};
    expect_consistent(x);
  }
}

TEST(Place, SelfTradeCancelOfTheHintedNeighbourKeepsTheClientIdList) {
  SmallExchange x;
  PlaceOrder own = x.order(kAlice, Side::ask, 1, 100);
  own.has_client_id = true;
  own.client_id[15] = 1;
  x.run(own);
  PlaceOrder o = x.order(kAlice, Side::bid, 1, 100);
  o.has_client_id = true;
  o.client_id[15] = 2;
  const Outcome out = x.run(o);
  EXPECT_EQ(out.events[0].kind, Event::Kind::self_trade_cancel);
  EXPECT_EQ(out.resting_lots, 1u);
  expect_consistent(x);
}

TEST(Place, EachCheckRejectsAndChangesNothing) {
  struct Case {
    const char* name;
    void (*change)(SmallExchange&, PlaceOrder&);
    Reject why;
  };
  const Case cases[] = {
      {"market 0", [](SmallExchange&, PlaceOrder& o) { o.market = 0; }, Reject::unknown_market},
      {"market 2", [](SmallExchange&, PlaceOrder& o) { o.market = 2; }, Reject::unknown_market},
      {"cancel only",
       [](SmallExchange& x, PlaceOrder&) { x.store.market_mut(1).status = Market::kCancelOnly; },
       Reject::market_not_active},
      {"price 0", [](SmallExchange&, PlaceOrder& o) { o.price_ticks = 0; }, Reject::bad_price},
      {"lots 0", [](SmallExchange&, PlaceOrder& o) { o.lots = 0; }, Reject::bad_size},
      {"below min",
       [](SmallExchange& x, PlaceOrder& o) {
         x.store.market_mut(1).min_lots = 10;
         o.lots = 9;
       },
       Reject::bad_size},
      {"above max", [](SmallExchange&, PlaceOrder& o) { o.lots = 1'000'001; }, Reject::bad_size},
      {"notional",
       [](SmallExchange& x, PlaceOrder& o) {
         x.store.market_mut(1).quote_per_tick_lot = u64{1} << 60;
         o.lots = 100;
       },
       Reject::notional_overflow},
      {"base amount",
       [](SmallExchange& x, PlaceOrder& o) {
         x.store.market_mut(1).base_per_lot = u64{1} << 60;
         o.lots = 100;
       },
       Reject::notional_overflow},
      {"too many", [](SmallExchange& x, PlaceOrder&) { x.limits.max_orders_per_account = 0; },
       Reject::too_many_orders},
      {"order table", [](SmallExchange& x, PlaceOrder&) { x.limits.capacity[6] = 0; },
       Reject::book_full},
      {"level table", [](SmallExchange& x, PlaceOrder&) { x.limits.capacity[5] = 0; },
       Reject::book_full},
      {"funds",
       [](SmallExchange&, PlaceOrder& o) {
         o.lots = 100'000;
         o.price_ticks = 10'001;
       },
       Reject::insufficient_balance},
  };
  for (const Case& c : cases) {
    SmallExchange x;
    PlaceOrder o = x.order(kAlice, Side::bid, 1, 100);
    c.change(x, o);
    EXPECT_EQ(x.run(o).result, c.why) << c.name;
    EXPECT_EQ(x.store.account(kAlice).open_orders, 0) << c.name;
    EXPECT_EQ(x.reserved(kAlice, kQuote), 0u) << c.name;
  }
}

TEST(Place, ABuyerWithAFullBalanceListGetsNoNewAsset) {
  SmallExchange x;
  debit(x.store, x.store.account_mut(kAlice), kBase, kFunds);
  x.limits.max_balances_per_account = 1;
  EXPECT_EQ(x.buy(kAlice, 1, 100).result, Reject::balance_list_full);
  x.limits.max_balances_per_account = 2;
  EXPECT_EQ(x.buy(kAlice, 1, 100).result, Reject::ok);
}

TEST(Place, AMakerThatCannotReceiveIsCancelledInstead) {
  SmallExchange x;
  debit(x.store, x.store.account_mut(kBob), kQuote, kFunds);
  x.sell(kBob, 1, 100);
  x.sell(kCarol, 1, 101);
  x.limits.max_balances_per_account = 1;
  debit(x.store, x.store.account_mut(kCarol), kBase, kFunds - 10);
  x.limits.max_balances_per_account = 2;
  credit(x.store, x.store.account_mut(kBob), 3, 1);
  const Outcome out = x.buy(kAlice, 2, 101, OrderType::ioc);
  ASSERT_EQ(out.events.size(), 2u);
  EXPECT_EQ(out.events[0].kind, Event::Kind::maker_cancelled);
  EXPECT_EQ(out.events[1].kind, Event::Kind::fill);
  EXPECT_EQ(x.reserved(kBob, kBase), 0u);
}

TEST(Place, WrongHintsAreMalformedAndChangeNothing) {
  SmallExchange x;
  x.buy(kAlice, 1, 100);
  x.buy(kAlice, 1, 98);
  x.sell(kBob, 1, 120);
  const u32 best = x.store.market(kMarket).best[0];
  const u32 second = x.store.level(best).next;
  const u32 ask = x.store.market(kMarket).best[1];
  struct Case {
    u32 price;
    u32 hint;
    bool wrong;
  };
  for (const Case c :
       {Case{101, 0, false}, Case{100, best, false}, Case{99, best, false}, Case{97, second, false},
        Case{100, 0, true}, Case{99, 0, true}, Case{101, best, true}, Case{97, best, true},
        Case{98, best, true}, Case{99, second, true}, Case{99, ask, true}, Case{99, 200, true}}) {
    PlaceOrder o = x.order(kCarol, Side::bid, 1, c.price);
    o.level_hint = c.hint;
    Outcome out;
    Matching m;
    const u16 before = x.store.account(kCarol).open_orders;
    EXPECT_EQ(place(x.store, x.limits, o, m, out) == Verdict::malformed, c.wrong)
        << c.price << " " << c.hint;
    if (c.wrong) {
      EXPECT_EQ(x.store.account(kCarol).open_orders, before);
    } else {
      cancel(x.store, kCarol, out.order_id, out);
    }
  }
  expect_consistent(x);
}

TEST(Place, ClientIdsAreUniqueAndTheirPlaceIsProved) {
  SmallExchange x;
  const auto with_id = [&](u8 id) {
    PlaceOrder o = x.order(kAlice, Side::bid, 1, 50);
    o.has_client_id = true;
    o.client_id[15] = id;
    return o;
  };
  x.buy(kAlice, 1, 50);
  x.run(with_id(5));
  x.run(with_id(9));
  x.run(with_id(7));
  EXPECT_EQ(x.run(with_id(7)).result, Reject::client_id_in_use);
  expect_consistent(x);
  x.buy(kBob, 1, 50);
  const u32 bobs = x.store.account(kBob).orders_head;
  const u32 head = x.store.account(kAlice).orders_head;
  const u32 five = x.store.order(head).account_next;
  const u32 nine = x.store.order(x.store.order(five).account_next).account_next;
  for (const u32 hint : {0u, head, nine, bobs, 400u}) {
    PlaceOrder o = with_id(6);
    o.level_hint = x.level_hint(Side::bid, 50);
    o.client_id_hint = hint;
    Outcome out;
    Matching m;
    EXPECT_EQ(place(x.store, x.limits, o, m, out), Verdict::malformed) << hint;
    EXPECT_EQ(cancel_client_id(x.store, kAlice, o.client_id, hint, out), Verdict::malformed)
        << hint;
  }
  Outcome out;
  EXPECT_EQ(cancel_client_id(x.store, kAlice, with_id(6).client_id, five, out), Verdict::done);
  EXPECT_EQ(out.result, Reject::unknown_client_id);
  out = {};
  EXPECT_EQ(cancel_client_id(x.store, kAlice, with_id(9).client_id, nine, out), Verdict::done);
  EXPECT_EQ(out.result, Reject::ok);
  EXPECT_EQ(x.store.account(kAlice).open_orders, 3);
  expect_consistent(x);
}

TEST(Place, ManyFillsContinueOverUnitsAndEndAtTheCap) {
  SmallExchange x;
  x.limits.max_orders_per_account = 100;
  for (u32 i = 0; i < 80; ++i) x.sell(i % 2 == 0 ? kBob : kCarol, 1, 100 + i / 8);
  const Outcome out = x.buy(kAlice, 200, 300);
  EXPECT_EQ(out.filled_lots, 64u);
  EXPECT_EQ(x.units, 4u);
  // What is left would trade, so it does not rest.
  EXPECT_EQ(out.resting_lots, 0u);
  expect_consistent(x);
  EXPECT_EQ(x.buy(kAlice, 200, 300).resting_lots, 184u);
  expect_consistent(x);
}

TEST(Cancel, ByIdOnceAndOnlyByItsOwner) {
  SmallExchange x;
  const u64 id = x.buy(kAlice, 3, 100).order_id;
  Outcome out;
  cancel(x.store, kBob, id, out);
  EXPECT_EQ(out.result, Reject::unknown_order);
  out = {};
  cancel(x.store, kAlice, id, out);
  EXPECT_EQ(out.result, Reject::ok);
  EXPECT_EQ(out.value, 3u);
  EXPECT_EQ(x.reserved(kAlice, kQuote), 0u);
  out = {};
  cancel(x.store, kAlice, id, out);
  EXPECT_EQ(out.result, Reject::unknown_order);
  // The slot is used again; the old id stays dead.
  const u64 again = x.buy(kAlice, 3, 100).order_id;
  EXPECT_EQ(order_slot(again), order_slot(id));
  EXPECT_EQ(order_generation(again), order_generation(id) + 1);
  out = {};
  cancel(x.store, kAlice, id, out);
  EXPECT_EQ(out.result, Reject::unknown_order);
  expect_consistent(x);
}

TEST(Cancel, ASlotThatHasUsedAllGenerationsRetires) {
  SmallExchange x;
  const u64 id = x.buy(kAlice, 1, 100).order_id;
  const u32 slot = order_slot(id);
  x.store.order_mut(slot).set(kMaxGeneration - 1, 0);
  Outcome out;
  cancel(x.store, kAlice, make_order_id(slot, kMaxGeneration - 1), out);
  EXPECT_EQ(out.result, Reject::ok);
  EXPECT_NE(order_slot(x.buy(kAlice, 1, 100).order_id), slot);
}

TEST(CancelAll, GoesOnOverUnitsAndKeepsOtherMarkets) {
  SmallExchange x;
  Outcome made;
  Market second = x.store.market(kMarket);
  create_market(x.store, x.limits, second, made);
  for (u32 i = 0; i < 10; ++i) x.buy(kAlice, 1, 50 + i);
  PlaceOrder other = x.order(kAlice, Side::bid, 1, 50);
  other.market = 2;
  Matching m;
  Outcome out;
  place(x.store, x.limits, other, m, out);
  CancelAll c;
  out = {};
  u32 units = 1;
  Verdict v = cancel_all(x.store, x.limits, kAlice, kMarket, c, out);
  for (; v == Verdict::more; ++units) v = continue_cancel_all(x.store, x.limits, c, out);
  EXPECT_EQ(units, 3u);
  EXPECT_EQ(out.value, 10u);
  EXPECT_EQ(x.store.account(kAlice).open_orders, 1);
  EXPECT_EQ(x.reserved(kAlice, kQuote), 50u);
  out = {};
  cancel_all(x.store, x.limits, kAlice, 3, c, out);
  EXPECT_EQ(out.result, Reject::unknown_market);
  out = {};
  cancel_all(x.store, x.limits, kAlice, 0, c, out);
  EXPECT_EQ(x.store.account(kAlice).open_orders, 0);
}

TEST(Modify, SizeDownKeepsPriorityAndId) {
  SmallExchange x;
  const u64 id = x.buy(kAlice, 5, 100).order_id;
  x.buy(kBob, 5, 100);
  const Outcome out = x.change(kAlice, id, 2, 100, 0);
  EXPECT_EQ(out.order_id, id);
  EXPECT_EQ(out.resting_lots, 2u);
  EXPECT_EQ(x.reserved(kAlice, kQuote), 200u);
  EXPECT_EQ(x.sell(kCarol, 1, 100).events[0].maker_order_id, id);
  expect_consistent(x);
}

TEST(Modify, SizeUpOrAnotherPriceGoesToTheEnd) {
  SmallExchange x;
  const u64 id = x.buy(kAlice, 5, 100).order_id;
  const u64 bobs = x.buy(kBob, 5, 100).order_id;
  const Outcome up = x.change(kAlice, id, 6, 100);
  EXPECT_NE(up.order_id, id);
  EXPECT_EQ(x.sell(kCarol, 1, 100).events[0].maker_order_id, bobs);
  const Outcome moved = x.change(kAlice, up.order_id, 6, 101);
  EXPECT_EQ(x.sell(kCarol, 1, 100).events[0].maker_order_id, moved.order_id);
  expect_consistent(x);
}

TEST(Modify, TheOnlyOrderOfTheHintedLevelMoves) {
  SmallExchange x;
  const u64 id = x.buy(kAlice, 5, 100).order_id;
  x.buy(kBob, 5, 101);
  const Outcome worse = x.change(kAlice, id, 5, 99);
  EXPECT_EQ(worse.resting_lots, 5u);
  expect_consistent(x);
  const Outcome more = x.change(kAlice, worse.order_id, 6, 99);
  EXPECT_EQ(more.resting_lots, 6u);
  expect_consistent(x);
}

TEST(Modify, WhatItFreesCountsAndRejectionsLeaveItAlone) {
  SmallExchange x;
  const u64 id = x.buy(kAlice, 1'000'000, 1'000).order_id;
  EXPECT_EQ(x.change(kAlice, id, 1'000'000, 1'001).result, Reject::insufficient_balance);
  EXPECT_EQ(x.change(kAlice, id, 1'000'000, 0, 0).result, Reject::bad_price);
  EXPECT_EQ(x.change(kAlice, id, 0, 1'000).result, Reject::bad_size);
  EXPECT_EQ(x.change(kBob, id, 1, 1'000).result, Reject::unknown_order);
  EXPECT_EQ(x.store.order(order_slot(id)).lots, 1'000'000u);
  const Outcome moved = x.change(kAlice, id, 999'000, 1'001);
  EXPECT_EQ(moved.resting_lots, 999'000u);
  expect_consistent(x);
}

TEST(Modify, APostOnlyOrderStaysPostOnlyAndACrossingOneTrades) {
  SmallExchange x;
  x.sell(kBob, 1, 110);
  const u64 quiet = x.buy(kAlice, 1, 100, OrderType::post_only).order_id;
  EXPECT_EQ(x.change(kAlice, quiet, 1, 110).result, Reject::would_cross);
  const u64 loud = x.buy(kAlice, 1, 100).order_id;
  EXPECT_EQ(x.change(kAlice, loud, 2, 110).filled_lots, 1u);
  expect_consistent(x);
}

}  // namespace
}  // namespace gavel::exchange
