// Balances of an account: totals and reserved amounts, in ascending order of asset.
//
// What: the first kInlineBalances lie in the ACCOUNT, the rest in a chain of blocks; an entry
// exists exactly while its total is not 0, so that a leaf has one encoding and an account's list
// shrinks by itself. Invariant: reserved <= total for each entry. Amounts are in the asset's units;
// sums stay below 2^63 because an ASSET's total does.
#pragma once

#include "base/check.hpp"
#include "exchange/limits.hpp"
#include "exchange/store.hpp"

namespace gavel::exchange {

// One entry in place; valid until the account's list changes.
struct BalanceRef {
  u64* total = nullptr;
  u64* reserved = nullptr;
  u16* asset = nullptr;

  explicit operator bool() const { return total != nullptr; }
  u64 available() const { return *total - *reserved; }
};

namespace detail {

// Where the account's first block of balances is named.
template <Store S>
u32& balance_chain(S& store, Account& account) {
  return account.has_margin() ? store.margin_block(account.extension).balance_blocks
                              : account.extension;
}

// Entry `position` < balance_count.
template <Store S>
BalanceRef balance_at(S& store, Account& account, u32 position) {
  if (position < kInlineBalances) {
    return {&account.total[position], &account.reserved[position], &account.asset[position]};
  }
  u32 at = position - kInlineBalances;
  u32 block = balance_chain(store, account);
  for (; at >= kBlockBalances; at -= kBlockBalances) block = store.balance_block(block).next;
  BalanceBlock& b = store.balance_block(block);
  return {&b.total[at], &b.reserved[at], &b.asset[at]};
}

inline void copy_balance(const BalanceRef& from, const BalanceRef& to) {
  *to.total = *from.total;
  *to.reserved = *from.reserved;
  *to.asset = *from.asset;
}

// Makes room for one more entry at the end.
template <Store S>
void grow_balances(S& store, Account& account) {
  const u32 count = account.balance_count++;
  if (count < kInlineBalances || (count - kInlineBalances) % kBlockBalances != 0) return;
  const u32 fresh = store.new_balance_block();
  u32& head = balance_chain(store, account);
  if (head == 0) {
    head = fresh;
    return;
  }
  u32 last = head;
  while (store.balance_block(last).next != 0) last = store.balance_block(last).next;
  store.balance_block(last).next = fresh;
}

// Drops the last entry's place.
template <Store S>
void shrink_balances(S& store, Account& account) {
  const u32 count = --account.balance_count;
  const BalanceRef gone = balance_at(store, account, count);
  *gone.total = *gone.reserved = 0;
  *gone.asset = 0;
  if (count < kInlineBalances || (count - kInlineBalances) % kBlockBalances != 0) return;
  u32* link = &balance_chain(store, account);
  while (store.balance_block(*link).next != 0) link = &store.balance_block(*link).next;
  store.free_balance_block(*link);
  *link = 0;
}

}  // namespace detail

// The entry of an asset, for reading; empty if the account holds none. O(entries).
template <Store S>
BalanceRef find_balance(S& store, const Account& account, u32 asset) {
  // Reading through the one accessor for both; nothing is written through the result of a read.
  Account& a = const_cast<Account&>(account);
  const u32 count = a.balance_count;
  const u32 in_place = count < kInlineBalances ? count : kInlineBalances;
  for (u32 i = 0; i < in_place; ++i) {
    if (a.asset[i] == asset) return {&a.total[i], &a.reserved[i], &a.asset[i]};
  }
  u32 left = count - in_place;
  for (u32 block = left > 0 ? detail::balance_chain(store, a) : 0; left > 0;
       block = store.balance_block(block).next) {
    BalanceBlock& b = store.balance_block(block);
    for (u32 i = 0; i < kBlockBalances && left > 0; ++i, --left) {
      if (b.asset[i] == asset) return {&b.total[i], &b.reserved[i], &b.asset[i]};
    }
  }
  return {};
}

template <Store S>
u64 available_balance(S& store, const Account& account, u32 asset) {
  const BalanceRef b = find_balance(store, account, asset);
  return b ? b.available() : 0;
}

// True if the account holds the asset or has room for one more.
template <Store S>
bool can_receive(S& store, const Limits& limits, const Account& account, u32 asset) {
  return account.balance_count < limits.max_balances_per_account ||
         static_cast<bool>(find_balance(store, account, asset));
}

// True if the asset may arrive unasked: the account holds it, or has room for one more within its
// quota and its limit both, whichever a configuration makes the smaller.
template <Store S>
bool can_receive_unasked(S& store, const Limits& limits, const Account& account, u32 asset) {
  const bool in_quota = account.balance_count < limits.new_asset_quota &&
                        account.balance_count < limits.max_balances_per_account;
  return in_quota || static_cast<bool>(find_balance(store, account, asset));
}

// Adds to the total; makes the entry if need be (can_receive() was true).
template <Store S>
void credit(S& store, Account& account, u32 asset, u64 amount) {
  if (amount == 0) return;
  if (const BalanceRef held = find_balance(store, account, asset)) {
    *held.total += amount;
    return;
  }
  GAVEL_CHECK(account.balance_count < kMaxBalances);
  detail::grow_balances(store, account);
  u32 at = account.balance_count - 1u;
  for (; at > 0; --at) {
    const BalanceRef before = detail::balance_at(store, account, at - 1);
    if (*before.asset < asset) break;
    detail::copy_balance(before, detail::balance_at(store, account, at));
  }
  const BalanceRef fresh = detail::balance_at(store, account, at);
  *fresh.total = amount;
  *fresh.reserved = 0;
  *fresh.asset = static_cast<u16>(asset);
}

// Takes from the total what is available; drops the entry when nothing is left.
template <Store S>
void debit(S& store, Account& account, u32 asset, u64 amount) {
  if (amount == 0) return;
  const BalanceRef held = find_balance(store, account, asset);
  GAVEL_CHECK(held && held.available() >= amount);
  *held.total -= amount;
  if (*held.total != 0) return;
  u32 at = 0;
  while (*detail::balance_at(store, account, at).asset != asset) ++at;
  for (; at + 1 < account.balance_count; ++at) {
    detail::copy_balance(detail::balance_at(store, account, at + 1),
                         detail::balance_at(store, account, at));
  }
  detail::shrink_balances(store, account);
}

template <Store S>
void reserve(S& store, Account& account, u32 asset, u64 amount) {
  if (amount == 0) return;
  const BalanceRef held = find_balance(store, account, asset);
  GAVEL_CHECK(held && held.available() >= amount);
  *held.reserved += amount;
}

template <Store S>
void release(S& store, Account& account, u32 asset, u64 amount) {
  if (amount == 0) return;
  const BalanceRef held = find_balance(store, account, asset);
  GAVEL_CHECK(held && *held.reserved >= amount);
  *held.reserved -= amount;
}

}  // namespace gavel::exchange
