// Amounts of a trade: quote = lots * price * quote_per_tick_lot, base = lots * base_per_lot, fees
// rounded up.
#pragma once

#include "base/types.hpp"
#include "exchange/objects.hpp"

namespace gavel::exchange {

// Whether the amounts of a whole order fit into u64; then those of its parts do.
inline bool amounts_fit(const Market& market, u32 price_ticks, u64 lots) {
  const u128 max = ~u64{0};
  const u128 ticks = u128{lots} * u128{price_ticks};  // below 2^72
  if (ticks > max) return false;
  return ticks * u128{market.quote_per_tick_lot} <= max &&
         u128{lots} * u128{market.base_per_lot} <= max;
}
// Exact for orders that passed amounts_fit().
inline u64 quote_amount(const Market& market, u32 price_ticks, u64 lots) {
  return lots * price_ticks * market.quote_per_tick_lot;
}
inline u64 base_amount(const Market& market, u64 lots) { return lots * market.base_per_lot; }

// ceil(amount * ppm / 10^6), never more than the amount (ppm <= 10^6).
inline u64 fee_on(u64 amount, u32 ppm) {
  // Split, so that nothing exceeds 64 bits: amount = q * 10^6 + r.
  const u64 q = amount / 1'000'000;
  const u64 r = amount % 1'000'000;
  return q * ppm + (r * ppm + 999'999) / 1'000'000;
}

// What an order on this side must hold, and of which asset.
inline u32 reserve_asset(const Market& market, Side side) {
  return side == Side::bid ? market.quote : market.base;
}
inline u64 reserve_amount(const Market& market, Side side, u32 price_ticks, u64 lots) {
  return side == Side::bid ? quote_amount(market, price_ticks, lots) : base_amount(market, lots);
}

}  // namespace gavel::exchange
