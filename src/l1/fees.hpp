// What to offer for gas: pure rules, apart from the machinery that sends.
//
// A first offer leaves room for the base fee to double (six full blocks in a row). A replacement
// raises both the fee cap and the priority fee, because nodes refuse one that does not raise both
// by a tenth. Nothing ever exceeds the operator's cap. Source: EIP-1559; go-ethereum's replacement
// rule (price bump of 10 %).
#pragma once

#include <optional>

#include "l1/rpc.hpp"

namespace gavel::l1 {

struct FeeOffer {
  u128 max_fee_wei{};
  u128 priority_fee_wei{};
  friend bool operator==(const FeeOffer&, const FeeOffer&) = default;
};

struct FeeLimits {
  u128 max_fee_wei{};
  u128 min_priority_fee_wei{};
  u32 bump_percent = 12;
};

// Nothing if even the next block's base fee and the least priority fee exceed the cap.
[[nodiscard]] std::optional<FeeOffer> first_offer(const FeeQuote& quote, const FeeLimits& limits);

// An offer that a node takes in place of `old`: each part at least bump_percent higher, and not
// below a first offer at today's prices. Nothing if the cap does not allow that.
[[nodiscard]] std::optional<FeeOffer> raised_offer(const FeeOffer& old, const FeeQuote& quote,
                                                   const FeeLimits& limits);

// ceil(value * (100 + percent) / 100) and at least value + 1.
[[nodiscard]] u128 raise_by(u128 value, u32 percent);

}  // namespace gavel::l1
