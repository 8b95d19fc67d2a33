// The two sorted lists of addresses: registered accounts, and live signers.
//
// What: doubly linked through ACCOUNT and SIGNER rows, ascending by address, heads in GLOBAL; a
// hint names the row that has the address, or the last one before it (docs/protocol/data.md).
// Neighbours prove both presence and absence in O(1). Invariant: no address is in both lists; none
// is twice in one.
#pragma once

#include "exchange/book.hpp"

namespace gavel::exchange {

template <Store S>
Place check_registered_hint(S& store, const Address& address, u32 hint) {
  u32 next = 0;
  if (hint == 0) {
    next = store.global().registered_head;
  } else {
    if (!allocated(store, Table::account, hint)) return Place::wrong;
    const Account& account = store.account(hint);
    if (!account.registered()) return Place::wrong;
    if (account.owner == address) return Place::found;
    if (!(account.owner < address)) return Place::wrong;
    next = account.registered_next;
  }
  return next == 0 || address < store.account(next).owner ? Place::absent : Place::wrong;
}

template <Store S>
Place check_signer_hint(S& store, const Address& address, u32 hint) {
  u32 next = 0;
  if (hint == 0) {
    next = store.global().signers_head;
  } else {
    if (!allocated(store, Table::signer, hint)) return Place::wrong;
    const Signer& signer = store.signer(hint);
    if (signer.state != Signer::kLive) return Place::wrong;
    if (signer.key == address) return Place::found;
    if (!(signer.key < address)) return Place::wrong;
    next = signer.next;
  }
  return next == 0 || address < store.signer(next).key ? Place::absent : Place::wrong;
}

template <Store S>
void link_registered(S& store, u32 slot, u32 prev) {
  Account& account = store.account_mut(slot);
  account.flags |= Account::kRegistered;
  account.registered_prev = prev;
  u32& link =
      prev == 0 ? store.global_mut().registered_head : store.account_mut(prev).registered_next;
  account.registered_next = link;
  link = slot;
  if (account.registered_next != 0) {
    store.account_mut(account.registered_next).registered_prev = slot;
  }
  store.account_registered(slot);
}

template <Store S>
void unlink_registered(S& store, u32 slot) {
  store.account_unregistered(slot);
  Account& account = store.account_mut(slot);
  const u32 prev = account.registered_prev;
  const u32 next = account.registered_next;
  (prev == 0 ? store.global_mut().registered_head : store.account_mut(prev).registered_next) = next;
  if (next != 0) store.account_mut(next).registered_prev = prev;
  account.registered_prev = account.registered_next = 0;
  account.flags &= static_cast<u8>(~Account::kRegistered);
}

template <Store S>
void link_signer(S& store, u32 slot, u32 prev) {
  Signer& signer = store.signer_mut(slot);
  signer.state = Signer::kLive;
  signer.prev = prev;
  u32& link = prev == 0 ? store.global_mut().signers_head : store.signer_mut(prev).next;
  signer.next = link;
  link = slot;
  if (signer.next != 0) store.signer_mut(signer.next).prev = slot;
  store.signer_added(slot);
}

// The row stays, dead, so that its nonces stay used.
template <Store S>
void unlink_signer(S& store, u32 slot) {
  store.signer_removed(slot);
  Signer& signer = store.signer_mut(slot);
  const u32 prev = signer.prev;
  const u32 next = signer.next;
  (prev == 0 ? store.global_mut().signers_head : store.signer_mut(prev).next) = next;
  if (next != 0) store.signer_mut(next).prev = prev;
  signer.prev = signer.next = 0;
  signer.state = Signer::kDead;
}

}  // namespace gavel::exchange
