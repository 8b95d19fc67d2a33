// Outcome: what a transaction or message did to the exchange; its canonical bytes are the receipt
// (stf/receipt.hpp).
#pragma once

#include "base/static_vector.hpp"
#include "base/types.hpp"
#include "exchange/reject.hpp"

namespace gavel::exchange {

// A step of matching, in the order in which it happened.
struct Event {
  enum class Kind : u8 { fill = 0, self_trade_cancel = 1, maker_cancelled = 2 };
  Kind kind = Kind::fill;
  u32 maker_account = 0;
  u32 price_ticks = 0;
  u64 maker_order_id = 0;
  u64 lots = 0;

  friend bool operator==(const Event&, const Event&) = default;
};

inline constexpr u32 kMaxEvents = 64;

struct Outcome {
  Reject result = Reject::ok;
  u8 action = 0;
  u32 account = 0;
  u64 order_id = 0;
  u64 filled_lots = 0;
  u64 resting_lots = 0;
  u64 value = 0;
  base::StaticVector<Event, kMaxEvents> events;

  // For reuse without touching 64 events.
  void reset(u8 new_action, u32 new_account) {
    result = Reject::ok;
    action = new_action;
    account = new_account;
    order_id = filled_lots = resting_lots = value = 0;
    events.clear();
  }

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

}  // namespace gavel::exchange
