// The HTTP client: Beast's parser fed from an io::Stream, one deadline over the whole exchange.
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "io/clock.hpp"
#include "io/http.hpp"

namespace gavel::io {

namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

HttpError error_of(NetError error) {
  switch (error) {
    case NetError::kResolve:
      return HttpError::kResolve;
    case NetError::kTimeout:
      return HttpError::kTimeout;
    case NetError::kRefused:
      return HttpError::kConnect;
    case NetError::kClosed:
    case NetError::kFailed:
      return HttpError::kClosed;
  }
  return HttpError::kClosed;
}

HttpError error_of(const error_code& code) {
  if (code == http::error::body_limit || code == http::error::header_limit ||
      code == http::error::buffer_overflow) {
    return HttpError::kTooLarge;
  }
  if (code == http::error::end_of_stream || code == http::error::partial_message)
    return HttpError::kClosed;
  return HttpError::kMalformed;
}

class StreamHttpClient final : public HttpClient {
 public:
  StreamHttpClient(Net& net, Clock& clock, HttpUrl url, HttpClientOptions options)
      : net_(net), clock_(clock), url_(std::move(url)), options_(options) {}

  HttpResult<HttpResponse> send(const HttpRequest& request, bool repeatable) override {
    const bool kept = stream_ != nullptr;
    bool answered = false;
    HttpResult<HttpResponse> result = exchange(request, answered);
    if (result.ok()) return result;
    stream_.reset();
    const bool may_repeat = repeatable || request.method == "GET" || request.method == "HEAD";
    if (!kept || answered || !may_repeat || result.error() != HttpError::kClosed) return result;
    result = exchange(request, answered);
    if (!result.ok()) stream_.reset();
    return result;
  }

 private:
  HttpResult<HttpResponse> exchange(const HttpRequest& request, bool& answered) {
    if (stream_ == nullptr) {
      auto connected = net_.connect(url_.host, url_.port, options_.connect_timeout_ns);
      if (!connected.ok()) {
        const NetError error = connected.error();
        return error == NetError::kClosed || error == NetError::kFailed ? HttpError::kConnect
                                                                        : error_of(error);
      }
      stream_ = std::move(connected).value();
    }
    const u64 deadline_ns = clock_.monotonic_ns() + options_.request_timeout_ns;
    const std::string head = head_of(request);
    for (const std::string_view part : {std::string_view(head), std::string_view(request.body)}) {
      if (part.empty()) continue;
      const auto written = stream_->write_all(
          std::span(reinterpret_cast<const u8*>(part.data()), part.size()), left(deadline_ns));
      if (!written.ok()) return error_of(written.error());
    }
    return receive(request.method == "HEAD", deadline_ns, answered);
  }

  std::string head_of(const HttpRequest& request) const {
    const bool ipv6 = url_.host.find(':') != std::string::npos;
    std::string out = request.method + ' ' + request.target + " HTTP/1.1\r\nHost: ";
    out += ipv6 ? '[' + url_.host + ']' : url_.host;
    if (url_.port != 80) out += ':' + std::to_string(url_.port);
    out += "\r\n";
    for (const auto& [name, value] : request.headers) out += name + ": " + value + "\r\n";
    if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
      out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    }
    return out + "\r\n";
  }

  HttpResult<HttpResponse> receive(bool no_body, u64 deadline_ns, bool& answered) {
    http::response_parser<http::string_body> parser;
    parser.header_limit(options_.max_header_bytes);
    parser.body_limit(options_.max_body_bytes);
    parser.eager(true);
    parser.skip(no_body);
    std::vector<u8> buffer(64 * 1024);
    size_t used = 0;
    while (!parser.is_done()) {
      // The parser takes a header whole: what does not fit into its limit is an error of its own.
      if (used == buffer.size()) return HttpError::kTooLarge;
      const auto count = stream_->read_some(std::span(buffer).subspan(used), left(deadline_ns));
      error_code code;
      if (!count.ok()) {
        if (count.error() != NetError::kClosed || !answered) return error_of(count.error());
        parser.put_eof(code);
        if (code) return error_of(code);
        break;
      }
      answered = true;
      used += *count;
      while (used > 0 && !parser.is_done()) {
        const size_t taken = parser.put(boost::asio::buffer(buffer.data(), used), code);
        std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(taken),
                  buffer.begin() + static_cast<std::ptrdiff_t>(used), buffer.begin());
        used -= taken;
        if (code == http::error::need_more || (!code && taken == 0)) break;
        if (code) return error_of(code);
      }
    }
    // Bytes behind the answer were not asked for: the connection is not used again.
    const bool keep = parser.get().keep_alive() && used == 0;
    if (!keep) stream_.reset();
    return convert(parser.release());
  }

  static HttpResponse convert(http::response<http::string_body>&& message) {
    HttpResponse out;
    out.status = message.result_int();
    out.content_type.clear();
    for (const auto& field : message) {
      out.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
      if (field.name() == http::field::content_type) out.content_type = std::string(field.value());
    }
    out.body = std::move(message.body());
    return out;
  }

  u64 left(u64 deadline_ns) const {
    const u64 now = clock_.monotonic_ns();
    return now < deadline_ns ? deadline_ns - now : 0;
  }

  Net& net_;
  Clock& clock_;
  HttpUrl url_;
  HttpClientOptions options_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client(Net& net, Clock& clock, HttpUrl url,
                                             HttpClientOptions options) {
  return std::make_unique<StreamHttpClient>(net, clock, std::move(url), options);
}

}  // namespace gavel::io
