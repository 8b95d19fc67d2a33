// MapState: a Store of plain maps, and its state tree spelled out for an oracle; the model that
// witnesses are compared with.
#pragma once

#include <map>

#include "exchange/store.hpp"
#include "stf/host_oracle.hpp"
#include "stf/object_codec.hpp"
#include "tree/node.hpp"

namespace gavel::stf {

class MapState {
 public:
  MapState() { globals_[1]; }

  const exchange::Global& global() { return globals_[1]; }
  exchange::Global& global_mut() { return globals_[1]; }
  const exchange::Account& account(u32 i) { return accounts_[i]; }
  exchange::Account& account_mut(u32 i) { return accounts_[i]; }
  const exchange::Signer& signer(u32 i) { return signers_[i]; }
  exchange::Signer& signer_mut(u32 i) { return signers_[i]; }
  const exchange::Nonces& nonces(u32 i) { return nonces_[i]; }
  exchange::Nonces& nonces_mut(u32 i) { return nonces_[i]; }
  const exchange::Market& market(u32 i) { return markets_[i]; }
  exchange::Market& market_mut(u32 i) { return markets_[i]; }
  const exchange::Level& level(u32 i) { return levels_[i]; }
  exchange::Level& level_mut(u32 i) { return levels_[i]; }
  const exchange::Order& order(u32 i) { return orders_[i]; }
  exchange::Order& order_mut(u32 i) { return orders_[i]; }
  const exchange::Outbox& outbox(u32 i) { return outboxes_[i]; }
  exchange::Outbox& outbox_mut(u32 i) { return outboxes_[i]; }
  const exchange::Asset& asset(u32 i) { return assets_[i]; }
  exchange::Asset& asset_mut(u32 i) { return assets_[i]; }
  exchange::BalanceBlock& balance_block(u32 i) { return blocks_.at(i); }
  u32 new_balance_block() {
    blocks_[++last_block_] = {};
    return last_block_;
  }
  void free_balance_block(u32 i) { blocks_.erase(i); }
  exchange::MarginBlock& margin_block(u32 i) { return margins_.at(i); }
  u32 new_margin_block() {
    margins_[++last_margin_] = {};
    return last_margin_;
  }
  void free_margin_block(u32 i) { margins_.erase(i); }
  void level_added(u32) {}
  void level_removed(u32) {}
  void order_added(u32) {}
  void order_removed(u32) {}
  void account_added(u32) {}
  void account_registered(u32) {}
  void account_unregistered(u32) {}
  void signer_added(u32) {}
  void signer_removed(u32) {}

  // The canonical bytes of every object, by table and index.
  using Leaves = std::map<u32, std::vector<u8>>;
  std::array<Leaves, tree::kTables> leaves() {
    std::array<Leaves, tree::kTables> out;
    add(out[0], globals_);
    add(out[1], accounts_);
    add(out[2], signers_);
    add(out[3], nonces_);
    add(out[4], markets_);
    add(out[5], levels_);
    add(out[6], orders_);
    add(out[7], outboxes_);
    add(out[8], assets_);
    return out;
  }

  // Gives every preimage below the state root to the oracle. Returns the root.
  Hash32 publish(MapOracle& oracle) {
    const auto all = leaves();
    std::vector<u8> roots;
    for (const Leaves& table : all) {
      const Hash32 root = subtree(oracle, table.begin(), table.end(), tree::kDepth);
      roots.insert(roots.end(), root.bytes.begin(), root.bytes.end());
    }
    return oracle.add(roots);
  }

 private:
  using Leaf = Leaves::const_iterator;

  static Hash32 subtree(MapOracle& oracle, Leaf first, Leaf last, u32 height) {
    if (first == last) return tree::kEmptySubtree[height];
    if (height == 0) return oracle.add(first->second);
    const u32 bit = 1u << (height - 1);
    const Leaf middle =
        std::find_if(first, last, [&](const auto& leaf) { return (leaf.first & bit) != 0; });
    const Hash32 left = subtree(oracle, first, middle, height - 1);
    return oracle.add(left, subtree(oracle, middle, last, height - 1));
  }

  u32 encode(const exchange::Account& account, std::span<u8> out) {
    const auto block_of = [this](u32 i) -> const exchange::BalanceBlock& { return blocks_.at(i); };
    const auto margin_of = [this](u32 i) -> const exchange::MarginBlock& { return margins_.at(i); };
    return encode_account(account, block_of, margin_of, out);
  }
  template <class T>
  u32 encode(const T& object, std::span<u8> out) {
    return encode_object(object, out);
  }
  template <class T>
  void add(Leaves& out, const std::map<u32, T>& table) {
    for (const auto& [index, object] : table) {
      std::vector<u8>& bytes = out[index];
      bytes.resize(kLongestObjectBytes);
      bytes.resize(encode(object, bytes));
    }
  }

  std::map<u32, exchange::Global> globals_;
  std::map<u32, exchange::Account> accounts_;
  std::map<u32, exchange::Signer> signers_;
  std::map<u32, exchange::Nonces> nonces_;
  std::map<u32, exchange::Market> markets_;
  std::map<u32, exchange::Level> levels_;
  std::map<u32, exchange::Order> orders_;
  std::map<u32, exchange::Outbox> outboxes_;
  std::map<u32, exchange::Asset> assets_;
  std::map<u32, exchange::BalanceBlock> blocks_;
  u32 last_block_ = 0;
  std::map<u32, exchange::MarginBlock> margins_;
  u32 last_margin_ = 0;
};

static_assert(exchange::Store<MapState>);

}  // namespace gavel::stf
