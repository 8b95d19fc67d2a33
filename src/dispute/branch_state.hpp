// BranchState: a Store that went on from another state by itself.
//
// What: satisfies exchange::Store. An object is read from the state below when a rule first asks
// for it, kept, and changed here alone; seal() gives the state root where the branch stands. While
// a unit is watched, what it touches is noted with its bytes before. Why: cursors between the units
// of an older batch, and the objects that one of its units reads, are wanted while the live state
// is elsewhere. Invariant: the state below is never written; the rules see what HotState showed
// them when the batch was derived. Memory: what the batch touches up to here. Copies are
// independent.
#pragma once

#include <deque>
#include <unordered_map>

#include "dispute/branch_tree.hpp"
#include "dispute/state_view.hpp"
#include "exchange/store.hpp"
#include "state/tree_write_set.hpp"
#include "stf/object_codec.hpp"

namespace gavel::dispute {

// An object that a watched unit read or wrote.
struct Touched {
  u8 table = 0;
  u32 index = 0;
  std::vector<u8> before;  // its canonical bytes when the unit began, none if it was absent
};

class BranchState : public StateView {
  using Table = exchange::Table;

 public:
  // The state below outlives the branch and does not change.
  explicit BranchState(const StateView& below) : below_(&below), tree_(below.tree()) {}
  BranchState(const BranchState&) = delete;
  BranchState& operator=(const BranchState&) = delete;

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
  u32 new_balance_block();
  void free_balance_block(u32 i);
  exchange::MarginBlock& margin_block(u32 i) { return margins_[i]; }
  u32 new_margin_block();
  void free_margin_block(u32 i);

  // Nothing is searched here.
  void level_added(u32) {}
  void level_removed(u32) {}
  void order_added(u32) {}
  void order_removed(u32) {}
  void account_added(u32) {}
  void account_registered(u32) {}
  void account_unregistered(u32) {}
  void signer_added(u32) {}
  void signer_removed(u32) {}

  // Brings what was written since the last call into the tree; the state root.
  Hash32 seal();
  // As of the last seal(), which is when a branch may stand on this one.
  const state::TreeView& tree() const override { return tree_; }
  u32 encode(Table table, u32 index, std::span<u8> out) const override;

  u64 changed_nodes() const { return tree_.changed_nodes(); }

  // From here on, and until unwatch(), what is touched first is noted.
  void watch();
  std::vector<Touched> unwatch();

 private:
  template <class T>
  struct Entry {
    T object{};
    bool present = false;
    bool dirty = false;  // since the last seal
    u32 seen_in = 0;     // the watch in which it was noted
  };
  template <class T>
  using Objects = std::unordered_map<u32, Entry<T>>;

  template <class T>
  Entry<T>& get(Objects<T>& objects, Table table, u32 index) {
    Entry<T>* entry = nullptr;
    if (const auto known = objects.find(index); known != objects.end()) {
      entry = &known->second;
    } else {
      entry = &load(objects, table, index);
    }
    if (watching_ && entry->seen_in != watch_) note(*entry, table, index);
    return *entry;
  }
  template <class T>
  T& get_mut(Objects<T>& objects, Table table, u32 index) {
    Entry<T>& entry = get(objects, table, index);
    entry.present = true;
    if (!entry.dirty) dirty_.push_back(state::object_key(static_cast<u8>(table), index));
    entry.dirty = true;
    return entry.object;
  }
  template <class T>
  Entry<T>& load(Objects<T>& objects, Table table, u32 index);
  template <class T>
  void note(Entry<T>& entry, Table table, u32 index);
  template <class T>
  u32 encode_object(const T& object, std::span<u8> out) const;
  // Calls f with the objects of a table.
  template <class Self, class F>
  static auto with_table(Self& self, Table table, F f);

  const StateView* below_;
  BranchTree tree_;
  Objects<exchange::Global> globals_;
  Objects<exchange::Account> accounts_;
  Objects<exchange::Signer> signers_;
  Objects<exchange::Nonces> nonces_;
  Objects<exchange::Market> markets_;
  Objects<exchange::Level> levels_;
  Objects<exchange::Order> orders_;
  Objects<exchange::Outbox> outboxes_;
  Objects<exchange::Asset> assets_;
  std::deque<exchange::BalanceBlock> blocks_{1};  // 0 is nil
  u32 free_block_ = 0;
  std::deque<exchange::MarginBlock> margins_{1};
  u32 free_margin_ = 0;
  std::vector<u64> dirty_;
  bool watching_ = false;
  u32 watch_ = 0;
  std::vector<Touched> touched_;
};

static_assert(exchange::Store<BranchState>);

}  // namespace gavel::dispute
