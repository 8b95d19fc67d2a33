#include "sequencer/gateway.hpp"

#include <boost/asio.hpp>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "base/bytes.hpp"
#include "ops/log.hpp"

namespace gavel::sequencer {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr u32 kBusyRetryMs = 50;
constexpr std::size_t kReadBytes = 128 * 1024;
// Whoever does not read his last results within a second has left.
constexpr u32 kQuietPolls = 200;
constexpr auto kQuietPoll = std::chrono::milliseconds(5);

class TcpWire final : public GatewayWire {
 public:
  explicit TcpWire(tcp::socket socket) : socket_(std::move(socket)) {}

  void read_some(std::span<u8> into, Done done) override {
    socket_.async_read_some(
        asio::buffer(into.data(), into.size()),
        [done = std::move(done)](const error_code& ec, std::size_t n) { done(!ec, n); });
  }
  void write_all(std::span<const u8> bytes, Done done) override {
    asio::async_write(
        socket_, asio::buffer(bytes.data(), bytes.size()),
        [done = std::move(done)](const error_code& ec, std::size_t n) { done(!ec, n); });
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

// Handlers hold a plain pointer: stop() ends the thread before the server goes.
struct Gateway::Server {
  struct Connection;
  using ConnectionPtr = std::shared_ptr<Connection>;

  Server(GatewayOptions o, io::Clock& c, std::function<bool(const RawSubmission&)> s)
      : options(std::move(o)), clock(c), submit(std::move(s)), acceptor(context), quiet(context) {}

  void accept();
  void add(std::unique_ptr<GatewayWire> wire);
  void forget(const Connection& connection);
  void close_all();
  void wait_until_quiet(u32 polls);
  void publish(const SealedBlock& block);
  void refuse(const std::vector<RefusedSubmission>& refused);
  void send_event(u32 connection, const FillFrame& fill);

  GatewayOptions options;
  io::Clock& clock;
  std::function<bool(const RawSubmission&)> submit;
  asio::io_context context{1};
  tcp::acceptor acceptor;
  asio::steady_timer quiet;
  std::unordered_map<u32, ConnectionPtr> connections;
  std::unordered_map<u32, std::unordered_set<u32>> subscribers;  // by account; 0 = every account
  std::unordered_set<u32> block_subscribers;
  u32 next_id = 1;
  u64 last_block = 0;
  bool listening = false;  // with a thread of its own
  bool draining = false;
  GatewayStats stats;
  std::thread thread;
};

// One client. All on the gateway's thread.
struct Gateway::Server::Connection : std::enable_shared_from_this<Connection> {
  Connection(Server& s, std::unique_ptr<GatewayWire> w, u32 i)
      : server(s), wire(std::move(w)), id(i) {
    in.resize(kReadBytes);
  }

  void read() {
    wire->read_some(std::span(in).subspan(in_used),
                    [self = shared_from_this()](bool ok, std::size_t n) { self->on_read(ok, n); });
  }

  void on_read(bool ok, std::size_t n) {
    if (closing) return;
    if (!ok) {
      close();
      return;
    }
    in_used += n;
    std::size_t at = 0;
    while (!closing) {
      Frame frame;
      u32 consumed = 0;
      const FrameRead read =
          read_frame(std::span<const u8>(in).subspan(at, in_used - at), frame, consumed);
      if (read == FrameRead::incomplete) break;
      if (read != FrameRead::frame) {
        fail(read == FrameRead::too_long ? GatewayError::frame_too_long : GatewayError::bad_frame);
        return;
      }
      at += consumed;
      if (const GatewayError error = handle(frame); error != GatewayError::none) fail(error);
    }
    if (closing) return;
    std::copy(in.begin() + static_cast<std::ptrdiff_t>(at),
              in.begin() + static_cast<std::ptrdiff_t>(in_used), in.begin());
    in_used -= at;
    flush();
    read();
  }

  GatewayError handle(const Frame& frame) {
    base::ByteReader r(frame.payload);
    const FrameType type{frame.type};
    if (!greeted && type != FrameType::hello) return GatewayError::hello_first;
    switch (type) {
      case FrameType::hello: {
        const u16 protocol = r.read_u16_be();
        if (!r.finished() || greeted) return GatewayError::bad_frame;
        if (protocol != kGatewayProtocol) return GatewayError::unsupported_protocol;
        greeted = true;
        write_welcome(out, {server.options.chain_id, server.options.verifying_contract,
                            server.clock.now_ms(), server.last_block});
        return GatewayError::none;
      }
      case FrameType::submit:
        return take(r);
      case FrameType::subscribe: {
        const u32 account = r.read_u32_be();
        if (!r.finished()) return GatewayError::bad_frame;
        // A client that subscribes to very many accounts wants all of them.
        static constexpr std::size_t kMaxSubscriptions = 65'536;
        if (accounts.size() >= kMaxSubscriptions) return GatewayError::bad_frame;
        accounts.insert(account);
        server.subscribers[account].insert(id);
        return GatewayError::none;
      }
      case FrameType::subscribe_blocks:
        if (!r.finished()) return GatewayError::bad_frame;
        server.block_subscribers.insert(id);
        return GatewayError::none;
      case FrameType::ping:
        if (frame.payload.size() > kMaxPingBytes) return GatewayError::bad_frame;
        write_pong(out, frame.payload);
        return GatewayError::none;
      default:
        return GatewayError::unknown_type;
    }
  }

  GatewayError take(base::ByteReader& r) {
    RawSubmission raw;
    raw.request_id = r.read_u64_be();
    if (!r.ok()) return GatewayError::bad_frame;
    const std::span<const u8> bytes = r.read_bytes(r.remaining());
    server.stats.submitted.fetch_add(1, std::memory_order_relaxed);
    Refusal refusal = Refusal::none;
    if (bytes.size() > raw.bytes.size()) {
      refusal = Refusal::malformed;
    } else if (server.draining) {
      refusal = Refusal::shutting_down;
    } else {
      raw.connection = id;
      raw.size = static_cast<u32>(bytes.size());
      std::copy(bytes.begin(), bytes.end(), raw.bytes.begin());
      if (!server.submit(raw)) refusal = Refusal::busy;
    }
    if (refusal == Refusal::none) return GatewayError::none;
    if (refusal == Refusal::busy) server.stats.busy.fetch_add(1, std::memory_order_relaxed);
    write_refused(out, raw.request_id, refusal, refusal == Refusal::busy ? kBusyRetryMs : 0);
    return GatewayError::none;
  }

  // Starts writing what waits, if nothing is being written.
  void flush() {
    if (writing || out.empty() || dead) return;
    writing = true;
    sending.swap(out);
    out.clear();
    wire->write_all(sending, [self = shared_from_this()](bool ok, std::size_t) {
      self->writing = false;
      if (!ok || (self->closing && self->out.empty())) {
        self->close();
      } else {
        self->flush();
      }
    });
  }

  // Too much waits for this client.
  bool overflowing() const { return out.size() > server.options.max_unread_bytes; }

  // The last frame is the reason; then the connection ends.
  void fail(GatewayError error) {
    if (closing) return;
    closing = true;
    server.stats.errors.fetch_add(1, std::memory_order_relaxed);
    ops::log_debug("gateway", "client closed for an error",
                   {{"connection", id}, {"error", text_of(error)}});
    write_error(out, error);
    flush();
  }

  void close() {
    if (dead) return;
    closing = dead = true;
    wire->close();
    server.forget(*this);
  }

  Server& server;
  std::unique_ptr<GatewayWire> wire;
  u32 id;
  std::vector<u8> in;
  std::size_t in_used = 0;
  std::vector<u8> out;
  std::vector<u8> sending;
  std::unordered_set<u32> accounts;
  bool greeted = false;
  bool writing = false;
  bool closing = false;
  bool dead = false;
};

void Gateway::Server::accept() {
  acceptor.async_accept([self = this](const error_code& ec, tcp::socket socket) {
    if (ec == asio::error::operation_aborted) return;
    if (!ec) {
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      self->add(std::make_unique<TcpWire>(std::move(socket)));
    }
    self->accept();
  });
}

void Gateway::Server::add(std::unique_ptr<GatewayWire> wire) {
  if (next_id == 0) next_id = 1;
  auto connection = std::make_shared<Connection>(*this, std::move(wire), next_id++);
  connections.emplace(connection->id, connection);
  stats.connections.store(connections.size(), std::memory_order_relaxed);
  if (connections.size() > options.max_connections) {
    connection->fail(GatewayError::too_many_connections);
  } else {
    connection->read();
  }
}

void Gateway::Server::forget(const Connection& connection) {
  for (const u32 account : connection.accounts) {
    const auto it = subscribers.find(account);
    it->second.erase(connection.id);
    if (it->second.empty()) subscribers.erase(it);
  }
  block_subscribers.erase(connection.id);
  connections.erase(connection.id);
  stats.connections.store(connections.size(), std::memory_order_relaxed);
}

void Gateway::Server::close_all() {
  std::vector<ConnectionPtr> all;
  for (const auto& [id, connection] : connections) all.push_back(connection);
  for (const ConnectionPtr& connection : all) connection->close();
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
  const auto it = connections.find(connection);
  if (it != connections.end() && !it->second->closing) write_fill(it->second->out, fill);
}

void Gateway::Server::publish(const SealedBlock& block) {
  last_block = block.number;
  for (u32 i = 0; i < block.executed.size(); ++i) {
    const Executed& e = block.executed[i];
    if (e.connection == 0) continue;
    const auto it = connections.find(e.connection);
    if (it == connections.end() || it->second->closing) continue;
    write_result(it->second->out, e.request_id, block.number, i, block.timestamp_ms,
                 std::span<const u8>(block.receipts).subspan(e.receipt_at, e.receipt_size));
    stats.results.fetch_add(1, std::memory_order_relaxed);
  }
  if (!subscribers.empty()) {
    const auto all = subscribers.find(0);
    for (const MakerEvent& m : block.maker_events) {
      const FillFrame fill{m.account,        m.order_id, m.market,     m.price_ticks, m.lots,
                           m.remaining_lots, m.kind,     block.number, m.index};
      if (all != subscribers.end()) {
        for (const u32 id : all->second) send_event(id, fill);
      }
      const auto own = subscribers.find(m.account);
      if (own == subscribers.end() || m.account == 0) continue;
      for (const u32 id : own->second) send_event(id, fill);
    }
  }
  for (const u32 id : block_subscribers) {
    const auto it = connections.find(id);
    if (it == connections.end() || it->second->closing) continue;
    write_block(it->second->out, block.number, block.timestamp_ms,
                static_cast<u32>(block.executed.size()));
  }
  // flush() may end a connection, so not while iterating the map.
  std::vector<ConnectionPtr> all;
  all.reserve(connections.size());
  for (const auto& [id, connection] : connections) all.push_back(connection);
  for (const ConnectionPtr& connection : all) {
    if (connection->overflowing()) {
      stats.errors.fetch_add(1, std::memory_order_relaxed);
      connection->close();
    } else {
      connection->flush();
    }
  }
}

void Gateway::Server::refuse(const std::vector<RefusedSubmission>& refused) {
  for (const RefusedSubmission& r : refused) {
    const auto it = connections.find(r.connection);
    if (it == connections.end() || it->second->closing) continue;
    write_refused(it->second->out, r.request_id, r.why, 0);
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
  s.listening = true;
  s.thread = std::thread([&s] { s.context.run(); });
  return {};
}

void Gateway::add(std::unique_ptr<GatewayWire> wire) { server_->add(std::move(wire)); }

bool Gateway::step() {
  server_->context.restart();
  return server_->context.poll() != 0;
}

void Gateway::drain() {
  asio::post(server_->context, [s = server_.get()] { s->draining = true; });
}

void Gateway::stop() {
  Server& s = *server_;
  if (!s.listening) {
    step();
    s.close_all();
    return;
  }
  if (!s.thread.joinable()) return;
  asio::post(s.context, [&s] {
    error_code ignored;
    s.acceptor.close(ignored);
    std::vector<Server::ConnectionPtr> all;
    for (const auto& [id, connection] : s.connections) all.push_back(connection);
    for (const auto& connection : all) {
      connection->closing = true;
      if (!connection->writing && connection->out.empty()) {
        connection->close();
      } else {
        connection->flush();
      }
    }
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
