// ClientIdIndex: from an account and a client id to the order, or to its predecessor in the
// account's list.
//
// What: a treap for each account over its orders with client id, in 32 bytes beside each ORDER
// slot. The treap's root, and the last order without client id, are kept at the slot of the
// account's first order, so accounts themselves pay nothing.
// Why: an account's list is sorted by client id (docs/protocol/state.md), which proves that an id
// is absent; the sequencer must find the place, among up to 4,096 orders, for every order placed or
// cancelled by client id.
// Invariant: mirrors the accounts' lists as told by added() after an order was linked and removed()
// before it is unlinked.
#pragma once

#include "exchange/objects.hpp"
#include "state/table_memory.hpp"

namespace gavel::state {

class ClientIdIndex {
 public:
  // Slots up to and including the capacity. `seed` is secret (hot_treap.hpp).
  ClientIdIndex(u32 order_capacity, u64 seed);

  // `orders` is the table; `head` the account's first order. O(1) without client id, else O(log
  // orders of the account).
  void added(const exchange::Order* orders, u32 slot, u32 head);
  void removed(const exchange::Order* orders, u32 slot, u32 head);
  // The order with this id, or the last order before its place in the list, or 0: what a place hint
  // names.
  [[nodiscard]] u32 find(u32 head, const exchange::ClientId& id) const;

  // Makes the entries of a list anew, given its head. False if the list is not sorted as it must
  // be. The list ends. O(n log n).
  [[nodiscard]] bool rebuild(const exchange::Order* orders, u32 head);

  // Backs the entries of slots [from, to) with memory now.
  void prefault(u64 from, u64 to) const { entries_.prefault(from, to); }

  static constexpr u32 kEntryBytes = 32;

 private:
  struct Key {
    u64 high = 0;
    u64 low = 0;
    friend constexpr auto operator<=>(const Key&, const Key&) = default;
  };
  struct Entry {
    Key key;
    u32 left = 0;
    u32 right = 0;
    // At the slot of an account's first order only.
    u32 root = 0;
    u32 last_plain = 0;  // the last order without client id
  };
  static_assert(sizeof(Entry) == kEntryBytes);
  struct Nodes;

  static Key key_of(const exchange::ClientId& id);
  [[nodiscard]] Nodes nodes() const;

  MappedArray<Entry> entries_;
  u64 seed_;
};

}  // namespace gavel::state
