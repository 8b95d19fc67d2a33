#include "sequencer/block_clock.hpp"

#include "ops/log.hpp"

namespace gavel::sequencer {

namespace {

constexpr u64 kStepMs = 1'000;      // a correction, not a jump
constexpr u64 kDriftRatio = 1'000;  // of the two clocks since they were last together

u64 distance(i64 a) { return static_cast<u64>(a < 0 ? -a : a); }

}  // namespace

BlockClock::BlockClock(io::Clock& clock)
    : clock_(clock), base_ms_(clock.now_ms()), base_ns_(clock.monotonic_ns()) {}

u64 BlockClock::now_ms() {
  const std::lock_guard lock(mutex_);
  const u64 ns = clock_.monotonic_ns();
  const u64 wall_ms = clock_.now_ms();
  const u64 since_ms = (ns - base_ns_) / 1'000'000;
  const u64 steady_ms = base_ms_ + since_ms;
  const i64 ahead_ms = static_cast<i64>(wall_ms - steady_ms);
  if (distance(ahead_ms) <= kStepMs + since_ms / kDriftRatio) {
    if (offset_ms_ != 0) ops::log_info("node", "the wall clock is followed again");
    offset_ms_ = 0;
    base_ms_ = wall_ms;
    base_ns_ = ns;
    return wall_ms;
  }
  if (distance(ahead_ms - offset_ms_) > kStepMs) {
    ops::log_error("node",
                   "the wall clock has jumped; block times go on without it: set it right, or "
                   "start the node again if it is right now",
                   {{"ahead_ms", ahead_ms}});
  }
  offset_ms_ = ahead_ms;
  return steady_ms;
}

i64 BlockClock::offset_ms() const {
  const std::lock_guard lock(mutex_);
  return offset_ms_;
}

}  // namespace gavel::sequencer
