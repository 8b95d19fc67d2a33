#include "api/query_server.hpp"

#include <fmt/format.h>

#include "api/proof_cache.hpp"
#include "api/query.hpp"

namespace gavel::api {

namespace {

constexpr const char* kJson = "application/json";

using View = QueryResult<void> (*)(const sequencer::NodeCore&, const Query&, JsonText&);
struct Route {
  std::string_view path;
  View view;
};
constexpr std::array kRoutes = {
    Route{"/v1/account", view_account},   Route{"/v1/accounts", view_accounts},
    Route{"/v1/order", view_order},       Route{"/v1/market", view_market},
    Route{"/v1/book", view_book},         Route{"/v1/nonce", view_nonce},
    Route{"/v1/asset", view_asset},       Route{"/v1/block", view_block},
    Route{"/v1/receipts", view_receipts}, Route{"/v1/batch", view_batch},
    Route{"/v1/clearing", view_clearing}, Route{"/v1/liquidatable", view_liquidatable}};

io::HttpResponse plain(u32 status, std::string body) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .headers = {},
          .body = std::move(body)};
}

io::HttpResponse failed(const QueryError& error) {
  JsonText json;
  json.object().field("error", error.what).end_object();
  return {.status = error.status, .content_type = kJson, .headers = {}, .body = json.take()};
}

void put_latency(JsonText& json, std::string_view name, const ops::LatencyHistogram& h) {
  json.key(name).object();
  json.key("p50_ms").real(static_cast<double>(h.p50()) / 1e6);
  json.key("p99_ms").real(static_cast<double>(h.p99()) / 1e6);
  json.key("max_ms").real(static_cast<double>(h.max()) / 1e6).end_object();
}

void put_status(const sequencer::NodeCore& node, JsonText& json) {
  const sequencer::NodeHeads heads = node.heads();
  const stf::Config& config = node.config();
  const sequencer::ExecutorStats& stats = node.executor().stats();
  json.field("chain_id", config.chain_id).field("verifying_contract", config.verifying_contract);
  json.field("ready", node.ready());
  json.field("failure", node.failure());
  json.field("block", heads.block)
      .field("durable_block", heads.durable)
      .field("hashed_block", heads.hashed);
  json.field("timestamp_ms", heads.timestamp_ms).field("batch", heads.batch);
  json.field("batch_last_block", heads.batch_block).field("state_root", heads.state_root);
  json.field("inbox_index", heads.inbox_index);
  json.key("since_start").object();
  json.field("blocks", stats.blocks.load()).field("transactions", stats.transactions.load());
  json.field("refused", stats.refused.load()).field("messages", stats.messages.load());
  json.end_object();
  put_latency(json, "execution", stats.execution_ns);
  put_latency(json, "interval", stats.interval_ns);
  node.put_latencies(
      [&](const char* name, const ops::LatencyHistogram& h) { put_latency(json, name, h); });
}

}  // namespace

QueryServer::QueryServer(const sequencer::NodeCore& node, const ops::MetricsRegistry& metrics,
                         QueryOptions options)
    : node_(node),
      metrics_(metrics),
      options_(std::move(options)),
      proofs_(std::make_unique<ProofCache>(node)) {}

QueryServer::~QueryServer() { stop(); }

sequencer::NodeResult<void> QueryServer::start() {
  auto server = io::start_http_server(
      options_.http, [this](const io::HttpRequest& request) { return answer(request); });
  if (!server.ok()) {
    return fmt::format(
        "the query interface cannot listen on {}:{} ({}); another program may hold the port, set "
        "http.port to another",
        options_.http.address, options_.http.port, io::name_of(server.error()));
  }
  server_ = std::move(*server);
  return {};
}

void QueryServer::stop() {
  ready_.store(false);
  if (server_ != nullptr) server_->stop(1'000'000'000);
  server_ = nullptr;
}

io::HttpResponse QueryServer::answer(const io::HttpRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    return failed({405, "only GET: this interface changes nothing"});
  }
  const std::string_view path = io::path_of(request.target);
  if (path == "/healthz") {
    const std::string failure = node_.failure();
    return failure.empty() ? plain(200, "ok\n") : plain(503, failure + "\n");
  }
  if (path == "/readyz") {
    const bool ready = ready_.load() && node_.ready();
    return ready ? plain(200, "ready\n") : plain(503, "not ready\n");
  }
  if (path == "/metrics") {
    return {.status = 200,
            .content_type = "text/plain; version=0.0.4",
            .headers = {},
            .body = metrics_.expose()};
  }
  const Query query(request.target);
  JsonText json;
  QueryResult<void> result = QueryError{404, "there is no such path; see docs/operations.md"};
  if (path == "/v1/status") {
    json.object();
    put_status(node_, json);
    if (options_.extend_status) options_.extend_status(json);
    json.end_object();
    result = {};
  } else if (path == "/v1/proof") {
    result = proofs_->view_proof(query, json);
  } else if (path == "/v1/object") {
    result = proofs_->view_object(query, json);
  } else {
    for (const Route& route : kRoutes) {
      if (path == route.path) result = route.view(node_, query, json);
    }
  }
  if (!result.ok()) return failed(result.error());
  return {.status = 200, .content_type = kJson, .headers = {}, .body = json.take()};
}

}  // namespace gavel::api
