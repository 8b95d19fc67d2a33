#include "stf/execute.hpp"

namespace gavel::stf {

Rules make_rules(const Config& config) {
  Rules rules;
  rules.config = config;
  rules.limits.capacity = config.capacity;
  rules.limits.max_orders_per_account = config.max_orders_per_account;
  rules.limits.max_fills_per_tx = config.max_fills_per_tx;
  rules.limits.fills_per_unit = config.fills_per_unit;
  rules.limits.cancels_per_unit = config.cancels_per_unit;
  rules.limits.max_balances_per_account = config.max_balances_per_account;
  rules.limits.new_asset_quota = config.new_asset_quota;
  rules.domain = domain_separator(config);
  return rules;
}

}  // namespace gavel::stf
