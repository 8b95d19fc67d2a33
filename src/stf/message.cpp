#include "stf/message.hpp"

#include "base/check.hpp"
#include "crypto/keccak.hpp"
#include "stf/packed.hpp"

namespace gavel::stf {
namespace {

constexpr u32 kCreateMarketBytes = 1 + 4 + 4 + 8 + 8 + 4 + 4 + 8 + 8 + 16;
constexpr u32 kCreatePerpetualBytes =
    4 + 8 + 4 + 4 + 8 + 8 + 8 + 8 + 4 * 4 + 1 + exchange::kMaxTiers * 12 + 16;
static_assert(kMessageHeadBytes + kCreateMarketBytes <= kMaxMessageBytes);
static_assert(kMessageHeadBytes + kCreatePerpetualBytes <= kMaxMessageBytes);

// Bytes after the head; 0 if the kind is unknown.
constexpr u32 body_bytes(u8 kind) {
  switch (static_cast<MessageKind>(kind)) {
    case MessageKind::deposit:
    case MessageKind::forced_withdraw:
      return 4 + 8 + 20 + 4;
    case MessageKind::forced_cancel_all:
    case MessageKind::forced_close:
      return 4 + 4;
    case MessageKind::register_asset:
      return 4 + 20 + 1 + 1 + 16;
    case MessageKind::create_market:
      return kCreateMarketBytes;
    case MessageKind::set_market_status:
      return 4 + 1;
    case MessageKind::set_fee_account:
      return 4;
    case MessageKind::forced_margin_withdraw:
      return 4 + 8;
    case MessageKind::create_perpetual:
      return kCreatePerpetualBytes;
    case MessageKind::set_oracle_set:
      return 2 + exchange::kMaxOracles * 4;
  }
  return 0;
}
constexpr bool known(u8 kind) { return body_bytes(kind) != 0; }

void take_market(PackedReader& in, Message& m) {
  m.market_kind = in.take_u8();
  m.base = in.take_u32();
  m.quote = in.take_u32();
  m.base_per_lot = in.take_u64();
  m.quote_per_tick_lot = in.take_u64();
  m.maker_fee_ppm = in.take_u32();
  m.taker_fee_ppm = in.take_u32();
  m.min_lots = in.take_u64();
  m.max_lots = in.take_u64();
  in.take_bytes(m.symbol);
}

void put_market(PackedWriter& w, const Message& m) {
  w.put_u8(m.market_kind);
  w.put_u32(m.base);
  w.put_u32(m.quote);
  w.put_u64(m.base_per_lot);
  w.put_u64(m.quote_per_tick_lot);
  w.put_u32(m.maker_fee_ppm);
  w.put_u32(m.taker_fee_ppm);
  w.put_u64(m.min_lots);
  w.put_u64(m.max_lots);
  w.put_bytes(m.symbol);
}

void take_perpetual(PackedReader& in, Message& m) {
  m.quote = in.take_u32();
  m.quote_per_tick_lot = in.take_u64();
  m.maker_fee_ppm = in.take_u32();
  m.taker_fee_ppm = in.take_u32();
  m.min_lots = in.take_u64();
  m.max_lots = in.take_u64();
  m.impact_lots = in.take_u64();
  m.max_position_lots = in.take_u64();
  m.max_price_ticks = in.take_u32();
  m.oracle_max_age_ms = in.take_u32();
  m.band_ppm = in.take_u32();
  m.liquidation_fee_ppm = in.take_u32();
  m.tier_count = in.take_u8();
  for (Message::Tier& tier : m.tiers) {
    tier.up_to = in.take_u64();
    tier.initial_ppm = in.take_u32();
  }
  in.take_bytes(m.symbol);
}

void put_perpetual(PackedWriter& w, const Message& m) {
  w.put_u32(m.quote);
  w.put_u64(m.quote_per_tick_lot);
  w.put_u32(m.maker_fee_ppm);
  w.put_u32(m.taker_fee_ppm);
  w.put_u64(m.min_lots);
  w.put_u64(m.max_lots);
  w.put_u64(m.impact_lots);
  w.put_u64(m.max_position_lots);
  w.put_u32(m.max_price_ticks);
  w.put_u32(m.oracle_max_age_ms);
  w.put_u32(m.band_ppm);
  w.put_u32(m.liquidation_fee_ppm);
  w.put_u8(m.tier_count);
  for (const Message::Tier& tier : m.tiers) {
    w.put_u64(tier.up_to);
    w.put_u32(tier.initial_ppm);
  }
  w.put_bytes(m.symbol);
}

void take_oracles(PackedReader& in, Message& m) {
  m.oracle_quorum = in.take_u8();
  m.oracle_count = in.take_u8();
  for (u32& account : m.oracles) account = in.take_u32();
}

void put_oracles(PackedWriter& w, const Message& m) {
  w.put_u8(m.oracle_quorum);
  w.put_u8(m.oracle_count);
  for (const u32 account : m.oracles) w.put_u32(account);
}

void take_asset(PackedReader& in, Message& m) {
  m.asset = in.take_u32();
  m.token = in.take_address();
  m.l1_decimals = in.take_u8();
  m.decimals = in.take_u8();
  in.take_bytes(m.symbol);
}

void put_asset(PackedWriter& w, const Message& m) {
  w.put_u32(m.asset);
  w.put_address(m.token);
  w.put_u8(m.l1_decimals);
  w.put_u8(m.decimals);
  w.put_bytes(m.symbol);
}

void take_body(PackedReader& in, Message& m) {
  switch (static_cast<MessageKind>(m.kind)) {
    case MessageKind::deposit:
      m.asset = in.take_u32();
      m.amount = in.take_u64();
      m.recipient = in.take_address();
      m.account = in.take_u32();
      return;
    case MessageKind::forced_withdraw:
      m.account = in.take_u32();
      m.asset = in.take_u32();
      m.amount = in.take_u64();
      m.recipient = in.take_address();
      return;
    case MessageKind::forced_cancel_all:
    case MessageKind::forced_close:
      m.account = in.take_u32();
      m.market = in.take_u32();
      return;
    case MessageKind::register_asset:
      return take_asset(in, m);
    case MessageKind::create_market:
      return take_market(in, m);
    case MessageKind::set_market_status:
      m.market = in.take_u32();
      m.status = in.take_u8();
      return;
    case MessageKind::set_fee_account:
      m.account = in.take_u32();
      return;
    case MessageKind::forced_margin_withdraw:
      m.account = in.take_u32();
      m.amount = in.take_u64();
      return;
    case MessageKind::create_perpetual:
      return take_perpetual(in, m);
    case MessageKind::set_oracle_set:
      return take_oracles(in, m);
  }
}

void put_body(PackedWriter& w, const Message& m) {
  switch (static_cast<MessageKind>(m.kind)) {
    case MessageKind::deposit:
      w.put_u32(m.asset);
      w.put_u64(m.amount);
      w.put_address(m.recipient);
      w.put_u32(m.account);
      return;
    case MessageKind::forced_withdraw:
      w.put_u32(m.account);
      w.put_u32(m.asset);
      w.put_u64(m.amount);
      w.put_address(m.recipient);
      return;
    case MessageKind::forced_cancel_all:
    case MessageKind::forced_close:
      w.put_u32(m.account);
      w.put_u32(m.market);
      return;
    case MessageKind::register_asset:
      return put_asset(w, m);
    case MessageKind::create_market:
      return put_market(w, m);
    case MessageKind::set_market_status:
      w.put_u32(m.market);
      w.put_u8(m.status);
      return;
    case MessageKind::set_fee_account:
      w.put_u32(m.account);
      return;
    case MessageKind::forced_margin_withdraw:
      w.put_u32(m.account);
      w.put_u64(m.amount);
      return;
    case MessageKind::create_perpetual:
      return put_perpetual(w, m);
    case MessageKind::set_oracle_set:
      return put_oracles(w, m);
  }
}

}  // namespace

bool decode_message(std::span<const u8> bytes, Message& out) {
  out = Message{};
  if (bytes.size() < kMessageHeadBytes) return false;
  if (!known(bytes[0]) || bytes.size() != kMessageHeadBytes + body_bytes(bytes[0])) return false;
  PackedReader in(bytes.data());
  out.kind = in.take_u8();
  out.index = in.take_u64();
  out.sender = in.take_address();
  out.l1_block = in.take_u64();
  out.l1_time_ms = in.take_u64();
  take_body(in, out);
  return true;
}

u32 encode_message(const Message& message, std::span<u8> out) {
  GAVEL_CHECK(out.size() >= kMaxMessageBytes);
  if (!known(message.kind)) return 0;
  PackedWriter w(out.data());
  w.put_u8(message.kind);
  w.put_u64(message.index);
  w.put_address(message.sender);
  w.put_u64(message.l1_block);
  w.put_u64(message.l1_time_ms);
  put_body(w, message);
  return w.size();
}

Hash32 message_hash(std::span<const u8> bytes) { return crypto::keccak256(bytes); }

}  // namespace gavel::stf
