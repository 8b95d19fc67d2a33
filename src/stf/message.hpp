// Inbox messages: canonical bytes from L1 (docs/protocol/l1.md, "Inbox messages").
//
// What: one struct with a field for whatever any kind carries, and its packed big-endian bytes.
// Why: the Inbox contract writes these bytes and anyone can make it do so; what they ask for is
// checked by the rules, what they are is checked here.
// Invariant: decode accepts exactly the bytes that encode makes of a known kind; any other bytes
// have one meaning too (kind 0: a malformed message, which is still executed, as such).
#pragma once

#include <span>

#include "base/types.hpp"
#include "exchange/objects.hpp"

namespace gavel::stf {

enum class MessageKind : u8 {
  deposit = 1,
  forced_withdraw = 2,
  forced_cancel_all = 3,
  forced_close = 4,
  forced_margin_withdraw = 5,
  register_asset = 128,
  create_market = 129,
  set_market_status = 130,
  set_fee_account = 131,
  create_perpetual = 132,
  set_oracle_set = 133,
};

inline constexpr u32 kMessageHeadBytes = 45;
inline constexpr u32 kMaxMessageBytes = 256;

struct Message {
  u8 kind = 0;  // MessageKind, or 0 for bytes that are no message
  u64 index = 0;
  Address sender;
  u64 l1_block = 0;
  u64 l1_time_ms = 0;

  u32 account = 0;
  u32 asset = 0;
  u64 amount = 0;
  Address recipient;
  u32 market = 0;
  u8 status = 0;
  Address token;
  u8 l1_decimals = 0;
  u8 decimals = 0;
  exchange::Symbol symbol{};
  u8 market_kind = 0;
  u32 base = 0;
  u32 quote = 0;
  u64 base_per_lot = 0;
  u64 quote_per_tick_lot = 0;
  u32 maker_fee_ppm = 0;
  u32 taker_fee_ppm = 0;
  u64 min_lots = 0;
  u64 max_lots = 0;
  u64 impact_lots = 0;
  u64 max_position_lots = 0;
  u32 max_price_ticks = 0;
  u32 oracle_max_age_ms = 0;
  u32 band_ppm = 0;
  u32 liquidation_fee_ppm = 0;
  u8 tier_count = 0;
  struct Tier {
    u64 up_to = 0;
    u32 initial_ppm = 0;

    friend bool operator==(const Tier&, const Tier&) = default;
  };
  std::array<Tier, exchange::kMaxTiers> tiers{};
  u8 oracle_quorum = 0;
  u8 oracle_count = 0;
  std::array<u32, exchange::kMaxOracles> oracles{};

  friend bool operator==(const Message&, const Message&) = default;
};

// Total. False if the bytes are not a message of a known kind with exactly its length; `out` is
// then all zero.
bool decode_message(std::span<const u8> bytes, Message& out);
// Returns the number of bytes; 0 if the kind is unknown. `out` has room for kMaxMessageBytes.
u32 encode_message(const Message& message, std::span<u8> out);
Hash32 message_hash(std::span<const u8> bytes);

}  // namespace gavel::stf
