// NodeColdPath: the thread behind the block log: hashes durable blocks, seals batches, and does
// what must be done between blocks.
//
// Why: the state tree's writer is one thread by contract (state/commit_store.hpp); whoever wants
// something of it posts it here. Invariant: blocks and errands are done in the order in which they
// came. After a failure nothing more is done.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "sequencer/executor.hpp"

namespace gavel::sequencer {

class NodeColdPath {
 public:
  // `seal`: false if the node must stop. On the thread.
  explicit NodeColdPath(std::function<bool(const SealedBlock&)> seal) : seal_(std::move(seal)) {}
  ~NodeColdPath() { stop(); }

  void start();
  // Does the first of what waits; false if there was nothing. For an owner without the thread.
  bool step();
  // A durable block, the next one. Any thread.
  void add(SealedBlockPtr block);
  // Runs it after the blocks that were added so far. Any thread.
  void post(std::function<void()> errand);
  // Does what waits and ends the thread.
  void stop();

  // Blocks that wait.
  u64 waiting() const { return waiting_.load(std::memory_order_relaxed); }

 private:
  struct Item {
    SealedBlockPtr block;
    std::function<void()> errand;
  };
  void push(Item item);
  void run();
  void handle(const Item& item);

  std::function<bool(const SealedBlock&)> seal_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Item> items_;
  bool stopping_ = false;
  bool failed_ = false;  // on the thread
  std::atomic<u64> waiting_{0};
  std::thread thread_;
};

}  // namespace gavel::sequencer
