// InboxFollower: hands the inbox's messages to the sequencer once they lie deep enough in L1.
//
// What: delivers messages in order, each once, when its block has the configured depth (default 6),
// so that a shallower reorg changes nothing. After a deeper one it stops for good and names the
// orphaned message: blocks were built on it, and only an operator can decide. Threads: none of its
// own; tick() does one bounded step.
#pragma once

#include <functional>
#include <string>

#include "settle/l1_feed.hpp"

namespace gavel::settle {

class InboxFollower {
 public:
  // `delivered`: messages that the node's state has executed already; their bytes are not delivered
  // again.
  InboxFollower(l1::Rpc& rpc, const Contracts& contracts, u32 depth, u64 delivered,
                std::function<void(std::vector<u8>)> deliver);

  // False when it has stopped.
  bool tick();

  u64 delivered() const { return delivered_; }
  bool caught_up() const { return caught_up_; }
  // Why it stopped, or the last passing trouble with L1.
  const std::string& error() const { return error_; }

 private:
  L1Feed feed_;
  u64 delivered_;
  std::vector<Hash32> hashes_;  // of the messages seen so far
  std::function<void(std::vector<u8>)> deliver_;
  bool stopped_ = false;
  bool caught_up_ = false;
  std::string error_;
};

}  // namespace gavel::settle
