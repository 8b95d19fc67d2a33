#include <algorithm>

#include "l1/json_rpc.hpp"

namespace gavel::l1 {

namespace {

ErrorKind kind_of(io::HttpError error) {
  switch (error) {
    case io::HttpError::kTimeout:
      return ErrorKind::kTimeout;
    case io::HttpError::kTooLarge:
      return ErrorKind::kTooLarge;
    default:
      return ErrorKind::kConnection;
  }
}

class HttpTransport final : public RpcTransport {
 public:
  HttpTransport(io::Clock& clock, const HttpTransportConfig& config)
      : clock_(clock), config_(config) {}

  void add(std::unique_ptr<io::HttpClient> client, std::string target) {
    endpoints_.push_back({std::move(client), std::move(target)});
  }

  Result<std::string> post(const std::string& body) override {
    io::HttpRequest request;
    request.method = "POST";
    request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
    request.body = body;
    Result<std::string> result = make_error(ErrorKind::kConnection, "no attempt was made");
    u64 pause_ms = config_.first_pause_ms;
    for (u32 attempt = 0; attempt < std::max(config_.attempts, 1U); ++attempt) {
      if (attempt > 0) {
        // Every endpoint is tried once before the first pause.
        if (attempt % endpoints_.size() == 0) {
          clock_.sleep_for_ns(pause_ms * 1'000'000);
          pause_ms = std::min(2 * pause_ms, config_.max_pause_ms);
        }
        current_ = (current_ + 1) % endpoints_.size();
      }
      result = once(request);
      if (result.ok() || !is_transient(result.error())) return result;
    }
    return result;
  }

 private:
  struct Endpoint {
    std::unique_ptr<io::HttpClient> client;
    std::string target;
  };

  Result<std::string> once(io::HttpRequest& request) {
    request.target = endpoints_[current_].target;
    auto response = endpoints_[current_].client->send(request);
    if (!response.ok())
      return make_error(kind_of(response.error()), std::string(io::name_of(response.error())));
    // Some nodes answer a JSON-RPC error with status 4xx or 5xx and a JSON body: then the body says
    // more.
    const bool is_json = response->content_type.starts_with("application/json");
    const bool is_error_object = response->status != 429 && response->status < 500 && is_json;
    if (response->status != 200 && !is_error_object) {
      return make_error(ErrorKind::kHttpStatus, "status " + std::to_string(response->status));
    }
    return std::move(response->body);
  }

  io::Clock& clock_;
  HttpTransportConfig config_;
  std::vector<Endpoint> endpoints_;
  size_t current_ = 0;
};

}  // namespace

Result<std::unique_ptr<RpcTransport>> make_http_transport(io::Net& net, io::Clock& clock,
                                                          const HttpTransportConfig& config) {
  auto transport = std::make_unique<HttpTransport>(clock, config);
  if (config.urls.empty()) return make_error(ErrorKind::kConnection, "no endpoint is configured");
  for (const std::string& url : config.urls) {
    const auto parsed = io::parse_http_url(url);
    if (!parsed) return make_error(ErrorKind::kConnection, "not an http URL: " + url);
    transport->add(io::make_http_client(net, clock, *parsed, config.http), parsed->target);
  }
  return std::unique_ptr<RpcTransport>(std::move(transport));
}

}  // namespace gavel::l1
