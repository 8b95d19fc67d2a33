// WitnessState: a Store over a state root, for the one unit that a dispute is about.
//
// What: each object is read through the tree when a rule first asks for it, kept in a bounded
// table, and written back by commit(), which gives the state root after the unit. Objects at
// indexes never used before read as their defaults.
// Why bounded and without heap: the fault proof program has fixed memory, and its steps are
// counted.
//
// The bounds (WitnessBounds). A unit runs one transaction or message, or one part of a long action:
// * A removed order touches itself, its two neighbours in its level's and its two in its account's
// list; its level and that one's two neighbours; its market and its account. A cancel_all part
// removes at most kMaxCancelsPerUnit orders that follow each other in one account's list, so it
// touches 3 orders each (and 2 at the ends), 3 levels each, and a market each.
// * A matching part removes at most kMaxFillsPerUnit orders from the front of a side: 3 orders each
// and the next front; one level each and the next; one account each and the taker. What modify
// removed before and a rest links after add at most 13 orders and 6 levels.
// * Everything else touches a handful: a row of an address list with its neighbours, a nonce window
// and the head of its free list, two assets, one withdrawal. An account of the largest allowed size
// takes kBlocksPerAccount blocks.
// Invariant: more than that is a broken invariant of the rules: a panic, which is a defined end of
// a unit.
#pragma once

#include "exchange/store.hpp"
#include "stf/config.hpp"
#include "stf/object_codec.hpp"
#include "stf/witness_tree.hpp"

namespace gavel::stf {

struct WitnessBounds {
  static constexpr u32 kMatchedOrders = 3 * kMaxFillsPerUnit + 1 + 13;
  static constexpr u32 kCancelledOrders = 3 * kMaxCancelsPerUnit + 2;
  static constexpr u32 kOrders =
      kMatchedOrders > kCancelledOrders ? kMatchedOrders : kCancelledOrders;
  static constexpr u32 kLevels = 3 * kMaxCancelsPerUnit + 8;
  static constexpr u32 kAccounts = kMaxFillsPerUnit + 8;
  static constexpr u32 kMarkets = kMaxCancelsPerUnit + 2;
  static constexpr u32 kSigners = 8;
  static constexpr u32 kNonces = 4;
  static constexpr u32 kOutboxes = 2;
  static constexpr u32 kAssets = 4;
  static constexpr u32 kBlocksPerAccount =
      (exchange::kMaxBalances - exchange::kInlineBalances + exchange::kBlockBalances - 1) /
      exchange::kBlockBalances;
  static constexpr u32 kBlocks = kAccounts * kBlocksPerAccount;
  static constexpr u32 kMargins = kAccounts * exchange::kMaxPositions;
  static constexpr u32 kPairs =
      pairs_of_paths(1) + pairs_of_paths(kAccounts) + pairs_of_paths(kSigners) +
      pairs_of_paths(kNonces) + pairs_of_paths(kMarkets) + pairs_of_paths(kLevels) +
      pairs_of_paths(kOrders) + pairs_of_paths(kOutboxes) + pairs_of_paths(kAssets);
};

// The objects of one table that a unit touched, by index.
template <class T, u32 kCapacity>
class WitnessTable {
 public:
  struct Entry {
    T object;
    u32 index;
    u32 place;  // in the tree
    bool dirty;
  };

  void clear() {
    used_ = 0;
    for (u16& bucket : buckets_) bucket = 0;
  }
  u32 size() const { return used_; }
  Entry& operator[](u32 i) { return entries_[i]; }

  // nullptr if it was not met yet.
  Entry* find(u32 index) {
    for (u32 at = first_bucket(index); buckets_[at] != 0; at = (at + 1) % kBuckets) {
      Entry& entry = entries_[buckets_[at] - 1u];
      if (entry.index == index) return &entry;
    }
    return nullptr;
  }

  // A default object under an index that was not met yet.
  Entry& add(u32 index, u32 place) {
    GAVEL_CHECK(used_ < kCapacity);
    u32 at = first_bucket(index);
    while (buckets_[at] != 0) at = (at + 1) % kBuckets;
    Entry& entry = entries_.make(used_);
    buckets_[at] = static_cast<u16>(++used_);
    entry.index = index;
    entry.place = place;
    entry.dirty = false;
    return entry;
  }

 private:
  static constexpr u32 kBuckets = std::bit_ceil(2 * kCapacity);
  // Any spread does: it only costs steps.
  static u32 first_bucket(u32 index) { return index * 0x9e3779b1u >> 16 & (kBuckets - 1); }

  u32 used_;
  u16 buckets_[kBuckets];
  RawArray<Entry, kCapacity> entries_;
};

// Without constructor on purpose: a static one lies in zeroed memory, and open() comes first. About
// 0.8 MiB.
template <Oracle O>
class WitnessState {
  using Bounds = WitnessBounds;
  using Table = exchange::Table;

 public:
  // Begins at a state root; the oracle outlives the state. Whatever was not committed before is
  // forgotten.
  void open(O& oracle, const Hash32& state_root) {
    tree_.open(oracle, state_root);
    globals_.clear();
    accounts_.clear();
    signers_.clear();
    nonces_.clear();
    markets_.clear();
    levels_.clear();
    orders_.clear();
    outboxes_.clear();
    assets_.clear();
    used_blocks_ = 1;  // 0 is nil
    free_block_ = 0;
    used_margins_ = 1;
    free_margin_ = 0;
  }

  const exchange::Global& global() { return get(globals_, Table::global, 1).object; }
  exchange::Global& global_mut() { return get_mut(globals_, Table::global, 1); }
  const exchange::Account& account(u32 i) { return get(accounts_, Table::account, i).object; }
  exchange::Account& account_mut(u32 i) { return get_mut(accounts_, Table::account, i); }
  const exchange::Signer& signer(u32 i) { return get(signers_, Table::signer, i).object; }
  exchange::Signer& signer_mut(u32 i) { return get_mut(signers_, Table::signer, i); }
  const exchange::Nonces& nonces(u32 i) { return get(nonces_, Table::nonces, i).object; }
  exchange::Nonces& nonces_mut(u32 i) { return get_mut(nonces_, Table::nonces, i); }
  const exchange::Market& market(u32 i) { return get(markets_, Table::market, i).object; }
  exchange::Market& market_mut(u32 i) { return get_mut(markets_, Table::market, i); }
  const exchange::Level& level(u32 i) { return get(levels_, Table::level, i).object; }
  exchange::Level& level_mut(u32 i) { return get_mut(levels_, Table::level, i); }
  const exchange::Order& order(u32 i) { return get(orders_, Table::order, i).object; }
  exchange::Order& order_mut(u32 i) { return get_mut(orders_, Table::order, i); }
  exchange::Outbox& outbox_mut(u32 i) { return get_mut(outboxes_, Table::outbox, i); }
  const exchange::Asset& asset(u32 i) { return get(assets_, Table::asset, i).object; }
  exchange::Asset& asset_mut(u32 i) { return get_mut(assets_, Table::asset, i); }

  exchange::BalanceBlock& balance_block(u32 i) { return blocks_[i]; }
  u32 new_balance_block() {
    u32 i = free_block_;
    if (i != 0) {
      free_block_ = blocks_[i].next;
    } else {
      GAVEL_CHECK(used_blocks_ <= Bounds::kBlocks);
      i = used_blocks_++;
    }
    blocks_.make(i);
    return i;
  }
  void free_balance_block(u32 i) {
    blocks_[i].next = free_block_;
    free_block_ = i;
  }

  exchange::MarginBlock& margin_block(u32 i) { return margins_[i]; }
  u32 new_margin_block() {
    u32 i = free_margin_;
    if (i != 0) {
      free_margin_ = margins_[i].position.next_block;
    } else {
      GAVEL_CHECK(used_margins_ <= Bounds::kMargins);
      i = used_margins_++;
    }
    margins_.make(i);
    return i;
  }
  void free_margin_block(u32 i) {
    margins_[i].position.next_block = free_margin_;
    free_margin_ = i;
  }

  // A judge searches nothing.
  void level_added(u32) {}
  void level_removed(u32) {}
  void order_added(u32) {}
  void order_removed(u32) {}
  void account_added(u32) {}
  void account_registered(u32) {}
  void account_unregistered(u32) {}
  void signer_added(u32) {}
  void signer_removed(u32) {}

  // Writes back what was asked for with _mut since the last commit. Returns the state root.
  Hash32 commit() {
    write_back(globals_);
    write_back(accounts_);
    write_back(signers_);
    write_back(nonces_);
    write_back(markets_);
    write_back(levels_);
    write_back(orders_);
    write_back(outboxes_);
    write_back(assets_);
    return tree_.commit();
  }

  // How much of the bounds is in use, for tests and measurements.
  u32 pairs_used() const { return tree_.pairs_used(); }
  u32 objects_used() const {
    return globals_.size() + accounts_.size() + signers_.size() + nonces_.size() + markets_.size() +
           levels_.size() + orders_.size() + outboxes_.size() + assets_.size();
  }

 private:
  template <class T, u32 n>
  auto& get(WitnessTable<T, n>& table, Table slot, u32 index) {
    if (auto* known = table.find(index)) return *known;
    const u32 place = tree_.find(static_cast<u8>(slot), index);
    auto& entry = table.add(index, place);
    if (const Hash32& leaf = tree_.leaf(place); !leaf.is_zero()) {
      const u32 length = tree_.oracle().get(leaf, bytes_);
      GAVEL_CHECK(length <= sizeof(bytes_));
      GAVEL_CHECK(decode(std::span<const u8>(bytes_).first(length), entry.object));
    }
    return entry;
  }
  template <class T, u32 n>
  T& get_mut(WitnessTable<T, n>& table, Table slot, u32 index) {
    auto& entry = get(table, slot, index);
    entry.dirty = true;
    return entry.object;
  }

  template <class T>
  bool decode(std::span<const u8> bytes, T& out) {
    return decode_object(bytes, out);
  }
  bool decode(std::span<const u8> bytes, exchange::Account& out) {
    return decode_account(
        bytes, out, [this] { return new_balance_block(); },
        [this](u32 i) -> exchange::BalanceBlock& { return blocks_[i]; },
        [this] { return new_margin_block(); },
        [this](u32 i) -> exchange::MarginBlock& { return margins_[i]; });
  }
  template <class T>
  u32 encode(const T& object) {
    return encode_object(object, bytes_);
  }
  u32 encode(const exchange::Account& account) {
    return encode_account(
        account, [this](u32 i) -> const exchange::BalanceBlock& { return blocks_[i]; },
        [this](u32 i) -> const exchange::MarginBlock& { return margins_[i]; }, bytes_);
  }

  template <class T, u32 n>
  void write_back(WitnessTable<T, n>& table) {
    for (u32 i = 0; i < table.size(); ++i) {
      auto& entry = table[i];
      if (!entry.dirty) continue;
      entry.dirty = false;
      const u32 length = encode(entry.object);
      tree_.set_leaf(entry.place, crypto::keccak256(std::span<const u8>(bytes_).first(length)));
    }
  }

  WitnessTree<O, Bounds::kPairs> tree_;
  WitnessTable<exchange::Global, 1> globals_;
  WitnessTable<exchange::Account, Bounds::kAccounts> accounts_;
  WitnessTable<exchange::Signer, Bounds::kSigners> signers_;
  WitnessTable<exchange::Nonces, Bounds::kNonces> nonces_;
  WitnessTable<exchange::Market, Bounds::kMarkets> markets_;
  WitnessTable<exchange::Level, Bounds::kLevels> levels_;
  WitnessTable<exchange::Order, Bounds::kOrders> orders_;
  WitnessTable<exchange::Outbox, Bounds::kOutboxes> outboxes_;
  WitnessTable<exchange::Asset, Bounds::kAssets> assets_;
  u32 used_blocks_;
  u32 free_block_;
  RawArray<exchange::BalanceBlock, Bounds::kBlocks + 1> blocks_;
  u32 used_margins_;
  u32 free_margin_;
  RawArray<exchange::MarginBlock, Bounds::kMargins + 1> margins_;
  u8 bytes_[kLongestObjectBytes];
};

}  // namespace gavel::stf
