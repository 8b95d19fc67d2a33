// Time as an input: wall clock for people and protocols, monotonic clock for waiting and measuring.
//
// Code that depends on time takes a Clock&, so that the simulator can run hours in a second and
// replay them. The two clocks are never compared with each other: the wall clock may jump, the
// monotonic one may not.
#pragma once

#include <atomic>

#include "base/types.hpp"

namespace gavel::io {

class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since 1970-01-01 UTC.
  [[nodiscard]] virtual u64 now_ms() = 0;
  // Nanoseconds since some fixed moment of this process; never decreases.
  [[nodiscard]] virtual u64 monotonic_ns() = 0;
  // Blocks the thread until monotonic_ns() >= deadline_ns.
  virtual void sleep_until(u64 deadline_ns) = 0;

  void sleep_for_ns(u64 duration_ns) { sleep_until(monotonic_ns() + duration_ns); }
};

class SystemClock final : public Clock {
 public:
  u64 now_ms() override;
  u64 monotonic_ns() override;
  void sleep_until(u64 deadline_ns) override;
};

// Stands still until told otherwise; a sleeper moves it to its deadline. Any thread may read.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(u64 start_ms = 1'700'000'000'000) : start_ms_(start_ms) {}
  u64 now_ms() override { return start_ms_ + monotonic_ns() / 1'000'000; }
  u64 monotonic_ns() override { return elapsed_ns_.load(std::memory_order_relaxed); }
  void sleep_until(u64 deadline_ns) override {
    u64 now = elapsed_ns_.load(std::memory_order_relaxed);
    while (now < deadline_ns && !elapsed_ns_.compare_exchange_weak(now, deadline_ns)) {
    }
  }
  void advance_ns(u64 duration_ns) { elapsed_ns_.fetch_add(duration_ns); }
  void advance_ms(u64 duration_ms) { advance_ns(duration_ms * 1'000'000); }

 private:
  u64 start_ms_;
  std::atomic<u64> elapsed_ns_{0};
};

}  // namespace gavel::io
