// Perpetual markets: funding, fills of positions, margin (docs/protocol/perpetuals.md).
//
// What: integer arithmetic over one account's entries and their markets; nothing here searches, so
// an account's margin touches at most kMaxPositions markets. Why signed 64 bits suffice: the
// listing keeps every quote amount of a position below 2^52 and every funding payment below 2^57; a
// collateral beyond 2^60 stops trading. Sums that only a lying oracle could overflow wrap.
// Invariant: what one side of a fill gains the market's pool loses; rounding never favours an
// account, so the pool only keeps dust.
#pragma once

#include "exchange/amounts.hpp"
#include "exchange/limits.hpp"
#include "exchange/outcome.hpp"
#include "exchange/positions.hpp"

namespace gavel::exchange {

inline constexpr u64 kHourMs = 3'600'000;
inline constexpr i64 kInterestPpb = 100'000;
inline constexpr i64 kInterestClampPpb = 500'000;
inline constexpr u64 kMicro = 1'000'000;
inline constexpr i64 kMaxCollateral = i64{1} << 60;

namespace detail {

constexpr i64 wrap_add(i64 a, i64 b) {
  return static_cast<i64>(static_cast<u64>(a) + static_cast<u64>(b));
}
constexpr i64 wrap_sub(i64 a, i64 b) {
  return static_cast<i64>(static_cast<u64>(a) - static_cast<u64>(b));
}
constexpr i64 clamp(i64 v, i64 low, i64 high) { return v < low ? low : v > high ? high : v; }

// a * b / d for d != 0; the low 64 bits of the quotient.
inline u64 mul_div_down(u64 a, u64 b, u64 d) { return (base::mul_wide(a, b) / u128{d}).lo; }
inline u64 mul_div_up(u64 a, u64 b, u64 d) {
  return ((base::mul_wide(a, b) + u128{d - 1}) / u128{d}).lo;
}

constexpr u8 long_or_short(i64 size) { return size < 0 ? 1 : 0; }

}  // namespace detail

inline u64 perpetual_quote(const Market& market, u64 price_ticks, u64 lots) {
  return lots * price_ticks * market.quote_per_tick_lot;
}

// No index price, or an old one: nothing trades.
inline bool is_stale(const Market& market, u64 now_ms) {
  const Perpetual& p = market.perpetual;
  return p.index_price == 0 || p.index_time_ms + p.oracle_max_age_ms < now_ms;
}

// The farthest that a price may lie from the mark price.
inline u64 band_of(const Market& market, u64 around_ticks) {
  return around_ticks * market.perpetual.band_ppm / 1'000'000;
}
// Where an order on this side may at most lie to be filled at once: bids up to it, asks down to it.
inline u32 band_edge(const Market& market, Side side) {
  const Perpetual& p = market.perpetual;
  const u64 band = band_of(market, p.mark_price);
  if (side == Side::bid) {
    const u64 edge = p.mark_price + band;
    return static_cast<u32>(edge < p.max_price_ticks ? edge : p.max_price_ticks);
  }
  const u64 edge = p.mark_price - band;
  return edge == 0 ? 1 : static_cast<u32>(edge);
}
inline bool out_of_band(const Market& market, Side side, u32 price_ticks) {
  const u64 mark = market.perpetual.mark_price;
  const u64 band = band_of(market, mark);
  return side == Side::bid ? price_ticks > mark + band : price_ticks + band < mark;
}

// Micro-units that a long pays a lot when the hour ends; negative: receives.
inline i64 funding_of_hour(const Market& market) {
  const Perpetual& p = market.perpetual;
  if (p.premium_count == 0) return 0;
  const i64 average = p.premium_sum / static_cast<i64>(p.premium_count);
  const i64 rate =
      average + detail::clamp(kInterestPpb - average, -kInterestClampPpb, kInterestClampPpb);
  const i64 quote_a_lot = static_cast<i64>(u64{p.index_price} * market.quote_per_tick_lot);
  return rate / 8 * quote_a_lot / 1'000;  // at most 1.24 % an hour: premiums are capped
}

// No index of the market leaves +- this.
inline i64 index_limit(const Market& market) {
  constexpr u64 kMost = u64{1} << 61;
  const u64 limit = (u64{1} << 54) / market.perpetual.max_position_lots * kMicro;
  return static_cast<i64>(limit < kMost ? limit : kMost);
}

// The indexes as accrual at `now_ms` would leave them.
inline std::array<i64, 2> index_at(const Market& market, u64 now_ms) {
  const Perpetual& p = market.perpetual;
  std::array<i64, 2> index = p.paid_index;
  if (now_ms / kHourMs <= p.funding_hour) return index;
  const i64 f = funding_of_hour(market);
  if (f == 0) return index;
  const i64 limit = index_limit(market);
  const std::array<i64, 2> next = {index[0] + f, index[1] - f};
  for (const i64 i : next) {
    if (i > limit || i < -limit) return index;
  }
  return next;
}

// Applies the hours that ended since the market was touched last.
inline void accrue(Market& market, u64 now_ms) {
  Perpetual& p = market.perpetual;
  const u64 hour = now_ms / kHourMs;
  if (hour <= p.funding_hour) return;
  p.paid_index = index_at(market, now_ms);
  p.premium_sum = 0;
  p.premium_count = 0;
  p.funding_hour = static_cast<u32>(hour);
}

// What a position owes by an index of its side, rounded up; negative: is owed.
inline i64 owed_by(const Position& position, i64 index) {
  const i64 delta = detail::wrap_sub(index, position.paid_index);
  const u64 lots = magnitude(position.size);
  return delta < 0 ? -static_cast<i64>(detail::mul_div_down(lots, magnitude(delta), kMicro))
                   : static_cast<i64>(detail::mul_div_up(lots, static_cast<u64>(delta), kMicro));
}

// Gain of a position at a price.
inline i64 gain_at(const Market& market, const Position& position, u32 price_ticks) {
  const u64 value = perpetual_quote(market, price_ticks, magnitude(position.size));
  return position.size < 0 ? static_cast<i64>(position.entry_quote - value)
                           : static_cast<i64>(value - position.entry_quote);
}

// Margin asked for a value, by tiers, each rounded up.
inline i64 initial_margin(const Market& market, u64 value) {
  const Perpetual& p = market.perpetual;
  u64 sum = 0;
  u64 below = 0;
  for (u32 i = 0; i < p.tier_count && value > below; ++i) {
    const u64 top = value < p.tiers[i].up_to ? value : p.tiers[i].up_to;
    sum += fee_on(top - below, p.tiers[i].initial_ppm);
    below = p.tiers[i].up_to;
  }
  return static_cast<i64>(sum);
}
inline i64 maintenance_margin(const Market& market, u64 value) {
  return (initial_margin(market, value) + 1) / 2;
}

// The largest position that an entry's orders could make of it, in lots. What is closed by other
// orders first does not lower it.
inline u64 exposure_of(i64 size, u64 open_bids, u64 open_asks) {
  const u64 up = (size > 0 ? magnitude(size) : 0) + open_bids;
  const u64 down = (size < 0 ? magnitude(size) : 0) + open_asks;
  return up > down ? up : down;
}

// What resting lots could lose against the mark when they fill: a maker fills up to the band's edge
// and pays its fee.
inline i64 slip_of(const Market& market, u64 lots) {
  if (lots == 0) return 0;
  const u64 mark = market.perpetual.mark_price;
  const u64 band = band_of(market, mark);
  return static_cast<i64>(perpetual_quote(market, band, lots) +
                          fee_on(perpetual_quote(market, mark + band, lots), market.maker_fee_ppm));
}

struct Margin {
  i64 equity = 0;
  i64 initial = 0;
  i64 maintenance = 0;
};

// Adds what an entry asks for. The listing rule (band and maker's fee are at most half of the first
// tier's margin) makes this maintenance enough for the worst that the entry's orders can do at this
// mark: fill on either side at the band's edge, in any order, and leave a position that still has
// its own maintenance (docs/decisions/0008).
inline void add_requirements(Margin& sum, const Market& market, i64 size,
                             const std::array<u64, 2>& open_lots) {
  const u64 exposure = exposure_of(size, open_lots[0], open_lots[1]);
  const i64 initial =
      initial_margin(market, perpetual_quote(market, market.perpetual.mark_price, exposure));
  sum.initial += initial;
  sum.maintenance += (initial + 1) / 2 + slip_of(market, exposure - magnitude(size));
}

// An account's margin at `now_ms`, with the last mark of every market. Of a stale market nobody
// knows what it is worth: its exposure is asked for in full, and a gain there carries nothing new.
// The requirements leave one market out (0 = none). O(entries).
template <MarginSource S>
Margin margin_of(S& store, const Account& account, u64 now_ms, u32 left_out) {
  Margin sum;
  sum.equity = collateral_of(store, account);
  for_each_position(store, account, [&](const Position& p) {
    const Market& market = store.market(p.market);
    const u32 mark = market.perpetual.mark_price;
    i64 gain = 0;
    if (p.size != 0) {
      const i64 index = index_at(market, now_ms)[detail::long_or_short(p.size)];
      gain = gain_at(market, p, mark) - owed_by(p, index);
    }
    sum.equity += gain;
    if (p.market == left_out) return;
    Margin own;
    add_requirements(own, market, p.size, p.open_lots);
    if (is_stale(market, now_ms)) {
      const u64 exposure = exposure_of(p.size, p.open_lots[0], p.open_lots[1]);
      own.initial =
          static_cast<i64>(perpetual_quote(market, mark, exposure)) + (gain > 0 ? gain : 0);
    }
    sum.initial += own.initial;
    sum.maintenance += own.maintenance;
  });
  return sum;
}

inline bool beyond_collateral(i64 collateral) {
  return collateral > kMaxCollateral || collateral < -kMaxCollateral;
}

// An account's open lots lose `lots` of one of its orders.
template <Store S>
void release_open_lots(S& store, const Order& order, u64 lots) {
  Account& account = store.account_mut(order.account);
  Position& position = position_in(store, account, order.market());
  position.open_lots[static_cast<u8>(order.side())] -= lots;
  drop_if_empty(store, account, order.market());
}

namespace detail {

template <Store S>
void settle_funding(S& store, Account& account, Market& market, Position& position) {
  const i64 index = market.perpetual.paid_index[long_or_short(position.size)];
  const i64 owed = owed_by(position, index);
  position.paid_index = index;
  market.perpetual.pool = wrap_add(market.perpetual.pool, owed);
  add_collateral(store, account, -owed);
}

// Closes `lots` <= |size| at a price.
template <Store S>
void close_lots(S& store, Account& account, Market& market, Position& p, u64 lots, u32 price) {
  const u64 size = magnitude(p.size);
  const u64 quote = perpetual_quote(market, price, lots);
  u64 portion = p.entry_quote;
  if (lots != size) {
    portion = p.size < 0 ? mul_div_down(p.entry_quote, lots, size)
                         : mul_div_up(p.entry_quote, lots, size);
  }
  const i64 gain =
      p.size < 0 ? static_cast<i64>(portion - quote) : static_cast<i64>(quote - portion);
  p.entry_quote -= portion;
  p.size += p.size < 0 ? static_cast<i64>(lots) : -static_cast<i64>(lots);
  if (p.size == 0) p.paid_index = 0;
  market.perpetual.pool = wrap_sub(market.perpetual.pool, gain);
  add_collateral(store, account, gain);
}

inline void open_lots_at(Market& market, Position& p, Side side, u64 lots, u32 price) {
  if (p.size == 0) p.paid_index = market.perpetual.paid_index[side == Side::bid ? 0 : 1];
  p.size += side == Side::bid ? static_cast<i64>(lots) : -static_cast<i64>(lots);
  p.entry_quote += perpetual_quote(market, price, lots);
}

}  // namespace detail

// One side of a fill: position, collateral, fee. The market has accrued. An entry that this leaves
// empty is the caller's to drop.
template <Store S>
void fill_position(S& store, Market& market, u32 market_index, Account& account, Side side,
                   u64 lots, u32 price_ticks, u32 fee_ppm) {
  // The entry stays where it is while only the collateral changes: it has lots or the chain's
  // place.
  Position& p = position_in(store, account, market_index);
  const i64 long_before = p.size > 0 ? p.size : 0;
  if (p.size != 0) detail::settle_funding(store, account, market, p);
  u64 closing = 0;
  if ((side == Side::bid) == (p.size < 0) && p.size != 0) {
    closing = lots < magnitude(p.size) ? lots : magnitude(p.size);
    detail::close_lots(store, account, market, p, closing, price_ticks);
  }
  if (closing < lots) detail::open_lots_at(market, p, side, lots - closing, price_ticks);
  const i64 long_after = p.size > 0 ? p.size : 0;
  market.perpetual.open_interest += static_cast<u64>(long_after - long_before);
  const u64 fee = fee_on(perpetual_quote(market, price_ticks, lots), fee_ppm);
  market.fees_quote += fee;
  add_collateral(store, account, -static_cast<i64>(fee));
}

// With nobody left in a market its pool is rounding dust: the insurance fund's.
template <Store S>
void sweep_dust(S& store, Market& market) {
  Perpetual& p = market.perpetual;
  if (p.open_interest != 0 || p.pool <= 0) return;
  store.global_mut().insurance += static_cast<u64>(p.pool);
  p.pool = 0;
}

}  // namespace gavel::exchange
