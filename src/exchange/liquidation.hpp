// Liquidation: a position that its account's equity no longer carries is closed on the book, by
// anyone (docs/protocol/perpetuals.md, "Actions").
//
// What: the target's orders in perpetual markets go, then a bounded part of the position meets the
// book near the mark price, then fee and deficit are settled. Long in each of these, so it
// continues over units: Liquidation with Matching is the whole of what must be remembered.
// Invariant: what a bankrupt account lacks is taken from the insurance fund, then, within bounds,
// from the side that won, never made; the rest stays its debt to the fund.
#pragma once

#include "exchange/oracle.hpp"
#include "exchange/trading.hpp"

namespace gavel::exchange {

struct Liquidation {
  u32 target = 0;
  u32 market = 0;
  bool matching = false;  // the orders are gone
  u8 side = 0;            // of the order that closes: Side
  i64 before = 0;         // the target's collateral when it began
  CancelAll cancels;

  friend bool operator==(const Liquidation&, const Liquidation&) = default;
};

namespace detail {

// The order that closes a position whole, at the edge of the band; it never rests.
template <Store S>
PlaceOrder closing_order(S& store, u32 account, u32 market, u64 now_ms) {
  const Position* const p = find_position(store, store.account(account), market);
  PlaceOrder o;
  o.account = account;
  o.market = market;
  const i64 size = p == nullptr ? 0 : p->size;
  o.side = size > 0 ? Side::ask : Side::bid;
  o.type = OrderType::ioc;
  o.price_ticks = band_edge(store.market(market), o.side);
  o.lots = magnitude(size);
  o.reduce_only = true;
  o.now_ms = now_ms;
  return o;
}

// Of an account that is not bankrupt: a fifth of the position, small ones whole.
inline u64 lots_to_liquidate(const Market& market, u64 size) {
  const u64 fifth = (size + 4) / 5;
  const u64 least = market.perpetual.impact_lots;
  const u64 lots = fifth > least ? fifth : least;
  return lots < size ? lots : size;
}

template <Store S>
bool has_lots(S& store, const Account& account) {
  bool any = false;
  for_each_position(store, account, [&](const Position& p) { any = any || p.size != 0; });
  return any;
}

// Maintenance of the positions without any orders.
template <MarginSource S>
i64 margin_of_positions(S& store, const Account& account) {
  i64 sum = 0;
  for_each_position(store, account, [&](const Position& p) {
    const Market& market = store.market(p.market);
    sum += maintenance_margin(
        market, perpetual_quote(market, market.perpetual.mark_price, magnitude(p.size)));
  });
  return sum;
}

// Of a deficit, what the winners' side of the market is charged: no more than was lost here now,
// and than the band's width on each of its lots. Returns it.
inline u64 share_loss(Market& market, Side closing_side, u64 deficit, u64 lost) {
  Perpetual& p = market.perpetual;
  u64 shared = deficit < lost ? deficit : lost;
  const u64 a_lot = perpetual_quote(market, band_of(market, p.mark_price), 1);
  const u128 most = base::mul_wide(a_lot, p.open_interest);
  if (u128{shared} > most) shared = most.lo;
  if (shared == 0) return 0;
  const u64 step = mul_div_up(shared, kMicro, p.open_interest);  // micro-units a lot
  i64& index = p.paid_index[closing_side == Side::ask ? 1 : 0];
  if (step > static_cast<u64>(index_limit(market) - index)) return 0;
  index += static_cast<i64>(step);
  p.pool = wrap_sub(p.pool, static_cast<i64>(shared));
  return shared;
}

// Fee, then what a bankrupt account lacks.
template <Store S>
void settle_liquidation(S& store, const Liquidation& l, Outcome& outcome) {
  Account& account = store.account_mut(l.target);
  Market& market = store.market_mut(l.market);
  const i64 collateral = collateral_of(store, account);
  if (collateral > 0) {
    const u64 asked = fee_on(outcome.value, market.perpetual.liquidation_fee_ppm);
    const u64 fee = asked < static_cast<u64>(collateral) ? asked : static_cast<u64>(collateral);
    add_collateral(store, account, -static_cast<i64>(fee));
    store.global_mut().insurance += fee;
    return;
  }
  if (collateral == 0 || has_lots(store, account)) return;
  const u64 deficit = magnitude(collateral);
  Global& global = store.global_mut();
  const u64 insured = global.insurance < deficit ? global.insurance : deficit;
  global.insurance -= insured;
  u64 covered = insured;
  if (insured < deficit) {
    const u64 lost = l.before > collateral ? static_cast<u64>(l.before - collateral) : 0;
    covered += share_loss(market, static_cast<Side>(l.side), deficit - insured, lost);
  }
  add_collateral(store, account, static_cast<i64>(covered));
  outcome.resting_lots = covered;
}

}  // namespace detail

// One more unit of a liquidation.
template <Store S>
Verdict continue_liquidation(S& store, const Limits& limits, Liquidation& l, Matching& m,
                             Outcome& outcome) {
  if (!l.matching) {
    if (continue_cancel_all(store, limits, l.cancels, outcome) == Verdict::done) {
      l.matching = true;
      outcome.value = 0;  // from here on quote traded
    }
    return Verdict::more;
  }
  if (continue_matching(store, limits, m, outcome) == Verdict::more) return Verdict::more;
  detail::settle_liquidation(store, l, outcome);
  return Verdict::done;
}

// Checks and starts the liquidation of `target`'s position, or of its debt alone. outcome.order_id:
// the target; filled_lots, value: what was traded; resting_lots: the deficit that was covered.
template <Store S>
Verdict liquidate(S& store, u32 target, u32 market_index, u64 now_ms, Liquidation& l, Matching& m,
                  Outcome& outcome) {
  if (!allocated(store, Table::market, market_index)) {
    return detail::reject(outcome, Reject::unknown_market);
  }
  const Market& market = store.market(market_index);
  if (!market.is_perpetual()) return detail::reject(outcome, Reject::not_allowed);
  if (!allocated(store, Table::account, target)) {
    return detail::reject(outcome, Reject::unknown_account);
  }
  const Account& account = store.account(target);
  if (is_stale(market, now_ms)) return detail::reject(outcome, Reject::oracle_stale);
  const i64 collateral = collateral_of(store, account);
  const bool only_owes = collateral < 0 && !detail::has_lots(store, account);
  if (find_position(store, account, market_index) == nullptr && !only_owes) {
    return detail::reject(outcome, Reject::no_position);
  }
  // Other markets count at their last mark: an oracle that stopped shields nobody.
  const Margin margin = margin_of(store, account, now_ms, 0);
  if (margin.equity >= margin.maintenance) {
    return detail::reject(outcome, Reject::not_liquidatable);
  }
  accrue(store.market_mut(market_index), now_ms);
  PlaceOrder o = detail::closing_order(store, target, market_index, now_ms);
  if (margin.equity >= detail::margin_of_positions(store, account)) {
    o.lots = 0;  // without its orders it is well
  } else if (margin.equity >= 0) {
    o.lots = detail::lots_to_liquidate(market, o.lots);
  }
  m = detail::make_matching(o, 0);
  m.liquidation = true;
  l = Liquidation{};
  l.target = target;
  l.market = market_index;
  l.side = static_cast<u8>(o.side);
  l.before = collateral;
  l.cancels.account = target;
  l.cancels.next = account.orders_head;
  l.cancels.perpetual_only = true;
  outcome.order_id = target;
  return Verdict::more;  // what it does are units of their own
}

// An owner's order from L1 to close a position on the book now.
template <Store S>
Verdict close_position(S& store, const Limits& limits, u32 account, u32 market_index, u64 now_ms,
                       Matching& m, Outcome& outcome) {
  if (!allocated(store, Table::market, market_index)) {
    return detail::reject(outcome, Reject::unknown_market);
  }
  const Market& market = store.market(market_index);
  if (!market.is_perpetual()) return detail::reject(outcome, Reject::no_position);
  if (is_stale(market, now_ms)) return detail::reject(outcome, Reject::oracle_stale);
  const Position* const position = find_position(store, store.account(account), market_index);
  if (position == nullptr || position->size == 0) {
    return detail::reject(outcome, Reject::no_position);
  }
  PlaceOrder o = detail::closing_order(store, account, market_index, now_ms);
  if (detail::check_perpetual_margin(store, o, 0) != Reject::ok) {
    // It may not afford the band's edge, but the mark price.
    o.price_ticks = market.perpetual.mark_price;
    const Reject why = detail::check_perpetual_margin(store, o, 0);
    if (why != Reject::ok) return detail::reject(outcome, why);
  }
  return detail::start_matching(store, limits, o, 0, m, outcome);
}

}  // namespace gavel::exchange
