// Reject: why a transaction or message changed nothing but its nonce (docs/protocol/transactions.md
// has the precedence).
#pragma once

#include "base/types.hpp"

namespace gavel::exchange {

enum class Reject : u8 {
  ok = 0,
  expired = 1,
  unknown_market = 2,
  market_not_active = 3,
  bad_parameter = 4,
  bad_price = 5,
  bad_size = 6,
  notional_overflow = 7,
  client_id_in_use = 8,
  too_many_orders = 9,
  book_full = 10,
  insufficient_balance = 11,
  would_cross = 12,
  unknown_order = 13,
  unknown_client_id = 14,
  unknown_asset = 15,
  unknown_account = 16,
  self_transfer = 17,
  balance_list_full = 18,
  bad_amount = 19,
  bad_address = 20,
  address_in_use = 21,
  unknown_agent = 22,
  already_registered = 23,
  not_registered = 24,
  signer_table_full = 25,
  account_table_full = 26,
  outbox_full = 27,
  not_owner = 28,
  no_position = 29,
  malformed_message = 30,
  table_full = 31,
  not_allowed = 32,
  oracle_stale = 33,
  price_out_of_band = 34,
  not_oracle = 35,
  stale_report = 36,
  would_increase = 37,
  too_many_positions = 38,
  position_limit = 39,
  insufficient_margin = 40,
  not_liquidatable = 41,
};
inline constexpr u32 kRejectCount = 42;

// The name in lower snake case, as in the documents and in answers to clients; "unknown" for any
// other value.
const char* name_of(Reject reject);

}  // namespace gavel::exchange
