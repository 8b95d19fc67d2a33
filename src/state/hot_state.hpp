// HotState: the state in flat arrays, as the executing thread reaches it.
//
// What: satisfies exchange::Store. One array a table, one u32 stamp an object: block epoch << 2 |
// written in this batch << 1 | written in this block. The first access in a block notes the object;
// the first write in a batch puts its canonical encoding into the write log; sealing a block puts
// the encoding of all that it wrote, and the names of all that it only read, behind it.
// Why: no hashing, searching or allocating while transactions run; a repeated access costs one
// compare. The search indexes beside the tables are the sequencer's own: nothing in them is part of
// the state.
// Invariant: one thread. Zeroed memory is the empty state. References stay valid for the object's
// life. An object existed before a batch exactly if its index was below its table's next index
// then, so its encoding before the batch is that, or absent.
#pragma once

#include "exchange/store.hpp"
#include "state/address_index.hpp"
#include "state/client_id_index.hpp"
#include "state/hot_capacity.hpp"
#include "state/price_index.hpp"
#include "state/table_memory.hpp"
#include "state/write_log.hpp"
#include "stf/object_codec.hpp"

namespace gavel::state {

// What a sealed block touched.
struct BlockTouch {
  u64 read = 0;  // objects only read
  u64 written = 0;
};

class HotState {
 public:
  // Without a log nothing is recorded. `seed` hides the order of the search indexes from those who
  // choose keys; a node takes it from the system's randomness.
  explicit HotState(const HotCapacity& capacity, WriteLog* log = nullptr, u64 seed = 1);
  HotState(const HotState&) = delete;
  HotState& operator=(const HotState&) = delete;

  // exchange::Store.
  const exchange::Global& global() {
    if (global_stamp_ < block_stamp_) [[unlikely]]
      note_read(exchange::Table::global, global_stamp_, 1);
    return global_;
  }
  exchange::Global& global_mut() {
    if (global_stamp_ != written_stamp_) [[unlikely]]
      note_global_write();
    return global_;
  }
  const exchange::Account& account(u32 i) { return read(accounts_, i); }
  exchange::Account& account_mut(u32 i) { return write(accounts_, i); }
  const exchange::Signer& signer(u32 i) { return read(signers_, i); }
  exchange::Signer& signer_mut(u32 i) { return write(signers_, i); }
  const exchange::Nonces& nonces(u32 i) { return read(nonces_, i); }
  exchange::Nonces& nonces_mut(u32 i) { return write(nonces_, i); }
  const exchange::Market& market(u32 i) { return read(markets_, i); }
  exchange::Market& market_mut(u32 i) { return write(markets_, i); }
  const exchange::Level& level(u32 i) { return read(levels_, i); }
  exchange::Level& level_mut(u32 i) { return write(levels_, i); }
  const exchange::Order& order(u32 i) { return read(orders_, i); }
  exchange::Order& order_mut(u32 i) { return write(orders_, i); }
  exchange::Outbox& outbox_mut(u32 i) { return write(outbox_, i); }
  const exchange::Asset& asset(u32 i) { return read(assets_, i); }
  exchange::Asset& asset_mut(u32 i) { return write(assets_, i); }

  exchange::BalanceBlock& balance_block(u32 i) { return balance_blocks_[i]; }
  u32 new_balance_block() {
    if (free_balance_block_ == 0) {
      GAVEL_CHECK(next_balance_block_ < balance_blocks_.capacity());
      return next_balance_block_++;
    }
    const u32 block = free_balance_block_;
    free_balance_block_ = balance_blocks_[block].next;
    balance_blocks_[block] = {};
    return block;
  }
  void free_balance_block(u32 block) {
    balance_blocks_[block].next = free_balance_block_;
    free_balance_block_ = block;
  }

  exchange::MarginBlock& margin_block(u32 i) { return margin_blocks_[i]; }
  u32 new_margin_block() {
    if (free_margin_block_ == 0) {
      GAVEL_CHECK(next_margin_block_ < margin_blocks_.capacity());
      return next_margin_block_++;
    }
    const u32 block = free_margin_block_;
    free_margin_block_ = margin_blocks_[block].position.next_block;
    margin_blocks_[block] = {};
    return block;
  }
  void free_margin_block(u32 block) {
    margin_blocks_[block].position.next_block = free_margin_block_;
    free_margin_block_ = block;
  }

  void level_added(u32 i) {
    const exchange::Level& level = levels_.objects[i];
    level_by_price_.add(level.market, level.side, level.price_ticks, i);
  }
  void level_removed(u32 i) {
    const exchange::Level& level = levels_.objects[i];
    level_by_price_.remove(level.market, level.side, level.price_ticks);
  }
  void order_added(u32 i) { order_by_client_id_.added(orders_.objects.data(), i, orders_head(i)); }
  void order_removed(u32 i) {
    order_by_client_id_.removed(orders_.objects.data(), i, orders_head(i));
  }
  void account_added(u32 i) { account_by_owner_.add(i); }
  void account_registered(u32 i) { registered_.add(i); }
  void account_unregistered(u32 i) { registered_.remove(i); }
  void signer_added(u32 i) {
    live_signers_.add(i);
    // Rows are taken in order and never given back, so one beyond all that were seen is new, and
    // any other a revived one that the index has: no walk along a key's rows, which a hostile
    // sequencer can make many.
    if (i <= last_agent_row_) return;
    last_agent_row_ = i;
    signer_by_agent_.add(i);
  }
  void signer_removed(u32 i) { live_signers_.remove(i); }

  // Starts loading an object into the caches, before a transaction that will reach it. Any index.
  void prefetch(exchange::Table table, u32 i) const;

  // What was accessed since the last seal is block `number`'s. O(objects touched).
  BlockTouch seal_block(u64 number);
  // The blocks sealed since the last call are batch `number`.
  void seal_batch(u64 number);
  // Forgets all stamps, right after a batch was sealed. seal_batch() does it when stamps run out:
  // once in three years of ten blocks a second.
  void restart_epochs();

  // Puts an object in from its canonical encoding, in place of what was there; no bytes stand for
  // the absent object. False if the bytes are not one. Notes nothing. When all is loaded,
  // rebuild_indexes() comes before anything else.
  [[nodiscard]] bool load_object(exchange::Table table, u32 index, std::span<const u8> bytes);
  // O(objects). False if the loaded objects contradict each other (a link out of range, a list that
  // does not end).
  [[nodiscard]] bool rebuild_indexes();

  // The canonical encoding of an object as it is now; its length, 0 if there is none. `out`:
  // stf::kLongestObjectBytes.
  [[nodiscard]] u32 encode(exchange::Table table, u32 index, std::span<u8> out) const;
  [[nodiscard]] bool exists(exchange::Table table, u32 index) const;

  // Reading without a note, for searches, queries and tests: never for the rules.
  [[nodiscard]] const exchange::Global& peek_global() const { return global_; }
  [[nodiscard]] const exchange::Account& peek_account(u32 i) const { return accounts_.objects[i]; }
  [[nodiscard]] const exchange::Signer& peek_signer(u32 i) const { return signers_.objects[i]; }
  [[nodiscard]] const exchange::Nonces& peek_nonces(u32 i) const { return nonces_.objects[i]; }
  [[nodiscard]] const exchange::Market& peek_market(u32 i) const { return markets_.objects[i]; }
  [[nodiscard]] const exchange::Level& peek_level(u32 i) const { return levels_.objects[i]; }
  [[nodiscard]] const exchange::Order& peek_order(u32 i) const { return orders_.objects[i]; }
  [[nodiscard]] const exchange::Outbox& peek_outbox(u32 i) const { return outbox_.objects[i]; }
  [[nodiscard]] const exchange::Asset& peek_asset(u32 i) const { return assets_.objects[i]; }
  [[nodiscard]] const exchange::BalanceBlock& peek_balance_block(u32 i) const {
    return balance_blocks_[i];
  }
  [[nodiscard]] const exchange::MarginBlock& peek_margin_block(u32 i) const {
    return margin_blocks_[i];
  }

  // Searches. Each names the element with the key, or the last before it, or 0
  // (docs/protocol/data.md, place hints).
  [[nodiscard]] u32 find_level(u32 market, exchange::Side side, u32 price_ticks) const {
    return level_by_price_.find(market, side, price_ticks);
  }
  [[nodiscard]] u32 find_order(u32 account, const exchange::ClientId& id) const {
    return order_by_client_id_.find(peek_account(account).orders_head, id);
  }
  [[nodiscard]] u32 find_registered(const Address& owner) const { return registered_.find(owner); }
  [[nodiscard]] u32 find_live_signer(const Address& key) const { return live_signers_.find(key); }
  // The dead row of this key for this account, or 0.
  [[nodiscard]] u32 find_dead_signer(const Address& key, u32 account) const;
  // The next row of the same key and account; of all of them the first is find_dead_signer's if
  // none is live.
  [[nodiscard]] u32 next_agent(u32 row) const { return signer_by_agent_.next(row); }
  // The first account of an owner, or 0; the others by next_account(). No particular order.
  [[nodiscard]] u32 find_account(const Address& owner) const {
    return account_by_owner_.find(owner);
  }
  [[nodiscard]] u32 next_account(u32 account) const { return account_by_owner_.next(account); }

  // Backs with memory what that many objects will need, before the node takes traffic: the first
  // touch of a page costs a system call, which for a huge page can take longer than a block.
  struct Expected {
    u64 accounts = 0;
    u64 active_signers = 0;
    u64 orders = 0;  // resting at once; as many levels as a quarter of them
  };
  void prefault(const Expected& expected, const PrefaultProgress& progress) const;

 private:
  static constexpr u32 kWrittenInBlock = 1;
  static constexpr u32 kWrittenInBatch = 2;
  static constexpr u32 kStampShift = 2;

  template <class T>
  struct HotTable {
    HotTable(exchange::Table table_, u32 capacity)
        : table(table_), objects(u64{capacity} + 1), stamps(u64{capacity} + 1) {}
    exchange::Table table;
    MappedArray<T> objects;
    MappedArray<u32> stamps;
  };

  template <class T>
  const T& read(HotTable<T>& table, u32 i) {
    u32& stamp = table.stamps[i];
    if (stamp < block_stamp_) [[unlikely]] {
      GAVEL_CHECK(i < table.objects.capacity());
      note_read(table.table, stamp, i);
    }
    return table.objects[i];
  }
  template <class T>
  T& write(HotTable<T>& table, u32 i) {
    if (table.stamps[i] != written_stamp_) [[unlikely]]
      note_write(table, i);
    return table.objects[i];
  }
  void note_touched(exchange::Table table, u32 i) {
    touched_[touched_count_++] = u64{static_cast<u8>(table)} << 32 | i;
  }
  void note_read(exchange::Table table, u32& stamp, u32 i) {
    stamp = block_stamp_ | (stamp >= batch_stamp_ ? stamp & kWrittenInBatch : 0);
    note_touched(table, i);
  }
  // True if the write is the batch's first to this object.
  bool note_write(exchange::Table table, u32& stamp, u32 i) {
    const u32 before = stamp;
    stamp = written_stamp_;
    if (before < block_stamp_) note_touched(table, i);
    return before < batch_stamp_ || (before & kWrittenInBatch) == 0;
  }
  template <class T>
  void note_write(HotTable<T>& table, u32 i);
  void note_global_write();

  template <class T>
  u32 encode_in_use(const T& object, std::span<u8> out) const;
  template <class T>
  void log_object(const T& object, exchange::Table table, u32 i, u8 kind, bool present);
  template <class T>
  void seal_object(const HotTable<T>& table, u32 i, BlockTouch& touch);
  void note_existing();

  [[nodiscard]] u32 orders_head(u32 order) const {
    return accounts_.objects[orders_.objects[order].account].orders_head;
  }
  [[nodiscard]] bool load_account(u32 i, std::span<const u8> bytes);
  [[nodiscard]] bool rebuild_books();
  [[nodiscard]] bool rebuild_account_lists();

  HotCapacity capacity_;
  WriteLog* log_;
  u32 block_stamp_ = 1u << kStampShift;  // of an object read in the open block
  u32 written_stamp_ = block_stamp_ | kWrittenInBatch | kWrittenInBlock;
  u32 batch_stamp_ = block_stamp_;  // of the batch's first block
  u32 global_stamp_ = 0;
  u64 touched_count_ = 0;
  MappedArray<u64> touched_;
  exchange::Global global_;

  HotTable<exchange::Account> accounts_;
  HotTable<exchange::Order> orders_;
  HotTable<exchange::Level> levels_;
  HotTable<exchange::Nonces> nonces_;
  HotTable<exchange::Signer> signers_;
  HotTable<exchange::Market> markets_;
  HotTable<exchange::Asset> assets_;
  HotTable<exchange::Outbox> outbox_;
  MappedArray<exchange::BalanceBlock> balance_blocks_;
  u32 next_balance_block_ = 1;
  u32 free_balance_block_ = 0;
  MappedArray<exchange::MarginBlock> margin_blocks_;
  u32 next_margin_block_ = 1;
  u32 free_margin_block_ = 0;

  // As of the batch's start.
  std::array<u32, exchange::kTableCount> next_before_batch_{};
  bool global_before_batch_ = false;
  bool global_exists_ = false;

  PriceIndex level_by_price_;
  ClientIdIndex order_by_client_id_;
  RowHash<OwnerOf> account_by_owner_;
  SortedRows<OwnerOf> registered_;
  RowHash<AgentOf> signer_by_agent_;
  u32 last_agent_row_ = 0;  // in signer_by_agent_
  SortedRows<SignerKeyOf> live_signers_;
};

static_assert(exchange::Store<HotState>);

}  // namespace gavel::state
