// HTTP/1.1 messages, a client and a small server behind plain types.
//
// For JSON-RPC to an Ethereum node, for /healthz, /metrics and JSON queries. The other side is
// hostile: sizes, header counts and times are bounded, and every failure has a name. Plain http
// only; TLS ends at a proxy. Source: RFC 9110, RFC 9112; parsing by Boost.Beast, which stays inside
// the two source files.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"
#include "io/net.hpp"

namespace gavel::io {

enum class HttpError : u8 {
  kBadUrl,
  kResolve,
  kConnect,
  kTimeout,
  kClosed,     // the connection ended inside an answer
  kTooLarge,   // header or body over the limit
  kMalformed,  // not HTTP
};

[[nodiscard]] std::string_view name_of(HttpError error) noexcept;

template <class T>
using HttpResult = base::Result<T, HttpError>;

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";  // path and query
  HttpHeaders headers{};     // beside Host, Content-Length and Connection
  std::string body{};
};

struct HttpResponse {
  u32 status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  HttpHeaders headers{};
  std::string body{};
};

struct HttpUrl {
  std::string host{};
  u16 port = 80;
  std::string target = "/";
};

// "http://host[:port][/path]"; IPv6 literals in brackets. Anything else, https included, is
// nothing.
[[nodiscard]] std::optional<HttpUrl> parse_http_url(std::string_view url);

struct HttpClientOptions {
  u64 connect_timeout_ns = 3'000'000'000;
  u64 request_timeout_ns = 15'000'000'000;  // from the first byte written to the last byte read
  u64 max_body_bytes = u64{64} << 20;
  u32 max_header_bytes = 16 * 1024;
};

// One connection kept alive to one host. One thread at a time.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Sends and waits. A kept connection that turns out to be closed before any byte of the answer is
  // opened once again for a request that may be repeated (GET, HEAD, and POST only if
  // `repeatable`).
  [[nodiscard]] virtual HttpResult<HttpResponse> send(const HttpRequest& request,
                                                      bool repeatable = true) = 0;
};

class Clock;
[[nodiscard]] std::unique_ptr<HttpClient> make_http_client(Net& net, Clock& clock, HttpUrl url,
                                                           HttpClientOptions options = {});

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  u16 port = 0;  // 0: a free one
  u32 max_connections = 256;
  u64 max_body_bytes = u64{1} << 20;
  u32 max_header_bytes = 16 * 1024;
  u64 request_timeout_ns = 10'000'000'000;  // to receive a whole request, or to send a whole answer
  u64 idle_timeout_ns = 30'000'000'000;     // between requests
};

// Serves on one thread of its own. The handler runs on that thread: it answers from memory and does
// not wait.
class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  virtual ~HttpServer() = default;  // stops
  [[nodiscard]] virtual u16 port() const = 0;
  // Stops accepting, lets answers under way finish for at most `drain_ns`, then closes everything.
  virtual void stop(u64 drain_ns = 0) = 0;
};

[[nodiscard]] NetResult<std::unique_ptr<HttpServer>> start_http_server(
    const HttpServerOptions& options, HttpServer::Handler handler);

// Splits "/logs?from=3&to=a%20b": the path, and a decoded parameter by name (the first one wins).
[[nodiscard]] std::string_view path_of(std::string_view target) noexcept;
[[nodiscard]] std::optional<std::string> query_parameter(std::string_view target,
                                                         std::string_view name);

}  // namespace gavel::io
