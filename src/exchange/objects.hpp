// The typed objects of the exchange, one struct a table (docs/protocol/state.md).
//
// What: plain data as the rules see it, laid out for the hot path: an ACCOUNT is 80 bytes, an ORDER
// one cache line. The canonical bytes that are hashed are made from these by stf/object_codec.hpp;
// layout here is not protocol. Invariant: index 0 is nil in every table, so zeroed memory is an
// empty state. All links are indexes into the named table.
#pragma once

#include <array>

#include "base/types.hpp"

namespace gavel::exchange {

// Slots of the table roots in the state root.
enum class Table : u8 {
  global = 0,
  account = 1,
  signer = 2,
  nonces = 3,
  market = 4,
  level = 5,
  order = 6,
  outbox = 7,
  asset = 8,
};
inline constexpr u32 kTableCount = 9;

enum class Side : u8 { bid = 0, ask = 1 };
constexpr Side opposite(Side side) { return side == Side::bid ? Side::ask : Side::bid; }

inline constexpr u64 kMaxLots = (u64{1} << 40) - 1;
// Bits of a slot in an order id; the generation has the 36 bits above.
inline constexpr u32 kOrderSlotBits = 28;
inline constexpr u64 kMaxGeneration = (u64{1} << 36) - 1;

using Symbol = std::array<u8, 16>;    // ASCII, zero padded
using ClientId = std::array<u8, 16>;  // big-endian number

// Where the next object of a table comes from: the free list if there is one, else the next index.
struct Allocator {
  u32 next = 1;
  u32 free_head = 0;
};

inline constexpr u32 kMaxOracles = 16;

// GLOBAL 1. `tables` is indexed by Table; the entry of Table::global is unused.
struct Global {
  std::array<Allocator, kTableCount> tables{};
  u32 registered_head = 0;  // ACCOUNT with the lowest registered address
  u32 signers_head = 0;     // live SIGNER with the lowest key
  u32 fee_account = 0;
  u32 collateral_asset = 0;  // of all perpetual markets; 0 until there is one
  u64 vault = 0;             // collateral that is really in the clearing house
  u64 insurance = 0;
  u8 oracle_quorum = 0;
  u8 oracle_count = 0;
  std::array<u32, kMaxOracles> oracles{};  // ACCOUNT, ascending
};

inline constexpr u32 kInlineBalances = 2;
inline constexpr u32 kBlockBalances = 6;
inline constexpr u32 kMaxBalances = 64;

// An account's first two balances lie in it, the rest in a chain of blocks that the store provides.
// Balances are kept in ascending order of asset over inline places and chain together
// (exchange/balances.hpp).
struct Account {
  std::array<u64, kInlineBalances> total{};
  std::array<u64, kInlineBalances> reserved{};
  Address owner;
  u8 flags = 0;  // kRegistered
  u8 balance_count = 0;
  u16 open_orders = 0;
  u32 orders_head = 0;
  u32 nonces = 0;
  u32 registered_prev = 0;
  u32 registered_next = 0;
  // With a margin part its first block, which then names the blocks of balances; else the first of
  // those; 0 = none.
  u32 extension = 0;
  std::array<u16, kInlineBalances> asset{};

  static constexpr u8 kRegistered = 1;
  static constexpr u8 kMargin = 2;
  bool registered() const { return (flags & kRegistered) != 0; }
  bool has_margin() const { return (flags & kMargin) != 0; }
};
static_assert(sizeof(Account) == 80);

struct BalanceBlock {
  std::array<u64, kBlockBalances> total{};
  std::array<u64, kBlockBalances> reserved{};
  std::array<u16, kBlockBalances> asset{};
  u32 next = 0;
};

inline constexpr u32 kMaxPositions = 32;

// What an account has in a perpetual market (docs/protocol/perpetuals.md).
struct Position {
  i64 size = 0;                       // lots; negative: short
  u64 entry_quote = 0;                // paid or received for them
  i64 paid_index = 0;                 // of its side, when funding was last settled
  std::array<u64, 2> open_lots = {};  // by Side: remaining lots of open orders
  u32 market = 0;
  u32 next_block = 0;  // of the chain it lies in; not part of the position

  bool is_empty() const { return size == 0 && open_lots[0] == 0 && open_lots[1] == 0; }
};

// An account's margin part: a chain with one position a block, ascending by market; the first block
// also holds what there is once (exchange/positions.hpp). One cache line.
struct MarginBlock {
  Position position;
  i64 collateral = 0;
  u32 balance_blocks = 0;  // head of the account's chain of balances
  u8 position_count = 0;
};
static_assert(sizeof(MarginBlock) == 64);

struct Signer {
  Address key;
  u8 state = 0;  // kLive, kDead
  u8 role = 0;   // kTrade
  u32 account = 0;
  u64 expiry_ms = 0;
  u64 nonce_floor = 0;
  u32 nonces = 0;
  u32 prev = 0;
  u32 next = 0;

  static constexpr u8 kLive = 1;
  static constexpr u8 kDead = 2;
  static constexpr u8 kTrade = 1;
};

// The kept nonces are `highest` and highest - below[i] for i < count, ascending, all different from
// 0.
struct Nonces {
  static constexpr u32 kBelow = 27;
  u64 highest = 0;
  u8 state = 0;       // 1 in use, 0 free
  u8 owner_kind = 0;  // 0 account, 1 signer
  u8 count = 0;
  u32 owner = 0;  // next free window if free
  std::array<u32, kBelow> below{};
};

// Margin is asked for by tiers of a position's value.
struct MarginTier {
  u64 up_to = 0;  // quote amount
  u32 initial_ppm = 0;
};

struct OracleReport {
  u32 account = 0;
  u32 price_ticks = 0;
  u64 time_ms = 0;
};

inline constexpr u32 kMaxTiers = 4;

// What a perpetual market has beyond a spot market.
struct Perpetual {
  u64 impact_lots = 0;
  u64 max_position_lots = 0;
  u32 max_price_ticks = 0;
  u32 oracle_max_age_ms = 0;
  u32 band_ppm = 0;
  u32 liquidation_fee_ppm = 0;
  u8 tier_count = 0;
  std::array<MarginTier, kMaxTiers> tiers{};

  u32 index_price = 0;
  u32 mark_price = 0;
  u64 index_time_ms = 0;
  i64 basis_ema = 0;  // 1/256 tick
  u64 basis_time_ms = 0;
  u64 sampled_ms = 0;
  i64 premium_sum = 0;
  u32 premium_count = 0;
  u32 funding_hour = 0;
  std::array<i64, 2> paid_index{};  // long, short: micro-units of quote a lot
  u64 open_interest = 0;
  i64 pool = 0;
  std::array<OracleReport, kMaxOracles> reports{};  // by place in the oracle set
};

struct Market {
  u8 kind = 0;    // kSpot, kPerpetual
  u8 status = 0;  // kActive, kCancelOnly
  u32 base = 0;
  u32 quote = 0;
  u64 base_per_lot = 0;
  u64 quote_per_tick_lot = 0;
  u32 maker_fee_ppm = 0;
  u32 taker_fee_ppm = 0;
  u64 min_lots = 0;
  u64 max_lots = 0;
  std::array<u32, 2> best{};  // by Side: LEVEL
  u32 last_price_ticks = 0;
  u64 fees_base = 0;
  u64 fees_quote = 0;
  Symbol symbol{};
  Perpetual perpetual;

  static constexpr u8 kSpot = 1;
  static constexpr u8 kPerpetual = 2;
  bool is_perpetual() const { return kind == kPerpetual; }
  static constexpr u8 kActive = 1;
  static constexpr u8 kCancelOnly = 2;
};

struct Level {
  u32 market = 0;  // 0 if free
  u32 price_ticks = 0;
  u64 total_lots = 0;
  u32 orders = 0;
  u32 first = 0;  // ORDER
  u32 last = 0;
  u32 prev = 0;  // better LEVEL
  u32 next = 0;  // worse LEVEL; next free slot if free
  Side side = Side::bid;
};

struct Order {
  u64 generation_flags = 0;  // generation << 8 | flags
  u64 lots = 0;
  u32 account = 0;      // 0 if free
  u32 market_side = 0;  // market << 1 | side
  u32 price_ticks = 0;
  u32 level = 0;
  u32 level_prev = 0;
  u32 level_next = 0;
  u32 account_prev = 0;
  u32 account_next = 0;  // next free slot if free
  ClientId client_id{};

  static constexpr u8 kHasClientId = 1;
  static constexpr u8 kStpShift = 1;
  static constexpr u8 kStpMask = 3;
  static constexpr u8 kPostOnly = 8;
  static constexpr u8 kReduceOnly = 16;

  u64 generation() const { return generation_flags >> 8; }
  u8 flags() const { return static_cast<u8>(generation_flags); }
  void set(u64 generation, u8 flags) { generation_flags = generation << 8 | flags; }
  u32 market() const { return market_side >> 1; }
  Side side() const { return (market_side & 1) != 0 ? Side::ask : Side::bid; }
  bool has_client_id() const { return (flags() & kHasClientId) != 0; }
  bool reduce_only() const { return (flags() & kReduceOnly) != 0; }
};
static_assert(sizeof(Order) == 64);

constexpr u64 make_order_id(u32 slot, u64 generation) {
  return generation << kOrderSlotBits | slot;
}
constexpr u32 order_slot(u64 id) { return static_cast<u32>(id & ((u64{1} << kOrderSlotBits) - 1)); }
constexpr u64 order_generation(u64 id) { return id >> kOrderSlotBits; }

struct Outbox {
  u8 kind = 0;  // kWithdrawal
  u32 account = 0;
  Address owner;
  Address recipient;
  u32 asset = 0;
  u64 amount = 0;
  u64 block_number = 0;

  static constexpr u8 kWithdrawal = 1;
};

struct Asset {
  Address token;
  u8 l1_decimals = 0;
  u8 decimals = 0;
  u64 total = 0;  // all accounts and market fees
  Symbol symbol{};
};

}  // namespace gavel::exchange
