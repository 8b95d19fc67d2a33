// BlockClock: the time of blocks, from a wall clock that may jump.
//
// What: goes with the wall clock while that goes with the monotonic one: within a second, and a
// thousandth of the time since they last agreed. When the wall clock jumps, time goes on from where
// it was at the monotonic clock's pace, until the two agree again. Why: L1 gives no
// meaning to blocks more than a minute ahead of it (docs/protocol/data.md), so a clock that is set
// forward must not reach a block; one that is set back must not stop nonces and expiries.
// Invariant: no jump of the wall clock moves now_ms() by more than that. A new process believes the
// wall clock: nothing else tells the time then. Any thread.
#pragma once

#include <mutex>

#include "io/clock.hpp"

namespace gavel::sequencer {

class BlockClock final : public io::Clock {
 public:
  explicit BlockClock(io::Clock& clock);

  u64 now_ms() override;
  u64 monotonic_ns() override { return clock_.monotonic_ns(); }
  void sleep_until(u64 deadline_ns) override { clock_.sleep_until(deadline_ns); }

  // How far the wall clock is ahead of this one; 0 while it is followed.
  i64 offset_ms() const;

 private:
  io::Clock& clock_;
  mutable std::mutex mutex_;
  u64 base_ms_;  // the time at base_ns_ of the monotonic clock
  u64 base_ns_;
  i64 offset_ms_ = 0;
};

}  // namespace gavel::sequencer
