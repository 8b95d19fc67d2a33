// NodeSnapshots: copies all objects into a snapshot now and then, without stopping the node.
//
// What: a thread asks the executor for the encodings of a run of objects, at most kSliceNs of its
// time between two blocks, and appends them to the snapshot's file; begin and end are errands of
// the cold path, as the commit store wants it. Why: a start replays the records after the newest
// snapshot; without one it would replay the chain's whole history. Invariant: at most one snapshot
// is under way. One that is cut off by a stop is removed at the next start.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "sequencer/node_cold_path.hpp"
#include "state/commit_store.hpp"

namespace gavel::sequencer {

class NodeSnapshots {
 public:
  // `slice_objects`: how many objects the executor encodes at most at once.
  NodeSnapshots(Executor& executor, state::CommitStore& tree, NodeColdPath& cold, io::Clock& clock,
                u32 slice_objects)
      : executor_(executor),
        tree_(tree),
        cold_(cold),
        clock_(clock),
        slice_objects_(slice_objects) {}
  ~NodeSnapshots() { stop(); }

  void start();
  // Does the next piece of a snapshot that was begun; false if there is none, or if the executor
  // has not answered yet. For an owner without the thread.
  bool step();
  // Begins one, now that `committed` is the newest batch, unless one is under way. On the cold
  // path's thread.
  void begin(u64 committed);
  // Ends the thread; a snapshot under way is given up. The cold path and the executor are still
  // there.
  void stop();

  u64 taken() const { return taken_.load(std::memory_order_relaxed); }
  u64 failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  static constexpr u64 kSliceNs = 2'000'000;
  struct Slice;

  // The snapshot that is being copied: how far it is. On the thread.
  struct Copy {
    state::SnapshotWriter writer;
    u8 table = 0;
    u32 first = 1;
    u64 batch = 0;  // in progress when the last slice was encoded
    std::shared_ptr<Slice> slice;
  };

  void run();
  bool take_begun();
  void ask_slice();
  void append_slice();
  void end_copy(bool copied);

  Executor& executor_;
  state::CommitStore& tree_;
  NodeColdPath& cold_;
  io::Clock& clock_;
  u32 slice_objects_;
  std::optional<Copy> copy_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<state::SnapshotWriter> writer_;  // begun, not yet taken by the thread
  bool under_way_ = false;
  bool stopping_ = false;
  u64 sealed_at_ = 0;  // the batch with which the last one is sealed; cold path's thread
  std::atomic<u64> taken_{0};
  std::atomic<u64> failed_{0};
  std::thread thread_;
};

}  // namespace gavel::sequencer
