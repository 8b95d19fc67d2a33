// Trading: place, cancel, modify (docs/protocol/transactions.md, "Effects"; perpetuals.md).
//
// What: each action checks everything before it changes anything, so a rejection needs no undo. A
// placed order that meets many makers stops after `fills_per_unit` of them and is continued:
// Matching is the whole of what must be remembered. What spot and perpetual markets do differently
// is in spot_orders.hpp and perpetual_orders.hpp. Invariant: between two calls every list,
// reservation and open lot is consistent.
#pragma once

#include "exchange/perpetual_orders.hpp"
#include "exchange/spot_orders.hpp"

namespace gavel::exchange {

namespace detail {

// What `lots` of a resting order keep back: funds on spot, room for the position on perpetuals.
template <Store S>
void hold_for_order(S& store, const Order& order, u64 lots) {
  const Market& market = store.market(order.market());
  Account& account = store.account_mut(order.account);
  if (!market.is_perpetual()) {
    reserve(store, account, reserve_asset(market, order.side()),
            reserve_amount(market, order.side(), order.price_ticks, lots));
  } else {
    position_in(store, account, order.market()).open_lots[static_cast<u8>(order.side())] += lots;
  }
}

// Gives back what `lots` of it kept.
template <Store S>
void release_of_order(S& store, const Order& order, u64 lots) {
  const Market& market = store.market(order.market());
  if (market.is_perpetual()) {
    release_open_lots(store, order, lots);
    return;
  }
  release(store, store.account_mut(order.account), reserve_asset(market, order.side()),
          reserve_amount(market, order.side(), order.price_ticks, lots));
}

// What is left becomes a resting order.
template <Store S>
void rest(S& store, const Matching& m, Outcome& outcome) {
  const u32 slot = take_slot(store, Table::order);
  Order& order = store.order_mut(slot);
  const u64 generation = order.generation();
  const u8 flags = static_cast<u8>((m.has_client_id ? Order::kHasClientId : 0) |
                                   m.taker.stp << Order::kStpShift |
                                   (m.type == OrderType::post_only ? Order::kPostOnly : 0) |
                                   (m.reduce_only ? Order::kReduceOnly : 0));
  order = Order{};
  order.set(generation, flags);
  order.account = m.taker.account;
  order.market_side = m.taker.market << 1 | static_cast<u8>(m.taker.side);
  order.price_ticks = m.taker.limit_ticks;
  order.lots = m.taker.lots;
  order.client_id = m.client_id;
  link_order(store, slot, m.level_hint);
  link_account_order(store, slot, m.account_prev);
  hold_for_order(store, order, m.taker.lots);
  outcome.order_id = make_order_id(slot, generation);
  outcome.resting_lots = m.taker.lots;
}

// The checks that place and modify share, up to the size.
template <Store S>
Reject check_order(S& store, const PlaceOrder& o) {
  const Market& market = store.market(o.market);
  const bool perpetual = market.is_perpetual();
  const bool closes = perpetual && o.reduce_only;  // allowed when cancel only
  if (market.status != Market::kActive && !closes) return Reject::market_not_active;
  if (!perpetual && o.reduce_only) return Reject::bad_parameter;
  if (perpetual && is_stale(market, o.now_ms)) return Reject::oracle_stale;
  if (o.price_ticks == 0) return Reject::bad_price;
  if (perpetual && o.price_ticks > market.perpetual.max_price_ticks) return Reject::bad_price;
  if (o.lots == 0 || o.lots < market.min_lots || o.lots > market.max_lots || o.lots > kMaxLots) {
    return Reject::bad_size;
  }
  if (!amounts_fit(market, o.price_ticks, o.lots)) return Reject::notional_overflow;
  return Reject::ok;
}

// The market's own checks between size and client id. Cuts what a reduce-only order may close.
// `replaced`: the slot of the order to be replaced, 0 = none.
template <Store S>
Reject check_price(S& store, PlaceOrder& o, u32 replaced) {
  if (!store.market(o.market).is_perpetual()) return Reject::ok;
  return check_perpetual_price(store, o, replaced == 0 ? 0 : store.order(replaced).lots);
}

// Funds or margin, then post-only.
template <Store S>
Reject check_means(S& store, const Limits& limits, const PlaceOrder& o, u32 replaced) {
  const Market& market = store.market(o.market);
  u64 freed = 0;
  Reject why = Reject::ok;
  if (market.is_perpetual()) {
    if (replaced != 0) freed = store.order(replaced).lots;
    why = check_perpetual_margin(store, o, freed);
  } else {
    if (replaced != 0) {
      const Order& old = store.order(replaced);
      freed = reserve_amount(market, o.side, old.price_ticks, old.lots);
    }
    why = check_spot_funds(store, limits, o, freed);
  }
  if (why != Reject::ok) return why;
  if (o.type == OrderType::post_only && would_cross(store, o.market, o.side, o.price_ticks)) {
    return Reject::would_cross;
  }
  return Reject::ok;
}

inline Matching make_matching(const PlaceOrder& o, u32 account_prev) {
  Matching m;
  m.taker.account = o.account;
  m.taker.market = o.market;
  m.taker.limit_ticks = o.price_ticks;
  m.taker.side = o.side;
  m.taker.stp = o.stp;
  m.taker.lots = o.lots;
  m.type = o.type;
  m.has_client_id = o.has_client_id;
  m.client_id = o.client_id;
  m.level_hint = o.level_hint;
  m.account_prev = account_prev;
  m.reduce_only = o.reduce_only;
  return m;
}

}  // namespace detail

// Goes on matching for one unit's worth of makers; when nothing crosses any more, the rest rests or
// is dropped.
template <Store S>
Verdict continue_matching(S& store, const Limits& limits, Matching& m, Outcome& outcome) {
  const u32 left = limits.max_fills_per_tx - outcome.events.size();
  const u32 budget = left < limits.fills_per_unit ? left : limits.fills_per_unit;
  if (store.market(m.taker.market).is_perpetual()) {
    detail::PerpetualSettlement<S> settlement(store, m, outcome);
    match(store, m.taker, settlement, budget);
  } else {
    detail::SpotSettlement<S> settlement(store, limits, m, outcome);
    match(store, m.taker, settlement, budget);
  }
  const bool crossing =
      m.taker.lots > 0 && would_cross(store, m.taker.market, m.taker.side, m.taker.limit_ticks);
  if (crossing && outcome.events.size() < limits.max_fills_per_tx) return Verdict::more;
  if (m.taker.lots > 0 && !crossing && rests(m.type)) detail::rest(store, m, outcome);
  return Verdict::done;
}

namespace detail {

// An order that passed its checks meets the book.
template <Store S>
Verdict start_matching(S& store, const Limits& limits, const PlaceOrder& o, u32 account_prev,
                       Matching& m, Outcome& outcome) {
  if (store.market(o.market).is_perpetual()) accrue(store.market_mut(o.market), o.now_ms);
  m = make_matching(o, account_prev);
  return continue_matching(store, limits, m, outcome);
}

}  // namespace detail

// Checks and starts an order. `fresh` outcome in, with action and account set. done: outcome.result
// says what happened; more: call continue_matching() until it is done; malformed: a hint is wrong,
// nothing was changed.
template <Store S>
Verdict place(S& store, const Limits& limits, PlaceOrder o, Matching& m, Outcome& outcome) {
  if (!allocated(store, Table::market, o.market)) {
    return detail::reject(outcome, Reject::unknown_market);
  }
  if (const Reject why = detail::check_order(store, o); why != Reject::ok) {
    return detail::reject(outcome, why);
  }
  if (const Reject why = detail::check_price(store, o, 0); why != Reject::ok) {
    return detail::reject(outcome, why);
  }
  if (rests(o.type)) {
    if (o.has_client_id) {
      switch (check_client_id_hint(store, o.account, o.client_id, o.client_id_hint)) {
        case Place::wrong:
          return Verdict::malformed;
        case Place::found:
          return detail::reject(outcome, Reject::client_id_in_use);
        case Place::absent:
          break;
      }
    }
    if (store.account(o.account).open_orders >= limits.max_orders_per_account) {
      return detail::reject(outcome, Reject::too_many_orders);
    }
    if (!has_slot(store, limits, Table::order) || !has_slot(store, limits, Table::level)) {
      return detail::reject(outcome, Reject::book_full);
    }
  }
  if (const Reject why = detail::check_means(store, limits, o, 0); why != Reject::ok) {
    return detail::reject(outcome, why);
  }
  if (rests(o.type) &&
      check_level_hint(store, o.market, o.side, o.price_ticks, o.level_hint) == Place::wrong) {
    return Verdict::malformed;
  }
  return detail::start_matching(store, limits, o, o.has_client_id ? o.client_id_hint : 0, m,
                                outcome);
}

namespace detail {

// Takes a resting order off the book and gives its funds back. Returns its lots.
template <Store S>
u64 remove_order(S& store, u32 slot) {
  const Order& order = store.order(slot);
  const u64 lots = order.lots;
  release_of_order(store, order, lots);
  unlink_account_order(store, slot);
  unlink_order(store, slot);
  free_order(store, slot);
  return lots;
}

// The slot of an open order of this account with this id, or 0.
template <Store S>
u32 find_order(S& store, u32 account, u64 order_id) {
  const u32 slot = order_slot(order_id);
  if (!allocated(store, Table::order, slot)) return 0;
  const Order& order = store.order(slot);
  return order.account == account && order.generation() == order_generation(order_id) ? slot : 0;
}

template <Store S>
void cancel_slot(S& store, u32 slot, Outcome& outcome) {
  outcome.order_id = make_order_id(slot, store.order(slot).generation());
  outcome.value = remove_order(store, slot);
}

}  // namespace detail

template <Store S>
Verdict cancel(S& store, u32 account, u64 order_id, Outcome& outcome) {
  const u32 slot = detail::find_order(store, account, order_id);
  if (slot == 0) return detail::reject(outcome, Reject::unknown_order);
  detail::cancel_slot(store, slot, outcome);
  return Verdict::done;
}

template <Store S>
Verdict cancel_client_id(S& store, u32 account, const ClientId& id, u32 hint, Outcome& outcome) {
  switch (check_client_id_hint(store, account, id, hint)) {
    case Place::wrong:
      return Verdict::malformed;
    case Place::absent:
      return detail::reject(outcome, Reject::unknown_client_id);
    case Place::found:
      break;
  }
  detail::cancel_slot(store, hint, outcome);
  return Verdict::done;
}

// A cancel_all on its way through an account's list.
struct CancelAll {
  u32 account = 0;
  u32 market = 0;  // 0 = every market
  u32 next = 0;    // ORDER to look at next
  bool perpetual_only = false;

  friend bool operator==(const CancelAll&, const CancelAll&) = default;
};

// Looks at one unit's worth of orders. outcome.value counts the cancelled ones.
template <Store S>
Verdict continue_cancel_all(S& store, const Limits& limits, CancelAll& c, Outcome& outcome) {
  for (u32 budget = limits.cancels_per_unit; budget > 0 && c.next != 0; --budget) {
    const u32 slot = c.next;
    const Order& order = store.order(slot);
    c.next = order.account_next;
    if (c.market != 0 && order.market() != c.market) continue;
    if (c.perpetual_only && !store.market(order.market()).is_perpetual()) continue;
    detail::remove_order(store, slot);
    ++outcome.value;
  }
  return c.next == 0 ? Verdict::done : Verdict::more;
}

template <Store S>
Verdict cancel_all(S& store, const Limits& limits, u32 account, u32 market, CancelAll& c,
                   Outcome& outcome) {
  if (market != 0 && !allocated(store, Table::market, market)) {
    return detail::reject(outcome, Reject::unknown_market);
  }
  c = CancelAll{account, market, store.account(account).orders_head};
  return continue_cancel_all(store, limits, c, outcome);
}

struct ModifyOrder {
  u32 account = 0;
  u64 order_id = 0;  // 0: named by the client id
  ClientId client_id{};
  u32 price_ticks = 0;
  u64 lots = 0;
  u32 level_hint = 0;
  u32 client_id_hint = 0;
  u64 now_ms = 0;
};

namespace detail {

// Lowers the size in place.
template <Store S>
void reduce_in_place(S& store, u32 slot, u64 lots, Outcome& outcome) {
  const Order& order = store.order(slot);
  release_of_order(store, order, order.lots - lots);
  reduce_order(store, slot, lots);
  outcome.order_id = make_order_id(slot, order.generation());
  outcome.resting_lots = lots;
}

}  // namespace detail

// As place(). A change that keeps the price and does not add size keeps the order; any other
// replaces it.
template <Store S>
Verdict modify(S& store, const Limits& limits, const ModifyOrder& change, Matching& m,
               Outcome& outcome) {
  u32 slot = 0;
  if (change.order_id != 0) {
    slot = detail::find_order(store, change.account, change.order_id);
    if (slot == 0) return detail::reject(outcome, Reject::unknown_order);
  } else {
    switch (check_client_id_hint(store, change.account, change.client_id, change.client_id_hint)) {
      case Place::wrong:
        return Verdict::malformed;
      case Place::absent:
        return detail::reject(outcome, Reject::unknown_client_id);
      case Place::found:
        slot = change.client_id_hint;
    }
  }
  const Order& order = store.order(slot);
  PlaceOrder o;
  o.account = change.account;
  o.market = order.market();
  o.side = order.side();
  o.type = (order.flags() & Order::kPostOnly) != 0 ? OrderType::post_only : OrderType::gtc;
  o.stp = static_cast<u8>(order.flags() >> Order::kStpShift & Order::kStpMask);
  o.price_ticks = change.price_ticks;
  o.lots = change.lots;
  o.has_client_id = order.has_client_id();
  o.client_id = order.client_id;
  o.level_hint = change.level_hint;
  o.reduce_only = order.reduce_only();
  o.now_ms = change.now_ms;
  if (const Reject why = detail::check_order(store, o); why != Reject::ok) {
    return detail::reject(outcome, why);
  }
  if (o.price_ticks == order.price_ticks && o.lots <= order.lots) {
    detail::reduce_in_place(store, slot, o.lots, outcome);
    return Verdict::done;
  }
  if (const Reject why = detail::check_price(store, o, slot); why != Reject::ok) {
    return detail::reject(outcome, why);
  }
  if (!has_slot(store, limits, Table::level)) return detail::reject(outcome, Reject::book_full);
  if (const Reject why = detail::check_means(store, limits, o, slot); why != Reject::ok) {
    return detail::reject(outcome, why);
  }
  if (check_level_hint(store, o.market, o.side, o.price_ticks, o.level_hint) == Place::wrong) {
    return Verdict::malformed;
  }
  const u32 account_prev = o.has_client_id ? order.account_prev : 0;
  const Level& level = store.level(order.level);
  if (o.level_hint == order.level && level.orders == 1) o.level_hint = level.prev;
  detail::remove_order(store, slot);
  return detail::start_matching(store, limits, o, account_prev, m, outcome);
}

}  // namespace gavel::exchange
