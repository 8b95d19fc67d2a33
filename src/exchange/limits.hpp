// Limits: the bounds that a batch's configuration sets for the rules (docs/protocol/l1.md,
// "Configuration").
#pragma once

#include <array>

#include "exchange/objects.hpp"

namespace gavel::exchange {

struct Limits {
  // By Table: a table never holds an index >= capacity + 1.
  std::array<u32, kTableCount> capacity{};
  u32 max_orders_per_account = 0;
  u32 max_fills_per_tx = 0;
  u32 fills_per_unit = 0;
  u32 cancels_per_unit = 0;
  u32 max_balances_per_account = 0;
  u32 new_asset_quota = 0;
};

}  // namespace gavel::exchange
