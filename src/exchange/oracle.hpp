// Oracle: reports of prices, the index price, the mark price (docs/protocol/perpetuals.md).
//
// What: each member of the oracle set reports its own price; the index price is the lower median of
// the fresh reports if they are a quorum. The mark price mixes it with what the nearest levels of
// the book would give. Invariant: O(kMaxOracles + levels looked at); a market without a quorum
// keeps its prices and grows stale.
#pragma once

#include "exchange/book.hpp"
#include "exchange/order_requests.hpp"
#include "exchange/perpetual.hpp"

namespace gavel::exchange {

inline constexpr u64 kReportAheadMs = 2'000;
inline constexpr u64 kEmaWindowMs = 150'000;
inline constexpr u64 kSampleEveryMs = 5'000;
inline constexpr i64 kSampleCapPpb = 100'000'000;
inline constexpr u32 kImpactLevels = 8;

struct PriceReport {
  u32 account = 0;
  u32 market = 0;
  u64 time_ms = 0;
  u32 price_ticks = 0;
};

// Prices at which `impact_lots` could be traded at once, by Side of the book.
struct ImpactPrices {
  bool both = false;
  std::array<i64, 2> ticks{};
};

namespace detail {

// The average price of the side's best `impact_lots`, rounded away from the other side; 0 if its
// first levels hold less.
template <Store S>
u64 impact_price(S& store, const Market& market, Side side) {
  const u64 wanted = market.perpetual.impact_lots;
  u64 left = wanted;
  u64 sum = 0;
  u32 slot = market.best[static_cast<u8>(side)];
  for (u32 i = 0; i < kImpactLevels && slot != 0 && left > 0; ++i) {
    const Level& level = store.level(slot);
    const u64 lots = level.total_lots < left ? level.total_lots : left;
    sum += lots * level.price_ticks;
    left -= lots;
    slot = level.next;
  }
  if (left > 0) return 0;
  return side == Side::bid ? sum / wanted : (sum + wanted - 1) / wanted;
}

template <Store S>
ImpactPrices impact_prices(S& store, const Market& market) {
  ImpactPrices impact;
  for (const Side side : {Side::bid, Side::ask}) {
    impact.ticks[static_cast<u8>(side)] = static_cast<i64>(impact_price(store, market, side));
  }
  impact.both = impact.ticks[0] != 0 && impact.ticks[1] != 0;
  return impact;
}

// Index price and its time from the fresh reports of the present members; false without a quorum.
inline bool take_index(Perpetual& p, const Global& global, u64 now_ms) {
  std::array<u32, kMaxOracles> prices;
  std::array<u64, kMaxOracles> times;  // newest first
  u32 count = 0;
  for (u32 i = 0; i < global.oracle_count; ++i) {
    const OracleReport& r = p.reports[i];
    if (r.account != global.oracles[i] || r.time_ms + p.oracle_max_age_ms < now_ms) continue;
    u32 at = count;
    for (; at > 0 && prices[at - 1] > r.price_ticks; --at) prices[at] = prices[at - 1];
    prices[at] = r.price_ticks;
    at = count++;
    for (; at > 0 && times[at - 1] < r.time_ms; --at) times[at] = times[at - 1];
    times[at] = r.time_ms;
  }
  if (global.oracle_quorum == 0 || count < global.oracle_quorum) return false;
  p.index_price = prices[(count - 1) / 2];
  p.index_time_ms = times[global.oracle_quorum - 1u];
  return true;
}

constexpr i64 median(i64 a, i64 b, i64 c) {
  const i64 low = a < b ? a : b;
  const i64 high = a < b ? b : a;
  return clamp(c, low, high);
}

inline void take_mark(Market& market, const ImpactPrices& impact, u64 now_ms) {
  Perpetual& p = market.perpetual;
  const i64 index = p.index_price;
  const i64 bid = impact.ticks[0];
  const i64 ask = impact.ticks[1];
  const i64 target = impact.both ? (bid + ask) * 128 - index * 256 : 0;
  const u64 past = now_ms - p.basis_time_ms;
  const i64 weight = static_cast<i64>(past < kEmaWindowMs ? past : kEmaWindowMs);
  p.basis_ema += (target - p.basis_ema) * weight / static_cast<i64>(kEmaWindowMs);
  p.basis_time_ms = now_ms;
  const i64 with_basis = index + (p.basis_ema >> 8);
  i64 booked = index;
  if (impact.both) {
    booked =
        market.last_price_ticks == 0 ? (bid + ask) / 2 : clamp(market.last_price_ticks, bid, ask);
  }
  const i64 band = static_cast<i64>(band_of(market, p.index_price));
  // Between two prices within 1 and max_price_ticks, as is the index.
  p.mark_price =
      static_cast<u32>(clamp(median(index, with_basis, booked), index - band, index + band));
}

inline void sample_premium(Perpetual& p, const ImpactPrices& impact, u64 now_ms) {
  if (now_ms < p.sampled_ms + kSampleEveryMs) return;
  p.sampled_ms = now_ms;
  ++p.premium_count;
  if (!impact.both) return;
  const i64 index = p.index_price;
  const i64 over = impact.ticks[0] > index ? impact.ticks[0] - index : 0;
  const i64 under = index > impact.ticks[1] ? index - impact.ticks[1] : 0;
  const i64 premium = (over - under) * 1'000'000'000 / index;
  p.premium_sum += clamp(premium, -kSampleCapPpb, kSampleCapPpb);
}

// The account's place in the oracle set, or kMaxOracles.
inline u32 oracle_place(const Global& global, u32 account) {
  for (u32 i = 0; i < global.oracle_count; ++i) {
    if (global.oracles[i] == account) return i;
  }
  return kMaxOracles;
}

}  // namespace detail

// Takes a member's report. outcome.value: the index price after it, outcome.resting_lots: the mark.
template <Store S>
Verdict report_price(S& store, const PriceReport& r, u64 now_ms, Outcome& outcome) {
  if (!allocated(store, Table::market, r.market)) {
    return detail::reject(outcome, Reject::unknown_market);
  }
  const Perpetual& before = store.market(r.market).perpetual;
  if (!store.market(r.market).is_perpetual()) return detail::reject(outcome, Reject::not_allowed);
  const Global& global = store.global();
  const u32 place = detail::oracle_place(global, r.account);
  if (place == kMaxOracles) return detail::reject(outcome, Reject::not_oracle);
  if (r.price_ticks == 0 || r.price_ticks > before.max_price_ticks) {
    return detail::reject(outcome, Reject::bad_price);
  }
  const OracleReport& last = before.reports[place];
  const u64 oldest = now_ms > before.oracle_max_age_ms ? now_ms - before.oracle_max_age_ms : 0;
  if ((last.account == r.account && r.time_ms <= last.time_ms) || r.time_ms < oldest ||
      r.time_ms > now_ms + kReportAheadMs) {
    return detail::reject(outcome, Reject::stale_report);
  }
  Market& market = store.market_mut(r.market);
  Perpetual& p = market.perpetual;
  accrue(market, now_ms);
  p.reports[place] = OracleReport{r.account, r.price_ticks, r.time_ms};
  if (detail::take_index(p, global, now_ms)) {
    const ImpactPrices impact = detail::impact_prices(store, market);
    detail::take_mark(market, impact, now_ms);
    detail::sample_premium(p, impact, now_ms);
  }
  outcome.value = p.index_price;
  outcome.resting_lots = p.mark_price;
  return Verdict::done;
}

}  // namespace gavel::exchange
