#include "l1/fees.hpp"

#include <algorithm>

namespace gavel::l1 {

u128 raise_by(u128 value, u32 percent) {
  const u128 hundred{100};
  // Divided first, so that no value can overflow.
  const u128 whole = value / hundred * u128{100 + percent};
  const u128 part = (value % hundred * u128{100 + percent} + u128{99}) / hundred;
  return std::max(whole + part, value + u128{1});
}

std::optional<FeeOffer> first_offer(const FeeQuote& quote, const FeeLimits& limits) {
  if (quote.base_fee_wei > limits.max_fee_wei) return std::nullopt;
  const u128 room = limits.max_fee_wei - quote.base_fee_wei;
  if (room < limits.min_priority_fee_wei) return std::nullopt;
  FeeOffer out;
  out.priority_fee_wei =
      std::min(std::max(quote.priority_fee_wei, limits.min_priority_fee_wei), room);
  const u128 wanted = quote.base_fee_wei + quote.base_fee_wei + out.priority_fee_wei;
  out.max_fee_wei = std::min(wanted, limits.max_fee_wei);
  return out;
}

std::optional<FeeOffer> raised_offer(const FeeOffer& old, const FeeQuote& quote,
                                     const FeeLimits& limits) {
  const u128 least_max = raise_by(old.max_fee_wei, limits.bump_percent);
  const u128 least_priority = raise_by(old.priority_fee_wei, limits.bump_percent);
  FeeOffer out{least_max, least_priority};
  if (const auto fresh = first_offer(quote, limits)) {
    out.max_fee_wei = std::max(out.max_fee_wei, fresh->max_fee_wei);
    out.priority_fee_wei = std::max(out.priority_fee_wei, fresh->priority_fee_wei);
  }
  if (out.priority_fee_wei > out.max_fee_wei) out.max_fee_wei = out.priority_fee_wei;
  if (out.max_fee_wei > limits.max_fee_wei) return std::nullopt;
  return out;
}

}  // namespace gavel::l1
