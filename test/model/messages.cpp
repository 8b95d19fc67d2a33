#include <algorithm>

#include "model/model.hpp"

namespace gavel::model {
namespace {

constexpr std::size_t kHeadBytes = 45;
constexpr u64 kEverything = ~u64{0};
constexpr u64 kLotsEnd = u64{1} << 40;
constexpr u32 kMostFeePpm = 100'000;

// Body length by kind; 0: there is no such message.
std::size_t body_bytes(u8 kind) {
  switch (kind) {
    case 1:
      return 4 + 8 + 20 + 4;
    case 2:
      return 4 + 4 + 8 + 20;
    case 3:
    case 4:
      return 4 + 4;
    case 5:
      return 4 + 8;
    case 128:
      return 4 + 20 + 1 + 1 + 16;
    case 129:
      return 1 + 4 + 4 + 8 + 8 + 4 + 4 + 8 + 8 + 16;
    case 130:
      return 4 + 1;
    case 131:
      return 4;
    case 132:
      return 4 + 8 + 4 + 4 + 8 * 4 + 4 * 4 + 1 + 4 * (8 + 4) + 16;
    case 133:
      return 2 + 16 * 4;
    default:
      return 0;
  }
}

Receipt valued(u64 value) {
  Receipt out;
  out.value = value;
  return out;
}

bool tiers_are_good(const Market& m) {
  if (m.tier_count < 1 || m.tier_count > 4) return false;
  for (std::size_t i = 0; i < 4; ++i) {
    const Tier& tier = m.tiers[i];
    if (i >= m.tier_count) {
      if (tier.up_to != 0 || tier.initial_ppm != 0) return false;
      continue;
    }
    if (tier.initial_ppm < 1'000 || tier.initial_ppm > 1'000'000) return false;
    if (i == 0) continue;
    if (tier.up_to <= m.tiers[i - 1].up_to) return false;
    if (tier.initial_ppm < m.tiers[i - 1].initial_ppm) return false;
  }
  return m.tiers[m.tier_count - 1u].up_to == ~u64{0};
}

bool perpetual_is_good(const Market& m) {
  const Wide tick_value = Wide(m.max_price_ticks) * m.quote_per_tick_lot;
  return m.quote_per_tick_lot > 0 && m.maker_fee_ppm <= kMostFeePpm &&
         m.taker_fee_ppm <= kMostFeePpm && m.liquidation_fee_ppm <= kMostFeePpm &&
         1 <= m.min_lots && m.min_lots <= m.max_lots && m.max_lots <= m.max_position_lots &&
         m.max_position_lots < kLotsEnd && 1 <= m.impact_lots &&
         m.impact_lots <= m.max_position_lots && m.max_price_ticks >= 1 &&
         tick_value <= Wide(1) << 36 && tick_value * m.max_position_lots <= Wide(1) << 52 &&
         m.oracle_max_age_ms >= 1 && m.oracle_max_age_ms <= 3'600'000 && tiers_are_good(m) &&
         m.band_ppm >= 1 &&
         Wide(2) * m.band_ppm + Wide(3) * m.maker_fee_ppm <= Wide(m.tiers[0].initial_ppm);
}

Market read_perpetual(Unpacker& in) {
  Market m;
  m.kind = kPerpetual;
  m.status = kActive;
  m.quote = in.take<u32>();
  m.quote_per_tick_lot = in.take<u64>();
  m.maker_fee_ppm = in.take<u32>();
  m.taker_fee_ppm = in.take<u32>();
  m.min_lots = in.take<u64>();
  m.max_lots = in.take<u64>();
  m.impact_lots = in.take<u64>();
  m.max_position_lots = in.take<u64>();
  m.max_price_ticks = in.take<u32>();
  m.oracle_max_age_ms = in.take<u32>();
  m.band_ppm = in.take<u32>();
  m.liquidation_fee_ppm = in.take<u32>();
  m.tier_count = in.take<u8>();
  for (Tier& tier : m.tiers) {
    tier.up_to = in.take<u64>();
    tier.initial_ppm = in.take<u32>();
  }
  m.symbol = in.take_text<16>();
  return m;
}

Market read_spot(Unpacker& in) {
  Market m;
  m.kind = in.take<u8>();
  m.status = kActive;
  m.base = in.take<u32>();
  m.quote = in.take<u32>();
  m.base_per_lot = in.take<u64>();
  m.quote_per_tick_lot = in.take<u64>();
  m.maker_fee_ppm = in.take<u32>();
  m.taker_fee_ppm = in.take<u32>();
  m.min_lots = in.take<u64>();
  m.max_lots = in.take<u64>();
  m.symbol = in.take_text<16>();
  return m;
}

}  // namespace

// Credited where it was meant for, if that account may take it; else to a fresh account.
Receipt Model::deposit(u32 asset, u64 amount, const Address& recipient, u32 index) {
  if (!assets_.contains(asset)) return {Code::unknown_asset};
  if (amount == 0) return {Code::bad_amount};
  const u32 most = std::min(config_.new_asset_quota, config_.max_balances_per_account);
  const auto named = accounts_.find(index);
  u32 to = 0;
  if (named != accounts_.end() && named->second.owner == recipient &&
      may_hold(index, asset, most)) {
    to = index;
  } else if (account_slots_.has_room()) {
    to = account_slots_.take();
    accounts_[to].owner = recipient;
  } else {
    to = 1;
    if (!accounts_.contains(to) || !may_hold(to, asset, config_.max_balances_per_account)) {
      return {Code::account_table_full};
    }
  }
  credit(to, asset, amount);
  assets_[asset].total = narrow<u64>(Wide(assets_[asset].total) + amount);
  return valued(to);
}

Receipt Model::set_market_status(u32 market, u8 status) {
  if (!markets_.contains(market)) return {Code::unknown_market};
  if (status != kActive && status != kCancelOnly) return {Code::not_allowed};
  markets_[market].status = status;
  return {};
}

Receipt Model::register_asset(Unpacker& in) {
  const u32 index = in.take<u32>();
  Asset asset;
  asset.token = in.take_address();
  asset.l1_decimals = in.take<u8>();
  asset.decimals = in.take<u8>();
  asset.symbol = in.take_text<16>();
  if (!asset_slots_.has_room()) return {Code::table_full};
  if (index != asset_slots_.next) return {Code::not_allowed};
  assets_[asset_slots_.take()] = asset;
  return valued(index);
}

Receipt Model::create_market(Unpacker& in) {
  const Market m = read_spot(in);
  if (!market_slots_.has_room()) return {Code::table_full};
  const bool good = m.kind == kSpot && assets_.contains(m.base) && assets_.contains(m.quote) &&
                    m.base != m.quote && m.base_per_lot > 0 && m.quote_per_tick_lot > 0 &&
                    m.maker_fee_ppm <= kMostFeePpm && m.taker_fee_ppm <= kMostFeePpm &&
                    1 <= m.min_lots && m.min_lots <= m.max_lots && m.max_lots < kLotsEnd;
  if (!good) return {Code::not_allowed};
  const u32 index = market_slots_.take();
  markets_[index] = m;
  return valued(index);
}

Receipt Model::create_perpetual(Unpacker& in) {
  Market m = read_perpetual(in);
  if (!market_slots_.has_room()) return {Code::table_full};
  const u32 collateral = global_.collateral_asset;
  const bool quoted = assets_.contains(m.quote) && (collateral == 0 || collateral == m.quote);
  if (!quoted || !perpetual_is_good(m)) return {Code::not_allowed};
  global_.collateral_asset = m.quote;
  m.funding_hour = static_cast<u32>(now_ / 3'600'000);
  const u32 index = market_slots_.take();
  markets_[index] = m;
  return valued(index);
}

Receipt Model::set_oracle_set(Unpacker& in) {
  const u8 quorum = in.take<u8>();
  const u8 count = in.take<u8>();
  if (count < 1 || count > 16) return {Code::not_allowed};
  std::vector<u32> members;
  for (u8 i = 0; i < 16; ++i) {
    const u32 member = in.take<u32>();
    if (i >= count) {
      if (member != 0) return {Code::not_allowed};
      continue;
    }
    if (!accounts_.contains(member)) return {Code::not_allowed};
    if (!members.empty() && member <= members.back()) return {Code::not_allowed};
    members.push_back(member);
  }
  if (quorum <= count / 2 || quorum > count) return {Code::not_allowed};
  global_.quorum = quorum;
  global_.oracles = members;
  return {};
}

// The rest of the forced ones, after whose the account is was asked.
Receipt Model::forced(u8 kind, u32 account, Unpacker& in) {
  if (kind == 2) {
    const u32 asset = in.take<u32>();
    const u64 asked = in.take<u64>();
    u64 amount = asked;
    const Address recipient = in.take_address();
    if (amount == kEverything) amount = available(account, asset);
    if (amount == 0 && asked == kEverything) return {Code::insufficient_balance};
    return withdraw(account, asset, amount, recipient);
  }
  if (kind == 3) return cancel_all(account, in.take<u32>());
  if (kind == 4) return forced_close(account, in.take<u32>());
  u64 amount = in.take<u64>();
  if (amount == kEverything) {
    if (global_.collateral_asset == 0) return {Code::unknown_asset};
    amount = all_that_may_leave(account);
  }
  return margin(account, 1, amount, false);
}

Bytes Model::message(const Bytes& canonical, u64 block_number, u64 now_ms) {
  block_number_ = block_number;
  now_ = now_ms;
  Unpacker in(canonical);
  u8 kind = in.take<u8>();
  in.take<u64>();  // index
  const Address sender = in.take_address();
  in.take<u64>();  // l1_block
  in.take<u64>();  // l1_time_ms
  const std::size_t body = body_bytes(kind);
  if (body == 0 || canonical.size() != kHeadBytes + body) kind = 0;

  Receipt out;
  u32 account = 0;
  if (kind == 0) {
    out.result = Code::malformed_message;
  } else if (kind == 1) {
    const u32 asset = in.take<u32>();
    const u64 amount = in.take<u64>();
    const Address recipient = in.take_address();
    account = in.take<u32>();
    out = deposit(asset, amount, recipient, account);
    if (out.result == Code::ok) account = static_cast<u32>(out.value);
  } else if (kind < 128) {
    account = in.take<u32>();
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) {
      out.result = Code::unknown_account;
    } else if (found->second.owner != sender) {
      out.result = Code::not_owner;
    } else {
      out = forced(kind, account, in);
    }
  } else if (kind == 128) {
    out = register_asset(in);
  } else if (kind == 129) {
    out = create_market(in);
  } else if (kind == 130) {
    const u32 market = in.take<u32>();
    out = set_market_status(market, in.take<u8>());
  } else if (kind == 131) {
    account = in.take<u32>();
    if (accounts_.contains(account)) {
      global_.fee_account = account;
    } else {
      out.result = Code::unknown_account;
    }
  } else {
    out = kind == 132 ? create_perpetual(in) : set_oracle_set(in);
  }
  if (out.result != Code::ok) out = Receipt{out.result};
  out.action = static_cast<u8>(0x80 + kind);
  out.account = account;
  return out.bytes();
}

}  // namespace gavel::model
