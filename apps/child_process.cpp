#include "child_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>

namespace gavel::apps {

namespace {

constexpr int kExecFailed = 127;

// What a child does between fork and exec: only async-signal-safe calls.
[[noreturn]] void become(char* const* arguments, int log, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(kExecFailed);  // the parent ended before the line above
  ::setpgid(0, 0);  // Ctrl-C is for the parent, which ends its children in order
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execv(arguments[0], arguments);
  ::_exit(kExecFailed);
}

int status_of(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

class Socket {
 public:
  Socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() { ::close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  bool bind(u16 port) {
    const int yes = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  u16 port() const {
    sockaddr_in address{};
    socklen_t size = sizeof(address);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }

 private:
  int fd_;
};

}  // namespace

base::Result<ChildProcess, std::string> ChildProcess::start(
    const std::vector<std::string>& arguments, const std::string& log_file) {
  if (::access(arguments[0].c_str(), X_OK) != 0) {
    return "cannot run " + arguments[0] + ": " + std::strerror(errno);
  }
  const int log = ::open(log_file.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (log < 0) return "cannot write " + log_file + ": " + std::strerror(errno);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become(argv.data(), log, parent);
  ::close(log);
  if (pid < 0) return "cannot start " + arguments[0] + ": " + std::strerror(errno);
  return ChildProcess(pid, log_file);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(other.pid_), exit_(other.exit_), log_file_(std::move(other.log_file_)) {
  other.pid_ = -1;
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this == &other) return *this;
  stop();
  pid_ = other.pid_;
  exit_ = other.exit_;
  log_file_ = std::move(other.log_file_);
  other.pid_ = -1;
  return *this;
}

ChildProcess::~ChildProcess() { stop(); }

bool ChildProcess::running() {
  if (pid_ < 0) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  exit_ = status_of(status);
  pid_ = -1;
  return false;
}

std::optional<int> ChildProcess::stop(std::chrono::milliseconds patience) {
  if (!running()) return exit_;
  ::kill(pid_, SIGTERM);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < until) {
    if (!running()) return exit_;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill_now();
  return std::nullopt;
}

void ChildProcess::kill_now() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  exit_ = status_of(status);
  pid_ = -1;
}

std::string ChildProcess::log_tail() const {
  constexpr std::streamoff kTailBytes = 800;
  std::ifstream in(log_file_, std::ios::binary | std::ios::ate);
  const std::streamoff size = in.tellg();
  if (size <= 0) return {};
  const std::streamoff from = size > kTailBytes ? size - kTailBytes : 0;
  in.seekg(from);
  std::string tail(static_cast<std::size_t>(size - from), '\0');
  in.read(tail.data(), size - from);
  while (!tail.empty() && tail.back() == '\n') tail.pop_back();
  return tail;
}

u16 free_port() {
  Socket socket;
  return socket.bind(0) ? socket.port() : 0;
}

bool port_is_busy(u16 port) {
  Socket socket;
  return !socket.bind(port);
}

}  // namespace gavel::apps
