// Samples of the state's objects, one of each kind, shared by the codecs' tests and the vectors.
// Each in use has every link set.
#pragma once

#include "stf/object_codec.hpp"
#include "stf/samples_values_test.hpp"

namespace gavel::stf::samples {

// Objects. Each in use has every link set.
inline exchange::Global global() {
  exchange::Global g;
  for (u32 t = 1; t < exchange::kTableCount; ++t) g.tables[t].next = 100 * t;
  g.tables[static_cast<u8>(exchange::Table::nonces)].free_head = 31;
  g.tables[static_cast<u8>(exchange::Table::level)].free_head = 51;
  g.tables[static_cast<u8>(exchange::Table::order)].free_head = 61;
  g.registered_head = 8;
  g.signers_head = 4;
  g.fee_account = 1;
  g.collateral_asset = 2;
  g.vault = 5'000'000;
  g.insurance = 70'000;
  g.oracle_quorum = 2;
  g.oracle_count = 3;
  g.oracles = {4, 7, 9};
  return g;
}

// Without its balances.
inline exchange::Account account() {
  exchange::Account a;
  a.owner = kOwner;
  a.flags = exchange::Account::kRegistered;
  a.open_orders = 258;
  a.orders_head = 77;
  a.nonces = 30;
  a.registered_prev = 8;
  a.registered_next = 9;
  return a;
}

inline BalanceList balances(u32 count) {
  BalanceList out;
  for (u32 i = 0; i < count; ++i) out.push_back({3 * i + 1, 1'000'000'000'000u + i, 7u * i});
  return out;
}

inline exchange::Signer signer(u8 state) {
  exchange::Signer s;
  s.key = kAgent;
  s.state = state;
  s.role = exchange::Signer::kTrade;
  s.account = 7;
  s.expiry_ms = 1'800'000'000'000;
  s.nonce_floor = kNow;
  s.nonces = 32;
  s.prev = 4;
  s.next = 6;
  return s;
}

inline exchange::Nonces nonces(u8 count) {
  exchange::Nonces n;
  n.state = 1;
  n.owner_kind = 1;
  n.owner = 5;
  n.highest = kNow;
  n.count = count;
  for (u32 i = 0; i < count; ++i) n.below[i] = i * i + 1;
  return n;
}

inline exchange::Market market() {
  exchange::Market m;
  m.kind = exchange::Market::kSpot;
  m.status = exchange::Market::kActive;
  m.base = 1;
  m.quote = 2;
  m.base_per_lot = 1'000;
  m.quote_per_tick_lot = 10;
  m.maker_fee_ppm = 100;
  m.taker_fee_ppm = 350;
  m.min_lots = 5;
  m.max_lots = 1'000'000'000;
  m.best = {12, 13};
  m.last_price_ticks = 50'005;
  m.fees_base = 17;
  m.fees_quote = 19;
  m.symbol = kSymbol;
  return m;
}

inline exchange::Market perpetual() {
  exchange::Market m = market();
  m.kind = exchange::Market::kPerpetual;
  m.base = 0;
  m.base_per_lot = 0;
  m.fees_base = 0;
  exchange::Perpetual& p = m.perpetual;
  p.impact_lots = 20;
  p.max_position_lots = 1'000'000;
  p.max_price_ticks = 10'000'000;
  p.oracle_max_age_ms = 30'000;
  p.band_ppm = 20'000;
  p.liquidation_fee_ppm = 5'000;
  p.tier_count = 2;
  p.tiers[0] = {1'000'000'000, 20'000};
  p.tiers[1] = {~u64{0}, 50'000};
  p.index_price = 50'001;
  p.mark_price = 50'003;
  p.index_time_ms = kNow - 900;
  p.basis_ema = -300;
  p.basis_time_ms = kNow - 800;
  p.sampled_ms = kNow - 700;
  p.premium_sum = -12'345;
  p.premium_count = 17;
  p.funding_hour = 472'222;
  p.paid_index = {-1'001, 1'002};
  p.open_interest = 44;
  p.pool = -9'999;
  p.reports[0] = {4, 50'000, kNow - 900};
  p.reports[15] = {9, 50'002, kNow - 1'000};
  return m;
}

inline MarginList margin() {
  MarginList out;
  out.collateral = -123'456;
  exchange::Position p;
  p.market = 4;
  p.size = -44;
  p.entry_quote = 22'000'000;
  p.paid_index = -5;
  p.open_lots = {7, 0};
  out.positions.push_back(p);
  p.market = 5;
  p.size = 0;
  p.entry_quote = 0;
  p.paid_index = 0;
  p.open_lots = {0, 8};
  out.positions.push_back(p);
  return out;
}

inline exchange::Level level() {
  exchange::Level l;
  l.market = 3;
  l.side = exchange::Side::ask;
  l.price_ticks = 50'010;
  l.orders = 2;
  l.total_lots = 30;
  l.first = 77;
  l.last = 78;
  l.prev = 11;
  l.next = 13;
  return l;
}

inline exchange::Order order() {
  exchange::Order o;
  o.set(3, exchange::Order::kHasClientId | 2 << exchange::Order::kStpShift |
               exchange::Order::kPostOnly);
  o.lots = exchange::kMaxLots;
  o.account = 7;
  o.market_side = 3 << 1 | 1;
  o.price_ticks = 50'010;
  o.level = 12;
  o.level_prev = 75;
  o.level_next = 76;
  o.account_prev = 73;
  o.account_next = 74;
  o.client_id = kClientId;
  return o;
}

inline exchange::Outbox outbox() {
  exchange::Outbox o;
  o.kind = exchange::Outbox::kWithdrawal;
  o.account = 7;
  o.owner = kOwner;
  o.recipient = kAgent;
  o.asset = 1;
  o.amount = 250'000'000;
  o.block_number = 12'345;
  return o;
}

inline exchange::Asset asset() {
  exchange::Asset a;
  a.token = address(0x60);
  a.l1_decimals = 18;
  a.decimals = 8;
  a.total = 1'000'000'000'000;
  a.symbol = exchange::Symbol{'E', 'T', 'H'};
  return a;
}

}  // namespace gavel::stf::samples
