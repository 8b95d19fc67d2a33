#include "sim/sim_plan.hpp"

namespace gavel::sim {

namespace {

constexpr u64 kMs = 1'000'000;
constexpr u64 kS = 1'000 * kMs;

stf::Config draw_config(io::Random& random) {
  stf::Config config;
  config.chain_id = 4242;
  config.verifying_contract.bytes.fill(0x11);
  config.capacity = state::HotCapacity::small().objects;
  // Windows fall idle within a run.
  config.nonce_age_ms = 5'000 + random.below(60'000);
  return config;
}

sequencer::NodeOptions draw_node(io::Random& random) {
  sequencer::NodeOptions node;
  static constexpr u64 kIntervals[] = {50, 100, 100, 200};
  node.block_interval_ns = kIntervals[random.below(4)] * kMs;
  node.signature_queue = 32u << random.below(4);
  node.snapshot_every_batches = 1 + static_cast<u32>(random.below(3));
  node.snapshot_slice_objects = 1 + static_cast<u32>(random.below(200));
  node.block_log_ring_bytes = u64{1} << 20;
  node.recent_receipt_bytes = u64{1} << 20;
  node.gateway.max_unread_bytes = 16'384 << random.below(4);
  node.gateway.session.hello_timeout_ns = (1 + random.below(5)) * kS;
  node.gateway.session.idle_timeout_ns = (5 + random.below(15)) * kS;
  node.gateway.session.max_in_flight = 8u << random.below(6);
  return node;
}

}  // namespace

SimPlan draw_plan(const SimOptions& options, io::Random& random) {
  SimPlan plan;
  plan.l1.config = draw_config(random);
  plan.l1.block_ns = (1 + random.below(2)) * kS;
  plan.l1.claim_window_s = 4 + random.below(20);
  plan.node.node = draw_node(random);
  plan.node.inbox_depth = 4 + random.below(4);
  plan.node.confirmations = 1 + random.below(2);
  plan.node.poll_ns = plan.l1.block_ns / (2 + random.below(3));
  // A claim and a confirmation a batch, one after the other, must not take longer than it.
  const u64 batch_ns = (3 + random.below(4)) * (plan.node.confirmations + 2) * plan.l1.block_ns;
  plan.node.node.batch.max_blocks = static_cast<u32>(batch_ns / plan.node.node.block_interval_ns);
  plan.node.max_unposted_batches = random.below(4) == 0 ? 2 : 64;
  plan.clients = 2 + static_cast<u32>(random.below(3));
  plan.rate = options.rate != 0 ? options.rate : 2.0 + static_cast<double>(random.below(8));
  plan.link.latency_ns = random.below(50) * kMs;
  plan.link.jitter_ns = random.below(30) * kMs;
  plan.link.most_piece_bytes = 1 + static_cast<u32>(random.below(1'500));
  plan.mean_fault_gap_ns = (200 + random.below(2'500)) * kMs;
  plan.verifier_confirmations = random.below(4) == 0 ? 1 : 4;
  for (u32 i = 0; i < kFaults; ++i) {
    const Fault fault{static_cast<u8>(i)};
    const bool rare = fault == Fault::l1_deep_reorg;
    if (rare ? random.below(12) == 0 : random.below(3) != 0) plan.faults.push_back(fault);
  }
  return plan;
}

}  // namespace gavel::sim
