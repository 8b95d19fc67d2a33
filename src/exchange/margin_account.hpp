// Collateral in and out, and the insurance fund (docs/protocol/perpetuals.md, "Actions").
//
// Invariant: no more leaves the clearing house than is in its vault, whatever positions say.
#pragma once

#include "exchange/order_requests.hpp"
#include "exchange/perpetual.hpp"

namespace gavel::exchange {

enum class MarginKind : u8 { deposit = 0, withdraw = 1, insure = 2 };
inline constexpr u8 kMaxMarginKind = 2;

namespace detail {

// What may leave at most; negative if nothing.
template <Store S>
i64 withdrawable(S& store, const Account& account, const Margin& margin) {
  const i64 free = margin.equity - margin.initial;
  const i64 collateral = collateral_of(store, account);
  const u64 vault = store.global().vault;
  i64 most = free < collateral ? free : collateral;
  if (most > 0 && static_cast<u64>(most) > vault) most = static_cast<i64>(vault);
  return most;
}

}  // namespace detail

// With `everything` the amount is all that may leave.
template <Store S>
Verdict withdraw_margin(S& store, const Limits& limits, u32 account, u64 amount, bool everything,
                        u64 now_ms, Outcome& outcome) {
  const u32 asset = store.global().collateral_asset;
  if (amount == 0) return detail::reject(outcome, Reject::bad_amount);
  if (asset == 0) return detail::reject(outcome, Reject::unknown_asset);
  const Margin margin = margin_of(store, store.account(account), now_ms, 0);
  const i64 most = detail::withdrawable(store, store.account(account), margin);
  if (everything) {
    if (most <= 0) return detail::reject(outcome, Reject::bad_amount);
    amount = static_cast<u64>(most);
  }
  if (most < 0 || amount > static_cast<u64>(most)) {
    return detail::reject(outcome, Reject::insufficient_margin);
  }
  if (!can_receive(store, limits, store.account(account), asset)) {
    return detail::reject(outcome, Reject::balance_list_full);
  }
  Account& owner = store.account_mut(account);
  add_collateral(store, owner, -static_cast<i64>(amount));
  credit(store, owner, asset, amount);
  store.global_mut().vault -= amount;
  outcome.value = amount;
  return Verdict::done;
}

template <Store S>
Verdict move_margin(S& store, const Limits& limits, u32 account, u8 kind, u64 amount, u64 now_ms,
                    Outcome& outcome) {
  if (kind > kMaxMarginKind) return detail::reject(outcome, Reject::bad_parameter);
  if (amount == 0) return detail::reject(outcome, Reject::bad_amount);
  if (static_cast<MarginKind>(kind) == MarginKind::withdraw) {
    return withdraw_margin(store, limits, account, amount, false, now_ms, outcome);
  }
  const u32 asset = store.global().collateral_asset;
  if (asset == 0) return detail::reject(outcome, Reject::unknown_asset);
  if (available_balance(store, store.account(account), asset) < amount) {
    return detail::reject(outcome, Reject::insufficient_balance);
  }
  const bool insures = static_cast<MarginKind>(kind) == MarginKind::insure;
  const i64 collateral = collateral_of(store, store.account(account));
  const u64 room = collateral > kMaxCollateral
                       ? 0
                       : static_cast<u64>(kMaxCollateral) - static_cast<u64>(collateral);
  if (!insures && amount > room) {
    return detail::reject(outcome, Reject::bad_amount);
  }
  Account& owner = store.account_mut(account);
  debit(store, owner, asset, amount);
  Global& global = store.global_mut();
  global.vault += amount;
  if (insures) {
    global.insurance += amount;
  } else {
    add_collateral(store, owner, static_cast<i64>(amount));
  }
  outcome.value = amount;
  return Verdict::done;
}

}  // namespace gavel::exchange
