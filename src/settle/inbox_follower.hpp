// InboxFollower: hands the inbox's messages to the sequencer once they lie deep enough in L1.
//
// What: delivers messages in order, each once, when its block has the configured depth (default 6),
// so that a shallower reorg changes nothing. After a deeper one that took or replaced a message
// that was delivered it stops for good and names it: blocks were built on it, and only an operator
// can decide. After a restart it compares L1 with the journal of what was executed, so that a
// restart is no way around that decision. Threads: none of its own; tick() does one bounded step.
#pragma once

#include <functional>
#include <string>

#include "settle/inbox_journal.hpp"
#include "settle/l1_feed.hpp"

namespace gavel::settle {

class InboxFollower {
 public:
  // `delivered`: messages that the node's state has executed already; their bytes are not delivered
  // again. `journal`, if any, outlives the follower.
  InboxFollower(l1::Rpc& rpc, const Contracts& contracts, u32 depth, u64 delivered,
                std::function<void(std::vector<u8>)> deliver, InboxJournal* journal = nullptr);

  // False when it has stopped.
  bool tick();

  bool stopped() const { return stopped_; }
  u64 delivered() const { return delivered_; }
  bool caught_up() const { return caught_up_; }
  // All of L1 was read, and it does not show all messages that were executed: an endpoint that lags
  // behind, or a reorg that happened while the node was down. Nothing should be built on them
  // until it does.
  bool lacks_executed() const { return caught_up_ && feed_.messages().size() < delivered_; }
  // The first message that L1 no longer has as it was delivered; 0 while there is none.
  u64 orphaned() const { return orphaned_; }
  // It stopped because its journal could not be written.
  bool disk_failed() const { return disk_failed_; }
  // Why it stopped, or the last passing trouble with L1.
  const std::string& error() const { return error_; }

 private:
  void stop(u64 message, const char* what);
  bool take(u64 index, const Bytes& message);

  bool is_same_chain();

  l1::Rpc& rpc_;
  L1Feed feed_;
  u64 chain_id_ = 0;  // as first seen
  u64 delivered_;
  std::vector<Hash32> hashes_;  // of the messages delivered, as far as they are known
  u64 compared_ = 0;            // of them with what L1 shows now
  std::function<void(std::vector<u8>)> deliver_;
  InboxJournal* journal_;
  bool stopped_ = false;
  bool disk_failed_ = false;
  bool caught_up_ = false;
  u64 orphaned_ = 0;
  std::string error_;
};

}  // namespace gavel::settle
