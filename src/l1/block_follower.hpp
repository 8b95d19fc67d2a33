// BlockFollower: L1's chain of headers as we have seen it, with every reorg named.
//
// Each poll() asks for the head, links new headers to the known ones by parent hash, and reports
// what was added and what was taken back. It remembers the last `window` headers; a fork below
// them, or below a finalised block, is an error for an operator, never silently accepted. A head
// that is merely older than ours (a lagging endpoint) changes nothing. Invariant: headers() are
// consecutive and linked; finalised <= safe <= tip; finalised never goes back.
#pragma once

#include <deque>

#include "l1/rpc.hpp"

namespace gavel::l1 {

struct FollowerConfig {
  u64 start_block = 0;             // the first header to follow
  u32 window = 4096;               // headers remembered
  u32 max_headers_per_poll = 512;  // catching up goes in steps of this
};

struct ChainUpdate {
  // Taken back, newest first; empty if nothing was. The common ancestor is the header below the
  // last one.
  std::vector<BlockHeader> removed{};
  // Now canonical, oldest first.
  std::vector<BlockHeader> added{};
  bool caught_up = false;  // the tip is the head that the node reported
};

class BlockFollower {
 public:
  BlockFollower(Rpc& rpc, FollowerConfig config) : rpc_(rpc), config_(config) {}

  // One step. On an error nothing has changed. kReorgTooDeep comes again at each poll until
  // restart_at().
  [[nodiscard]] Result<ChainUpdate> poll();

  [[nodiscard]] std::optional<BlockHeader> tip() const;
  // Highest block that the node calls safe or finalised and that is on our chain; 0 before any.
  [[nodiscard]] u64 safe_number() const { return safe_; }
  [[nodiscard]] u64 finalized_number() const { return finalized_; }
  // The header at that height, if remembered.
  [[nodiscard]] std::optional<BlockHeader> at(u64 number) const;
  [[nodiscard]] bool contains(const BlockHeader& header) const;
  [[nodiscard]] const std::deque<BlockHeader>& headers() const { return headers_; }
  // How deep the block lies: 1 for the tip; 0 if it is not on the chain.
  [[nodiscard]] u64 depth_of(u64 number, const Hash32& hash) const;
  // Forgets everything and follows from the given block: an operator's decision.
  void restart_at(u64 start_block);

 private:
  struct Marks {
    std::optional<BlockHeader> safe;
    std::optional<BlockHeader> finalized;
  };
  [[nodiscard]] Result<u64> find_ancestor(const BlockHeader& head,
                                          std::vector<BlockHeader>& removed);
  [[nodiscard]] Result<std::vector<BlockHeader>> read_upward(
      u64 ancestor, const BlockHeader& head, const std::vector<BlockHeader>& removed);
  [[nodiscard]] Result<Marks> read_marks();
  [[nodiscard]] Result<std::optional<BlockHeader>> optional_mark(BlockTag tag);
  void advance(const Marks& marks);

  Rpc& rpc_;
  FollowerConfig config_;
  std::deque<BlockHeader> headers_;
  u64 safe_ = 0;
  u64 finalized_ = 0;
};

}  // namespace gavel::l1
