#include "replay/gateway_client.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace gavel::replay {
namespace {

constexpr std::size_t kReceiveBytes = 256 * 1024;
constexpr std::size_t kSendBytes = 256 * 1024;

u64 now_ns() {
  return static_cast<u64>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                              std::chrono::steady_clock::now().time_since_epoch())
                              .count());
}

int poll_for(int fd, i16 events, u64 timeout_ns) {
  pollfd entry{fd, events, 0};
  timespec timeout{static_cast<time_t>(timeout_ns / 1'000'000'000),
                   static_cast<long>(timeout_ns % 1'000'000'000)};
  const int ready = ::ppoll(&entry, 1, &timeout, nullptr);
  return ready > 0 ? entry.revents : ready;
}

// A connected non-blocking socket, or -1.
int connect_address(const addrinfo& address, u64 deadline_ns) {
  const int fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  if (::connect(fd, address.ai_addr, address.ai_addrlen) == 0) return fd;
  if (errno == EINPROGRESS) {
    const u64 now = now_ns();
    const int ready = now < deadline_ns ? poll_for(fd, POLLOUT, deadline_ns - now) : 0;
    int error = 0;
    socklen_t length = sizeof(error);
    if (ready > 0 && ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0) {
      return fd;
    }
  }
  ::close(fd);
  return -1;
}

}  // namespace

const char* text_of(ClientError error) {
  switch (error) {
    case ClientError::resolve:
      return "the gateway's host name has no address";
    case ClientError::connect:
      return "the gateway cannot be reached";
    case ClientError::timeout:
      return "the gateway does not answer";
    case ClientError::closed:
      return "the gateway closed the connection";
    case ClientError::bad_answer:
      return "the gateway sent something that is no frame";
    case ClientError::refused_hello:
      return "the gateway refused the connection";
  }
  return "unknown";
}

base::Result<std::unique_ptr<GatewayClient>, ClientError> GatewayClient::connect(
    const std::string& host, u16 port, u64 timeout_ns) {
  const u64 deadline_ns = now_ns() + timeout_ns;
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return ClientError::resolve;
  }
  int fd = -1;
  for (const addrinfo* a = found; a != nullptr && fd < 0; a = a->ai_next) {
    fd = connect_address(*a, deadline_ns);
  }
  ::freeaddrinfo(found);
  if (fd < 0) return ClientError::connect;
  std::unique_ptr<GatewayClient> client(new GatewayClient(fd));
  append_hello(client->out_);
  bool welcomed = false;
  while (!welcomed) {
    const u64 now = now_ns();
    if (now >= deadline_ns) return ClientError::timeout;
    const auto pumped = client->pump(deadline_ns - now, [&](const Answer& answer) {
      if (const Welcome* welcome = std::get_if<Welcome>(&answer)) {
        client->welcome_ = *welcome;
        welcomed = true;
      }
    });
    if (!pumped.ok()) {
      return client->last_error_.empty() ? pumped.error() : ClientError::refused_hello;
    }
  }
  return client;
}

GatewayClient::~GatewayClient() { ::close(fd_); }

base::Result<void, ClientError> GatewayClient::send_some() {
  const u64 now = now_ns();
  if (!out_.empty()) {
    spoke_ns_ = now;
  } else if (now - spoke_ns_ >= ping_after_ns_) {
    ping({});
    spoke_ns_ = now;
  }
  while (sent_ < out_.size()) {
    const std::size_t want = std::min(out_.size() - sent_, kSendBytes);
    const ssize_t n = ::send(fd_, out_.data() + sent_, want, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      // What the node said before it closed may still be readable.
      break;
    }
    sent_ += static_cast<std::size_t>(n);
  }
  if (sent_ == out_.size()) {
    out_.clear();
    sent_ = 0;
  } else if (sent_ >= kSendBytes) {
    out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(sent_));
    sent_ = 0;
  }
  return {};
}

base::Result<void, ClientError> GatewayClient::receive_some(bool& more) {
  if (in_begin_ > 0) {
    std::memmove(in_.data(), in_.data() + in_begin_, in_end_ - in_begin_);
    in_end_ -= in_begin_;
    in_begin_ = 0;
  }
  // Room for the longest frame beside a full read.
  if (in_.size() < in_end_ + kReceiveBytes) in_.resize(in_end_ + kReceiveBytes);
  more = false;
  for (;;) {
    const ssize_t n = ::recv(fd_, in_.data() + in_end_, in_.size() - in_end_, 0);
    if (n > 0) {
      in_end_ += static_cast<std::size_t>(n);
      more = in_end_ == in_.size();
      return {};
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return {};
    return ClientError::closed;
  }
}

base::Result<u64, ClientError> GatewayClient::dispatch(const Handler& handler) {
  u64 handled = 0;
  Answer answer;
  for (;;) {
    const std::span<const u8> bytes(in_.data() + in_begin_, in_end_ - in_begin_);
    const i64 length = frame_length(bytes);
    if (length == 0) return handled;
    if (length < 0) return ClientError::bad_answer;
    if (!decode_answer(bytes.first(static_cast<std::size_t>(length)), answer)) {
      return ClientError::bad_answer;
    }
    if (const ErrorFrame* error = std::get_if<ErrorFrame>(&answer)) {
      last_error_ = "error " + std::to_string(error->code) + ": " + error->text;
    }
    handler(answer);
    in_begin_ += static_cast<std::size_t>(length);
    ++handled;
  }
}

base::Result<u64, ClientError> GatewayClient::pump(u64 timeout_ns, const Handler& handler) {
  GAVEL_TRY(send_some());
  const i16 events = static_cast<i16>(POLLIN | (unsent_bytes() > 0 ? POLLOUT : 0));
  const int ready = poll_for(fd_, events, timeout_ns);
  if (ready <= 0) return u64{0};
  u64 handled = 0;
  if ((ready & (POLLIN | POLLHUP | POLLERR)) != 0) {
    for (bool more = true; more;) {
      const auto received = receive_some(more);
      handled += GAVEL_TRY(dispatch(handler));
      GAVEL_TRY(received);
    }
  }
  GAVEL_TRY(send_some());
  return handled;
}

}  // namespace gavel::replay
