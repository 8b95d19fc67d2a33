// Indexes by address: accounts by owner, agents by key and account, and the two sorted address
// lists.
//
// What: RowHash is a hash table from a key to all rows that have it, 12 bytes a row; it grows by
// one bucket at a time. SortedRows is a treap over addresses, 16 bytes a row in it, that finds an
// address or its predecessor.
// Why: an address may own several accounts, and clients ask by address; the sorted lists of
// registered accounts and of live signers need place hints, and a dead agent row is used again
// (docs/protocol/data.md).
// Invariant: keys are read from the tables themselves (`KeyOf`), which never change a row's key
// while it is in an index. Hashes and priorities use a secret seed: nobody can choose addresses
// that collide or make a tree deep. Growing one bucket a row means that no insertion ever pays for
// a whole table.
// Source: Litwin, "Linear hashing" (1980).
#pragma once

#include <bit>
#include <cstring>

#include "base/u128.hpp"
#include "exchange/objects.hpp"
#include "state/hot_treap.hpp"
#include "state/table_memory.hpp"

namespace gavel::state {

struct OwnerOf {
  using Key = Address;
  const exchange::Account* accounts;
  [[nodiscard]] const Address& operator()(u32 row) const { return accounts[row].owner; }
};

struct AgentKey {
  Address key;
  u32 account = 0;
  friend bool operator==(const AgentKey&, const AgentKey&) = default;
};
struct AgentOf {
  using Key = AgentKey;
  const exchange::Signer* signers;
  [[nodiscard]] AgentKey operator()(u32 row) const {
    return {signers[row].key, signers[row].account};
  }
};
struct SignerKeyOf {
  using Key = Address;
  const exchange::Signer* signers;
  [[nodiscard]] const Address& operator()(u32 row) const { return signers[row].key; }
};

// 64 well-mixed bits of an address and a number under a secret seed.
u64 hash_address(u64 seed, const Address& address, u32 number);
inline u64 hash_key(u64 seed, const Address& key) { return hash_address(seed, key, 0); }
inline u64 hash_key(u64 seed, const AgentKey& key) {
  return hash_address(seed, key.key, key.account);
}

template <class KeyOf>
class RowHash {
 public:
  using Key = typename KeyOf::Key;

  // Rows up to and including the capacity.
  RowHash(KeyOf key_of, u32 row_capacity, u64 seed)
      : key_of_(key_of),
        seed_(seed),
        heads_(u64{row_capacity} + kFirstBuckets),
        chain_(u64{row_capacity} + 1),
        same_(u64{row_capacity} + 1) {}

  // The first of the rows with this key, or 0; the others follow through next().
  [[nodiscard]] u32 find(const Key& key) const {
    u32 row = heads_[bucket_of(hash_key(seed_, key))];
    while (row != 0 && !(key_of_(row) == key)) row = chain_[row];
    return row;
  }
  [[nodiscard]] u32 next(u32 row) const { return same_[row]; }

  // The row is not in the index yet. Expected O(1), however many rows share its key.
  void add(u32 row) {
    const Key key = key_of_(row);
    u32& head = heads_[bucket_of(hash_key(seed_, key))];
    u32 first = head;
    while (first != 0 && !(key_of_(first) == key)) first = chain_[first];
    if (first != 0) {
      same_[row] = same_[first];
      same_[first] = row;
      return;
    }
    chain_[row] = head;
    head = row;
    if (++keys_ > buckets_) grow();
  }

  // Makes buckets for that many keys at once. The index is empty.
  void expect(u64 keys) {
    GAVEL_CHECK(keys_ == 0);
    const u64 most = heads_.capacity();
    buckets_ = keys < kFirstBuckets ? kFirstBuckets : keys < most ? keys : most;
  }
  void clear() {
    heads_.clear();
    chain_.clear();
    same_.clear();
    buckets_ = kFirstBuckets;
    keys_ = 0;
  }
  void prefault(u64 from, u64 to) const {
    heads_.prefault(from, to);
    chain_.prefault(from, to);
    same_.prefault(from, to);
  }

  static constexpr u32 kRowBytes = 12;

 private:
  static constexpr u64 kFirstBuckets = 256;

  [[nodiscard]] u64 bucket_of(u64 hash) const {
    const u64 wide = hash & (std::bit_ceil(buckets_) - 1);
    return wide < buckets_ ? wide : hash & (std::bit_ceil(buckets_) / 2 - 1);
  }

  // Splits one bucket into itself and a new last one.
  void grow() {
    if (buckets_ >= heads_.capacity()) return;
    const u64 fresh = buckets_++;
    const u64 old = fresh - std::bit_ceil(buckets_) / 2;
    u32 row = heads_[old];
    heads_[old] = 0;
    while (row != 0) {
      const u32 next = chain_[row];
      u32& head = heads_[bucket_of(hash_key(seed_, key_of_(row)))];
      chain_[row] = head;
      head = row;
      row = next;
    }
  }

  KeyOf key_of_;
  u64 seed_;
  u64 buckets_ = kFirstBuckets;
  u64 keys_ = 0;
  MappedArray<u32> heads_;
  MappedArray<u32> chain_;  // next key of the bucket, at a key's first row
  MappedArray<u32> same_;   // next row of the same key
};

template <class KeyOf>
class SortedRows {
 public:
  SortedRows(KeyOf key_of, u32 row_capacity, u64 seed)
      : key_of_(key_of), seed_(seed), nodes_(u64{row_capacity} + 1) {}

  // The row with this address, or the last one before it, or 0: what a place hint names.
  [[nodiscard]] u32 find(const Address& address) const {
    const u32 prefix = prefix_of(address);
    const u32 node = treap_floor(*this, root_, [&](u32 i) {
      if (nodes_[i].prefix != prefix) return nodes_[i].prefix < prefix;
      return !(address < key_of_(nodes_[i].row));
    });
    return node == 0 ? 0 : nodes_[node].row;
  }
  // No row in the index has the same address.
  void add(u32 row) {
    const u32 node = free_ != 0 ? free_ : next_++;
    if (free_ != 0) free_ = nodes_[node].left;
    nodes_[node] = {prefix_of(key_of_(row)), 0, 0, row};
    treap_insert(*this, root_, node, Below{*this, node, key_of_(row)});
  }
  // The row is in the index.
  void remove(u32 row) {
    const Address& key = key_of_(row);
    const u32 prefix = prefix_of(key);
    const u32 node = treap_floor(*this, root_, [&](u32 i) {
      if (nodes_[i].prefix != prefix) return nodes_[i].prefix < prefix;
      return !(key < key_of_(nodes_[i].row));
    });
    GAVEL_CHECK(node != 0 && nodes_[node].row == row);
    treap_erase(*this, root_, node, Below{*this, node, key});
    nodes_[node].left = free_;
    free_ = node;
  }
  void clear() {
    nodes_.clear();
    root_ = free_ = 0;
    next_ = 1;
  }

  // For the treap's functions.
  [[nodiscard]] u32& left(u32 node) const { return nodes_[node].left; }
  [[nodiscard]] u32& right(u32 node) const { return nodes_[node].right; }
  [[nodiscard]] u32 priority(u32 node) const { return treap_priority(seed_, node); }

  static constexpr u32 kRowBytes = 16;

 private:
  struct Node {
    u32 prefix;  // the address's first four bytes: most comparisons need no other memory
    u32 left;
    u32 right;
    u32 row;
  };
  static_assert(sizeof(Node) == kRowBytes);

  struct Below {
    const SortedRows& rows;
    u32 node;
    const Address& key;
    bool operator()(u32 other) const {
      const Node& a = rows.nodes_[other];
      const Node& b = rows.nodes_[node];
      return a.prefix != b.prefix ? a.prefix < b.prefix : rows.key_of_(a.row) < key;
    }
  };

  static u32 prefix_of(const Address& address) {
    u32 raw;
    std::memcpy(&raw, address.bytes.data(), sizeof(raw));
    return __builtin_bswap32(raw);
  }

  KeyOf key_of_;
  u64 seed_;
  u32 root_ = 0;
  u32 next_ = 1;
  u32 free_ = 0;
  MappedArray<Node> nodes_;
};

}  // namespace gavel::state
