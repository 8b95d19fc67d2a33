// Config: the 32 words that fix the rules of a batch (docs/protocol/l1.md, "Configuration").
//
// What: the parsed record; config_hash = keccak of its 1,024 bytes.
// Why: the chain owner's input is still hostile to a judge: a value that the formats or the bounded
// memory of a unit cannot carry must have one meaning for everybody. So decoding never fails: it
// cuts each value to its range.
// Invariant: every decoded field lies within the range of the table in l1.md; decode(encode(c)) ==
// c for such a c.
#pragma once

#include <array>
#include <span>

#include "base/types.hpp"
#include "exchange/objects.hpp"

namespace gavel::stf {

inline constexpr u32 kConfigBytes = 1024;

// Work of one unit, which the bounded arrays of stf/witness_state.hpp are made for.
inline constexpr u32 kMaxFillsPerUnit = 16;
inline constexpr u32 kMaxCancelsPerUnit = 32;

struct Config {
  u64 version = 1;
  u64 chain_id = 0;
  Hash32 image_root;
  Address verifying_contract;
  u64 past_window_ms = 86'400'000;
  u64 future_window_ms = 60'000;
  u64 nonce_age_ms = 172'800'000;
  u64 nonce_ahead_ms = 86'400'000;
  u32 max_block_txs = 10'000;
  u32 rows_end_unit = (1u << 24) - (1u << 22);
  u32 max_orders_per_account = 4'096;
  u32 max_fills_per_tx = 64;
  u32 fills_per_unit = kMaxFillsPerUnit;
  u32 cancels_per_unit = kMaxCancelsPerUnit;
  u32 signing_schemes = 1;
  // By Table; GLOBAL and OUTBOX are not configurable. The highest index of OUTBOX leaves room for
  // "next index".
  std::array<u32, exchange::kTableCount> capacity{
      1, 1u << 27, 1u << 24, 1u << 24, 1u << 12, 1u << 22, 1u << 24, 0xfffffffe, 1u << 12};
  u32 max_balances_per_account = 64;
  u32 new_asset_quota = 16;
  u32 max_batch_pages = 1u << 18;
  u32 max_message_units = 128;

  friend bool operator==(const Config&, const Config&) = default;
};

// The 32 big-endian words.
void encode_config(const Config& config, std::span<u8, kConfigBytes> out);
// Total: a word outside its range (table in docs/protocol/l1.md) is cut to the nearest end of it;
// reserved words are ignored here but part of the hash.
Config decode_config(std::span<const u8, kConfigBytes> bytes);
Hash32 config_hash(std::span<const u8, kConfigBytes> bytes);

}  // namespace gavel::stf
