// WitnessTree: the part of a state tree that one unit touches, opened node by node through an
// oracle.
//
// What: a pool of node pairs. The path to an object is walked from its table's root by asking for
// the 64 bytes of each node; pairs that were opened are kept, so paths share what they have in
// common. Writing sets a leaf and marks the pairs above it; commit() hashes each marked pair once
// and gives the new state root.
// Why: a dispute's run reads only what hashes name, and its steps are counted: no node is asked for
// or hashed twice.
// Invariant: a pair lies in the pool behind the pair above it, so one sweep from the back meets
// children before parents. Empty subtrees are known and not asked for. Nothing here checks that a
// preimage has its hash: an Oracle's answers do.
// Source: docs/protocol/state.md, Tables.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <memory>

#include "base/check.hpp"
#include "crypto/keccak.hpp"
#include "stf/oracle.hpp"
#include "tree/node.hpp"

namespace gavel::stf {

// Room for n objects that starts as raw memory, so that a static one costs no bytes in a program's
// image and no stores before main. An object exists from make() on.
template <class T, u32 n>
class RawArray {
 public:
  T& make(u32 i) { return *std::construct_at(reinterpret_cast<T*>(&bytes_[i * sizeof(T)])); }
  T& operator[](u32 i) { return *std::launder(reinterpret_cast<T*>(&bytes_[i * sizeof(T)])); }

 private:
  alignas(alignof(T) < 8 ? 8 : alignof(T)) std::byte bytes_[n * sizeof(T)];
};

// The most pairs that paths to n leaves of one table open: at each level, at most n of those that
// exist.
constexpr u32 pairs_of_paths(u32 n) {
  u32 sum = 0;
  for (u32 level = 0; level < tree::kDepth; ++level) {
    const u64 nodes = u64{1} << level;
    sum += nodes < n ? static_cast<u32>(nodes) : n;
  }
  return sum;
}

// Without constructor on purpose: open() comes first.
template <Oracle O, u32 kPairs>
class WitnessTree {
 public:
  // Begins at a state root; asks for its 1,024 bytes. The oracle outlives the tree.
  void open(O& oracle, const Hash32& state_root) {
    oracle_ = &oracle;
    used_ = 1;  // 0 stands for "not opened"
    const std::span<u8> bytes(reinterpret_cast<u8*>(&roots_[0]), sizeof(roots_));
    GAVEL_CHECK(oracle.get(state_root, bytes) == sizeof(roots_));
    for (u32& pair : root_pair_) pair = 0;
  }

  // The place of a leaf. O(32), and a question to the oracle for each pair not met before.
  u32 find(u8 table, u32 index) {
    u32 at = root_pair_[table];
    if (at == 0) at = root_pair_[table] = open_pair(roots_[table], tree::kDepth, kRoot | table);
    for (u32 height = tree::kDepth - 1; height > 0; --height) {
      const u32 side = index >> height & 1;
      u32 next = pairs_[at].opened[side];
      if (next == 0) {
        next = open_pair(child(at, side), height, at << 1 | side);
        pairs_[at].opened[side] = next;
      }
      at = next;
    }
    return at << 1 | (index & 1);
  }

  const Hash32& leaf(u32 place) { return child(place >> 1, place & 1); }

  void set_leaf(u32 place, const Hash32& leaf) {
    u32 at = place >> 1;
    child(at, place & 1) = leaf;
    while (!pairs_[at].dirty) {
      pairs_[at].dirty = true;
      if ((pairs_[at].above & kRoot) != 0) break;
      at = pairs_[at].above >> 1;
    }
  }

  // Hashes what was written, each marked pair once. Returns the new state root; may be called again
  // after further writes.
  Hash32 commit() {
    for (u32 at = used_ - 1; at > 0; --at) {
      Pair& pair = pairs_[at];
      if (!pair.dirty) continue;
      pair.dirty = false;
      const bool top = (pair.above & kRoot) != 0;
      hash_pair(pair, top ? roots_[pair.above & ~kRoot] : child(pair.above >> 1, pair.above & 1));
    }
    return crypto::keccak256({reinterpret_cast<const u8*>(&roots_[0]), sizeof(roots_)});
  }

  O& oracle() { return *oracle_; }
  u32 pairs_used() const { return used_ - 1; }

 private:
  static constexpr u32 kRoot = 0x80000000;

  struct alignas(8) Pair {
    Hash32 children[2];  // left, right
    u32 opened[2];       // the pairs below them
    u32 above;           // pair << 1 | side, or kRoot | table
    bool dirty;
  };

  Hash32& child(u32 pair, u32 side) { return pairs_[pair].children[side]; }
  // Node hash by whole words: pairs and roots are aligned, and Keccak's words are little-endian.
  static void hash_pair(const Pair& pair, Hash32& out) {
    static_assert(std::endian::native == std::endian::little);
    crypto::KeccakState state;
    std::memcpy(state.lane.data(), __builtin_assume_aligned(pair.children, 8), 64);
    state.lane[8] = 0x01;
    state.lane[16] = u64{0x80} << 56;
    crypto::keccak_f(state);
    std::memcpy(__builtin_assume_aligned(&out, 8), state.lane.data(), 32);
  }

  // The children of a node at this height.
  u32 open_pair(const Hash32& node, u32 height, u32 above) {
    GAVEL_CHECK(used_ <= kPairs);
    Pair& pair = pairs_[used_];  // plain bytes, all of them written here
    pair.opened[0] = pair.opened[1] = 0;
    pair.above = above;
    pair.dirty = false;
    if (node == tree::kEmptySubtree[height]) {
      pair.children[0] = pair.children[1] = tree::kEmptySubtree[height - 1];
    } else {
      const std::span<u8> bytes(reinterpret_cast<u8*>(pair.children), sizeof(pair.children));
      GAVEL_CHECK(oracle_->get(node, bytes) == sizeof(pair.children));
    }
    return used_++;
  }

  O* oracle_;
  u32 used_;
  u32 root_pair_[tree::kTables];
  RawArray<Hash32, tree::kTables> roots_;
  RawArray<Pair, kPairs + 1> pairs_;
};

}  // namespace gavel::stf
