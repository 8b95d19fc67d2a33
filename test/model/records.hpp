// What the model keeps: ordinary maps, no links and no hints (docs/protocol/state.md, "Objects").
//
// What: one struct a kind of object. Lists that the state spells out as links are what the maps'
// orders say; the links appear only when an object is encoded.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "model/packing.hpp"

namespace gavel::model {

enum : u8 { kBid = 0, kAsk = 1 };
enum : u8 { kGtc = 0, kIoc = 1, kPostOnly = 2, kMarketOrder = 3 };
enum : u8 { kCancelMaker = 0, kCancelTaker = 1, kCancelBoth = 2 };
enum : u8 { kSpot = 1, kPerpetual = 2 };
enum : u8 { kActive = 1, kCancelOnly = 2 };

struct Config {
  u64 nonce_age_ms = 172'800'000;
  u64 nonce_ahead_ms = 86'400'000;
  u32 max_orders_per_account = 4'096;
  u32 max_fills_per_tx = 64;
  u32 accounts = 1u << 27;
  u32 signers = 1u << 24;
  u32 nonces = 1u << 24;
  u32 markets = 1u << 12;
  u32 levels = 1u << 22;
  u32 orders = 1u << 24;
  u32 assets = 1u << 12;
  u32 max_balances_per_account = 64;
  u32 new_asset_quota = 16;
};

// Numbers of a table's objects: those freed last are given out first, then the next.
struct Slots {
  u32 capacity = 0;
  u32 next = 1;
  std::vector<u32> freed = {};

  bool has_room() const { return !freed.empty() || next <= capacity; }
  u32 take() {
    if (freed.empty()) return next++;
    const u32 slot = freed.back();
    freed.pop_back();
    return slot;
  }
  u32 free_head() const { return freed.empty() ? 0 : freed.back(); }
};

struct Balance {
  u64 total = 0;
  u64 reserved = 0;
};

struct Position {
  i64 size = 0;
  u64 entry_quote = 0;
  i64 paid_index = 0;
  std::array<u64, 2> open_lots{};
};

struct Account {
  Address owner;
  bool registered = false;
  u32 nonces = 0;
  std::map<u32, Balance> balances;
  i64 collateral = 0;
  std::map<u32, Position> positions;
  std::vector<u32> orders;      // without client id, newest first
  std::map<Text16, u32> named;  // with one
  bool has_margin_part() const { return collateral != 0 || !positions.empty(); }
  std::size_t open_orders() const { return orders.size() + named.size(); }
};

struct Signer {
  Address key;
  bool live = false;
  u8 role = 0;
  u32 account = 0;
  u64 expiry_ms = 0;
  u64 floor = 0;
  u32 nonces = 0;
};

struct Nonces {
  u8 owner_kind = 0;  // 0 account, 1 signer
  u32 owner = 0;
  std::set<u64> used;
};

struct Level {
  u32 slot = 0;
  std::vector<u32> orders;  // first in time first
};

struct Tier {
  u64 up_to = 0;
  u32 initial_ppm = 0;
};

struct Report {
  u32 account = 0;
  u32 price_ticks = 0;
  u64 time_ms = 0;
};

struct Market {
  u8 kind = 0;
  u8 status = 0;
  u32 base = 0, quote = 0;
  u64 base_per_lot = 0, quote_per_tick_lot = 0;
  u32 maker_fee_ppm = 0, taker_fee_ppm = 0;
  u64 min_lots = 0, max_lots = 0;
  std::array<std::map<u32, Level>, 2> book;  // by price, ascending
  u32 last_price = 0;
  u64 fees_base = 0, fees_quote = 0;
  Text16 symbol{};
  // A perpetual market's.
  u64 impact_lots = 0, max_position_lots = 0;
  u32 max_price_ticks = 0, oracle_max_age_ms = 0, band_ppm = 0, liquidation_fee_ppm = 0;
  u8 tier_count = 0;
  std::array<Tier, 4> tiers{};
  u32 index_price = 0, mark_price = 0;
  u64 index_time_ms = 0;
  i64 basis_ema = 0;
  u64 basis_time_ms = 0, sampled_ms = 0;
  i64 premium_sum = 0;
  u32 premium_count = 0, funding_hour = 0;
  std::array<i64, 2> paid_index{};  // long, short
  u64 open_interest = 0;
  i64 pool = 0;
  std::array<Report, 16> reports{};

  // Prices of a side, best first.
  std::vector<u32> prices(u8 side) const {
    std::vector<u32> out;
    for (const auto& [price, level] : book[side]) out.push_back(price);
    if (side == kBid) out = {out.rbegin(), out.rend()};
    return out;
  }
};

struct Order {
  u32 account = 0;
  u32 market = 0;
  u8 side = 0;
  bool has_client_id = false;
  u8 stp = 0;
  bool post_only = false;
  bool reduce_only = false;
  u32 price = 0;
  u64 lots = 0;
  Text16 client_id{};
};

struct Outbox {
  u32 account = 0;
  Address owner, recipient;
  u32 asset = 0;
  u64 amount = 0;
  u64 block_number = 0;
};

struct Asset {
  Address token;
  u8 l1_decimals = 0, decimals = 0;
  u64 total = 0;
  Text16 symbol{};
};

struct Global {
  u32 fee_account = 0;
  u32 collateral_asset = 0;
  u64 vault = 0;
  u64 insurance = 0;
  u8 quorum = 0;
  std::vector<u32> oracles;
};

}  // namespace gavel::model
