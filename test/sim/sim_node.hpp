// SimNode: the machine of the node: its disk, and one life of the process after the other.
//
// What: the product's NodeCore and NodeL1 over fakes, without threads; step() lets each part do
// some of its work, in an order and an amount drawn from the seed, as threads on a busy machine
// would. Invariant: a dead life has no effect on anything outside. One thread.
#pragma once

#include <memory>

#include "node_l1.hpp"
#include "sim/sim_clock.hpp"
#include "sim/sim_disk.hpp"
#include "sim/sim_l1.hpp"

namespace gavel::sim {

struct SimNodeOptions {
  sequencer::NodeOptions node;
  u64 inbox_depth = 6;
  u64 confirmations = 1;
  u64 poll_ns = 1'000'000'000;
  u64 max_unposted_batches = 64;
};

class SimNode {
 public:
  static constexpr u32 kParts = 6;  // of NodeCore::Part
  using Part = sequencer::NodeCore::Part;

  SimNode(const SimNodeOptions& options, SimL1& l1, SimClock& clock, io::Random& random, u64 seed);

  // A new process. What open() says if it does not come up.
  sequencer::NodeResult<void> open();
  bool alive() const { return core_ != nullptr; }
  // A slice of every part's time. What the parts do after the disk's death counts for nothing.
  void step();
  // The process ends: as asked, or at once. `ended` is called when all is on disk.
  void stop(const std::function<void()>& ended);
  void kill(Death how);
  // Ends a life whose disk has died or that has failed.
  void bury();

  // A part does nothing until then; L1's endpoints likewise.
  void stall(Part part, u64 until_ns) { stalled_until_ns_[static_cast<u8>(part)] = until_ns; }
  SimDisk& disk() { return disk_; }
  SimRpc& inbox_rpc() { return inbox_rpc_; }
  SimRpc& settle_rpc() { return settle_rpc_; }
  sequencer::NodeCore* core() { return core_.get(); }
  apps::NodeL1* business() { return business_.get(); }
  sequencer::Gateway* gateway() { return core_ ? &core_->gateway() : nullptr; }
  const state::HotState* state() const { return core_ ? &core_->hot_state() : nullptr; }
  // The inbox follower has stopped for good in this life.
  bool orphaned() const { return orphaned_; }
  u64 batches_sealed() const { return batches_sealed_; }  // in all lives
  u64 most_waiting() const { return most_waiting_; }

 private:
  void step_l1();

  SimNodeOptions options_;
  SimL1& l1_;
  SimClock& clock_;
  io::Random& random_;
  SimDisk disk_;
  SimRpc inbox_rpc_;
  SimRpc settle_rpc_;
  io::SeededRandom node_random_;
  apps::L1Settings l1_settings_;
  apps::ChainOnL1 chain_;
  std::unique_ptr<ops::MetricsRegistry> metrics_;
  std::unique_ptr<sequencer::NodeCore> core_;
  std::unique_ptr<apps::NodeL1> business_;
  std::array<u64, kParts> stalled_until_ns_{};
  u64 next_inbox_ns_ = 0;
  u64 next_settle_ns_ = 0;
  bool orphaned_ = false;
  u64 batches_sealed_ = 0;
  u64 most_waiting_ = 0;
};

}  // namespace gavel::sim
