// An account's margin part: its collateral, and its positions in ascending order of market.
//
// What: as with balances, the entries lie in a chain of blocks that the store provides; here all of
// them, because most accounts have none. The first block also holds the collateral and the head of
// the account's blocks of balances. Invariant: the part exists exactly while the collateral is not
// 0 or there is a position; an entry exists exactly while it has lots or open orders. So a leaf has
// one encoding.
#pragma once

#include "base/check.hpp"
#include "exchange/balances.hpp"

namespace gavel::exchange {

constexpr u64 magnitude(i64 v) {
  return v < 0 ? u64{0} - static_cast<u64>(v) : static_cast<u64>(v);
}

// What reading an account's margin needs: every Store, and a host's view that notes nothing.
template <class S>
concept MarginSource = requires(S& s, u32 i) {
  { s.market(i) } -> std::convertible_to<const Market&>;
  { s.margin_block(i) } -> std::convertible_to<const MarginBlock&>;
};

// 0 without a margin part.
template <MarginSource S>
i64 collateral_of(S& store, const Account& account) {
  return account.has_margin() ? store.margin_block(account.extension).collateral : 0;
}

template <MarginSource S>
u32 position_count(S& store, const Account& account) {
  return account.has_margin() ? store.margin_block(account.extension).position_count : 0u;
}

// Calls f(const Position&) for each, ascending by market.
template <MarginSource S, class F>
void for_each_position(S& store, const Account& account, F&& f) {
  u32 left = position_count(store, account);
  for (u32 block = account.extension; left > 0; --left) {
    const Position& position = store.margin_block(block).position;
    f(position);
    block = position.next_block;
  }
}

// nullptr if the account has none in the market. Valid until the account's list changes; written
// only where the account is (account_mut).
template <Store S>
Position* find_position(S& store, const Account& account, u32 market) {
  u32 left = position_count(store, account);
  for (u32 block = account.extension; left > 0; --left) {
    Position& position = store.margin_block(block).position;
    if (position.market == market) return &position;
    if (position.market > market) return nullptr;
    block = position.next_block;
  }
  return nullptr;
}

namespace detail {

inline void copy_position(const Position& from, Position& to) {
  const u32 next = to.next_block;
  to = from;
  to.next_block = next;
}

// Entry `at` < position_count.
template <Store S>
Position& position_at(S& store, const Account& account, u32 at) {
  u32 block = account.extension;
  for (; at > 0; --at) block = store.margin_block(block).position.next_block;
  return store.margin_block(block).position;
}

template <Store S>
MarginBlock& open_margin(S& store, Account& account) {
  if (!account.has_margin()) {
    const u32 fresh = store.new_margin_block();
    store.margin_block(fresh).balance_blocks = account.extension;
    account.extension = fresh;
    account.flags |= Account::kMargin;
  }
  return store.margin_block(account.extension);
}

template <Store S>
void close_margin_if_empty(S& store, Account& account) {
  if (!account.has_margin()) return;
  const MarginBlock& first = store.margin_block(account.extension);
  if (first.collateral != 0 || first.position_count != 0) return;
  const u32 gone = account.extension;
  account.extension = first.balance_blocks;
  account.flags &= static_cast<u8>(~Account::kMargin);
  store.free_margin_block(gone);
}

}  // namespace detail

// Adds to the collateral, modulo 2^64. The caller keeps it in range where that matters.
template <Store S>
void add_collateral(S& store, Account& account, i64 amount) {
  if (amount == 0) return;
  MarginBlock& first = detail::open_margin(store, account);
  first.collateral =
      static_cast<i64>(static_cast<u64>(first.collateral) + static_cast<u64>(amount));
  detail::close_margin_if_empty(store, account);
}

// The account's entry in the market, made if need be: there is room, and what makes it empty again
// is followed by drop_if_empty().
template <Store S>
Position& position_in(S& store, Account& account, u32 market) {
  if (Position* held = find_position(store, account, market)) return *held;
  MarginBlock& first = detail::open_margin(store, account);
  GAVEL_CHECK(first.position_count < kMaxPositions);
  const u32 count = first.position_count++;
  if (count > 0) {
    const u32 fresh = store.new_margin_block();
    detail::position_at(store, account, count - 1).next_block = fresh;
  }
  u32 at = count;
  for (; at > 0; --at) {
    const Position& before = detail::position_at(store, account, at - 1);
    if (before.market < market) break;
    detail::copy_position(before, detail::position_at(store, account, at));
  }
  Position& fresh = detail::position_at(store, account, at);
  detail::copy_position(Position{}, fresh);
  fresh.market = market;
  return fresh;
}

// Removes the entry if it holds nothing, and the margin part with the last of it.
template <Store S>
void drop_if_empty(S& store, Account& account, u32 market) {
  const Position* const position = find_position(store, account, market);
  if (position == nullptr || !position->is_empty()) return;
  MarginBlock& first = store.margin_block(account.extension);
  u32 at = 0;
  while (detail::position_at(store, account, at).market != market) ++at;
  const u32 last = --first.position_count;
  for (; at < last; ++at) {
    detail::copy_position(detail::position_at(store, account, at + 1),
                          detail::position_at(store, account, at));
  }
  Position& gone = detail::position_at(store, account, last);
  detail::copy_position(Position{}, gone);
  if (last > 0) {
    u32& link = detail::position_at(store, account, last - 1).next_block;
    store.free_margin_block(link);
    link = 0;
    return;
  }
  detail::close_margin_if_empty(store, account);
}

}  // namespace gavel::exchange
