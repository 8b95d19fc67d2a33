// Slots: where new objects of the tables get their index from.
//
// What: allocate() takes the head of the free list, else the next index; free slots of NONCES,
// LEVEL and ORDER are linked through the field that each of them reuses. All in committed state, so
// every judge assigns the same index.
#pragma once

#include "exchange/limits.hpp"
#include "exchange/store.hpp"

namespace gavel::exchange {

template <Store S>
bool has_slot(S& store, const Limits& limits, Table table) {
  const u8 t = static_cast<u8>(table);
  const Allocator& a = store.global().tables[t];
  return a.free_head != 0 || a.next <= limits.capacity[t];
}

namespace detail {

template <Store S>
u32 next_free(S& store, Table table, u32 slot) {
  switch (table) {
    case Table::nonces:
      return store.nonces(slot).owner;
    case Table::level:
      return store.level(slot).next;
    case Table::order:
      return store.order(slot).account_next;
    default:
      return 0;
  }
}

}  // namespace detail

// Takes a slot; has_slot() was true. The object there is whatever a free slot holds.
template <Store S>
u32 take_slot(S& store, Table table) {
  Allocator& a = store.global_mut().tables[static_cast<u8>(table)];
  if (a.free_head == 0) return a.next++;
  const u32 slot = a.free_head;
  a.free_head = detail::next_free(store, table, slot);
  return slot;
}

template <Store S>
void free_nonces(S& store, u32 slot) {
  Allocator& a = store.global_mut().tables[static_cast<u8>(Table::nonces)];
  Nonces& n = store.nonces_mut(slot);
  n = Nonces{};
  n.owner = a.free_head;
  a.free_head = slot;
}

template <Store S>
void free_level(S& store, u32 slot) {
  Allocator& a = store.global_mut().tables[static_cast<u8>(Table::level)];
  Level& level = store.level_mut(slot);
  level = Level{};
  level.next = a.free_head;
  a.free_head = slot;
}

// The next use of the slot has the next generation; a slot that has used them all stays out of the
// free list.
template <Store S>
void free_order(S& store, u32 slot) {
  Order& order = store.order_mut(slot);
  const u64 generation = order.generation() + 1;
  order = Order{};
  order.set(generation, 0);
  if (generation >= kMaxGeneration) return;
  Allocator& a = store.global_mut().tables[static_cast<u8>(Table::order)];
  order.account_next = a.free_head;
  a.free_head = slot;
}

}  // namespace gavel::exchange
