// PriceIndex: from (market, side, price) to its level, or to the last better one.
//
// What: a B+-tree for each side of each market over all prices that have a level, nodes of 32
// entries in one pool. Keys are turned so that better prices are smaller, so one search, the last
// key not above a given one, answers both questions.
// Why: the sequencer names the place of every resting order in its row (docs/protocol/data.md); the
// book's lists prove a place but do not find it. Whatever prices an adversary rests at, n levels
// take at most n/5 nodes of 256 bytes (plus a few for each side) and a search at most 12 of them; a
// radix tree over prices would take a node for each digit.
// Invariant: holds exactly the levels reported by add() and not yet by remove(). A node's key in
// its parent is its first key. Host only; not part of the state.
// Source: Bayer and McCreight's B-trees, merging late as in Johnson and Shasha, "B-trees with
// inserts and deletes" (1993).
#pragma once

#include "exchange/objects.hpp"
#include "state/table_memory.hpp"

namespace gavel::state {

class PriceIndex {
 public:
  // Markets and levels are indexes up to and including the capacities.
  PriceIndex(u32 market_capacity, u32 level_capacity);

  // The level with this price, or the last better one of its side, or 0. price_ticks > 0.
  [[nodiscard]] u32 find(u32 market, exchange::Side side, u32 price_ticks) const;
  // The price has no level yet.
  void add(u32 market, exchange::Side side, u32 price_ticks, u32 level);
  // The price has a level.
  void remove(u32 market, exchange::Side side, u32 price_ticks);
  void clear();

  // Nodes in use, for the memory budget.
  [[nodiscard]] u32 nodes() const { return used_nodes_; }

  static constexpr u32 kFan = 32;
  static constexpr u32 kNodeBytes = kFan * 8;

 private:
  // Entries are packed from 0 in ascending order of key; unused keys are kNoKey.
  struct Node {
    u32 keys[kFan];
    u32 values[kFan];  // levels, or the nodes below
  };
  static_assert(sizeof(Node) == kNodeBytes);
  struct Root {
    u32 node = 0;   // 0 = empty
    u32 depth = 0;  // node levels, 1 = a leaf
  };
  struct Path;

  [[nodiscard]] Root& root(u32 market, exchange::Side side) const;
  u32 take_node();
  void free_node(u32 node);
  void insert(Root& tree, Path& path, u32 key, u32 value);
  void erase(Root& tree, Path& path);
  void shrink_root(Root& tree);
  bool merge_with_neighbour(Path& path, u32 at);

  MappedArray<Node> nodes_;
  MappedArray<Root> roots_;
  u32 next_node_ = 1;
  u32 free_node_ = 0;
  u32 used_nodes_ = 0;
};

}  // namespace gavel::state
