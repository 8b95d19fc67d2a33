// Requests of traders, and an order on its way through the book.
//
// What: the types that spot and perpetual markets share, and what both do with a maker that leaves.
#pragma once

#include "exchange/account_orders.hpp"
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
  bool reduce_only = false;
  u64 now_ms = 0;  // the block's time
};

// An order on its way through the book.
struct Matching {
  Taker taker;
  OrderType type = OrderType::gtc;
  bool has_client_id = false;
  ClientId client_id{};
  u32 level_hint = 0;
  u32 account_prev = 0;  // where a rest goes in the account's list
  bool reduce_only = false;
  bool liquidation = false;
};

namespace detail {

inline void push_event(Outcome& outcome, Event::Kind kind, u32 slot, const Order& maker, u64 lots) {
  Event& e = outcome.events.push_back(Event{});
  e.kind = kind;
  e.maker_account = maker.account;
  e.price_ticks = maker.price_ticks;
  e.maker_order_id = make_order_id(slot, maker.generation());
  e.lots = lots;
}

inline Event::Kind event_of(Removal removal) {
  return removal == Removal::self_trade ? Event::Kind::self_trade_cancel
                                        : Event::Kind::maker_cancelled;
}

// A maker leaves its account's list; the place that the taker's rest will have there moves if it
// was behind that one.
template <Store S>
void leave_account_list(S& store, Matching& matching, u32 slot) {
  if (matching.account_prev == slot) matching.account_prev = store.order(slot).account_prev;
  unlink_account_order(store, slot);
}

inline Verdict reject(Outcome& outcome, Reject why) {
  outcome.result = why;
  return Verdict::done;
}

}  // namespace detail

}  // namespace gavel::exchange
