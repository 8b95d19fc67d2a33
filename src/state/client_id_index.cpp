#include "state/client_id_index.hpp"

#include <cstring>

#include "state/hot_treap.hpp"

namespace gavel::state {

using exchange::Order;

struct ClientIdIndex::Nodes {
  Entry* entries;
  u64 seed;
  u32& left(u32 i) const { return entries[i].left; }
  u32& right(u32 i) const { return entries[i].right; }
  u32 priority(u32 i) const { return treap_priority(seed, i); }
};

ClientIdIndex::ClientIdIndex(u32 order_capacity, u64 seed)
    : entries_(u64{order_capacity} + 1), seed_(seed) {}

ClientIdIndex::Nodes ClientIdIndex::nodes() const { return {entries_.data(), seed_}; }

ClientIdIndex::Key ClientIdIndex::key_of(const exchange::ClientId& id) {
  Key key;
  std::memcpy(&key.high, id.data(), 8);
  std::memcpy(&key.low, id.data() + 8, 8);
  return {__builtin_bswap64(key.high), __builtin_bswap64(key.low)};
}

void ClientIdIndex::added(const Order* orders, u32 slot, u32 head) {
  const Order& order = orders[slot];
  Entry& first = entries_[head];
  if (head == slot) {
    const Entry& old_first = entries_[order.account_next];
    first.root = order.account_next == 0 ? 0 : old_first.root;
    first.last_plain = order.account_next == 0 ? 0 : old_first.last_plain;
  }
  if (!order.has_client_id()) {
    if (first.last_plain == 0) first.last_plain = slot;
    return;
  }
  const Key key = key_of(order.client_id);
  entries_[slot].key = key;
  treap_insert(nodes(), first.root, slot, [&](u32 i) { return entries_[i].key < key; });
}

void ClientIdIndex::removed(const Order* orders, u32 slot, u32 head) {
  const Order& order = orders[slot];
  Entry& first = entries_[head];
  if (order.has_client_id()) {
    const Key key = entries_[slot].key;
    treap_erase(nodes(), first.root, slot, [&](u32 i) { return entries_[i].key < key; });
  } else if (first.last_plain == slot) {
    first.last_plain = order.account_prev;
  }
  if (head == slot && order.account_next != 0) {
    entries_[order.account_next].root = first.root;
    entries_[order.account_next].last_plain = first.last_plain;
  }
}

u32 ClientIdIndex::find(u32 head, const exchange::ClientId& id) const {
  if (head == 0) return 0;
  const Entry& first = entries_[head];
  const Key key = key_of(id);
  const u32 found = treap_floor(nodes(), first.root, [&](u32 i) { return entries_[i].key <= key; });
  return found != 0 ? found : first.last_plain;
}

bool ClientIdIndex::rebuild(const Order* orders, u32 head) {
  if (head == 0) return true;
  Entry& first = entries_[head];
  first.root = 0;
  first.last_plain = 0;
  const Key* last = nullptr;
  for (u32 slot = head; slot != 0; slot = orders[slot].account_next) {
    if (!orders[slot].has_client_id()) {
      if (last != nullptr) return false;
      first.last_plain = slot;
      continue;
    }
    const Key key = key_of(orders[slot].client_id);
    if (last != nullptr && !(*last < key)) return false;
    entries_[slot].key = key;
    last = &entries_[slot].key;
    treap_insert(nodes(), first.root, slot, [&](u32 i) { return entries_[i].key < key; });
  }
  return true;
}

}  // namespace gavel::state
