#include "stf/object_codec.hpp"

#include "stf/object_tag.hpp"

namespace gavel::stf {

using exchange::Account;
using exchange::Allocator;
using exchange::Asset;
using exchange::Global;
using exchange::kMaxGeneration;
using exchange::kMaxLots;
using exchange::kTableCount;
using exchange::Level;
using exchange::Nonces;
using exchange::Order;
using exchange::Outbox;
using exchange::Side;
using exchange::Signer;
using exchange::Table;

namespace {

constexpr u32 kFreeNoncesBytes = 2 + 1 + 4;
constexpr u32 kFreeLevelBytes = 2 + 1 + 4;
constexpr u32 kFreeOrderBytes = 2 + 1 + 8 + 4;
constexpr u8 kFree = 0;
constexpr u8 kInUse = 1;
constexpr u8 kSignerDead = 0;
constexpr u8 kSignerLive = 1;
constexpr u8 kOrderFlags = Order::kHasClientId | Order::kStpMask << Order::kStpShift |
                           Order::kPostOnly | Order::kReduceOnly;

// A free slot's and a used one's lengths; the third byte says which it is.
bool length_fits(std::span<const u8> bytes, u32 free_bytes, u32 used_bytes) {
  if (bytes.size() < 3) return false;
  return bytes.size() == (bytes[2] == kFree ? free_bytes : used_bytes);
}

constexpr bool has_free_list(u32 table) {
  return table == static_cast<u8>(Table::nonces) || table == static_cast<u8>(Table::level) ||
         table == static_cast<u8>(Table::order);
}

}  // namespace

namespace detail {

void put_account_head(PackedWriter& w, const Account& account, u8 balance_count) {
  w.put_u8(static_cast<u8>(Table::account));
  w.put_u8(kObjectVersion);
  w.put_address(account.owner);
  w.put_u8(account.flags);
  w.put_u16(account.open_orders);
  w.put_u32(account.orders_head);
  w.put_u32(account.nonces);
  w.put_u32(account.registered_prev);
  w.put_u32(account.registered_next);
  w.put_u8(balance_count);
}

bool take_account_head(PackedReader& in, std::span<const u8> bytes, Account& out,
                       u8& balance_count) {
  if (bytes.size() < kAccountHeadBytes + 1) return false;
  take_tag(in, Table::account);
  out.owner = in.take_address();
  out.flags = in.take_below((Account::kRegistered | Account::kMargin) + 1);
  out.open_orders = in.take_u16();
  out.orders_head = in.take_u32();
  out.nonces = in.take_u32();
  out.registered_prev = in.take_u32();
  out.registered_next = in.take_u32();
  balance_count = in.take_below(exchange::kMaxBalances + 1);
  const u64 before = kAccountHeadBytes + u64{balance_count} * kBalanceBytes;
  if (!in.ok() || bytes.size() <= before) return false;
  const u8 positions = bytes[static_cast<std::size_t>(before)];
  if (!out.has_margin()) return positions == 0 && bytes.size() == before + 1;
  const u64 length = before + 1 + kCollateralBytes + u64{positions} * kPositionBytes;
  if (positions > exchange::kMaxPositions || bytes.size() != length) return false;
  // A part without positions is there for its collateral.
  u8 any = positions;
  for (const u8 byte : bytes.subspan(static_cast<std::size_t>(before) + 1, kCollateralBytes)) {
    any |= byte;
  }
  return any != 0;
}

void put_position(PackedWriter& w, const exchange::Position& position) {
  w.put_u32(position.market);
  w.put_u64(static_cast<u64>(position.size));
  w.put_u64(position.entry_quote);
  w.put_u64(static_cast<u64>(position.paid_index));
  w.put_u64(position.open_lots[0]);
  w.put_u64(position.open_lots[1]);
}

exchange::Position take_position(PackedReader& in, u32& last_market) {
  exchange::Position p;
  p.market = in.take_u32();
  p.size = static_cast<i64>(in.take_u64());
  p.entry_quote = in.take_u64();
  p.paid_index = static_cast<i64>(in.take_u64());
  p.open_lots[0] = in.take_u64();
  p.open_lots[1] = in.take_u64();
  in.require(p.market > last_market && !p.is_empty());
  in.require(p.size != 0 || (p.entry_quote == 0 && p.paid_index == 0));
  last_market = p.market;
  return p;
}

Balance take_balance(PackedReader& in, u32& last_asset) {
  Balance b;
  b.asset = in.take_u32();
  b.total = in.take_u64();
  b.reserved = in.take_u64();
  in.require(b.asset > last_asset && b.asset <= 0xffff);
  in.require(b.total > 0 && b.reserved <= b.total);
  last_asset = b.asset;
  return b;
}

}  // namespace detail

u32 encode_object(const Global& global, std::span<u8> out) {
  PackedWriter w = tagged(Table::global, kGlobalBytes, out);
  for (u32 table = 1; table < kTableCount; ++table) {
    w.put_u32(global.tables[table].next);
    w.put_u32(global.tables[table].free_head);
  }
  w.put_u32(global.registered_head);
  w.put_u32(global.signers_head);
  w.put_u32(global.fee_account);
  w.put_u32(global.collateral_asset);
  w.put_u64(global.vault);
  w.put_u64(global.insurance);
  w.put_u8(global.oracle_quorum);
  w.put_u8(global.oracle_count);
  GAVEL_CHECK(global.oracle_count <= exchange::kMaxOracles);
  for (u32 i = 0; i < global.oracle_count; ++i) w.put_u32(global.oracles[i]);
  return w.size();
}

bool decode_object(std::span<const u8> bytes, Global& out) {
  if (bytes.size() < kGlobalHeadBytes) return false;
  PackedReader in(bytes.data());
  out = Global{};
  take_tag(in, Table::global);
  out.tables[0] = Allocator{};
  for (u32 table = 1; table < kTableCount; ++table) {
    Allocator& a = out.tables[table];
    a.next = in.take_u32();
    a.free_head = in.take_u32();
    in.require(a.next != 0 && a.free_head < a.next);
    in.require(a.free_head == 0 || has_free_list(table));
  }
  out.registered_head = in.take_u32();
  out.signers_head = in.take_u32();
  out.fee_account = in.take_u32();
  out.collateral_asset = in.take_u32();
  out.vault = in.take_u64();
  out.insurance = in.take_u64();
  out.oracle_quorum = in.take_u8();
  out.oracle_count = in.take_below(exchange::kMaxOracles + 1);
  if (!in.ok() || bytes.size() != kGlobalHeadBytes + out.oracle_count * 4u) return false;
  in.require(out.oracle_quorum <= out.oracle_count);
  u32 last = 0;
  for (u32 i = 0; i < out.oracle_count; ++i) {
    out.oracles[i] = in.take_u32();
    in.require(out.oracles[i] > last);
    last = out.oracles[i];
  }
  return in.ok();
}

u32 encode_object(const Account& account, const BalanceList& balances, const MarginList& margin,
                  std::span<u8> out) {
  GAVEL_CHECK(out.size() >= kLongestObjectBytes);
  PackedWriter w(out.data());
  detail::put_account_head(w, account, static_cast<u8>(balances.size()));
  for (const Balance& b : balances) detail::put_balance(w, b.asset, b.total, b.reserved);
  w.put_u8(account.has_margin() ? static_cast<u8>(margin.positions.size()) : u8{0});
  if (!account.has_margin()) return w.size();
  w.put_u64(static_cast<u64>(margin.collateral));
  for (const exchange::Position& p : margin.positions) detail::put_position(w, p);
  return w.size();
}

bool decode_object(std::span<const u8> bytes, Account& out, BalanceList& balances,
                   MarginList& margin) {
  PackedReader in(bytes.data());
  balances.clear();
  margin = MarginList{};
  u8 count = 0;
  if (!detail::take_account_head(in, bytes, out, count)) return false;
  u32 last_asset = 0;
  for (u32 i = 0; i < count; ++i) balances.push_back(detail::take_balance(in, last_asset));
  const u8 positions = in.take_u8();
  if (!out.has_margin()) return in.ok();
  margin.collateral = static_cast<i64>(in.take_u64());
  u32 last_market = 0;
  for (u32 i = 0; i < positions; ++i) {
    margin.positions.push_back(detail::take_position(in, last_market));
  }
  return in.ok();
}

u32 encode_object(const Signer& signer, std::span<u8> out) {
  PackedWriter w = tagged(Table::signer, kSignerBytes, out);
  w.put_address(signer.key);
  w.put_u8(signer.state == Signer::kLive ? kSignerLive : kSignerDead);
  w.put_u8(signer.role);
  w.put_u32(signer.account);
  w.put_u64(signer.expiry_ms);
  w.put_u64(signer.nonce_floor);
  w.put_u32(signer.nonces);
  w.put_u32(signer.prev);
  w.put_u32(signer.next);
  return w.size();
}

bool decode_object(std::span<const u8> bytes, Signer& out) {
  if (bytes.size() != kSignerBytes) return false;
  PackedReader in(bytes.data());
  take_tag(in, Table::signer);
  out.key = in.take_address();
  out.state = in.take_below(2) == kSignerLive ? Signer::kLive : Signer::kDead;
  out.role = in.take_u8();
  in.require(out.role == Signer::kTrade);
  out.account = in.take_u32();
  out.expiry_ms = in.take_u64();
  out.nonce_floor = in.take_u64();
  out.nonces = in.take_u32();
  out.prev = in.take_u32();
  out.next = in.take_u32();
  return in.ok();
}

u32 encode_object(const Nonces& nonces, std::span<u8> out) {
  PackedWriter w = tagged(Table::nonces, kNoncesHeadBytes + nonces.count * 4u, out);
  if (nonces.state == kFree) {
    w.put_u8(kFree);
    w.put_u32(nonces.owner);
    return w.size();
  }
  GAVEL_CHECK(nonces.count <= Nonces::kBelow);
  w.put_u8(kInUse);
  w.put_u8(nonces.owner_kind);
  w.put_u32(nonces.owner);
  w.put_u64(nonces.highest);
  w.put_u8(nonces.count);
  for (u32 i = 0; i < nonces.count; ++i) w.put_u32(nonces.below[i]);
  return w.size();
}

bool decode_object(std::span<const u8> bytes, Nonces& out) {
  if (bytes.size() < kFreeNoncesBytes) return false;
  PackedReader in(bytes.data());
  out = Nonces{};
  take_tag(in, Table::nonces);
  out.state = in.take_below(2);
  if (out.state == kFree) {
    out.owner = in.take_u32();
    return in.ok() && bytes.size() == kFreeNoncesBytes;
  }
  if (bytes.size() < kNoncesHeadBytes) return false;
  out.owner_kind = in.take_below(2);
  out.owner = in.take_u32();
  out.highest = in.take_u64();
  out.count = in.take_below(Nonces::kBelow + 1);
  if (!in.ok() || bytes.size() != kNoncesHeadBytes + out.count * 4u) return false;
  u32 last = 0;
  for (u32 i = 0; i < out.count; ++i) {
    out.below[i] = in.take_u32();
    in.require(out.below[i] > last && out.below[i] <= out.highest);
    last = out.below[i];
  }
  return in.ok();
}

u32 encode_object(const Level& level, std::span<u8> out) {
  PackedWriter w = tagged(Table::level, kLevelBytes, out);
  if (level.market == 0) {
    w.put_u8(kFree);
    w.put_u32(level.next);
    return w.size();
  }
  w.put_u8(kInUse);
  w.put_u32(level.market);
  w.put_u8(static_cast<u8>(level.side));
  w.put_u32(level.price_ticks);
  w.put_u32(level.orders);
  w.put_u64(level.total_lots);
  w.put_u32(level.first);
  w.put_u32(level.last);
  w.put_u32(level.prev);
  w.put_u32(level.next);
  return w.size();
}

bool decode_object(std::span<const u8> bytes, Level& out) {
  if (!length_fits(bytes, kFreeLevelBytes, kLevelBytes)) return false;
  PackedReader in(bytes.data());
  out = Level{};
  take_tag(in, Table::level);
  if (in.take_below(2) == kFree) {
    out.next = in.take_u32();
    return in.ok();
  }
  out.market = in.take_u32();
  out.side = static_cast<Side>(in.take_below(2));
  out.price_ticks = in.take_u32();
  out.orders = in.take_u32();
  out.total_lots = in.take_u64();
  out.first = in.take_u32();
  out.last = in.take_u32();
  out.prev = in.take_u32();
  out.next = in.take_u32();
  in.require(out.market != 0 && out.price_ticks != 0);
  in.require(out.orders != 0 && out.total_lots >= out.orders);
  in.require(out.first != 0 && out.last != 0);
  return in.ok();
}

u32 encode_object(const Order& order, std::span<u8> out) {
  PackedWriter w = tagged(Table::order, kOrderBytes, out);
  if (order.account == 0) {
    w.put_u8(kFree);
    w.put_u64(order.generation());
    w.put_u32(order.account_next);
    return w.size();
  }
  w.put_u8(kInUse);
  w.put_u64(order.generation());
  w.put_u32(order.account);
  w.put_u32(order.market());
  w.put_u8(static_cast<u8>(order.side()));
  w.put_u8(order.flags());
  w.put_u32(order.price_ticks);
  w.put_u64(order.lots);
  w.put_u32(order.level);
  w.put_u32(order.level_prev);
  w.put_u32(order.level_next);
  w.put_u32(order.account_prev);
  w.put_u32(order.account_next);
  w.put_bytes(order.client_id);
  return w.size();
}

bool decode_object(std::span<const u8> bytes, Order& out) {
  if (!length_fits(bytes, kFreeOrderBytes, kOrderBytes)) return false;
  PackedReader in(bytes.data());
  out = Order{};
  take_tag(in, Table::order);
  const bool free = in.take_below(2) == kFree;
  const u64 generation = in.take_u64();
  // A slot that has used up its generations stays free.
  in.require(generation <= (free ? kMaxGeneration : kMaxGeneration - 1));
  if (free) {
    out.set(generation, 0);
    out.account_next = in.take_u32();
    return in.ok();
  }
  out.account = in.take_u32();
  const u32 market = in.take_u32();
  out.market_side = market << 1 | in.take_below(2);
  const u8 flags = in.take_u8();
  out.set(generation, flags);
  out.price_ticks = in.take_u32();
  out.lots = in.take_u64();
  out.level = in.take_u32();
  out.level_prev = in.take_u32();
  out.level_next = in.take_u32();
  out.account_prev = in.take_u32();
  out.account_next = in.take_u32();
  in.take_bytes(out.client_id);
  in.require(out.account != 0 && market != 0 && market < 0x80000000);
  in.require((flags & ~kOrderFlags) == 0);
  in.require((flags >> Order::kStpShift & Order::kStpMask) != Order::kStpMask);
  in.require(out.price_ticks != 0 && out.lots != 0 && out.lots <= kMaxLots && out.level != 0);
  in.require(out.has_client_id() || out.client_id == exchange::ClientId{});
  return in.ok();
}

u32 encode_object(const Outbox& outbox, std::span<u8> out) {
  PackedWriter w = tagged(Table::outbox, kOutboxBytes, out);
  w.put_u8(outbox.kind);
  w.put_u32(outbox.account);
  w.put_address(outbox.owner);
  w.put_address(outbox.recipient);
  w.put_u32(outbox.asset);
  w.put_u64(outbox.amount);
  w.put_u64(outbox.block_number);
  return w.size();
}

bool decode_object(std::span<const u8> bytes, Outbox& out) {
  if (bytes.size() != kOutboxBytes) return false;
  PackedReader in(bytes.data());
  take_tag(in, Table::outbox);
  out.kind = in.take_u8();
  in.require(out.kind == Outbox::kWithdrawal);
  out.account = in.take_u32();
  out.owner = in.take_address();
  out.recipient = in.take_address();
  out.asset = in.take_u32();
  out.amount = in.take_u64();
  out.block_number = in.take_u64();
  return in.ok();
}

u32 encode_object(const Asset& asset, std::span<u8> out) {
  PackedWriter w = tagged(Table::asset, kAssetBytes, out);
  w.put_address(asset.token);
  w.put_u8(asset.l1_decimals);
  w.put_u8(asset.decimals);
  w.put_u64(asset.total);
  w.put_bytes(asset.symbol);
  return w.size();
}

bool decode_object(std::span<const u8> bytes, Asset& out) {
  if (bytes.size() != kAssetBytes) return false;
  PackedReader in(bytes.data());
  take_tag(in, Table::asset);
  out.token = in.take_address();
  out.l1_decimals = in.take_u8();
  out.decimals = in.take_u8();
  out.total = in.take_u64();
  in.take_bytes(out.symbol);
  return in.ok();
}

}  // namespace gavel::stf
