// SimClock: the node's clock in a simulation: it stands still between steps, and its wall clock can
// be wrong.
//
// Invariant: monotonic time is the simulation's; the wall clock is the true time plus the jumps
// that it made so far.
#pragma once

#include "base/check.hpp"
#include "io/clock.hpp"

namespace gavel::sim {

class SimClock final : public io::Clock {
 public:
  // `start_ms`: the true time at the beginning.
  explicit SimClock(u64 start_ms) : start_ms_(start_ms) {}

  u64 now_ms() override { return static_cast<u64>(static_cast<i64>(true_ms()) + error_ms_); }
  u64 monotonic_ns() override { return kFirstNs + elapsed_ns_; }
  // Nobody in a simulation may wait: he would wait for ever.
  void sleep_until(u64) override { GAVEL_CHECK(false); }

  u64 true_ms() const { return start_ms_ + elapsed_ns_ / 1'000'000; }
  u64 elapsed_ns() const { return elapsed_ns_; }
  i64 error_ms() const { return error_ms_; }
  void advance_ns(u64 duration_ns) { elapsed_ns_ += duration_ns; }
  void set_error_ms(i64 error_ms) { error_ms_ = error_ms; }

 private:
  static constexpr u64 kFirstNs = 1'000'000'000;

  u64 start_ms_;
  u64 elapsed_ns_ = 0;
  i64 error_ms_ = 0;
};

}  // namespace gavel::sim
