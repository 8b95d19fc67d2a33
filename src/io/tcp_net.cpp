// TCP through Asio: one io_context a stream, run for as long as the call may take.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

#include "io/net.hpp"

namespace gavel::io {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

NetError error_of(const error_code& code) {
  if (code == asio::error::connection_refused) return NetError::kRefused;
  if (code == asio::error::eof || code == asio::error::connection_reset ||
      code == asio::error::broken_pipe || code == asio::error::connection_aborted) {
    return NetError::kClosed;
  }
  if (code == asio::error::timed_out) return NetError::kTimeout;
  if (code == asio::error::host_not_found || code == asio::error::host_not_found_try_again ||
      code == asio::error::no_data || code == asio::error::service_not_found) {
    return NetError::kResolve;
  }
  return NetError::kFailed;
}

// Runs the one operation that was started; false if it did not end in time (it is then cancelled by
// `cancel`).
template <class Cancel>
bool run_one(asio::io_context& context, u64 timeout_ns, Cancel&& cancel) {
  constexpr u64 kLongest = 3600ULL * 1'000'000'000;
  context.restart();
  context.run_for(std::chrono::nanoseconds(timeout_ns < kLongest ? timeout_ns : kLongest));
  if (context.stopped()) return true;
  cancel();
  context.run();
  return false;
}

class TcpStream final : public Stream {
 public:
  TcpStream() : socket_(context_) {}

  // Hands the socket's descriptor over to this stream's own context.
  NetResult<void> adopt(tcp::socket&& socket) {
    error_code code;
    const auto protocol = socket.local_endpoint(code).protocol();
    if (code) return error_of(code);
    const auto native = socket.release(code);
    if (code) return error_of(code);
    socket_.assign(protocol, native, code);
    if (code) return error_of(code);
    socket_.set_option(tcp::no_delay(true), code);
    return {};
  }

  NetResult<void> connect(const std::string& host, u16 port, u64 timeout_ns) {
    error_code result;
    tcp::resolver resolver(context_);
    resolver.async_resolve(
        host, std::to_string(port),
        [&](const error_code& code, const tcp::resolver::results_type& endpoints) {
          result = code;
          if (code) return;
          asio::async_connect(socket_, endpoints,
                              [&](const error_code& done, const tcp::endpoint&) { result = done; });
        });
    const bool in_time = run_one(context_, timeout_ns, [&] {
      resolver.cancel();
      close();
    });
    if (!in_time) return NetError::kTimeout;
    if (result) return error_of(result);
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    return {};
  }

  NetResult<u64> read_some(std::span<u8> out, u64 timeout_ns) override {
    if (!socket_.is_open()) return NetError::kClosed;
    error_code result;
    u64 count = 0;
    socket_.async_read_some(asio::buffer(out.data(), out.size()),
                            [&](const error_code& code, size_t n) {
                              result = code;
                              count = n;
                            });
    if (!run_one(context_, timeout_ns, [&] { close(); })) return NetError::kTimeout;
    if (result) return error_of(result);
    return count;
  }

  NetResult<void> write_all(std::span<const u8> bytes, u64 timeout_ns) override {
    if (!socket_.is_open()) return NetError::kClosed;
    error_code result;
    asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                      [&](const error_code& code, size_t) { result = code; });
    if (!run_one(context_, timeout_ns, [&] { close(); })) return NetError::kTimeout;
    if (result) return error_of(result);
    return {};
  }

  void close() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

 private:
  asio::io_context context_;
  tcp::socket socket_;
};

class TcpListener final : public Listener {
 public:
  TcpListener() : acceptor_(context_) {}

  NetResult<void> open(const std::string& address, u16 port) {
    error_code code;
    const auto ip = asio::ip::make_address(address, code);
    if (code) return NetError::kResolve;
    const tcp::endpoint endpoint(ip, port);
    acceptor_.open(endpoint.protocol(), code);
    if (!code) acceptor_.set_option(tcp::acceptor::reuse_address(true), code);
    if (!code) acceptor_.bind(endpoint, code);
    if (!code) acceptor_.listen(asio::socket_base::max_listen_connections, code);
    if (code) return NetError::kFailed;
    port_ = acceptor_.local_endpoint(code).port();
    return {};
  }

  NetResult<std::unique_ptr<Stream>> accept(u64 timeout_ns) override {
    error_code result;
    tcp::socket socket(context_);
    acceptor_.async_accept(socket, [&](const error_code& code) { result = code; });
    const bool in_time = run_one(context_, timeout_ns, [&] {
      error_code ignored;
      acceptor_.cancel(ignored);
    });
    if (!in_time && result) return NetError::kTimeout;
    if (result) return error_of(result);
    auto stream = std::make_unique<TcpStream>();
    const NetResult<void> adopted = stream->adopt(std::move(socket));
    if (!adopted.ok()) return adopted.error();
    return std::unique_ptr<Stream>(std::move(stream));
  }

  u16 port() const override { return port_; }

 private:
  asio::io_context context_;
  tcp::acceptor acceptor_;
  u16 port_ = 0;
};

class TcpNet final : public Net {
 public:
  NetResult<std::unique_ptr<Stream>> connect(const std::string& host, u16 port,
                                             u64 timeout_ns) override {
    auto stream = std::make_unique<TcpStream>();
    const NetResult<void> connected = stream->connect(host, port, timeout_ns);
    if (!connected.ok()) return connected.error();
    return std::unique_ptr<Stream>(std::move(stream));
  }

  NetResult<std::unique_ptr<Listener>> listen(const std::string& address, u16 port) override {
    auto listener = std::make_unique<TcpListener>();
    const NetResult<void> opened = listener->open(address, port);
    if (!opened.ok()) return opened.error();
    return std::unique_ptr<Listener>(std::move(listener));
  }
};

}  // namespace

std::string_view name_of(NetError error) noexcept {
  switch (error) {
    case NetError::kResolve:
      return "resolve";
    case NetError::kRefused:
      return "refused";
    case NetError::kTimeout:
      return "timeout";
    case NetError::kClosed:
      return "closed";
    case NetError::kFailed:
      return "failed";
  }
  return "unknown";
}

std::unique_ptr<Net> make_tcp_net() { return std::make_unique<TcpNet>(); }

}  // namespace gavel::io
