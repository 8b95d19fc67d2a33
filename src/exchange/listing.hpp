// What only L1 may do: credit deposits, list assets and markets (docs/protocol/transactions.md,
// "Inbox messages").
//
// What: the effects of inbox messages other than those that repeat a user's action. Nobody writes a
// row for a message, so nothing here takes a hint: an account named by index counts only if its
// owner matches.
#pragma once

#include "exchange/accounts.hpp"
#include "exchange/liquidation.hpp"
#include "exchange/margin_account.hpp"

namespace gavel::exchange {

inline constexpr u64 kMaxAssetTotal = (u64{1} << 63) - 1;

// outcome.account and outcome.value are the account credited: the one named if it is the
// recipient's and holds the asset or has room in its quota, else a fresh one; when no account can
// be opened, account 1.
template <Store S>
Verdict deposit(S& store, const Limits& limits, u32 asset, u64 amount, const Address& recipient,
                u32 named, Outcome& outcome) {
  if (!allocated(store, Table::asset, asset)) return detail::reject(outcome, Reject::unknown_asset);
  if (amount == 0 || amount > kMaxAssetTotal - store.asset(asset).total) {
    return detail::reject(outcome, Reject::bad_amount);
  }
  u32 to = 0;
  if (allocated(store, Table::account, named) && store.account(named).owner == recipient) {
    if (can_receive_unasked(store, limits, store.account(named), asset)) to = named;
  }
  if (to == 0) {
    to = has_slot(store, limits, Table::account) ? open_account(store, recipient) : 1;
  }
  Account& account = store.account_mut(to);
  if (!can_receive(store, limits, account, asset)) {
    return detail::reject(outcome, Reject::account_table_full);
  }
  credit(store, account, asset, amount);
  store.asset_mut(asset).total += amount;
  outcome.account = to;
  outcome.value = to;
  return Verdict::done;
}

// The Inbox counts assets as this table does, so the index must be the next one.
template <Store S>
Verdict register_asset(S& store, const Limits& limits, u32 index, const Asset& asset,
                       Outcome& outcome) {
  if (!has_slot(store, limits, Table::asset)) return detail::reject(outcome, Reject::table_full);
  if (index != store.global().tables[static_cast<u8>(Table::asset)].next) {
    return detail::reject(outcome, Reject::not_allowed);
  }
  const u32 slot = take_slot(store, Table::asset);
  Asset& fresh = store.asset_mut(slot);
  fresh = asset;
  fresh.total = 0;
  outcome.value = slot;
  return Verdict::done;
}

// Parameters that the rules can carry: known distinct assets, positive lot and tick values, fees of
// at most 10 %, a size range.
template <Store S>
Verdict create_market(S& store, const Limits& limits, const Market& market, Outcome& outcome) {
  static constexpr u32 kMaxFeePpm = 100'000;
  if (!has_slot(store, limits, Table::market)) return detail::reject(outcome, Reject::table_full);
  if (market.kind != Market::kSpot || !allocated(store, Table::asset, market.base) ||
      !allocated(store, Table::asset, market.quote) || market.base == market.quote ||
      market.base_per_lot == 0 || market.quote_per_tick_lot == 0 ||
      market.maker_fee_ppm > kMaxFeePpm || market.taker_fee_ppm > kMaxFeePpm ||
      market.min_lots == 0 || market.max_lots < market.min_lots || market.max_lots > kMaxLots) {
    return detail::reject(outcome, Reject::not_allowed);
  }
  const u32 slot = take_slot(store, Table::market);
  Market& fresh = store.market_mut(slot);
  fresh = Market{};
  fresh.kind = market.kind;
  fresh.status = Market::kActive;
  fresh.base = market.base;
  fresh.quote = market.quote;
  fresh.base_per_lot = market.base_per_lot;
  fresh.quote_per_tick_lot = market.quote_per_tick_lot;
  fresh.maker_fee_ppm = market.maker_fee_ppm;
  fresh.taker_fee_ppm = market.taker_fee_ppm;
  fresh.min_lots = market.min_lots;
  fresh.max_lots = market.max_lots;
  fresh.symbol = market.symbol;
  outcome.value = slot;
  return Verdict::done;
}

namespace detail {

// 1 to 4 tiers: bounds rise, the last is open; what is asked for does not fall; unused ones are 0.
inline bool tiers_are_valid(const Perpetual& p) {
  if (p.tier_count == 0 || p.tier_count > kMaxTiers) return false;
  for (u32 i = 0; i < kMaxTiers; ++i) {
    const MarginTier& tier = p.tiers[i];
    if (i >= p.tier_count) {
      if (tier.up_to != 0 || tier.initial_ppm != 0) return false;
      continue;
    }
    if (tier.initial_ppm < 1'000 || tier.initial_ppm > 1'000'000) return false;
    if (tier.up_to == 0 || (i + 1u == p.tier_count) != (tier.up_to == ~u64{0})) return false;
    if (i > 0 &&
        (tier.up_to <= p.tiers[i - 1].up_to || tier.initial_ppm < p.tiers[i - 1].initial_ppm)) {
      return false;
    }
  }
  return true;
}

// Bounds that keep every product of the risk rules in 64 bits (exchange/perpetual.hpp).
inline bool perpetual_is_valid(const Market& m) {
  static constexpr u32 kMaxFeePpm = 100'000;
  static constexpr u32 kMaxAgeMs = 3'600'000;
  const Perpetual& p = m.perpetual;
  if (m.quote_per_tick_lot == 0 || p.max_price_ticks == 0) return false;
  const u128 a_lot = u128{p.max_price_ticks} * u128{m.quote_per_tick_lot};
  if (a_lot > u128{u64{1} << 36}) return false;
  if (m.min_lots == 0 || m.max_lots < m.min_lots || p.max_position_lots < m.max_lots ||
      p.max_position_lots > kMaxLots) {
    return false;
  }
  if (a_lot * u128{p.max_position_lots} > u128{u64{1} << 52}) return false;
  if (p.impact_lots == 0 || p.impact_lots > p.max_position_lots) return false;
  if (m.maker_fee_ppm > kMaxFeePpm || m.taker_fee_ppm > kMaxFeePpm ||
      p.liquidation_fee_ppm > kMaxFeePpm) {
    return false;
  }
  if (p.oracle_max_age_ms == 0 || p.oracle_max_age_ms > kMaxAgeMs) return false;
  // A maintenance margin, half of the initial one, carries a fill at the band's edge.
  const u64 slip_ppm = 2 * u64{p.band_ppm} + 3 * u64{m.maker_fee_ppm};
  return tiers_are_valid(p) && p.band_ppm != 0 && slip_ppm <= p.tiers[0].initial_ppm;
}

}  // namespace detail

// A perpetual market with the parameters given; its state starts empty.
template <Store S>
Verdict create_perpetual(S& store, const Limits& limits, const Market& market, u64 now_ms,
                         Outcome& outcome) {
  if (!has_slot(store, limits, Table::market)) return detail::reject(outcome, Reject::table_full);
  const u32 collateral = store.global().collateral_asset;
  if (!allocated(store, Table::asset, market.quote) ||
      (collateral != 0 && collateral != market.quote) || !detail::perpetual_is_valid(market)) {
    return detail::reject(outcome, Reject::not_allowed);
  }
  const u32 slot = take_slot(store, Table::market);
  Market& fresh = store.market_mut(slot);
  fresh = market;
  fresh.kind = Market::kPerpetual;
  fresh.status = Market::kActive;
  fresh.perpetual.funding_hour = static_cast<u32>(now_ms / kHourMs);
  store.global_mut().collateral_asset = market.quote;
  outcome.value = slot;
  return Verdict::done;
}

// Who reports prices, ascending, and how many must agree to be heard: a majority.
template <Store S>
Verdict set_oracle_set(S& store, u8 quorum, u8 count, const std::array<u32, kMaxOracles>& accounts,
                       Outcome& outcome) {
  bool valid = count >= 1 && count <= kMaxOracles && quorum <= count && 2u * quorum > count;
  for (u32 i = 0; valid && i < kMaxOracles; ++i) {
    const u32 before = i == 0 ? 0 : accounts[i - 1];
    valid = i < count ? accounts[i] > before && allocated(store, Table::account, accounts[i])
                      : accounts[i] == 0;
  }
  if (!valid) return detail::reject(outcome, Reject::not_allowed);
  Global& global = store.global_mut();
  global.oracle_quorum = quorum;
  global.oracle_count = count;
  global.oracles = accounts;
  return Verdict::done;
}

template <Store S>
Verdict set_market_status(S& store, u32 market, u8 status, Outcome& outcome) {
  if (!allocated(store, Table::market, market)) {
    return detail::reject(outcome, Reject::unknown_market);
  }
  if (status != Market::kActive && status != Market::kCancelOnly) {
    return detail::reject(outcome, Reject::not_allowed);
  }
  store.market_mut(market).status = status;
  return Verdict::done;
}

template <Store S>
Verdict set_fee_account(S& store, u32 account, Outcome& outcome) {
  if (!allocated(store, Table::account, account)) {
    return detail::reject(outcome, Reject::unknown_account);
  }
  store.global_mut().fee_account = account;
  return Verdict::done;
}

}  // namespace gavel::exchange
