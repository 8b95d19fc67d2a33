// NodeSettings: everything that an operator sets of a node: a TOML file, GAVEL_* variables and
// flags, all with the same names (docs/operations.md lists them; `gavel node --describe` prints
// them).
#pragma once

#include "io/http.hpp"
#include "ops/config.hpp"
#include "ops/log.hpp"
#include "sequencer/node_options.hpp"

namespace gavel::apps {

struct L1Settings {
  std::vector<std::string> urls;  // empty: a node without L1
  std::string registry;           // the BatchRegistry's address
  u64 inbox_depth = 6;            // L1 blocks above a message before it is executed
  u64 confirmations = 3;          // of our own transactions
  std::chrono::nanoseconds poll = std::chrono::seconds(1);
  std::chrono::nanoseconds bump_after = std::chrono::seconds(36);
  std::string data_mode = "calldata";
  ops::Secret poster_key;  // empty: this node does not post
  ops::Secret claimer_key;
  u64 max_unposted_batches = 64;  // beyond which the node stops acknowledging
};

struct NodeSettings {
  sequencer::NodeOptions node;
  io::HttpServerOptions http;
  L1Settings l1;
  std::vector<std::string> same_rules;  // with L1: images beside the own one, by root
  u64 chain_id = 31'337;                // without L1
  std::string chain_config;  // without L1: a file with the configuration's 1,024 bytes in
                             // hexadecimal; empty: the defaults
  std::string log_level = "info";
  std::string log_format = "logfmt";
  std::string log_file;

  // Values that are narrower where they are used.
  u64 gateway_port = 7'100;
  u64 gateway_connections = 1'024;
  u64 gateway_connections_per_address = 256;
  u64 gateway_in_flight = 65'536;
  std::chrono::nanoseconds hello_timeout = std::chrono::seconds(10);
  std::chrono::nanoseconds idle_timeout = std::chrono::minutes(5);
  u64 http_port = 7'180;
  u64 batch_blocks = 1'000;
  u64 batch_pages = u64{1} << 18;
  u64 signature_threads = 1;
  u64 signature_queue = 16'384;
  u64 tree_threads = 1;
  u64 snapshot_every_batches = 36;
  u64 retained_batches = 6'048;
  std::chrono::nanoseconds block_interval = std::chrono::milliseconds(100);
};

// Declares all keys; `settings` must outlive `config`.
void declare(ops::Config& config, NodeSettings& settings);
// Reads the sources in their order and fills in what is derived. The error is a sentence.
[[nodiscard]] base::Result<void, std::string> load(ops::Config& config, NodeSettings& settings,
                                                   const std::string& file,
                                                   const std::vector<std::string>& flags);

}  // namespace gavel::apps
