// Orders in spot markets: the funds that one needs, and what a fill moves
// (docs/protocol/transactions.md, "Effects").
//
// Invariant: assets are conserved by every call; what a resting order reserves is released exactly
// when it is filled or leaves.
#pragma once

#include "exchange/amounts.hpp"
#include "exchange/balances.hpp"
#include "exchange/order_requests.hpp"

namespace gavel::exchange::detail {

// Moves the money of fills, and takes leaving makers out of their accounts' lists.
template <Store S>
class SpotSettlement {
 public:
  SpotSettlement(S& store, const Limits& limits, Matching& matching, Outcome& outcome)
      : store_(store), limits_(limits), matching_(matching), outcome_(outcome) {}

  // Lots that the maker may fill of those wanted; 0: its order goes.
  u64 fillable(const Order& maker, u64 wanted) {
    const Market& market = store_.market(matching_.taker.market);
    const u32 receives = matching_.taker.side == Side::bid ? market.quote : market.base;
    return can_receive(store_, limits_, store_.account(maker.account), receives) ? wanted : 0;
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
    push_event(outcome_, Event::Kind::fill, slot, maker, lots);
  }

  void remove(u32 slot, Removal removal) {
    const Order& maker = store_.order(slot);
    if (removal != Removal::filled) {
      const Market& market = store_.market(maker.market());
      release(store_, store_.account_mut(maker.account), reserve_asset(market, maker.side()),
              reserve_amount(market, maker.side(), maker.price_ticks, maker.lots));
      push_event(outcome_, event_of(removal), slot, maker, maker.lots);
    }
    leave_account_list(store_, matching_, slot);
  }

 private:
  S& store_;
  const Limits& limits_;
  Matching& matching_;
  Outcome& outcome_;
};

// `freed` is what the order to be replaced holds of the reserve asset.
template <Store S>
Reject check_spot_funds(S& store, const Limits& limits, const PlaceOrder& o, u64 freed) {
  const Market& market = store.market(o.market);
  const Account& account = store.account(o.account);
  const u64 need = reserve_amount(market, o.side, o.price_ticks, o.lots);
  const u64 have = available_balance(store, account, reserve_asset(market, o.side)) + freed;
  if (have < need) return Reject::insufficient_balance;
  const u32 receives = o.side == Side::bid ? market.base : market.quote;
  return can_receive(store, limits, account, receives) ? Reject::ok : Reject::balance_list_full;
}

}  // namespace gavel::exchange::detail
