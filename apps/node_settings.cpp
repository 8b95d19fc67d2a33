#include "node_settings.hpp"

namespace gavel::apps {

namespace {

void declare_state(ops::Config& config, NodeSettings& s) {
  config.text("data.directory", s.node.data_directory,
              "where everything is kept; one node, one directory");
  config.require("data.directory");
  config.integer("state.tree_threads", s.tree_threads, 1, 64, "threads that hash the state tree");
  config.integer("state.snapshot_every_batches", s.snapshot_every_batches, 0, 100'000,
                 "0: no snapshots");
  config.integer("state.retained_batches", s.retained_batches, 1, 1'000'000,
                 "how many batches back the state can be proved against");
  config.integer("state.prefault_accounts", s.node.prefault_accounts, 0, u64{1} << 31,
                 "accounts to back with memory before taking traffic");
  config.integer("state.prefault_signers", s.node.prefault_signers, 0, u64{1} << 31,
                 "active signers to back with memory before taking traffic");
  config.integer("state.prefault_orders", s.node.prefault_orders, 0, u64{1} << 31,
                 "resting orders to back with memory before taking traffic");
}

void declare_sequencer(ops::Config& config, NodeSettings& s) {
  config.duration("sequencer.block_interval", s.block_interval, "from one block to the next");
  config.integer("sequencer.batch_blocks", s.batch_blocks, 1, 16'000,
                 "blocks after which a batch ends");
  config.integer("sequencer.batch_pages", s.batch_pages, 4'096, u64{1} << 18,
                 "pages (4 KiB) after which a batch ends");
  config.integer("sequencer.signature_threads", s.signature_threads, 1, 64,
                 "threads that recover signatures");
  config.integer("sequencer.signature_queue", s.signature_queue, 256, 1 << 20,
                 "transactions that wait for a signature thread before clients are told busy");
  config.bytes("sequencer.block_log_ring", s.node.block_log_ring_bytes,
               "blocks that wait for the disk");
}

void declare_l1(ops::Config& config, NodeSettings& s) {
  config.list("l1.urls", s.l1.urls,
              "JSON-RPC endpoints (http), the preferred first; none: a node without L1");
  config.text("l1.registry", s.l1.registry,
              "address of the BatchRegistry; all else is found from it");
  config.integer("l1.inbox_depth", s.l1.inbox_depth, 1, 1'000,
                 "L1 blocks that a message must be deep before it is executed");
  config.integer("l1.confirmations", s.l1.confirmations, 1, 1'000,
                 "depth at which our own transactions count");
  config.duration("l1.poll", s.l1.poll, "pause between two looks at L1");
  config.duration("l1.bump_after", s.l1.bump_after, "unmined for this long: offer a higher fee");
  config.choice("l1.data_mode", s.l1.data_mode, {"calldata", "local"},
                "where pages go: L1 calldata, or this node's disk (devnets and load tests only)");
  config.integer("l1.max_unposted_batches", s.l1.max_unposted_batches, 1, 1'000'000,
                 "batches that L1 does not have yet before the node stops acknowledging");
  config.secret("l1.poster_key", s.l1.poster_key,
                "key of the poster; none: this node does not post");
  config.secret("l1.claimer_key", s.l1.claimer_key,
                "key of the claimer; none: this node does not claim");
}

void declare_gateway(ops::Config& config, NodeSettings& s) {
  config.text("gateway.address", s.node.gateway.address, "IP address of the binary gateway");
  config.integer("gateway.port", s.gateway_port, 0, 65'535, "0: any free port");
  config.integer("gateway.max_connections", s.gateway_connections, 1, 65'536,
                 "clients at the same time");
  config.integer("gateway.max_connections_per_address", s.gateway_connections_per_address, 1,
                 65'536, "clients at the same time from one IP address");
  config.duration("gateway.hello_timeout", s.hello_timeout,
                  "a client that has not said hello by then is closed");
  config.duration("gateway.idle_timeout", s.idle_timeout,
                  "a client that sends no whole frame (a ping is enough), or takes no byte, for "
                  "this long is closed");
  config.integer("gateway.max_in_flight", s.gateway_in_flight, 1, 1 << 20,
                 "transactions of one client without an answer before it is told busy");
  config.bytes("gateway.max_unread", s.node.gateway.max_unread_bytes,
               "results that one client leaves unread before it is closed");
  config.bytes("gateway.max_unread_total", s.node.gateway.max_unread_total_bytes,
               "results that all clients leave unread before the slowest are closed");
}

u32 narrow(u64 value) { return static_cast<u32>(value); }

}  // namespace

void declare(ops::Config& config, NodeSettings& s) {
  declare_state(config, s);
  declare_gateway(config, s);
  config.text("http.address", s.http.address, "IP address of queries, health and metrics");
  config.integer("http.port", s.http_port, 0, 65'535, "0: any free port");
  declare_sequencer(config, s);
  declare_l1(config, s);
  config.list("chain.same_rules", s.same_rules,
              "roots of images of the fault proof program, beside the one that this program "
              "carries, whose batches you know it to make right: those are made, too");
  config.integer("chain.id", s.chain_id, 1, ~u64{0} >> 1,
                 "without L1: the chain id that signatures are bound to");
  config.text("chain.config_file", s.chain_config,
              "without L1: file with the 32 configuration words in hexadecimal");
  config.choice("log.level", s.log_level, {"trace", "debug", "info", "warn", "error"},
                "least level that is written");
  config.choice("log.format", s.log_format, {"logfmt", "json"}, "form of a line");
  config.text("log.file", s.log_file, "empty: standard error");
}

base::Result<void, std::string> load(ops::Config& config, NodeSettings& s, const std::string& file,
                                     const std::vector<std::string>& flags) {
  if (!file.empty()) {
    if (const auto read = config.load_file(file); !read.ok()) return read.error().message;
  }
  if (const auto read = config.load_environment(); !read.ok()) return read.error().message;
  const auto rest = config.load_flags(flags);
  if (!rest.ok()) return rest.error().message;
  if (!rest->empty()) return "there is no option " + rest->front();
  if (const auto checked = config.check(); !checked.ok()) return checked.error().message;
  s.node.gateway.port = static_cast<u16>(s.gateway_port);
  s.node.gateway.max_connections = narrow(s.gateway_connections);
  s.node.gateway.max_connections_per_address = narrow(s.gateway_connections_per_address);
  s.node.gateway.session.max_in_flight = narrow(s.gateway_in_flight);
  s.node.gateway.session.hello_timeout_ns = static_cast<u64>(s.hello_timeout.count());
  s.node.gateway.session.idle_timeout_ns = static_cast<u64>(s.idle_timeout.count());
  s.http.port = static_cast<u16>(s.http_port);
  s.node.block_interval_ns = static_cast<u64>(s.block_interval.count());
  s.node.batch.max_blocks = narrow(s.batch_blocks);
  s.node.batch.max_pages = narrow(s.batch_pages);
  s.node.signature_threads = narrow(s.signature_threads);
  s.node.signature_queue = narrow(s.signature_queue);
  s.node.tree_threads = narrow(s.tree_threads);
  s.node.snapshot_every_batches = narrow(s.snapshot_every_batches);
  s.node.retained_batches = narrow(s.retained_batches);
  if (s.l1.urls.empty() != s.l1.registry.empty())
    return std::string("l1.urls and l1.registry belong together");
  return {};
}

}  // namespace gavel::apps
