// A treap over nodes that live elsewhere: ordered search, insertion and removal without allocation
// or recursion.
//
// What: three functions over a `Nodes` object with left(i), right(i) (references to links, 0 =
// none) and priority(i). Order is given by predicates, so a node may keep as much of its key as it
// likes.
// Why: the search indexes of accounts' orders and of addresses need predecessors among keys that
// users choose. Priorities are a hash of the node's number under a secret seed, so nobody can
// choose keys that make the tree deep.
// Invariant: in-order is ascending, and a node's priority is not below its children's. Expected
// O(log n) each.
// Source: Seidel and Aragon, "Randomized Search Trees" (1996).
#pragma once

#include "base/check.hpp"
#include "base/types.hpp"

namespace gavel::state {

// A well-mixed 32-bit function of a node's number; the seed is secret and fixed for the tree's
// life.
constexpr u32 treap_priority(u64 seed, u32 node) {
  u64 x = (seed + node) * 0x9e3779b97f4a7c15;
  x = (x ^ x >> 32) * 0xd6e8feb86659fd93;
  return static_cast<u32>(x >> 32);
}

// The last node for which not_above(node) holds; 0 if none. It holds for a prefix of the order.
template <class Nodes, class NotAbove>
u32 treap_floor(const Nodes& nodes, u32 root, const NotAbove& not_above) {
  u32 found = 0;
  while (root != 0) {
    if (not_above(root)) {
      found = root;
      root = nodes.right(root);
    } else {
      root = nodes.left(root);
    }
  }
  return found;
}

// below(other): other's key is less than the node's. No other node has the node's key.
template <class Nodes, class Below>
void treap_insert(const Nodes& nodes, u32& root, u32 node, const Below& below) {
  const u32 priority = nodes.priority(node);
  u32* link = &root;
  while (*link != 0 && nodes.priority(*link) >= priority) {
    link = below(*link) ? &nodes.right(*link) : &nodes.left(*link);
  }
  u32 rest = *link;
  *link = node;
  u32* low = &nodes.left(node);
  u32* high = &nodes.right(node);
  while (rest != 0) {
    if (below(rest)) {
      *low = rest;
      low = &nodes.right(rest);
      rest = *low;
    } else {
      *high = rest;
      high = &nodes.left(rest);
      rest = *high;
    }
  }
  *low = 0;
  *high = 0;
}

// The node is in the tree.
template <class Nodes, class Below>
void treap_erase(const Nodes& nodes, u32& root, u32 node, const Below& below) {
  u32* link = &root;
  while (*link != node) {
    GAVEL_CHECK(*link != 0);
    link = below(*link) ? &nodes.right(*link) : &nodes.left(*link);
  }
  u32 low = nodes.left(node);
  u32 high = nodes.right(node);
  while (low != 0 && high != 0) {
    if (nodes.priority(low) >= nodes.priority(high)) {
      *link = low;
      link = &nodes.right(low);
      low = *link;
    } else {
      *link = high;
      link = &nodes.left(high);
      high = *link;
    }
  }
  *link = low != 0 ? low : high;
}

}  // namespace gavel::state
