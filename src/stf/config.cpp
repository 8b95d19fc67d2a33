#include "stf/config.hpp"

#include <algorithm>
#include <limits>

#include "crypto/keccak.hpp"
#include "stf/packed.hpp"

namespace gavel::stf {
namespace {

using base::to_u256;
using exchange::Table;

constexpr u64 kMaxU64 = std::numeric_limits<u64>::max();
constexpr u32 kReservedWords = 6;
// 34 years: sums of times and windows stay far below 2^64.
constexpr u64 kMaxWindowMs = u64{1} << 40;
// Kept nonces are written as 32-bit distances.
constexpr u64 kMaxNonceAgeMs = 0xffffffff;

struct CapacityRule {
  Table table;
  u32 highest;
};

// Words 15..21. `next index` must fit a u32 beside the highest index; a level sums up to 2^24
// orders of 2^40 lots, a market's index 31 beside the side, an asset's index 16 in a balance.
constexpr std::array<CapacityRule, 7> kCapacityRules{{{Table::account, 0xfffffffe},
                                                      {Table::signer, 0xfffffffe},
                                                      {Table::nonces, 0xfffffffe},
                                                      {Table::market, 0x7fffffff},
                                                      {Table::level, 0xfffffffe},
                                                      {Table::order, 1u << 24},
                                                      {Table::asset, 0xffff}}};

// The word's value; what exceeds 64 bits counts as the largest u64.
u64 saturated(PackedReader& in) {
  const u256 value = to_u256(in.take_hash());
  const bool fits = (value.limb[1] | value.limb[2] | value.limb[3]) == 0;
  return fits ? value.limb[0] : kMaxU64;
}

u64 cut_u64(PackedReader& in, u64 lowest, u64 highest) {
  return std::clamp(saturated(in), lowest, highest);
}
u32 cut_u32(PackedReader& in, u32 lowest, u32 highest) {
  return static_cast<u32>(cut_u64(in, lowest, highest));
}

}  // namespace

void encode_config(const Config& config, std::span<u8, kConfigBytes> out) {
  PackedWriter w(out.data());
  w.put_word(config.version);
  w.put_word(config.chain_id);
  w.put_word(config.image_root);
  w.put_word(config.verifying_contract);
  w.put_word(config.past_window_ms);
  w.put_word(config.future_window_ms);
  w.put_word(config.nonce_age_ms);
  w.put_word(config.nonce_ahead_ms);
  w.put_word(config.max_block_txs);
  w.put_word(config.rows_end_unit);
  w.put_word(config.max_orders_per_account);
  w.put_word(config.max_fills_per_tx);
  w.put_word(config.fills_per_unit);
  w.put_word(config.cancels_per_unit);
  w.put_word(config.signing_schemes);
  for (const CapacityRule& rule : kCapacityRules) {
    w.put_word(config.capacity[static_cast<u8>(rule.table)]);
  }
  w.put_word(config.max_balances_per_account);
  w.put_word(config.new_asset_quota);
  w.put_word(config.max_batch_pages);
  w.put_word(config.max_message_units);
  for (u32 i = 0; i < kReservedWords; ++i) w.put_word(Hash32{});
}

Config decode_config(std::span<const u8, kConfigBytes> bytes) {
  PackedReader in(bytes.data());
  Config c;
  c.version = saturated(in);
  c.chain_id = saturated(in);
  c.image_root = in.take_hash();
  const Hash32 contract = in.take_hash();
  std::copy(contract.bytes.begin() + 12, contract.bytes.end(), c.verifying_contract.bytes.begin());
  c.past_window_ms = cut_u64(in, 0, kMaxWindowMs);
  c.future_window_ms = cut_u64(in, 0, kMaxWindowMs);
  c.nonce_age_ms = cut_u64(in, 0, kMaxNonceAgeMs);
  c.nonce_ahead_ms = cut_u64(in, 0, kMaxWindowMs);
  c.max_block_txs = cut_u32(in, 1, (1u << 14) - 1);
  c.rows_end_unit = cut_u32(in, 0, (1u << 24) - (1u << 22));
  c.max_orders_per_account = cut_u32(in, 0, 0xffff);
  c.max_fills_per_tx = cut_u32(in, 1, 64);
  c.fills_per_unit = cut_u32(in, 1, kMaxFillsPerUnit);
  c.cancels_per_unit = cut_u32(in, 1, kMaxCancelsPerUnit);
  c.signing_schemes = cut_u32(in, 0, 0xffffffff);
  for (const CapacityRule& rule : kCapacityRules) {
    c.capacity[static_cast<u8>(rule.table)] = cut_u32(in, 1, rule.highest);
  }
  c.max_balances_per_account = cut_u32(in, 1, exchange::kMaxBalances);
  c.new_asset_quota = cut_u32(in, 0, exchange::kMaxBalances);
  c.max_batch_pages = cut_u32(in, 0, 1u << 18);
  c.max_message_units = cut_u32(in, 1, 128);
  // A forced cancel of everything must end within a message's units.
  const u32 reach = c.cancels_per_unit * c.max_message_units;
  c.max_orders_per_account = std::min(c.max_orders_per_account, reach);
  return c;
}

Hash32 config_hash(std::span<const u8, kConfigBytes> bytes) { return crypto::keccak256(bytes); }

}  // namespace gavel::stf
