#include <algorithm>

#include "ops/log.hpp"
#include "sequencer/gateway_server.hpp"

namespace gavel::sequencer {

namespace {

// A client that leaves this much unread is not read from either: its own window closes.
constexpr u64 kPauseBytes = u64{1} << 20;
// A buffer that a burst made longer than this goes back to the system.
constexpr std::size_t kKeptBytes = std::size_t{1} << 20;
// How long a client that was told why has to close before we do.
constexpr u64 kLingerNs = 1'000'000'000;

}  // namespace

GatewayConnection::GatewayConnection(Gateway::Server& server, std::unique_ptr<GatewayWire> wire,
                                     u32 id, std::string address)
    : server_(server),
      wire_(std::move(wire)),
      address_(std::move(address)),
      session_(server, server.options.session, id, server.clock.monotonic_ns()),
      progress_ns_(server.clock.monotonic_ns()) {}

void GatewayConnection::read() {
  if (reading_ || dead_) return;
  reading_ = true;
  wire_->read_some(session_.room(),
                   [self = shared_from_this()](bool ok, std::size_t n) { self->on_read(ok, n); });
}

void GatewayConnection::on_read(bool ok, std::size_t n) {
  reading_ = false;
  if (dead_) return;
  if (!ok) {
    close();
    return;
  }
  if (closing()) {
    // What a client still sends while it is told why is dropped: closing over unread bytes would
    // take the reason away.
    read();
    return;
  }
  session_.received(n, server_.clock.monotonic_ns());
  if (!session_.open()) {
    server_.stats.errors.fetch_add(1, std::memory_order_relaxed);
    ops::log_debug("gateway", "client closed for an error",
                   {{"connection", session_.id()}, {"error", text_of(session_.error())}});
  }
  flush();
  if (unread() < kPauseBytes || closing()) read();
}

void GatewayConnection::flush() {
  if (writing_ || dead_) return;
  if (out().empty()) {
    if (finishing_) {
      close();
    } else if (closing()) {
      linger();
    }
    return;
  }
  writing_ = true;
  sent_ = 0;
  sending_.swap(out());
  progress_ns_ = server_.clock.monotonic_ns();
  write_some();
}

void GatewayConnection::write_some() {
  wire_->write_some(
      std::span<const u8>(sending_).subspan(sent_),
      [self = shared_from_this()](bool ok, std::size_t n) { self->on_written(ok, n); });
}

void GatewayConnection::on_written(bool ok, std::size_t n) {
  if (dead_) return;
  if (!ok) {
    close();
    return;
  }
  sent_ += n;
  progress_ns_ = server_.clock.monotonic_ns();
  if (sent_ < sending_.size()) {
    write_some();
    return;
  }
  writing_ = false;
  sent_ = 0;
  sending_.clear();
  if (sending_.capacity() > kKeptBytes) sending_.shrink_to_fit();
  flush();
  if (unread() < kPauseBytes) read();
}

// Everything is written: says so, and waits for the client to close.
void GatewayConnection::linger() {
  if (linger_ns_ != 0) return;
  linger_ns_ = server_.clock.monotonic_ns() + 1;
  wire_->end_writing();
  read();
}

void GatewayConnection::fail(GatewayError error) {
  if (closing()) return;
  session_.fail(error);
  server_.stats.errors.fetch_add(1, std::memory_order_relaxed);
  ops::log_debug("gateway", "client closed for an error",
                 {{"connection", session_.id()}, {"error", text_of(error)}});
  flush();
}

void GatewayConnection::finish() {
  finishing_ = true;
  flush();
}

void GatewayConnection::close() {
  if (dead_) return;
  dead_ = true;
  wire_->close();
  server_.forget(*this);
}

void GatewayConnection::watch(u64 now_ns) {
  if (linger_ns_ != 0) {
    if (now_ns - linger_ns_ >= kLingerNs) close();
    return;
  }
  // Whoever takes nothing of what waits for him for as long as he may be silent has left.
  const u64 stuck_ns = closing() ? kLingerNs : server_.options.session.idle_timeout_ns;
  if (writing_ && now_ns - progress_ns_ >= stuck_ns) {
    server_.stats.errors.fetch_add(1, std::memory_order_relaxed);
    close();
    return;
  }
  if (closing() || !session_.check_time(now_ns)) return;
  server_.stats.timeouts.fetch_add(1, std::memory_order_relaxed);
  server_.stats.errors.fetch_add(1, std::memory_order_relaxed);
  flush();
}

}  // namespace gavel::sequencer
