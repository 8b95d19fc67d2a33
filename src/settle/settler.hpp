// Settler: a node's poster and claimer together, and what their troubles mean for the node.
//
// What: gives both their turns. Once the claimer has found that L1 fixed another history than this
// node's, nothing more is posted: it would be built on blocks that are not the chain's.
// Threads: none of its own; tick() does one bounded step of each.
#pragma once

#include <memory>

#include "settle/claimer.hpp"
#include "settle/poster.hpp"

namespace gavel::settle {

class Settler {
 public:
  // Either may be null.
  Settler(std::unique_ptr<Poster> poster, std::unique_ptr<Claimer> claimer)
      : poster_(std::move(poster)), claimer_(std::move(claimer)) {}

  // `hold_posting`: the inbox that the batches were built on is in doubt.
  void tick(bool hold_posting = false);

  // The node's later blocks are not the chain's: it must not acknowledge any more.
  bool diverged() const { return claimer_ && claimer_->status().diverged; }
  // More than `max_unposted` batches up to `committed` are not on L1, as far as L1 was ever read.
  bool is_late(u64 committed, u64 max_unposted) const;

  const Poster* poster() const { return poster_.get(); }
  const Claimer* claimer() const { return claimer_.get(); }

 private:
  std::unique_ptr<Poster> poster_;
  std::unique_ptr<Claimer> claimer_;
};

}  // namespace gavel::settle
