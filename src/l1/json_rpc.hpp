// JSON-RPC to an Ethereum node over HTTP.
//
// Every answer is hostile: sizes, nesting, counts, types and hex lengths are bounded and checked,
// and each violation has a name (error.hpp). Requests that failed in transit are repeated with
// growing pauses, on the next endpoint if there are several. send_raw_transaction is repeated too:
// a transaction is the same whenever it arrives. Source: JSON-RPC 2.0; parsing by simdjson (on
// demand).
#pragma once

#include <memory>
#include <string>

#include "io/clock.hpp"
#include "io/http.hpp"
#include "l1/rpc.hpp"
#include "ops/metrics.hpp"

namespace gavel::l1 {

// Carries one JSON text there and one back.
class RpcTransport {
 public:
  virtual ~RpcTransport() = default;
  [[nodiscard]] virtual Result<std::string> post(const std::string& body) = 0;
};

struct HttpTransportConfig {
  std::vector<std::string> urls{};  // http://...; tried in turn, staying with the one that works
  u32 attempts = 5;                 // of one request, over all endpoints
  u64 first_pause_ms = 100;         // doubled each time
  u64 max_pause_ms = 5'000;
  io::HttpClientOptions http{};
};

// kConnection if a URL is not http.
[[nodiscard]] Result<std::unique_ptr<RpcTransport>> make_http_transport(
    io::Net& net, io::Clock& clock, const HttpTransportConfig& config);

// Limits on what one answer may hold.
struct RpcLimits {
  u64 max_answer_bytes = u64{64} << 20;
  u32 max_logs = 100'000;
  u32 max_bytes_field = 1U << 20;  // decoded data, code, calldata
};

// The typed interface over a transport; `metrics` may be null.
[[nodiscard]] std::unique_ptr<Rpc> make_json_rpc(RpcTransport& transport, RpcLimits limits = {},
                                                 ops::MetricsRegistry* metrics = nullptr);

}  // namespace gavel::l1
