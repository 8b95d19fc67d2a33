// Survey: what must be known of a whole tape before its first event is sent.
//
// What: one pass that finds the tick and lot (greatest common divisors of prices and sizes, unless
// fixed), counts, the pace, and which orders are older than the place where the tape first names
// them. Why: markets are created with their tick and lot, and an order that stood in the book
// before the recording began must be placed at its own place in the queue, or everything behind it
// would trade too early. Older orders: venues number orders in the order of arrival. Where the tape
// shows that (`ids_rise`), an order that is deleted, reduced or executed without ever being added,
// or added after higher numbers, arrived earlier than the tape says. The translator places it just
// before the next higher number is added. Invariant: every price and size of the tape is a multiple
// of tick and lot if these were derived, and fits an exchange's u32 ticks and 2^40 - 1 lots;
// otherwise the survey is an error naming the line.
#pragma once

#include <array>
#include <vector>

#include "replay/tape.hpp"

namespace gavel::replay {

// One tick and one lot in the tape's units; 0 = to be derived.
struct TapeScale {
  u64 tick = 0;
  u64 lot = 0;

  friend bool operator==(const TapeScale&, const TapeScale&) = default;
};

struct OlderOrder {
  u64 id = 0;
  u64 price = 0;
  u64 qty = 0;  // what the tape's later rows account for
  Side side = Side::bid;

  friend bool operator==(const OlderOrder&, const OlderOrder&) = default;
};

struct TapeSurvey {
  TapeScale scale;
  u64 rows = 0;
  std::array<u64, kTapeKindCount> by_kind{};
  u64 first_ts_ns = 0;
  u64 last_ts_ns = 0;
  u64 max_price = 0;
  u64 max_qty = 0;
  u64 max_live_orders = 0;
  u64 busiest_100ms = 0;
  u64 busiest_second = 0;
  u64 rows_naming_older_orders = 0;  // rows of orders that were never added
  bool ids_rise = false;
  bool has_ioc = false;
  bool has_remaining = false;
  std::vector<OlderOrder>
      older;  // by id; empty unless ids_rise and executions are the tape's truth

  u64 count(TapeKind kind) const { return by_kind[static_cast<u32>(kind)]; }
};

// Orders a tape may name in all; beyond it the survey is an error.
inline constexpr u64 kMaxTapeOrders = u64{1} << 26;

[[nodiscard]] TapeResult<TapeSurvey> survey_tape(TapeSource& tape, TapeFormat format,
                                                 TapeScale fixed = {});

}  // namespace gavel::replay
