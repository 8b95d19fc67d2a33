#include "state/price_index.hpp"

#include <cstring>

#include "base/check.hpp"

namespace gavel::state {

using exchange::Side;

namespace {

// Larger than any turned price.
constexpr u32 kNoKey = 0xffffffff;
// A node with fewer entries looks for a neighbour to merge with. So of two neighbours the one that
// shrank last has this many, or both had more than kFan together when the other did: a fifth of the
// entries' room is used at the least.
constexpr u32 kFewEntries = 12;

// Better prices are smaller. price_ticks > 0, so kNoKey is never made.
u32 key_of(Side side, u32 price_ticks) {
  return side == Side::bid ? kNoKey - price_ticks : price_ticks - 1;
}

}  // namespace

// The nodes from a leaf, 0, to the root, and the entry taken in each.
struct PriceIndex::Path {
  static constexpr u32 kMaxDepth = 12;
  u32 node[kMaxDepth];
  u32 entry[kMaxDepth];
};

namespace {

// Entries with a key not above `key`. Branch-free, so that it is a handful of vector instructions.
template <class Node>
u32 count_not_above(const Node& node, u32 key) {
  u32 count = 0;
  for (u32 i = 0; i < PriceIndex::kFan; ++i) count += node.keys[i] <= key ? 1 : 0;
  return count;
}

template <class Node>
u32 size_of(const Node& node) {
  return count_not_above(node, kNoKey - 1);
}

template <class Node>
void insert_entry(Node& node, u32 at, u32 key, u32 value) {
  const u32 moved = PriceIndex::kFan - 1 - at;
  std::memmove(node.keys + at + 1, node.keys + at, moved * sizeof(u32));
  std::memmove(node.values + at + 1, node.values + at, moved * sizeof(u32));
  node.keys[at] = key;
  node.values[at] = value;
}

template <class Node>
void remove_entry(Node& node, u32 at) {
  const u32 moved = PriceIndex::kFan - 1 - at;
  std::memmove(node.keys + at, node.keys + at + 1, moved * sizeof(u32));
  std::memmove(node.values + at, node.values + at + 1, moved * sizeof(u32));
  node.keys[PriceIndex::kFan - 1] = kNoKey;
}

}  // namespace

PriceIndex::PriceIndex(u32 market_capacity, u32 level_capacity)
    // The bound of the header, and an unpaired node for each depth of each side.
    : nodes_(u64{level_capacity} / 4 + (u64{market_capacity} + 1) * 2 * Path::kMaxDepth),
      roots_((u64{market_capacity} + 1) * 2) {}

PriceIndex::Root& PriceIndex::root(u32 market, Side side) const {
  return roots_[u64{market} * 2 + static_cast<u8>(side)];
}

u32 PriceIndex::take_node() {
  u32 node = free_node_;
  if (node != 0) {
    free_node_ = nodes_[node].values[0];
  } else {
    GAVEL_CHECK(next_node_ < nodes_.capacity());
    node = next_node_++;
  }
  ++used_nodes_;
  std::memset(nodes_[node].keys, 0xff, sizeof(nodes_[node].keys));
  return node;
}

void PriceIndex::free_node(u32 node) {
  nodes_[node].values[0] = free_node_;
  free_node_ = node;
  --used_nodes_;
}

u32 PriceIndex::find(u32 market, Side side, u32 price_ticks) const {
  const Root& tree = root(market, side);
  if (tree.node == 0) return 0;
  const u32 key = key_of(side, price_ticks);
  u32 at = tree.node;  // nodes, and in the end the level
  for (u32 depth = tree.depth; depth > 0; --depth) {
    const u32 count = count_not_above(nodes_[at], key);
    if (count == 0) return 0;
    at = nodes_[at].values[count - 1];
  }
  return at;
}

void PriceIndex::add(u32 market, Side side, u32 price_ticks, u32 level) {
  Root& tree = root(market, side);
  const u32 key = key_of(side, price_ticks);
  if (tree.node == 0) tree = {take_node(), 1};
  Path path;
  u32 node = tree.node;
  for (u32 at = tree.depth - 1;; --at) {
    Node& n = nodes_[node];
    u32 count = count_not_above(n, key);
    path.node[at] = node;
    path.entry[at] = count;
    if (at == 0) break;
    if (count == 0) {  // a new smallest key
      n.keys[0] = key;
      count = 1;
    }
    path.entry[at] = count - 1;
    node = n.values[count - 1];
  }
  insert(tree, path, key, level);
}

// Into the leaf at path.entry[0]; full nodes are halved on the way up.
void PriceIndex::insert(Root& tree, Path& path, u32 key, u32 value) {
  constexpr u32 kHalf = kFan / 2;
  u32 position = path.entry[0];
  for (u32 at = 0;; ++at) {
    const u32 left = path.node[at];
    if (nodes_[left].keys[kFan - 1] == kNoKey) {
      insert_entry(nodes_[left], position, key, value);
      return;
    }
    const u32 right = take_node();
    Node& l = nodes_[left];
    Node& r = nodes_[right];
    std::memcpy(r.keys, l.keys + kHalf, kHalf * sizeof(u32));
    std::memcpy(r.values, l.values + kHalf, kHalf * sizeof(u32));
    std::memset(l.keys + kHalf, 0xff, kHalf * sizeof(u32));
    if (position > kHalf) {
      insert_entry(r, position - kHalf, key, value);
    } else {
      insert_entry(l, position, key, value);
    }
    key = r.keys[0];
    value = right;
    if (at + 1 == tree.depth) {
      GAVEL_CHECK(tree.depth < Path::kMaxDepth);
      const u32 top = take_node();
      insert_entry(nodes_[top], 0, l.keys[0], left);
      insert_entry(nodes_[top], 1, key, right);
      tree = {top, tree.depth + 1};
      return;
    }
    position = path.entry[at + 1] + 1;
  }
}

void PriceIndex::remove(u32 market, Side side, u32 price_ticks) {
  Root& tree = root(market, side);
  const u32 key = key_of(side, price_ticks);
  GAVEL_CHECK(tree.node != 0);
  Path path;
  u32 node = tree.node;
  for (u32 at = tree.depth - 1;; --at) {
    const u32 count = count_not_above(nodes_[node], key);
    GAVEL_CHECK(count != 0);
    path.node[at] = node;
    path.entry[at] = count - 1;
    if (at == 0) break;
    node = nodes_[node].values[count - 1];
  }
  GAVEL_CHECK(nodes_[node].keys[path.entry[0]] == key);
  erase(tree, path);
}

// The entry path.entry[0] of the leaf, and of each node above what became empty or was merged.
void PriceIndex::erase(Root& tree, Path& path) {
  for (u32 at = 0;; ++at) {
    Node& n = nodes_[path.node[at]];
    remove_entry(n, path.entry[at]);
    if (at + 1 == tree.depth) {
      shrink_root(tree);
      return;
    }
    const u32 size = size_of(n);
    if (size == 0) {
      free_node(path.node[at]);
      continue;
    }
    if (path.entry[at] == 0) {  // a new first key: so it is called above
      for (u32 above = at + 1; above < tree.depth; ++above) {
        nodes_[path.node[above]].keys[path.entry[above]] = n.keys[0];
        if (path.entry[above] != 0) break;
      }
    }
    if (size >= kFewEntries || !merge_with_neighbour(path, at)) return;
  }
}

// Joins the node at that depth with one beside it if both fit into one; path.entry above then names
// the freed node.
bool PriceIndex::merge_with_neighbour(Path& path, u32 at) {
  const Node& parent = nodes_[path.node[at + 1]];
  const u32 here = path.entry[at + 1];
  const u32 children = size_of(parent);
  const u32 size = size_of(nodes_[path.node[at]]);
  for (const u32 left : {here, here - 1}) {
    if (left >= children || left + 1 >= children) continue;  // here - 1 may be below 0
    Node& l = nodes_[parent.values[left]];
    Node& r = nodes_[parent.values[left + 1]];
    const u32 left_size = left == here ? size : size_of(l);
    const u32 right_size = left == here ? size_of(r) : size;
    if (left_size + right_size > kFan) continue;
    std::memcpy(l.keys + left_size, r.keys, right_size * sizeof(u32));
    std::memcpy(l.values + left_size, r.values, right_size * sizeof(u32));
    free_node(parent.values[left + 1]);
    path.entry[at + 1] = left + 1;
    return true;
  }
  return false;
}

void PriceIndex::shrink_root(Root& tree) {
  u32 size = size_of(nodes_[tree.node]);
  while (tree.depth > 1 && size == 1) {
    const u32 only = nodes_[tree.node].values[0];
    free_node(tree.node);
    tree = {only, tree.depth - 1};
    size = size_of(nodes_[only]);
  }
  if (size != 0) return;
  free_node(tree.node);
  tree = {};
}

void PriceIndex::clear() {
  nodes_.clear();
  roots_.clear();
  next_node_ = 1;
  free_node_ = 0;
  used_nodes_ = 0;
}

}  // namespace gavel::state
