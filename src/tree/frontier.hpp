// Frontier<Depth>: the least that must be kept of an append-only Merkle tree to go on appending.
//
// What: one node a level, the complete left subtrees that still wait for their right neighbour;
// with the count it gives the root of the tree of `Depth` levels, leaves filled from the left, the
// rest 0.
// Why: a cursor holds a block's transaction tree in one hash, and the Inbox's tree in Depth + 1
// words.
// Invariant: node i is in use exactly if bit i of the count is set, and is the zero word otherwise:
// a slot is zeroed as soon as it is merged upwards. So every count and every sequence of leaves has
// one encoding. At most 2^Depth - 1 leaves: the last place would need a slot above the highest.
// Source: the incremental Merkle tree of the beacon deposit contract, with cleared slots.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "base/check.hpp"
#include "crypto/keccak.hpp"
#include "tree/node.hpp"

namespace gavel::tree {

template <u32 Depth>
class Frontier {
  static_assert(Depth >= 1 && Depth <= kDepth);

 public:
  static constexpr u32 kCapacity = static_cast<u32>((u64{1} << Depth) - 1);
  static constexpr u32 kBytes = Depth * 32;
  using Nodes = std::array<Hash32, Depth>;

  constexpr Frontier() = default;

  // A frontier from its count and the concatenated nodes that its hash was taken of. Empty unless
  // the encoding is canonical: exactly kBytes, unused slots zero.
  static constexpr std::optional<Frontier> decode(u32 count, std::span<const u8> bytes) {
    if (bytes.size() != kBytes || count > kCapacity) return std::nullopt;
    Frontier out;
    out.count_ = count;
    for (u32 level = 0; level < Depth; ++level) {
      Hash32& node = out.nodes_[level];
      for (u32 i = 0; i < 32; ++i) node.bytes[i] = bytes[level * 32 + i];
      if ((count >> level & 1) == 0 && !node.is_zero()) return std::nullopt;
    }
    return out;
  }

  constexpr u32 count() const { return count_; }
  constexpr bool full() const { return count_ == kCapacity; }
  constexpr const Nodes& nodes() const { return nodes_; }

  // Places the leaf at position count(). False, and nothing changed, if full. At most Depth - 1
  // hashes.
  [[nodiscard]] bool append(const Hash32& leaf) {
    if (full()) return false;
    Hash32 node = leaf;
    u32 level = 0;
    for (; (count_ >> level & 1) != 0; ++level) {
      node = hash_node(nodes_[level], node);
      nodes_[level] = Hash32{};
    }
    nodes_[level] = node;
    ++count_;
    return true;
  }

  // The root of all Depth levels. Depth hashes.
  Hash32 root() const {
    Hash32 node{};
    for (u32 level = 0; level < Depth; ++level) {
      node = (count_ >> level & 1) != 0 ? hash_node(nodes_[level], node)
                                        : hash_node(node, kEmptySubtree[level]);
    }
    return node;
  }

  // H(node_0 || ... || node_(Depth-1)), lowest level first; the count is committed elsewhere.
  Hash32 hash() const { return crypto::keccak256(encoding()); }
  // The preimage of hash(), valid as long as the frontier is.
  std::span<const u8> encoding() const {
    static_assert(sizeof(Nodes) == kBytes);
    return {reinterpret_cast<const u8*>(nodes_.data()), kBytes};
  }

  friend constexpr bool operator==(const Frontier&, const Frontier&) = default;

 private:
  Nodes nodes_{};
  u32 count_ = 0;
};

}  // namespace gavel::tree
