// PostedBatch: a batch's pages and messages as L1 fixed them, to run from and to prove from.
//
// What: stf::BatchData over the pages and the messages that the batch can execute, and the
// preimages that lead from data_commitment and inbox_root to any of them. Why: a unit's witness
// must hold the path to the page or message that it reads. Invariant: the trees made here have the
// roots that L1 fixed, or open() refuses. Memory: the pages, the messages that the batch can
// execute, and 64 bytes for each of both; while it is opened 64 bytes a message of the whole inbox.
#pragma once

#include <optional>

#include "settle/deriver.hpp"
#include "stf/host_oracle.hpp"
#include "stf/judge_data.hpp"

namespace gavel::dispute {

// The nodes of a tree of `depth` levels over its first leaves, as far as paths to leaves from
// `from` on need them.
class LeafTree {
 public:
  LeafTree() = default;
  LeafTree(std::vector<Hash32> leaves, u32 depth, u64 from = 0);

  Hash32 root() const { return node(depth_, 0); }
  u64 leaves() const { return leaves_; }
  // Every node on the way to a leaf, from <= index < 2^depth; none below an empty subtree.
  void add_path(u64 index, stf::MapOracle& out) const;
  u64 nodes_kept() const;

 private:
  struct Level {
    u64 first = 0;  // position of the first that is kept
    std::vector<Hash32> nodes;
  };
  Hash32 node(u32 level, u64 position) const;

  u32 depth_ = 0;
  u64 leaves_ = 0;
  std::vector<Level> levels_;  // up to the first of one node
};

class PostedBatch {
 public:
  // Takes the pages. `executed`: messages before the batch. Nothing if pages or messages are not
  // those that the posted words fix.
  static std::optional<PostedBatch> open(settle::BatchInput input, u64 executed);

  u64 number() const { return batch_; }
  const stf::Posted& posted() const { return posted_; }
  const std::vector<settle::Bytes>& pages() const { return pages_; }

  // stf::BatchData.
  std::span<const u8> page(u64 i) const;
  u64 message_count() const { return inbox_.leaves(); }
  std::span<const u8> message(u64 i) const { return messages_.at(i - 1 - executed_); }

  // What a judge asks for to read page i, or message i, or to learn that it is not there. Messages
  // before the batch's are not read in it: of them nothing is known here.
  void add_page(u64 i, stf::MapOracle& out) const;
  void add_message(u64 i, stf::MapOracle& out) const;

 private:
  u64 batch_ = 0;
  stf::Posted posted_;
  u64 mode_ = 0;
  std::vector<settle::Bytes> pages_;
  LeafTree page_tree_;
  u64 executed_ = 0;
  std::vector<settle::Bytes> messages_;  // those after the executed ones
  LeafTree inbox_;
};

}  // namespace gavel::dispute
