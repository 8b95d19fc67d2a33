// NodeOptions: what an operator sets of a node, apart from the rules, which come from the chain's
// configuration.
#pragma once

#include <functional>
#include <string>

#include "io/random.hpp"
#include "sequencer/block_builder.hpp"
#include "sequencer/gateway.hpp"

namespace gavel::sequencer {

struct NodeOptions {
  std::string data_directory;
  GatewayOptions gateway;  // chain and contract are filled in from the configuration
  u64 block_interval_ns = 100'000'000;
  BatchLimits batch;
  u32 signature_threads = 1;
  u32 signature_queue = 16'384;  // transactions a signature thread holds
  u32 tree_threads = 1;
  u32 snapshot_every_batches = 36;  // 0: never
  u32 retained_batches = 6'048;     // how far back the state can be opened and proved against
  u32 retained_snapshots = 2;
  u64 block_log_ring_bytes = u64{128} << 20;
  u64 block_log_segment_bytes = u64{64} << 20;
  u64 prefault_accounts = 0;  // memory backed before traffic
  u64 prefault_signers = 0;
  u64 prefault_orders = 0;
  u64 recent_receipt_bytes = u64{64} << 20;  // receipts kept for queries
  u32 snapshot_slice_objects = ~0u;          // encoded between two blocks, if time allows
  // The images of the fault proof program whose rules this program has; none: any image's.
  std::vector<Hash32> images;
  // Where the file is lost that says what batches were made under: L1's word for it, now.
  bool configurations_from_l1 = false;

  // For simulations. No threads: the owner calls NodeCore::step(), and nothing listens on a port.
  bool own_threads = true;
  io::Random* random = nullptr;  // null: the system's; outlives the node
};

// Told in a few words what takes long. Any thread of the node.
using NodeProgress = std::function<void(const std::string&)>;

// Paths below the data directory.
inline std::string state_directory(const NodeOptions& o) { return o.data_directory + "/state"; }
inline std::string batch_directory(const NodeOptions& o) { return o.data_directory + "/batches"; }
inline std::string block_log_directory(const NodeOptions& o) {
  return o.data_directory + "/blocks";
}
inline std::string configurations_path(const NodeOptions& o) {
  return o.data_directory + "/configurations";
}

}  // namespace gavel::sequencer
