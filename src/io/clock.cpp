#include "io/clock.hpp"

#include <chrono>
#include <thread>

namespace gavel::io {

u64 SystemClock::now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<u64>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

u64 SystemClock::monotonic_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<u64>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

void SystemClock::sleep_until(u64 deadline_ns) {
  std::this_thread::sleep_until(std::chrono::steady_clock::time_point(
      std::chrono::nanoseconds(static_cast<i64>(deadline_ns))));
}

}  // namespace gavel::io
