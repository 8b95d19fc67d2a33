// The HTTP server: Beast over Asio, all connections on one thread.
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <set>
#include <thread>

#include "io/http.hpp"

namespace gavel::io {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

class Session;

// What the sessions of one server share; lives on the server's thread.
struct Shared {
  HttpServerOptions options;
  HttpServer::Handler handler;
  std::set<Session*> sessions;
  bool stopping = false;
};

class Session final : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket&& socket, Shared& shared) : stream_(std::move(socket)), shared_(shared) {
    shared_.sessions.insert(this);
  }
  ~Session() { shared_.sessions.erase(this); }

  void read() {
    parser_.emplace();
    parser_->header_limit(shared_.options.max_header_bytes);
    parser_->body_limit(shared_.options.max_body_bytes);
    idle_ = true;
    // The idle time runs until the first byte; from then on the request has its own, shorter one.
    const bool first_bytes_here = buffer_.size() > 0;
    expire(first_bytes_here ? shared_.options.request_timeout_ns : shared_.options.idle_timeout_ns);
    if (first_bytes_here) {
      read_request();
      return;
    }
    stream_.async_read_some(buffer_.prepare(4096),
                            [self = shared_from_this()](const error_code& code, size_t count) {
                              if (code) return self->close();
                              self->buffer_.commit(count);
                              self->expire(self->shared_.options.request_timeout_ns);
                              self->read_request();
                            });
  }

  void close() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.close();
  }

  [[nodiscard]] bool idle() const { return idle_; }

 private:
  void expire(u64 timeout_ns) { stream_.expires_after(std::chrono::nanoseconds(timeout_ns)); }

  void read_request() {
    idle_ = false;
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](const error_code& code, size_t) { self->received(code); });
  }

  void received(const error_code& code) {
    if (code == http::error::body_limit) return refuse(413, "request body too large");
    if (code == http::error::header_limit) return refuse(431, "request header too large");
    if (code.category() == http::make_error_code(http::error::bad_method).category() &&
        code != http::error::end_of_stream && code != http::error::partial_message) {
      return refuse(400, "malformed request");
    }
    if (code) return close();
    const auto& message = parser_->get();
    HttpRequest request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    request.body = message.body();
    for (const auto& field : message) {
      request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    answer(shared_.handler(request), message.keep_alive() && !shared_.stopping,
           message.method() == http::verb::head);
  }

  void refuse(u32 status, const char* why) {
    HttpResponse response;
    response.status = status;
    response.body = why;
    answer(response, false, false);
  }

  void answer(const HttpResponse& response, bool keep, bool head_only) {
    reply_ = {};
    reply_.version(11);
    reply_.result(response.status);
    for (const auto& [name, value] : response.headers) reply_.set(name, value);
    if (!response.content_type.empty())
      reply_.set(http::field::content_type, response.content_type);
    reply_.keep_alive(keep);
    reply_.content_length(response.body.size());
    if (!head_only) reply_.body() = response.body;
    expire(shared_.options.request_timeout_ns);
    http::async_write(stream_, reply_,
                      [self = shared_from_this(), keep](const error_code& code, size_t) {
                        if (code || !keep || self->shared_.stopping) return self->close();
                        self->read();
                      });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> reply_;
  Shared& shared_;
  bool idle_ = true;
};

class BeastHttpServer final : public HttpServer {
 public:
  BeastHttpServer(const HttpServerOptions& options, Handler handler)
      : acceptor_(context_), drain_timer_(context_) {
    shared_.options = options;
    shared_.handler = std::move(handler);
  }
  ~BeastHttpServer() override { stop(0); }

  NetResult<void> start() {
    error_code code;
    const auto ip = asio::ip::make_address(shared_.options.address, code);
    if (code) return NetError::kResolve;
    const tcp::endpoint endpoint(ip, shared_.options.port);
    acceptor_.open(endpoint.protocol(), code);
    if (!code) acceptor_.set_option(tcp::acceptor::reuse_address(true), code);
    if (!code) acceptor_.bind(endpoint, code);
    if (!code) acceptor_.listen(asio::socket_base::max_listen_connections, code);
    if (code) return NetError::kFailed;
    port_ = acceptor_.local_endpoint(code).port();
    accept();
    thread_ = std::thread([this] { context_.run(); });
    return {};
  }

  u16 port() const override { return port_; }

  void stop(u64 drain_ns) override {
    if (!thread_.joinable()) return;
    asio::dispatch(context_, [this, drain_ns] { begin_drain(drain_ns); });
    thread_.join();
    shared_.sessions.clear();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](const error_code& code, tcp::socket socket) {
      if (shared_.stopping) return;
      if (code) {
        // Out of descriptors, most likely: wait for some to be freed instead of spinning.
        drain_timer_.expires_after(std::chrono::milliseconds(50));
        drain_timer_.async_wait([this](const error_code& cancelled) {
          if (!cancelled) accept();
        });
        return;
      }
      if (shared_.sessions.size() < shared_.options.max_connections) {
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        std::make_shared<Session>(std::move(socket), shared_)->read();
      }
      accept();
    });
  }

  void begin_drain(u64 drain_ns) {
    shared_.stopping = true;
    error_code ignored;
    acceptor_.close(ignored);
    for (Session* session : shared_.sessions) {
      if (session->idle() || drain_ns == 0) session->close();
    }
    drain_timer_.expires_after(std::chrono::nanoseconds(drain_ns));
    drain_timer_.async_wait([this](const error_code& cancelled) {
      if (cancelled) return;
      for (Session* session : shared_.sessions) session->close();
    });
    poll_drained();
  }

  // The context runs until no work is left; the timer is the only work that outlives the sessions.
  void poll_drained() {
    if (shared_.sessions.empty()) {
      drain_timer_.cancel();
      return;
    }
    auto again = std::make_shared<asio::steady_timer>(context_, std::chrono::milliseconds(2));
    again->async_wait([this, again](const error_code&) { poll_drained(); });
  }

  Shared shared_;  // before the context: sessions still queued in it refer here when they die
  asio::io_context context_;
  tcp::acceptor acceptor_;
  asio::steady_timer drain_timer_;
  std::thread thread_;
  u16 port_ = 0;
};

}  // namespace

NetResult<std::unique_ptr<HttpServer>> start_http_server(const HttpServerOptions& options,
                                                         HttpServer::Handler handler) {
  auto server = std::make_unique<BeastHttpServer>(options, std::move(handler));
  const NetResult<void> started = server->start();
  if (!started.ok()) return started.error();
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace gavel::io
