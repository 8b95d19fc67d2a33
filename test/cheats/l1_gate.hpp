// L1Gate: a door in front of L1's port that can be shut: connections through it break, and new ones
// are refused until it opens again, on the same port.
//
// Threads: one of its own; open() and shut() from any.
#pragma once

#include <atomic>
#include <map>
#include <thread>

#include "base/types.hpp"

namespace gavel::cheats {

class L1Gate {
 public:
  // Forwards to 127.0.0.1:`target_port`. Open at first.
  explicit L1Gate(u16 target_port);
  ~L1Gate();
  L1Gate(const L1Gate&) = delete;
  L1Gate& operator=(const L1Gate&) = delete;

  u16 port() const { return port_; }
  void open() { want_open_ = true; }
  void shut() { want_open_ = false; }

 private:
  void run();
  bool listen();
  void accept();
  // False when either side has ended.
  bool forward(int from, int to);
  void drop(int side);
  void drop_all();

  const u16 target_port_;
  u16 port_ = 0;
  int listener_ = -1;
  std::map<int, int> peers_;  // both ways
  std::atomic<bool> want_open_{true};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace gavel::cheats
