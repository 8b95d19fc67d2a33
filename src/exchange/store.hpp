// Store: how the rules reach the state.
//
// What: the concept that HotState (flat arrays, natively) and WitnessState (a walk of the tree by
// node hash, in a dispute) both satisfy, so that the rules are written once and without virtual
// calls. Invariant: `x(i)` reads object i, `x_mut(i)` reads it for writing; both note the access.
// References stay valid until the end of the unit. i is nil-free and below the table's next index:
// the rules check before they ask. The `*_added` and
// `*_removed` calls tell a host's search indexes about list changes; a judge ignores them.
#pragma once

#include <concepts>

#include "exchange/objects.hpp"

namespace gavel::exchange {

template <class S>
concept Store = requires(S& s, u32 i) {
  { s.global() } -> std::same_as<const Global&>;
  { s.global_mut() } -> std::same_as<Global&>;
  { s.account(i) } -> std::same_as<const Account&>;
  { s.account_mut(i) } -> std::same_as<Account&>;
  { s.signer(i) } -> std::same_as<const Signer&>;
  { s.signer_mut(i) } -> std::same_as<Signer&>;
  { s.nonces(i) } -> std::same_as<const Nonces&>;
  { s.nonces_mut(i) } -> std::same_as<Nonces&>;
  { s.market(i) } -> std::same_as<const Market&>;
  { s.market_mut(i) } -> std::same_as<Market&>;
  { s.level(i) } -> std::same_as<const Level&>;
  { s.level_mut(i) } -> std::same_as<Level&>;
  { s.order(i) } -> std::same_as<const Order&>;
  { s.order_mut(i) } -> std::same_as<Order&>;
  { s.outbox_mut(i) } -> std::same_as<Outbox&>;
  { s.asset(i) } -> std::same_as<const Asset&>;
  { s.asset_mut(i) } -> std::same_as<Asset&>;
  // Blocks of balances belong to the account that links them; writing one is noted through
  // account_mut.
  { s.balance_block(i) } -> std::same_as<BalanceBlock&>;
  { s.new_balance_block() } -> std::same_as<u32>;
  { s.free_balance_block(i) };
  // So do blocks of margin.
  { s.margin_block(i) } -> std::same_as<MarginBlock&>;
  { s.new_margin_block() } -> std::same_as<u32>;
  { s.free_margin_block(i) };
  // Host indexes. Called after the object is linked, and before it is unlinked.
  { s.level_added(i) };
  { s.level_removed(i) };
  { s.order_added(i) };  // linked into its account's list
  { s.order_removed(i) };
  { s.account_added(i) };
  { s.account_registered(i) };
  { s.account_unregistered(i) };
  { s.signer_added(i) };  // became live
  { s.signer_removed(i) };
};

// True if i names an object that was ever allocated in the table (it may be free).
template <Store S>
bool allocated(S& store, Table table, u32 i) {
  return i != 0 && i < store.global().tables[static_cast<u8>(table)].next;
}

}  // namespace gavel::exchange
