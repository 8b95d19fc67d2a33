// ChildProcess: a program that this one starts and ends: anvil, or a node beside it.
//
// Invariant: the child dies with us, whatever ends us (PR_SET_PDEATHSIG), and it is the only
// process that stop() signals.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"

namespace gavel::apps {

class ChildProcess {
 public:
  // Starts arguments[0] with its output in `log_file`. The error is a sentence.
  [[nodiscard]] static base::Result<ChildProcess, std::string> start(
      const std::vector<std::string>& arguments, const std::string& log_file);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  bool running();
  // SIGTERM, and SIGKILL after the time; the exit status (128 + signal), or nothing if it had to be
  // killed.
  std::optional<int> stop(std::chrono::milliseconds patience = std::chrono::seconds(10));
  // Ends it at once, as a crash does.
  void kill_now();
  pid_t pid() const { return pid_; }
  const std::string& log_file() const { return log_file_; }
  // The last lines of its output, for an error message.
  std::string log_tail() const;

 private:
  ChildProcess(pid_t pid, std::string log_file) : pid_(pid), log_file_(std::move(log_file)) {}
  pid_t pid_ = -1;
  int exit_ = 0;
  std::string log_file_;
};

// A TCP port of this machine that nobody listens on at the moment.
[[nodiscard]] u16 free_port();
// Whether somebody listens on it.
[[nodiscard]] bool port_is_busy(u16 port);

}  // namespace gavel::apps
