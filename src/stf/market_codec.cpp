// The encoding of MARKET, spot and perpetual (docs/protocol/state.md).
#include "stf/object_tag.hpp"

namespace gavel::stf {

using exchange::kMaxLots;
using exchange::Market;
using exchange::Perpetual;
using exchange::Side;
using exchange::Table;

namespace {

void put_perpetual(PackedWriter& w, const Perpetual& p) {
  w.put_u64(p.impact_lots);
  w.put_u64(p.max_position_lots);
  w.put_u32(p.max_price_ticks);
  w.put_u32(p.oracle_max_age_ms);
  w.put_u32(p.band_ppm);
  w.put_u32(p.liquidation_fee_ppm);
  w.put_u8(p.tier_count);
  for (const exchange::MarginTier& tier : p.tiers) {
    w.put_u64(tier.up_to);
    w.put_u32(tier.initial_ppm);
  }
  w.put_u32(p.index_price);
  w.put_u32(p.mark_price);
  w.put_u64(p.index_time_ms);
  w.put_u64(static_cast<u64>(p.basis_ema));
  w.put_u64(p.basis_time_ms);
  w.put_u64(p.sampled_ms);
  w.put_u64(static_cast<u64>(p.premium_sum));
  w.put_u32(p.premium_count);
  w.put_u32(p.funding_hour);
  for (const i64 index : p.paid_index) w.put_u64(static_cast<u64>(index));
  w.put_u64(p.open_interest);
  w.put_u64(static_cast<u64>(p.pool));
  for (const exchange::OracleReport& r : p.reports) {
    w.put_u32(r.account);
    w.put_u32(r.price_ticks);
    w.put_u64(r.time_ms);
  }
}

// Refuses what the listing would have refused, as far as later arithmetic rests on it.
void take_perpetual(PackedReader& in, Perpetual& p) {
  p.impact_lots = in.take_u64();
  p.max_position_lots = in.take_u64();
  p.max_price_ticks = in.take_u32();
  p.oracle_max_age_ms = in.take_u32();
  p.band_ppm = in.take_u32();
  p.liquidation_fee_ppm = in.take_u32();
  p.tier_count = in.take_below(exchange::kMaxTiers + 1);
  for (exchange::MarginTier& tier : p.tiers) {
    tier.up_to = in.take_u64();
    tier.initial_ppm = in.take_u32();
  }
  p.index_price = in.take_u32();
  p.mark_price = in.take_u32();
  p.index_time_ms = in.take_u64();
  p.basis_ema = static_cast<i64>(in.take_u64());
  p.basis_time_ms = in.take_u64();
  p.sampled_ms = in.take_u64();
  p.premium_sum = static_cast<i64>(in.take_u64());
  p.premium_count = in.take_u32();
  p.funding_hour = in.take_u32();
  for (i64& index : p.paid_index) index = static_cast<i64>(in.take_u64());
  p.open_interest = in.take_u64();
  p.pool = static_cast<i64>(in.take_u64());
  for (exchange::OracleReport& r : p.reports) {
    r.account = in.take_u32();
    r.price_ticks = in.take_u32();
    r.time_ms = in.take_u64();
  }
  in.require(p.impact_lots != 0 && p.max_position_lots != 0 && p.max_position_lots <= kMaxLots);
}

}  // namespace

u32 encode_object(const Market& market, std::span<u8> out) {
  PackedWriter w =
      tagged(Table::market, kMarketBytes + (market.is_perpetual() ? kPerpetualBytes : 0), out);
  w.put_u8(market.kind);
  w.put_u8(market.status);
  w.put_u32(market.base);
  w.put_u32(market.quote);
  w.put_u64(market.base_per_lot);
  w.put_u64(market.quote_per_tick_lot);
  w.put_u32(market.maker_fee_ppm);
  w.put_u32(market.taker_fee_ppm);
  w.put_u64(market.min_lots);
  w.put_u64(market.max_lots);
  w.put_u32(market.best[static_cast<u8>(Side::bid)]);
  w.put_u32(market.best[static_cast<u8>(Side::ask)]);
  w.put_u32(market.last_price_ticks);
  w.put_u64(market.fees_base);
  w.put_u64(market.fees_quote);
  w.put_bytes(market.symbol);
  if (market.is_perpetual()) put_perpetual(w, market.perpetual);
  return w.size();
}

bool decode_object(std::span<const u8> bytes, Market& out) {
  if (bytes.size() != kMarketBytes && bytes.size() != kMarketBytes + kPerpetualBytes) return false;
  PackedReader in(bytes.data());
  out = Market{};
  take_tag(in, Table::market);
  out.kind = in.take_u8();
  in.require(out.kind == (bytes.size() == kMarketBytes ? Market::kSpot : Market::kPerpetual));
  out.status = in.take_u8();
  in.require(out.status == Market::kActive || out.status == Market::kCancelOnly);
  out.base = in.take_u32();
  out.quote = in.take_u32();
  out.base_per_lot = in.take_u64();
  out.quote_per_tick_lot = in.take_u64();
  out.maker_fee_ppm = in.take_u32();
  out.taker_fee_ppm = in.take_u32();
  out.min_lots = in.take_u64();
  out.max_lots = in.take_u64();
  out.best[static_cast<u8>(Side::bid)] = in.take_u32();
  out.best[static_cast<u8>(Side::ask)] = in.take_u32();
  out.last_price_ticks = in.take_u32();
  out.fees_base = in.take_u64();
  out.fees_quote = in.take_u64();
  in.take_bytes(out.symbol);
  if (out.is_perpetual()) take_perpetual(in, out.perpetual);
  return in.ok();
}

}  // namespace gavel::stf
