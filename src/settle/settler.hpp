// Settler: a node's poster and claimer together, and what their troubles mean for the node.
//
// What: gives both their turns. Once the claimer has found that L1 fixed another history than this
// node's, nothing more is posted: it would be built on blocks that are not the chain's. Nor is
// anything while the inbox that the blocks were built on is in doubt.
// Threads: none of its own; tick() does one bounded step of each.
#pragma once

#include <memory>

#include "settle/claimer.hpp"
#include "settle/poster.hpp"

namespace gavel::settle {

// What the node knows of the inbox.
enum class InboxView : u8 {
  known,     // all of L1 was read, and it has what was executed
  unread,    // L1's newest blocks are not known: nothing is claimed
  doubtful,  // L1 lacks what was executed, or may: nothing is posted either
};

class Settler {
 public:
  // Either may be null.
  Settler(std::unique_ptr<Poster> poster, std::unique_ptr<Claimer> claimer)
      : poster_(std::move(poster)), claimer_(std::move(claimer)) {}

  void tick(InboxView inbox = InboxView::known);

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
