// A small exchange with one perpetual market, for the tests of the perpetual rules.
//
// What: three oracles of which two must report, traders with collateral, and the walk over what
// docs/protocol/perpetuals.md says is conserved.
#pragma once

#include <gtest/gtest.h>

#include "exchange/array_store_test.hpp"

namespace gavel::exchange {

inline constexpr u64 kStart = 1'000 * kHourMs;
inline constexpr u32 kOracleA = 11;
inline constexpr u32 kOracleB = 12;
inline constexpr u32 kOracleC = 13;

// One perpetual market beside the small exchange's spot market, three oracles of which two must
// report, and traders with collateral.
struct PerpetualExchange : SmallExchange {
  PerpetualExchange() {
    Market m = parameters();
    Outcome out;
    create_perpetual(store, limits, m, now, out);
    market = static_cast<u32>(out.value);
    GAVEL_CHECK(out.result == Reject::ok);
    Global& global = store.global_mut();
    global.tables[static_cast<u8>(Table::account)].next = 20;
    std::array<u32, kMaxOracles> oracles{kOracleA, kOracleB, kOracleC};
    Outcome set;
    set_oracle_set(store, 2, 3, oracles, set);
    GAVEL_CHECK(set.result == Reject::ok);
  }
  static Market parameters() {
    Market m;
    m.quote = kQuote;
    m.quote_per_tick_lot = 1;
    m.min_lots = 1;
    m.max_lots = 10'000;
    m.perpetual.impact_lots = 10;
    m.perpetual.max_position_lots = 100'000;
    m.perpetual.max_price_ticks = 1'000'000;
    m.perpetual.oracle_max_age_ms = 60'000;
    m.perpetual.band_ppm = 50'000;
    m.perpetual.liquidation_fee_ppm = 10'000;
    m.perpetual.tier_count = 2;
    m.perpetual.tiers[0] = {1'000'000, 100'000};
    m.perpetual.tiers[1] = {~u64{0}, 200'000};
    return m;
  }

  Outcome report(u32 oracle, u32 price, u64 time_ms = 0) {
    Outcome out;
    report_price(store, {oracle, market, time_ms == 0 ? now : time_ms, price}, now, out);
    return out;
  }
  // Two oracles agree.
  void price(u32 ticks) {
    now += 10;
    EXPECT_EQ(report(kOracleA, ticks).result, Reject::ok);
    EXPECT_EQ(report(kOracleB, ticks).result, Reject::ok);
  }
  Outcome fund(u32 account, u64 amount, MarginKind kind = MarginKind::deposit) {
    Outcome out;
    move_margin(store, limits, account, static_cast<u8>(kind), amount, now, out);
    return out;
  }
  PlaceOrder request(u32 account, Side side, u64 lots, u32 ticks, OrderType type, bool reduce) {
    PlaceOrder o = order(account, side, lots, ticks, type);
    o.market = market;
    o.reduce_only = reduce;
    o.now_ms = now;
    o.level_hint = level_hint_in(market, side, ticks);
    return o;
  }
  Outcome trade(u32 account, Side side, u64 lots, u32 ticks, OrderType type = OrderType::gtc,
                bool reduce = false) {
    Outcome out;
    Matching m;
    verdict = place(store, limits, request(account, side, lots, ticks, type, reduce), m, out);
    while (verdict == Verdict::more) verdict = continue_matching(store, limits, m, out);
    return out;
  }
  Outcome bid(u32 account, u64 lots, u32 ticks) { return trade(account, Side::bid, lots, ticks); }
  Outcome ask(u32 account, u64 lots, u32 ticks) { return trade(account, Side::ask, lots, ticks); }
  Outcome reduce(u32 account, Side side, u64 lots, u32 ticks, OrderType type = OrderType::ioc) {
    return trade(account, side, lots, ticks, type, true);
  }
  Outcome liquidate_position(u32 target) {
    Outcome out;
    Matching m;
    Liquidation l;
    verdict = liquidate(store, target, market, now, l, m, out);
    for (units = 1; verdict == Verdict::more; ++units) {
      verdict = continue_liquidation(store, limits, l, m, out);
    }
    return out;
  }
  u32 level_hint_in(u32 where, Side side, u32 ticks) {
    u32 hint = 0;
    for (u32 i = store.market(where).best[static_cast<u8>(side)]; i != 0; i = store.level(i).next) {
      if (better(side, ticks, store.level(i).price_ticks)) break;
      hint = i;
    }
    return hint;
  }
  Position position(u32 account) {
    const Position* p = find_position(store, store.account(account), market);
    return p == nullptr ? Position{} : *p;
  }
  i64 collateral(u32 account) { return collateral_of(store, store.account(account)); }
  Margin margin(u32 account) { return margin_of(store, store.account(account), now, 0); }
  Market& m() { return store.market_mut(market); }
  Perpetual& p() { return m().perpetual; }

  // What docs/protocol/perpetuals.md says is conserved; the accounts of the scenes are 1..20.
  void expect_conserved() {
    i64 collaterals = 0;
    i64 sizes = 0;
    i64 longs = 0;
    i64 entries = 0;
    i64 pending = 0;
    for (u32 i = 1; i < 20; ++i) {
      collaterals += collateral(i);
      const Position at = position(i);
      sizes += at.size;
      longs += at.size > 0 ? at.size : 0;
      entries += at.size > 0 ? static_cast<i64>(at.entry_quote) : -static_cast<i64>(at.entry_quote);
      pending += static_cast<i64>(magnitude(at.size)) *
                 (p().paid_index[at.size < 0 ? 1 : 0] - at.paid_index);
    }
    EXPECT_EQ(sizes, 0);
    EXPECT_EQ(static_cast<u64>(longs), p().open_interest);
    const i64 dust = 1'000'000 * (p().pool + entries) + pending;
    EXPECT_GE(dust, 0);
    EXPECT_LT(dust, 1'000'000 * 64);
    EXPECT_EQ(static_cast<i64>(store.global().vault),
              collaterals + p().pool + static_cast<i64>(store.global().insurance) +
                  static_cast<i64>(m().fees_quote));
  }

  u64 now = kStart + 1;
  u32 market = 0;
};

}  // namespace gavel::exchange
