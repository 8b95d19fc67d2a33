#include "sequencer/gateway.hpp"

#include <algorithm>

#include "ops/log.hpp"
#include "sequencer/gateway_server.hpp"

namespace gavel::sequencer {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// Whoever does not read his last results within a second has left.
constexpr u32 kQuietPolls = 200;
constexpr auto kQuietPoll = std::chrono::milliseconds(5);
constexpr auto kWatchPause = std::chrono::milliseconds(50);
// So that one client with a long answer does not hold the others up.
constexpr std::size_t kWriteBytes = 256 * 1024;
// After an accept that failed, most likely for want of descriptors.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
// Connections that are being told why they must go, beside those that may stay.
constexpr u32 kRefusedAtOnce = 256;

class TcpWire final : public GatewayWire {
 public:
  explicit TcpWire(tcp::socket socket) : socket_(std::move(socket)) {}

  void read_some(std::span<u8> into, Done done) override {
    socket_.async_read_some(
        asio::buffer(into.data(), into.size()),
        [done = std::move(done)](const error_code& ec, std::size_t n) { done(!ec, n); });
  }
  void write_some(std::span<const u8> bytes, Done done) override {
    socket_.async_write_some(
        asio::buffer(bytes.data(), std::min(kWriteBytes, bytes.size())),
        [done = std::move(done)](const error_code& ec, std::size_t n) { done(!ec, n); });
  }
  void end_writing() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

 private:
  tcp::socket socket_;
};

}  // namespace

Gateway::Server::Server(GatewayOptions o, io::Clock& c, std::function<bool(const RawSubmission&)> s)
    : options(std::move(o)),
      clock(c),
      push(std::move(s)),
      acceptor(context),
      accept_pause(context),
      watch_timer(context),
      quiet(context) {}

Refusal Gateway::Server::submit(const RawSubmission& raw) {
  stats.submitted.fetch_add(1, std::memory_order_relaxed);
  if (draining) return Refusal::shutting_down;
  if (push(raw)) return Refusal::none;
  stats.busy.fetch_add(1, std::memory_order_relaxed);
  return Refusal::busy;
}

void Gateway::Server::refused(Refusal why) {
  stats.submitted.fetch_add(1, std::memory_order_relaxed);
  if (why == Refusal::busy) stats.busy.fetch_add(1, std::memory_order_relaxed);
}

Welcome Gateway::Server::welcome() {
  return {options.chain_id, options.verifying_contract, clock.now_ms(), last_block};
}

void Gateway::Server::subscribe(u32 connection, u32 account) {
  subscribers[account].insert(connection);
}

void Gateway::Server::subscribe_blocks(u32 connection) { block_subscribers.insert(connection); }

void Gateway::Server::accept() {
  acceptor.async_accept([self = this](const error_code& ec, tcp::socket socket) {
    if (ec == asio::error::operation_aborted) return;
    if (!ec) {
      self->take_in(std::move(socket));
      self->accept();
      return;
    }
    self->accept_pause.expires_after(kAcceptPause);
    self->accept_pause.async_wait([self](const error_code& stopped) {
      if (!stopped && self->acceptor.is_open()) self->accept();
    });
  });
}

void Gateway::Server::take_in(tcp::socket socket) {
  error_code ec;
  const tcp::endpoint remote = socket.remote_endpoint(ec);
  // Gone already, or one of a crowd too great to be answered.
  if (ec || connections.size() >= u64{options.max_connections} + kRefusedAtOnce) return;
  socket.set_option(tcp::no_delay(true), ec);
  add(std::make_unique<TcpWire>(std::move(socket)), remote.address().to_string());
}

void Gateway::Server::add(std::unique_ptr<GatewayWire> wire, const std::string& address) {
  if (next_id == 0) next_id = 1;
  const auto connection =
      std::make_shared<GatewayConnection>(*this, std::move(wire), next_id++, address);
  connections.emplace(connection->session().id(), connection);
  const u32 from_there = ++by_address[address];
  stats.connections.store(connections.size(), std::memory_order_relaxed);
  if (connections.size() > options.max_connections ||
      from_there > options.max_connections_per_address) {
    connection->fail(GatewayError::too_many_connections);
  } else {
    connection->read();
  }
}

void Gateway::Server::forget(const GatewayConnection& connection) {
  const GatewaySession& session = connection.session();
  for (const u32 account : session.accounts()) {
    const auto it = subscribers.find(account);
    it->second.erase(session.id());
    if (it->second.empty()) subscribers.erase(it);
  }
  block_subscribers.erase(session.id());
  const auto there = by_address.find(connection.address());
  if (--there->second == 0) by_address.erase(there);
  connections.erase(session.id());
  stats.connections.store(connections.size(), std::memory_order_relaxed);
}

GatewayConnection* Gateway::Server::find(u32 connection) const {
  const auto it = connections.find(connection);
  if (it == connections.end() || !it->second->session().open()) return nullptr;
  return it->second.get();
}

// Ending a connection takes it out of the map, so nobody iterates the map itself meanwhile.
std::vector<Gateway::Server::ConnectionPtr> Gateway::Server::all() const {
  std::vector<ConnectionPtr> out;
  out.reserve(connections.size());
  for (const auto& [id, connection] : connections) out.push_back(connection);
  return out;
}

void Gateway::Server::watch() {
  const u64 now_ns = clock.monotonic_ns();
  for (const ConnectionPtr& connection : all()) connection->watch(now_ns);
}

void Gateway::Server::watch_again() {
  watch_timer.expires_after(kWatchPause);
  watch_timer.async_wait([self = this](const error_code& ec) {
    if (ec) return;
    self->watch();
    self->watch_again();
  });
}

// Whoever leaves too much unread is closed; of all together, those who leave the most.
void Gateway::Server::bound_unread() {
  std::vector<ConnectionPtr> slowest = all();
  u64 total = 0;
  for (const ConnectionPtr& c : slowest) total += c->unread();
  const auto more = [](const ConnectionPtr& a, const ConnectionPtr& b) {
    return a->unread() > b->unread();
  };
  if (total > options.max_unread_total_bytes) std::ranges::sort(slowest, more);
  for (const ConnectionPtr& c : slowest) {
    const u64 unread = c->unread();
    if (unread <= options.max_unread_bytes && total <= options.max_unread_total_bytes) continue;
    total -= unread;
    stats.errors.fetch_add(1, std::memory_order_relaxed);
    stats.too_slow.fetch_add(1, std::memory_order_relaxed);
    ops::log_warn(
        "gateway", "a client that does not read its results is closed",
        {{"connection", c->session().id()}, {"address", c->address()}, {"unread_bytes", unread}});
    c->close();
  }
}

void Gateway::Server::wait_until_quiet(u32 polls) {
  if (connections.empty() || polls == 0) {
    context.stop();
    return;
  }
  quiet.expires_after(kQuietPoll);
  quiet.async_wait([self = this, polls](const error_code&) { self->wait_until_quiet(polls - 1); });
}

void Gateway::Server::send_event(u32 connection, const FillFrame& fill) {
  if (GatewayConnection* const c = find(connection)) write_fill(c->out(), fill);
}

void Gateway::Server::publish_fills(const SealedBlock& block) {
  if (subscribers.empty()) return;
  const auto everyone = subscribers.find(0);
  for (const MakerEvent& m : block.maker_events) {
    const FillFrame fill{m.account,        m.order_id, m.market,     m.price_ticks, m.lots,
                         m.remaining_lots, m.kind,     block.number, m.index};
    if (everyone != subscribers.end()) {
      for (const u32 id : everyone->second) send_event(id, fill);
    }
    const auto own = subscribers.find(m.account);
    if (own == subscribers.end() || m.account == 0) continue;
    for (const u32 id : own->second) send_event(id, fill);
  }
}

void Gateway::Server::publish(const SealedBlock& block) {
  last_block = block.number;
  for (u32 i = 0; i < block.executed.size(); ++i) {
    const Executed& e = block.executed[i];
    GatewayConnection* const c = e.connection == 0 ? nullptr : find(e.connection);
    if (c == nullptr) continue;
    c->session().answered();
    write_result(c->out(), e.request_id, block.number, i, block.timestamp_ms,
                 std::span<const u8>(block.receipts).subspan(e.receipt_at, e.receipt_size));
    stats.results.fetch_add(1, std::memory_order_relaxed);
  }
  publish_fills(block);
  for (const u32 id : block_subscribers) {
    if (GatewayConnection* const c = find(id)) {
      write_block(c->out(), block.number, block.timestamp_ms,
                  static_cast<u32>(block.executed.size()));
    }
  }
  bound_unread();
  for (const ConnectionPtr& connection : all()) connection->flush();
}

void Gateway::Server::refuse(const std::vector<RefusedSubmission>& refused) {
  for (const RefusedSubmission& r : refused) {
    GatewayConnection* const c = find(r.connection);
    if (c == nullptr) continue;
    c->session().answered();
    write_refused(c->out(), r.request_id, r.why, 0);
  }
  for (const RefusedSubmission& r : refused) {
    const auto it = connections.find(r.connection);
    if (it == connections.end()) continue;
    const ConnectionPtr connection = it->second;
    connection->flush();
  }
}

Gateway::Gateway(GatewayOptions options, io::Clock& clock,
                 std::function<bool(const RawSubmission&)> submit)
    : server_(std::make_unique<Server>(std::move(options), clock, std::move(submit))) {}

Gateway::~Gateway() { stop(); }

base::Result<void, std::string> Gateway::start() {
  Server& s = *server_;
  const std::string where = s.options.address + ":" + std::to_string(s.options.port);
  error_code ec;
  const auto address = asio::ip::make_address(s.options.address, ec);
  if (ec) return std::string("gateway address " + where + " is not an IP address");
  const tcp::endpoint endpoint(address, s.options.port);
  s.acceptor.open(endpoint.protocol(), ec);
  if (!ec) s.acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) s.acceptor.bind(endpoint, ec);
  if (!ec) s.acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return std::string("gateway cannot listen on " + where + ": " + ec.message());
  s.options.port = s.acceptor.local_endpoint().port();
  s.accept();
  s.watch_again();
  s.listening = true;
  s.thread = std::thread([&s] { s.context.run(); });
  return {};
}

void Gateway::add(std::unique_ptr<GatewayWire> wire, const std::string& address) {
  server_->add(std::move(wire), address);
}

bool Gateway::step() {
  Server& s = *server_;
  const u64 now_ns = s.clock.monotonic_ns();
  if (now_ns >= s.next_watch_ns) {
    s.next_watch_ns = now_ns + std::chrono::nanoseconds(kWatchPause).count();
    s.watch();
  }
  s.context.restart();
  return s.context.poll() != 0;
}

void Gateway::drain() {
  asio::post(server_->context, [s = server_.get()] { s->draining = true; });
}

void Gateway::stop() {
  Server& s = *server_;
  if (!s.listening) {
    step();
    for (const auto& connection : s.all()) connection->close();
    return;
  }
  if (!s.thread.joinable()) return;
  asio::post(s.context, [&s] {
    error_code ignored;
    s.acceptor.close(ignored);
    for (const auto& connection : s.all()) connection->finish();
    s.wait_until_quiet(kQuietPolls);
  });
  s.thread.join();
  s.connections.clear();
}

u16 Gateway::port() const { return server_->options.port; }

void Gateway::publish(SealedBlockPtr block) {
  asio::post(server_->context, [s = server_.get(), b = std::move(block)] { s->publish(*b); });
}

void Gateway::refuse(std::span<const RefusedSubmission> refused) {
  asio::post(server_->context,
             [s = server_.get(), list = std::vector<RefusedSubmission>(
                                     refused.begin(), refused.end())] { s->refuse(list); });
}

const GatewayStats& Gateway::stats() const { return server_->stats; }

}  // namespace gavel::sequencer
