// QueryServer: read-only views of a node over HTTP, in JSON (docs/operations.md).
//
// What: /healthz, /readyz, /metrics and /v1/...; live objects are read by the executor between two
// blocks, batches and proofs from the state tree. Why one thread and no cache: queries are for
// people and tools; feeds go through the gateway. Invariant: no request changes anything; each
// answer is bounded; a request that cannot be answered says why, as
// {"error": "..."} with 400 (the request), 404 (not there, or no longer), 405 or 503 (not now).
#pragma once

#include <memory>

#include "api/json_text.hpp"
#include "io/http.hpp"
#include "sequencer/node_core.hpp"

namespace gavel::api {

struct QueryOptions {
  io::HttpServerOptions http;
  // Adds members to /v1/status, on the server's thread.
  std::function<void(JsonText&)> extend_status;
};

class ProofCache;

class QueryServer {
 public:
  // The node and the metrics outlive the server.
  QueryServer(const sequencer::NodeCore& node, const ops::MetricsRegistry& metrics,
              QueryOptions options);
  ~QueryServer();

  // The error is a sentence.
  [[nodiscard]] sequencer::NodeResult<void> start();
  u16 port() const { return server_->port(); }
  // Until this is called /readyz says no.
  void set_ready(bool ready) { ready_.store(ready); }
  void stop();

  // What a request gets; the server's handler.
  io::HttpResponse answer(const io::HttpRequest& request);

 private:
  const sequencer::NodeCore& node_;
  const ops::MetricsRegistry& metrics_;
  QueryOptions options_;
  std::atomic<bool> ready_{false};
  std::unique_ptr<ProofCache> proofs_;
  std::unique_ptr<io::HttpServer> server_;
};

}  // namespace gavel::api
