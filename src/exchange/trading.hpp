// Trading on spot markets: place, cancel, modify (docs/protocol/transactions.md, "Effects").
//
// What: each action checks everything before it changes anything, so a rejection needs no undo. A
// placed order that meets many makers stops after `fills_per_unit` of them and is continued:
// Matching is the whole of what must be remembered. Invariant: assets are conserved by every call;
// between two calls every list and reservation is consistent.
#pragma once

#include "exchange/account_orders.hpp"
#include "exchange/amounts.hpp"
#include "exchange/balances.hpp"
#include "exchange/outcome.hpp"

namespace gavel::exchange {

enum class OrderType : u8 { gtc = 0, ioc = 1, post_only = 2, market = 3 };
constexpr bool rests(OrderType type) {
  return type == OrderType::gtc || type == OrderType::post_only;
}

// A result that needs no state to be told apart from a rejection: the row itself was wrong.
enum class Verdict : u8 { malformed, done, more };

struct PlaceOrder {
  u32 account = 0;
  u32 market = 0;
  Side side = Side::bid;
  OrderType type = OrderType::gtc;
  u8 stp = 0;
  u32 price_ticks = 0;
  u64 lots = 0;
  bool has_client_id = false;
  ClientId client_id{};
  u32 level_hint = 0;
  u32 client_id_hint = 0;
};

// An order on its way through the book.
struct Matching {
  Taker taker;
  OrderType type = OrderType::gtc;
  bool has_client_id = false;
  ClientId client_id{};
  u32 level_hint = 0;
  u32 account_prev = 0;  // where a rest goes in the account's list
};

namespace detail {

// Moves the money of fills, and takes leaving makers out of their accounts' lists.
template <Store S>
class SpotSettlement {
 public:
  SpotSettlement(S& store, const Limits& limits, Matching& matching, Outcome& outcome)
      : store_(store), limits_(limits), matching_(matching), outcome_(outcome) {}

  bool can_fill(const Order& maker) {
    const Market& market = store_.market(matching_.taker.market);
    const u32 receives = matching_.taker.side == Side::bid ? market.quote : market.base;
    return can_receive(store_, limits_, store_.account(maker.account), receives);
  }

  void fill(u32 slot, u32 price_ticks, u64 lots) {
    const Order& maker = store_.order(slot);
    Market& market = store_.market_mut(matching_.taker.market);
    const u64 quote = quote_amount(market, price_ticks, lots);
    const u64 base = base_amount(market, lots);
    Account& taker = store_.account_mut(matching_.taker.account);
    Account& owner = store_.account_mut(maker.account);
    const bool taker_buys = matching_.taker.side == Side::bid;
    const u32 fee_quote_ppm = taker_buys ? market.maker_fee_ppm : market.taker_fee_ppm;
    const u32 fee_base_ppm = taker_buys ? market.taker_fee_ppm : market.maker_fee_ppm;
    const u64 fee_quote = fee_on(quote, fee_quote_ppm);
    const u64 fee_base = fee_on(base, fee_base_ppm);
    Account& buyer = taker_buys ? taker : owner;
    Account& seller = taker_buys ? owner : taker;
    if (taker_buys) {
      release(store_, owner, market.base, base);
    } else {
      release(store_, owner, market.quote, quote);
    }
    debit(store_, buyer, market.quote, quote);
    debit(store_, seller, market.base, base);
    credit(store_, buyer, market.base, base - fee_base);
    credit(store_, seller, market.quote, quote - fee_quote);
    market.fees_quote += fee_quote;
    market.fees_base += fee_base;
    market.last_price_ticks = price_ticks;
    outcome_.filled_lots += lots;
    outcome_.value += quote;
    push(Event::Kind::fill, slot, maker, lots);
  }

  void remove(u32 slot, Removal removal) {
    const Order& maker = store_.order(slot);
    if (removal != Removal::filled) {
      const Market& market = store_.market(maker.market());
      release(store_, store_.account_mut(maker.account), reserve_asset(market, maker.side()),
              reserve_amount(market, maker.side(), maker.price_ticks, maker.lots));
      push(removal == Removal::self_trade ? Event::Kind::self_trade_cancel
                                          : Event::Kind::maker_cancelled,
           slot, maker, maker.lots);
    }
    if (matching_.account_prev == slot) matching_.account_prev = maker.account_prev;
    unlink_account_order(store_, slot);
  }

 private:
  void push(Event::Kind kind, u32 slot, const Order& maker, u64 lots) {
    Event& e = outcome_.events.push_back(Event{});
    e.kind = kind;
    e.maker_account = maker.account;
    e.price_ticks = maker.price_ticks;
    e.maker_order_id = make_order_id(slot, maker.generation());
    e.lots = lots;
  }

  S& store_;
  const Limits& limits_;
  Matching& matching_;
  Outcome& outcome_;
};

// What is left becomes a resting order.
template <Store S>
void rest(S& store, const Matching& m, Outcome& outcome) {
  const u32 slot = take_slot(store, Table::order);
  Order& order = store.order_mut(slot);
  const u64 generation = order.generation();
  const u8 flags = static_cast<u8>((m.has_client_id ? Order::kHasClientId : 0) |
                                   m.taker.stp << Order::kStpShift |
                                   (m.type == OrderType::post_only ? Order::kPostOnly : 0));
  order = Order{};
  order.set(generation, flags);
  order.account = m.taker.account;
  order.market_side = m.taker.market << 1 | static_cast<u8>(m.taker.side);
  order.price_ticks = m.taker.limit_ticks;
  order.lots = m.taker.lots;
  order.client_id = m.client_id;
  link_order(store, slot, m.level_hint);
  link_account_order(store, slot, m.account_prev);
  const Market& market = store.market(m.taker.market);
  reserve(store, store.account_mut(m.taker.account), reserve_asset(market, m.taker.side),
          reserve_amount(market, m.taker.side, m.taker.limit_ticks, m.taker.lots));
  outcome.order_id = make_order_id(slot, generation);
  outcome.resting_lots = m.taker.lots;
}

// The checks that place and modify share, from the market on.
template <Store S>
Reject check_order(S& store, const PlaceOrder& o) {
  const Market& market = store.market(o.market);
  if (market.status != Market::kActive) return Reject::market_not_active;
  if (o.price_ticks == 0) return Reject::bad_price;
  if (o.lots == 0 || o.lots < market.min_lots || o.lots > market.max_lots || o.lots > kMaxLots) {
    return Reject::bad_size;
  }
  if (!amounts_fit(market, o.price_ticks, o.lots)) return Reject::notional_overflow;
  return Reject::ok;
}

// `freed` is what the order to be replaced holds of the reserve asset.
template <Store S>
Reject check_funds(S& store, const Limits& limits, const PlaceOrder& o, u64 freed) {
  const Market& market = store.market(o.market);
  const Account& account = store.account(o.account);
  const u64 need = reserve_amount(market, o.side, o.price_ticks, o.lots);
  const u64 have = available_balance(store, account, reserve_asset(market, o.side)) + freed;
  if (have < need) return Reject::insufficient_balance;
  const u32 receives = o.side == Side::bid ? market.base : market.quote;
  if (!can_receive(store, limits, account, receives)) return Reject::balance_list_full;
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
  return m;
}

inline Verdict reject(Outcome& outcome, Reject why) {
  outcome.result = why;
  return Verdict::done;
}

}  // namespace detail

// Goes on matching for one unit's worth of makers; when nothing crosses any more, the rest rests or
// is dropped.
template <Store S>
Verdict continue_matching(S& store, const Limits& limits, Matching& m, Outcome& outcome) {
  detail::SpotSettlement<S> settlement(store, limits, m, outcome);
  const u32 left = limits.max_fills_per_tx - outcome.events.size();
  const u32 budget = left < limits.fills_per_unit ? left : limits.fills_per_unit;
  match(store, m.taker, settlement, budget);
  const bool crossing =
      m.taker.lots > 0 && would_cross(store, m.taker.market, m.taker.side, m.taker.limit_ticks);
  if (crossing && outcome.events.size() < limits.max_fills_per_tx) return Verdict::more;
  if (m.taker.lots > 0 && !crossing && rests(m.type)) detail::rest(store, m, outcome);
  return Verdict::done;
}

// Checks and starts an order. `fresh` outcome in, with action and account set. done: outcome.result
// says what happened; more: call continue_matching() until it is done; malformed: a hint is wrong,
// nothing was changed.
template <Store S>
Verdict place(S& store, const Limits& limits, const PlaceOrder& o, Matching& m, Outcome& outcome) {
  if (!allocated(store, Table::market, o.market)) {
    return detail::reject(outcome, Reject::unknown_market);
  }
  if (const Reject why = detail::check_order(store, o); why != Reject::ok) {
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
  if (const Reject why = detail::check_funds(store, limits, o, 0); why != Reject::ok) {
    return detail::reject(outcome, why);
  }
  if (rests(o.type) &&
      check_level_hint(store, o.market, o.side, o.price_ticks, o.level_hint) == Place::wrong) {
    return Verdict::malformed;
  }
  m = detail::make_matching(o, o.has_client_id ? o.client_id_hint : 0);
  return continue_matching(store, limits, m, outcome);
}

namespace detail {

// Takes a resting order off the book and gives its funds back. Returns its lots.
template <Store S>
u64 remove_order(S& store, u32 slot) {
  const Order& order = store.order(slot);
  const u64 lots = order.lots;
  const Market& market = store.market(order.market());
  release(store, store.account_mut(order.account), reserve_asset(market, order.side()),
          reserve_amount(market, order.side(), order.price_ticks, lots));
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
};

namespace detail {

// Lowers the size in place.
template <Store S>
void reduce_in_place(S& store, u32 slot, u64 lots, Outcome& outcome) {
  const Order& order = store.order(slot);
  const Market& market = store.market(order.market());
  const u64 before = reserve_amount(market, order.side(), order.price_ticks, order.lots);
  const u64 after = reserve_amount(market, order.side(), order.price_ticks, lots);
  release(store, store.account_mut(order.account), reserve_asset(market, order.side()),
          before - after);
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
  if (const Reject why = detail::check_order(store, o); why != Reject::ok) {
    return detail::reject(outcome, why);
  }
  if (o.price_ticks == order.price_ticks && o.lots <= order.lots) {
    detail::reduce_in_place(store, slot, o.lots, outcome);
    return Verdict::done;
  }
  if (!has_slot(store, limits, Table::level)) return detail::reject(outcome, Reject::book_full);
  const u64 freed = reserve_amount(store.market(o.market), o.side, order.price_ticks, order.lots);
  if (const Reject why = detail::check_funds(store, limits, o, freed); why != Reject::ok) {
    return detail::reject(outcome, why);
  }
  if (check_level_hint(store, o.market, o.side, o.price_ticks, o.level_hint) == Place::wrong) {
    return Verdict::malformed;
  }
  const u32 account_prev = o.has_client_id ? order.account_prev : 0;
  const Level& level = store.level(order.level);
  if (o.level_hint == order.level && level.orders == 1) o.level_hint = level.prev;
  detail::remove_order(store, slot);
  m = detail::make_matching(o, account_prev);
  return continue_matching(store, limits, m, outcome);
}

}  // namespace gavel::exchange
