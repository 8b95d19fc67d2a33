// The book: price levels from best to worst, orders in time priority, and matching against them.
//
// What: levels and orders are objects of the state, doubly linked, so that a judge can check a
// place by looking at its neighbours; no search happens here: the place of a price is a hint that
// is checked (docs/protocol/data.md). Why templated: the node's matching, the verifier's and the
// dispute's are this code. Accounts and money come in through `Settlement`, so the book can be
// measured alone. Invariant: a level exists exactly while it has orders; `total_lots` is the sum
// over them; levels of a side are strictly ordered by price; MARKET.best names the first.
#pragma once

#include "exchange/allocation.hpp"

namespace gavel::exchange {

// a is nearer to the other side than b.
constexpr bool better(Side side, u32 a_ticks, u32 b_ticks) {
  return side == Side::bid ? a_ticks > b_ticks : a_ticks < b_ticks;
}
// A taker on `side` with this limit trades with a maker at this price.
constexpr bool crosses(Side side, u32 limit_ticks, u32 maker_ticks) {
  return side == Side::bid ? maker_ticks <= limit_ticks : maker_ticks >= limit_ticks;
}

enum class Place : u8 { wrong, absent, found };

// Is `hint` the level of this price, or the last better one (0: there is none better)? O(1).
template <Store S>
Place check_level_hint(S& store, u32 market, Side side, u32 price_ticks, u32 hint) {
  u32 next = 0;
  if (hint == 0) {
    next = store.market(market).best[static_cast<u8>(side)];
  } else {
    if (!allocated(store, Table::level, hint)) return Place::wrong;
    const Level& level = store.level(hint);
    if (level.market != market || level.side != side) return Place::wrong;
    if (level.price_ticks == price_ticks) return Place::found;
    if (!better(side, level.price_ticks, price_ticks)) return Place::wrong;
    next = level.next;
  }
  if (next != 0 && !better(side, price_ticks, store.level(next).price_ticks)) return Place::wrong;
  return Place::absent;
}

namespace detail {

template <Store S>
u32 insert_level(S& store, u32 market, Side side, u32 price_ticks, u32 after) {
  const u32 slot = take_slot(store, Table::level);
  u32 next = 0;
  if (after == 0) {
    u32& best = store.market_mut(market).best[static_cast<u8>(side)];
    next = best;
    best = slot;
  } else {
    Level& before = store.level_mut(after);
    next = before.next;
    before.next = slot;
  }
  if (next != 0) store.level_mut(next).prev = slot;
  Level& level = store.level_mut(slot);
  level = Level{};
  level.market = market;
  level.side = side;
  level.price_ticks = price_ticks;
  level.prev = after;
  level.next = next;
  store.level_added(slot);
  return slot;
}

template <Store S>
void remove_level(S& store, u32 slot) {
  store.level_removed(slot);
  const Level& level = store.level(slot);
  const u32 prev = level.prev;
  const u32 next = level.next;
  if (prev == 0) {
    store.market_mut(level.market).best[static_cast<u8>(level.side)] = next;
  } else {
    store.level_mut(prev).next = next;
  }
  if (next != 0) store.level_mut(next).prev = prev;
  free_level(store, slot);
}

}  // namespace detail

// Puts an order (price, lots, market_side set) at the end of its price's level. `hint` is checked
// already.
template <Store S>
void link_order(S& store, u32 slot, u32 hint) {
  Order& order = store.order_mut(slot);
  const bool found = hint != 0 && store.level(hint).price_ticks == order.price_ticks;
  const u32 level_slot =
      found ? hint
            : detail::insert_level(store, order.market(), order.side(), order.price_ticks, hint);
  Level& level = store.level_mut(level_slot);
  order.level = level_slot;
  order.level_prev = level.last;
  order.level_next = 0;
  if (level.last == 0) {
    level.first = slot;
  } else {
    store.order_mut(level.last).level_next = slot;
  }
  level.last = slot;
  level.total_lots += order.lots;
  ++level.orders;
}

// Takes an order out of its level, and the level out of the book if it was the last.
template <Store S>
void unlink_order(S& store, u32 slot) {
  const Order& order = store.order(slot);
  const u32 prev = order.level_prev;
  const u32 next = order.level_next;
  Level& level = store.level_mut(order.level);
  if (level.orders == 1) {
    detail::remove_level(store, order.level);
    return;
  }
  if (prev == 0) {
    level.first = next;
  } else {
    store.order_mut(prev).level_next = next;
  }
  if (next == 0) {
    level.last = prev;
  } else {
    store.order_mut(next).level_prev = prev;
  }
  level.total_lots -= order.lots;
  --level.orders;
}

// Lowers an order's size; its priority stays. 0 < lots <= the order's.
template <Store S>
void reduce_order(S& store, u32 slot, u64 lots) {
  Order& order = store.order_mut(slot);
  store.level_mut(order.level).total_lots -= order.lots - lots;
  order.lots = lots;
}

// An order that takes: what is left of it, and whom it may not trade with.
struct Taker {
  u32 account = 0;
  u32 market = 0;
  u32 limit_ticks = 0;
  Side side = Side::bid;
  u8 stp = 0;  // 0 cancel maker, 1 cancel taker, 2 cancel both
  u64 lots = 0;
};

template <Store S>
bool would_cross(S& store, u32 market, Side side, u32 limit_ticks) {
  const u32 best = store.market(market).best[static_cast<u8>(opposite(side))];
  return best != 0 && crosses(side, limit_ticks, store.level(best).price_ticks);
}

// Matches until the taker is filled, nothing crosses, or `budget` makers were met. Returns what is
// left of the budget. Settlement: `fillable(const Order&, wanted) -> lots` (0: the maker's order
// goes), `fill(slot, price_ticks, lots)` before the book changes, and `remove(slot, Removal)` for a
// maker that leaves: it takes the order out of its account's list and frees what it reserved.
enum class Removal : u8 { filled, self_trade, cannot_fill };

template <Store S, class Settlement>
u32 match(S& store, Taker& taker, Settlement& settlement, u32 budget) {
  const Side maker_side = opposite(taker.side);
  while (taker.lots > 0 && budget > 0) {
    const u32 level_slot = store.market(taker.market).best[static_cast<u8>(maker_side)];
    if (level_slot == 0) break;
    const Level& level = store.level(level_slot);
    if (!crosses(taker.side, taker.limit_ticks, level.price_ticks)) break;
    const u32 slot = level.first;
    const Order& maker = store.order(slot);
    --budget;
    Removal removal = Removal::filled;
    if (maker.account == taker.account) {
      if (taker.stp != 0) taker.lots = 0;
      if (taker.stp == 1) break;
      removal = Removal::self_trade;
    } else {
      const u64 wanted = taker.lots < maker.lots ? taker.lots : maker.lots;
      const u64 lots = settlement.fillable(maker, wanted);
      if (lots == 0) {
        removal = Removal::cannot_fill;
      } else {
        settlement.fill(slot, level.price_ticks, lots);
        taker.lots -= lots;
        if (lots < maker.lots) {
          reduce_order(store, slot, maker.lots - lots);
          continue;
        }
      }
    }
    settlement.remove(slot, removal);
    unlink_order(store, slot);
    free_order(store, slot);
  }
  return budget;
}

}  // namespace gavel::exchange
