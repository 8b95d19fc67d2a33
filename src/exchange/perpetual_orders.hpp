// Orders in perpetual markets: what is checked before one is taken, and what a fill does
// (docs/protocol/perpetuals.md, "Fills", "Actions").
//
// What: a taker is checked once, against the worst that its order could do; a maker's fill needs no
// look at its other markets, because what its orders could lose within the band is in its
// maintenance margin while they rest. Invariant: as everywhere, checks come before changes.
#pragma once

#include "exchange/order_requests.hpp"
#include "exchange/perpetual.hpp"

namespace gavel::exchange::detail {

// The position's lots that an order on this side would close.
template <Store S>
u64 closable_lots(S& store, const Account& account, u32 market, Side side) {
  const Position* const p = find_position(store, account, market);
  if (p == nullptr || p->size == 0) return 0;
  return (p->size < 0) == (side == Side::bid) ? magnitude(p->size) : 0;
}

// Lots of the account's open orders on a side.
template <Store S>
u64 open_lots_of(S& store, const Account& account, u32 market, Side side) {
  const Position* const p = find_position(store, account, market);
  return p == nullptr ? 0 : p->open_lots[static_cast<u8>(side)];
}

// Price and reduce-only: the checks between size and client id. A reduce-only order is cut to the
// position, and one that may rest to what the orders that rest there already leave of it. `freed`:
// lots of the order that this one replaces.
template <Store S>
Reject check_perpetual_price(S& store, PlaceOrder& o, u64 freed) {
  if (out_of_band(store.market(o.market), o.side, o.price_ticks)) return Reject::price_out_of_band;
  if (!o.reduce_only) return Reject::ok;
  const Account& account = store.account(o.account);
  u64 most = closable_lots(store, account, o.market, o.side);
  if (rests(o.type)) {
    const u64 taken = open_lots_of(store, account, o.market, o.side) - freed;
    most = most > taken ? most - taken : 0;
  }
  if (most == 0) return Reject::would_increase;
  if (most < o.lots) o.lots = most;
  return Reject::ok;
}

// What the order could cost at once: a worse price than the mark, and the fee.
inline i64 worst_cost(const Market& market, const PlaceOrder& o) {
  const u64 mark = market.perpetual.mark_price;
  const u64 price = o.price_ticks;
  const u64 higher = price > mark ? price : mark;
  const u64 adverse = o.side == Side::bid ? higher - mark : mark > price ? mark - price : 0;
  return static_cast<i64>(perpetual_quote(market, adverse, o.lots) +
                          fee_on(perpetual_quote(market, higher, o.lots), market.taker_fee_ppm));
}

// Positions, limits, margin. `freed` are open lots of the order that this one replaces; a
// reduce-only order's lots are cut already.
template <Store S>
Reject check_perpetual_margin(S& store, const PlaceOrder& o, u64 freed) {
  const Market& market = store.market(o.market);
  const Account& account = store.account(o.account);
  const Position* const held = find_position(store, account, o.market);
  const i64 size = held == nullptr ? 0 : held->size;
  std::array<u64, 2> open{};
  if (held != nullptr) open = held->open_lots;
  const u8 side = static_cast<u8>(o.side);
  open[side] -= freed;
  std::array<u64, 2> with = open;
  with[side] += o.lots;
  if (!o.reduce_only) {
    if (held == nullptr && position_count(store, account) >= kMaxPositions) {
      return Reject::too_many_positions;
    }
    if (exposure_of(size, with[0], with[1]) > market.perpetual.max_position_lots) {
      return Reject::position_limit;
    }
  }
  if (beyond_collateral(collateral_of(store, account))) return Reject::insufficient_margin;
  const Margin sum = margin_of(store, account, o.now_ms, o.market);
  const i64 equity = sum.equity - worst_cost(market, o);
  if (!o.reduce_only) {
    Margin opened = sum;
    add_requirements(opened, market, size, with);
    if (equity >= opened.initial) return Reject::ok;
  }
  const bool closes = o.lots <= closable_lots(store, account, o.market, o.side);
  if (closes && (o.reduce_only || !rests(o.type))) {
    const i64 lots = static_cast<i64>(o.lots);
    Margin reduced = sum;
    add_requirements(reduced, market, size > 0 ? size - lots : size + lots, open);
    if (equity >= reduced.maintenance) return Reject::ok;
  }
  return Reject::insufficient_margin;
}

// Moves positions and collateral at fills, and takes leaving makers out of their accounts' lists.
template <Store S>
class PerpetualSettlement {
 public:
  PerpetualSettlement(S& store, Matching& matching, Outcome& outcome)
      : store_(store), matching_(matching), outcome_(outcome) {}

  // Lots that the maker may fill of those wanted; 0: its order goes.
  u64 fillable(const Order& maker, u64 wanted) {
    const Market& market = store_.market(matching_.taker.market);
    if (out_of_band(market, maker.side(), maker.price_ticks)) return 0;
    const Account& owner = store_.account(maker.account);
    if (beyond_collateral(collateral_of(store_, owner))) return 0;
    if (!maker.reduce_only()) return wanted;
    const u64 closable = closable_lots(store_, owner, maker.market(), maker.side());
    return closable < wanted ? closable : wanted;
  }

  void fill(u32 slot, u32 price_ticks, u64 lots) {
    const Order& maker = store_.order(slot);
    const u32 index = matching_.taker.market;
    Market& market = store_.market_mut(index);
    Account& owner = store_.account_mut(maker.account);
    Account& taker = store_.account_mut(matching_.taker.account);
    fill_position(store_, market, index, owner, maker.side(), lots, price_ticks,
                  market.maker_fee_ppm);
    release_open_lots(store_, maker, lots);
    drop_if_empty(store_, owner, index);
    fill_position(store_, market, index, taker, matching_.taker.side, lots, price_ticks,
                  matching_.liquidation ? 0 : market.taker_fee_ppm);
    drop_if_empty(store_, taker, index);
    sweep_dust(store_, market);
    market.last_price_ticks = price_ticks;
    outcome_.filled_lots += lots;
    outcome_.value += perpetual_quote(market, price_ticks, lots);
    push_event(outcome_, Event::Kind::fill, slot, maker, lots);
  }

  void remove(u32 slot, Removal removal) {
    const Order& maker = store_.order(slot);
    if (removal != Removal::filled) {
      release_open_lots(store_, maker, maker.lots);
      push_event(outcome_, event_of(removal), slot, maker, maker.lots);
    }
    leave_account_list(store_, matching_, slot);
  }

 private:
  S& store_;
  Matching& matching_;
  Outcome& outcome_;
};

}  // namespace gavel::exchange::detail
