// LiveLine: what a run is doing, once a second: on a terminal one line that changes, otherwise a
// line every ten seconds.
#pragma once

#include <thread>

#include "replay/replay.hpp"

namespace gavel::apps {

class LiveLine {
 public:
  // Further words for the line, asked for each second on the line's thread.
  explicit LiveLine(replay::ReplayControl& control, std::function<std::string()> more = {});
  ~LiveLine();
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  // The most messages answered within a second so far.
  u64 peak_per_second() const { return peak_.load(); }

 private:
  void run();

  replay::ReplayControl& control_;
  std::function<std::string()> more_;
  std::atomic<bool> stopping_{false};
  std::atomic<u64> peak_{0};
  std::thread thread_;
};

}  // namespace gavel::apps
