// SignatureStage: threads that decode transactions and find out who signed them.
//
// What: raw transactions in, Submissions out, in order per connection: a connection always uses the
// same thread. Digests and recoveries go through crypto::recover_batch in groups, so that a wide
// processor can work on several at once. A connection may hold as many places as are free beside
// its own: one that floods gets half a queue, two a third each, and whoever comes next finds room.
// Why here: a signature costs more than all the rest of a
// transaction; the executing thread only compares addresses. Threads: push() from one thread (the
// gateway's); take() from one thread (the executor's). With 0 threads the owner calls step().
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "sequencer/block.hpp"

namespace gavel::sequencer {

// A submit frame's transaction, not yet looked at.
struct RawSubmission {
  u64 request_id = 0;
  u32 connection = 0;
  u32 size = 0;
  std::array<u8, stf::kMaxTransactionBytes> bytes{};
};

class SignatureStage {
 public:
  // `on_ready` is called by a signature thread after it has made submissions available.
  SignatureStage(const Hash32& domain, u32 threads, u32 queue_depth,
                 std::function<void()> on_ready);
  ~SignatureStage();

  // False if the connection's queue is full, or its share of it: the client is told busy.
  [[nodiscard]] bool push(const RawSubmission& raw);
  // What is ready, appended to `out`; at most the queues' depth. A transaction whose bytes do not
  // decode has tx.action 0.
  u32 take(std::vector<Submission>& out);
  // Works on one group of each lane; false if there was nothing to do. Only with 0 threads.
  bool step();
  // Everything pushed was taken.
  [[nodiscard]] bool idle() const;
  // Ends the threads; what is queued stays untaken.
  void stop();

 private:
  struct Lane;
  void run(Lane& lane);
  std::size_t recover_group(Lane& lane, std::size_t most);

  Hash32 domain_;
  std::function<void()> on_ready_;
  std::atomic<bool> stopping_{false};
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::atomic<u64> pushed_{0};
  u64 taken_ = 0;
  std::atomic<u64> taken_shared_{0};
};

}  // namespace gavel::sequencer
