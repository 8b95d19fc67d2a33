#include "cheats/l1_gate.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "base/check.hpp"

namespace gavel::cheats {

namespace {

constexpr int kPollMs = 10;

sockaddr_in local(u16 port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  out.sin_port = htons(port);
  return out;
}

}  // namespace

L1Gate::L1Gate(u16 target_port) : target_port_(target_port) {
  GAVEL_CHECK(listen());
  thread_ = std::thread([this] { run(); });
}

L1Gate::~L1Gate() {
  stopping_ = true;
  thread_.join();
}

bool L1Gate::listen() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  sockaddr_in address = local(port_);
  socklen_t size = sizeof(address);
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, plain, size) != 0 || ::listen(listener_, 16) != 0) return false;
  if (::getsockname(listener_, plain, &size) != 0) return false;
  port_ = ntohs(address.sin_port);
  return true;
}

void L1Gate::run() {
  while (!stopping_) {
    const bool is_open = listener_ >= 0;
    if (is_open && !want_open_) {
      drop_all();
      ::close(listener_);
      listener_ = -1;
    } else if (!is_open && want_open_) {
      GAVEL_CHECK(listen());
    }
    std::vector<pollfd> wait;
    if (listener_ >= 0) wait.push_back({listener_, POLLIN, 0});
    for (const auto& [side, other] : peers_) wait.push_back({side, POLLIN, 0});
    if (::poll(wait.data(), wait.size(), kPollMs) <= 0) continue;
    for (const pollfd& ready : wait) {
      if (ready.revents == 0) continue;
      if (ready.fd == listener_) {
        accept();
      } else if (const auto pair = peers_.find(ready.fd);
                 pair != peers_.end() && !forward(pair->first, pair->second)) {
        drop(ready.fd);
      }
    }
  }
  drop_all();
  if (listener_ >= 0) ::close(listener_);
}

void L1Gate::accept() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = local(target_port_);
  if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(client);
    ::close(server);
    return;
  }
  peers_[client] = server;
  peers_[server] = client;
}

bool L1Gate::forward(int from, int to) {
  std::array<char, 65'536> bytes;
  const ssize_t got = ::recv(from, bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  for (ssize_t sent = 0; sent < got;) {
    const ssize_t n =
        ::send(to, bytes.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += n;
  }
  return true;
}

void L1Gate::drop(int side) {
  const auto pair = peers_.find(side);
  if (pair == peers_.end()) return;
  const int other = pair->second;
  peers_.erase(side);
  peers_.erase(other);
  ::close(side);
  ::close(other);
}

void L1Gate::drop_all() {
  while (!peers_.empty()) drop(peers_.begin()->first);
}

}  // namespace gavel::cheats
