// Accounts and their keys: transfers, withdrawals, agents, registration
// (docs/protocol/transactions.md).
//
// What: as in trading.hpp, each action checks everything first; malformed means that a hint is
// wrong and nothing changed.
#pragma once

#include "exchange/address_lists.hpp"
#include "exchange/trading.hpp"

namespace gavel::exchange {

// Opens an account for an owner; has_slot() was true.
template <Store S>
u32 open_account(S& store, const Address& owner) {
  const u32 slot = take_slot(store, Table::account);
  store.account_mut(slot).owner = owner;
  store.account_added(slot);
  return slot;
}

template <Store S>
Verdict transfer(S& store, const Limits& limits, u32 from, u32 to, u32 asset, u64 amount,
                 Outcome& outcome) {
  if (amount == 0) return detail::reject(outcome, Reject::bad_amount);
  if (!allocated(store, Table::asset, asset)) return detail::reject(outcome, Reject::unknown_asset);
  if (!allocated(store, Table::account, to)) {
    return detail::reject(outcome, Reject::unknown_account);
  }
  if (to == from) return detail::reject(outcome, Reject::self_transfer);
  if (available_balance(store, store.account(from), asset) < amount) {
    return detail::reject(outcome, Reject::insufficient_balance);
  }
  // A transfer is an arrival that nobody asked for: new assets only within the quota.
  if (!can_receive_unasked(store, limits, store.account(to), asset)) {
    return detail::reject(outcome, Reject::balance_list_full);
  }
  debit(store, store.account_mut(from), asset, amount);
  credit(store, store.account_mut(to), asset, amount);
  return Verdict::done;
}

// To L1. outcome.value is the OUTBOX index. The asset's total leaves the chain with it.
template <Store S>
Verdict withdraw(S& store, const Limits& limits, u32 account, u32 asset, u64 amount,
                 const Address& recipient, u64 block_number, Outcome& outcome) {
  if (amount == 0) return detail::reject(outcome, Reject::bad_amount);
  if (recipient.is_zero()) return detail::reject(outcome, Reject::bad_address);
  if (!allocated(store, Table::asset, asset)) return detail::reject(outcome, Reject::unknown_asset);
  if (available_balance(store, store.account(account), asset) < amount) {
    return detail::reject(outcome, Reject::insufficient_balance);
  }
  if (!has_slot(store, limits, Table::outbox)) return detail::reject(outcome, Reject::outbox_full);
  Account& from = store.account_mut(account);
  debit(store, from, asset, amount);
  store.asset_mut(asset).total -= amount;
  const u32 slot = take_slot(store, Table::outbox);
  Outbox& out = store.outbox_mut(slot);
  out.kind = Outbox::kWithdrawal;
  out.account = account;
  out.owner = from.owner;
  out.recipient = recipient;
  out.asset = asset;
  out.amount = amount;
  out.block_number = block_number;
  outcome.value = slot;
  return Verdict::done;
}

struct ApproveAgent {
  u32 account = 0;
  Address agent;
  u8 role = 0;
  u64 expiry_ms = 0;
  u32 signer_hint = 0;
  u32 registered_hint = 0;
  u32 dead_row = 0;
};

// outcome.value is the SIGNER index. A live row of this account's is renewed; a dead one of the
// same key and account is revived with its nonces; the floor becomes the block's time in each case,
// so nothing signed before counts.
template <Store S>
Verdict approve_agent(S& store, const Limits& limits, const ApproveAgent& a, u64 now_ms,
                      Outcome& outcome) {
  if (a.role != Signer::kTrade) return detail::reject(outcome, Reject::bad_parameter);
  if (a.agent.is_zero()) return detail::reject(outcome, Reject::bad_address);
  const Place live = check_signer_hint(store, a.agent, a.signer_hint);
  if (live == Place::wrong) return Verdict::malformed;
  const Place registered = check_registered_hint(store, a.agent, a.registered_hint);
  if (registered == Place::wrong) return Verdict::malformed;
  if (registered == Place::found ||
      (live == Place::found && store.signer(a.signer_hint).account != a.account)) {
    return detail::reject(outcome, Reject::address_in_use);
  }
  u32 slot = a.signer_hint;
  if (live == Place::absent && a.dead_row != 0) {
    if (!allocated(store, Table::signer, a.dead_row)) return Verdict::malformed;
    const Signer& dead = store.signer(a.dead_row);
    if (dead.state != Signer::kDead || dead.key != a.agent || dead.account != a.account) {
      return Verdict::malformed;
    }
    slot = a.dead_row;
    link_signer(store, slot, a.signer_hint);
  } else if (live == Place::absent) {
    if (!has_slot(store, limits, Table::signer)) {
      return detail::reject(outcome, Reject::signer_table_full);
    }
    slot = take_slot(store, Table::signer);
    Signer& fresh = store.signer_mut(slot);
    fresh.key = a.agent;
    fresh.account = a.account;
    link_signer(store, slot, a.signer_hint);
  }
  Signer& signer = store.signer_mut(slot);
  signer.role = a.role;
  signer.expiry_ms = a.expiry_ms;
  signer.nonce_floor = now_ms;
  outcome.value = slot;
  return Verdict::done;
}

template <Store S>
Verdict revoke_agent(S& store, u32 account, const Address& agent, u32 hint, Outcome& outcome) {
  const Place place = check_signer_hint(store, agent, hint);
  if (place == Place::wrong) return Verdict::malformed;
  if (place == Place::absent || store.signer(hint).account != account) {
    return detail::reject(outcome, Reject::unknown_agent);
  }
  unlink_signer(store, hint);
  outcome.value = hint;
  return Verdict::done;
}

template <Store S>
Verdict register_account(S& store, u32 account, u32 registered_hint, u32 signer_hint,
                         Outcome& outcome) {
  if (store.account(account).registered()) {
    return detail::reject(outcome, Reject::already_registered);
  }
  const Address owner = store.account(account).owner;
  const Place registered = check_registered_hint(store, owner, registered_hint);
  if (registered == Place::wrong) return Verdict::malformed;
  const Place live = check_signer_hint(store, owner, signer_hint);
  if (live == Place::wrong) return Verdict::malformed;
  if (registered == Place::found || live == Place::found) {
    return detail::reject(outcome, Reject::address_in_use);
  }
  link_registered(store, account, registered_hint);
  return Verdict::done;
}

template <Store S>
Verdict unregister_account(S& store, u32 account, Outcome& outcome) {
  if (!store.account(account).registered()) return detail::reject(outcome, Reject::not_registered);
  unlink_registered(store, account);
  return Verdict::done;
}

// Moves a market's fees to the fee account (the sender's request changes nothing of the sender's).
// outcome.value: the quote swept.
template <Store S>
Verdict sweep_fees(S& store, const Limits& limits, u32 market, Outcome& outcome) {
  if (!allocated(store, Table::market, market)) {
    return detail::reject(outcome, Reject::unknown_market);
  }
  const u32 to = store.global().fee_account;
  if (!allocated(store, Table::account, to)) {
    return detail::reject(outcome, Reject::unknown_account);
  }
  Account& receiver = store.account_mut(to);
  Market& m = store.market_mut(market);
  if (can_receive(store, limits, receiver, m.quote)) {
    u64 amount = m.fees_quote;
    if (m.is_perpetual()) {  // these fees are in the clearing house
      u64& vault = store.global_mut().vault;
      if (amount > vault) amount = vault;
      vault -= amount;
    }
    credit(store, receiver, m.quote, amount);
    outcome.value = amount;
    m.fees_quote -= amount;
  }
  if (m.is_perpetual()) return Verdict::done;
  if (can_receive(store, limits, receiver, m.base)) {
    credit(store, receiver, m.base, m.fees_base);
    m.fees_base = 0;
  }
  return Verdict::done;
}

}  // namespace gavel::exchange
