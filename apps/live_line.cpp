#include "live_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "command.hpp"

namespace gavel::apps {

LiveLine::LiveLine(replay::ReplayControl& control, std::function<std::string()> more)
    : control_(control), more_(std::move(more)), thread_([this] { run(); }) {}

LiveLine::~LiveLine() {
  stopping_.store(true);
  thread_.join();
}

void LiveLine::run() {
  constexpr u32 kStepsPerSecond = 20;
  constexpr u32 kSecondsPerPlainLine = 10;
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  const replay::ReplayProgress& p = control_.progress;
  u64 before = 0;
  bool shown = false;
  for (u32 step = 1; !stopping_.load(); ++step) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1'000 / kStepsPerSecond));
    if (interrupted()) control_.stop.store(true);
    if (step % kStepsPerSecond != 0) continue;
    const u64 answered = p.answered.load();
    const u64 rate = answered - before;
    before = answered;
    peak_.store(std::max(peak_.load(), rate));
    if (answered == 0 || (!terminal && step % (kSecondsPerPlainLine * kStepsPerSecond) != 0))
      continue;
    const std::string line =
        fmt::format("{} of {} messages, {} tx/s, {} fills{}", answered, p.total.load(), rate,
                    p.fills.load(), more_ ? more_() : std::string());
    fmt::print(stderr, "{}{}{}", terminal ? "\r\033[K" : "", line, terminal ? "" : "\n");
    std::fflush(stderr);
    shown = true;
  }
  if (terminal && shown) fmt::print(stderr, "\n");
}

}  // namespace gavel::apps
