// The list of an account's open orders, which proves that a client id is absent.
//
// Invariant: from ACCOUNT.orders_head: first the orders without client id, newest first; then those
// with one, ascending. So an order without client id needs no place hint, and a predecessor and its
// successor prove that an id between them is free.
#pragma once

#include "exchange/book.hpp"

namespace gavel::exchange {

// Is `hint` the account's order with this client id (found), or the last element of its list before
// it (absent)? O(1).
template <Store S>
Place check_client_id_hint(S& store, u32 account, const ClientId& id, u32 hint) {
  u32 next = 0;
  if (hint == 0) {
    next = store.account(account).orders_head;
  } else {
    if (!allocated(store, Table::order, hint)) return Place::wrong;
    const Order& order = store.order(hint);
    if (order.account != account) return Place::wrong;
    if (order.has_client_id()) {
      if (order.client_id == id) return Place::found;
      if (!(order.client_id < id)) return Place::wrong;
    }
    next = order.account_next;
  }
  if (next == 0) return Place::absent;
  const Order& after = store.order(next);
  return after.has_client_id() && id < after.client_id ? Place::absent : Place::wrong;
}

// Links an order (account and client id set) after `prev`, 0 = at the head.
template <Store S>
void link_account_order(S& store, u32 slot, u32 prev) {
  Order& order = store.order_mut(slot);
  Account& account = store.account_mut(order.account);
  order.account_prev = prev;
  if (prev == 0) {
    order.account_next = account.orders_head;
    account.orders_head = slot;
  } else {
    Order& before = store.order_mut(prev);
    order.account_next = before.account_next;
    before.account_next = slot;
  }
  if (order.account_next != 0) store.order_mut(order.account_next).account_prev = slot;
  ++account.open_orders;
  store.order_added(slot);
}

template <Store S>
void unlink_account_order(S& store, u32 slot) {
  store.order_removed(slot);
  const Order& order = store.order(slot);
  const u32 prev = order.account_prev;
  const u32 next = order.account_next;
  Account& account = store.account_mut(order.account);
  if (prev == 0) {
    account.orders_head = next;
  } else {
    store.order_mut(prev).account_next = next;
  }
  if (next != 0) store.order_mut(next).account_prev = prev;
  --account.open_orders;
}

}  // namespace gavel::exchange
