// How snapshots and starts reach the hot objects (snapshot.hpp).
//
// What: HotObjectSink puts what a start reads into a HotState. SnapshotTap lets the cold path's
// thread copy a HotState that the executing thread goes on changing: it asks for a slice, and the
// executing thread encodes it between two blocks.
// Why: a copy by another thread could see half-written objects; a slice of 512 KiB costs the
// executing thread a fraction of a millisecond a block, and nothing while no snapshot is being
// made.
// Invariant: every object that the tap gives is one that existed between two blocks.
#pragma once

#include <atomic>
#include <vector>

#include "state/hot_state.hpp"
#include "state/snapshot.hpp"

namespace gavel::state {

class HotObjectSink final : public ObjectSink {
 public:
  explicit HotObjectSink(HotState& state) : state_(state) {}
  bool load(u8 table, u32 index, std::span<const u8> encoding) override {
    return table < exchange::kTableCount &&
           state_.load_object(static_cast<exchange::Table>(table), index, encoding);
  }

 private:
  HotState& state_;
};

class SnapshotTap final : public ObjectSource {
 public:
  static constexpr u32 kSliceBytes = 512u << 10;

  SnapshotTap();

  // The executing thread, after each block: encodes the slice that is asked for, if any.
  void serve(const HotState& state);
  // The executing thread has ended. What the tap gives from here on is nothing, and a snapshot that
  // was being copied must not be sealed: closed() says so.
  void close() { step_.store(Step::closed, std::memory_order_release); }
  [[nodiscard]] bool closed() const {
    return step_.load(std::memory_order_acquire) == Step::closed;
  }

  // The copying thread. Each call may wait for the end of a block.
  u32 extent(u8 table) override;
  u32 encode(u8 table, u32 index, std::span<u8> out) override;

 private:
  enum class Step : u8 { idle, asked, answered, closed };

  bool ask(u8 table, u32 first);
  [[nodiscard]] bool held(u8 table, u32 index) const {
    return table == table_ && index >= first_ && index - first_ < ends_.size();
  }

  // Owned by the executing thread while asked, by the copying thread otherwise.
  std::atomic<Step> step_{Step::idle};
  u8 table_ = 0;
  u32 first_ = 0;
  u32 extent_ = 0;
  std::vector<u32> ends_;  // of the encodings in bytes_; an empty one is an absent object
  std::vector<u8> bytes_;
};

}  // namespace gavel::state
