#include "exchange/reject.hpp"

namespace gavel::exchange {

const char* name_of(Reject reject) {
  static constexpr const char* kNames[kRejectCount] = {
      "ok",
      "expired",
      "unknown_market",
      "market_not_active",
      "bad_parameter",
      "bad_price",
      "bad_size",
      "notional_overflow",
      "client_id_in_use",
      "too_many_orders",
      "book_full",
      "insufficient_balance",
      "would_cross",
      "unknown_order",
      "unknown_client_id",
      "unknown_asset",
      "unknown_account",
      "self_transfer",
      "balance_list_full",
      "bad_amount",
      "bad_address",
      "address_in_use",
      "unknown_agent",
      "already_registered",
      "not_registered",
      "signer_table_full",
      "account_table_full",
      "outbox_full",
      "not_owner",
      "no_position",
      "malformed_message",
      "table_full",
      "not_allowed",
      "oracle_stale",
      "price_out_of_band",
      "not_oracle",
      "stale_report",
      "would_increase",
      "too_many_positions",
      "position_limit",
      "insufficient_margin",
      "not_liquidatable",
  };
  const u32 code = static_cast<u8>(reject);
  return code < kRejectCount ? kNames[code] : "unknown";
}

}  // namespace gavel::exchange
