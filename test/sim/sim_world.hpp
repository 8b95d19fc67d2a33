// SimWorld: everything of one run, and the order in which it happens.
//
// What: run() is the run; faults are in sim_faults.cpp, checks in sim_checks.cpp. Invariant: time
// moves in ticks; within one, L1, the node's parts, clients, the verifier and faults follow each
// other in a fixed order, but for what the seed draws.
#pragma once

#include <functional>
#include <set>

#include "settle/verifier.hpp"
#include "sim/sim_plan.hpp"

namespace gavel::sim {

class SimWorld {
 public:
  explicit SimWorld(const SimOptions& options);
  SimReport run();

 private:
  static constexpr u64 kMs = 1'000'000;
  static constexpr u64 kS = 1'000 * kMs;

  // The run.
  void found();
  void tick();
  void look_after_node();
  void open_node();
  void life_ended();
  void restart_node();
  void step_verifier();
  void run_until(u64 elapsed_ns);
  void calm();
  void restart_in_calm();
  void orphaned();
  bool settled(u64 batch) const;
  void report_progress();
  void say(const char* what, const std::string& detail = {});
  u64 now_ns() const { return clock_->elapsed_ns(); }
  u64 below(u64 bound) { return random_.below(bound); }

  // Faults.
  void maybe_fault();
  void inject(Fault fault);
  void inject_l1(Fault fault);
  void inject_client(Fault fault);
  void disk_full();
  void disk_errors();
  void end_disk_trouble();
  bool disk_is_well() const;
  void shallow_reorg();
  void await_settlement(u64 seen);
  void deep_reorg();
  void announce_configuration();
  void withdraw_late_configuration();
  void await_victim(u64 message);
  void clock_jump();
  // Does it when that time has come.
  void later(u64 after_ns, std::function<void()> what);
  void run_due();
  void heal();

  // Checks. The first that fails ends the run.
  void fail(std::string what);
  bool failed() const { return !failure_.empty(); }
  void check_recovered();
  void check_clients();
  void check_durability();
  void check_state_now();
  void check_claims();
  void check_acknowledged_in_chain();
  void check_queues();
  void check_connections();
  u64 acknowledged_block() const;
  u64 digest_of_state() const;
  SimReport report();

  SimOptions options_;
  io::SeededRandom random_;
  SimPlan plan_;
  Digest digest_;
  std::vector<crypto::KeyPair> keys_;
  std::unique_ptr<SimL1> l1_;
  std::unique_ptr<SimClock> clock_;
  std::unique_ptr<SimNode> node_;
  std::unique_ptr<Workload> workload_;
  std::vector<std::unique_ptr<SimClient>> clients_;
  std::unique_ptr<SimRpc> verifier_rpc_;
  std::unique_ptr<settle::Verifier> verifier_;

  struct Item {
    Hash32 id;
    u64 receipt = 0;
    u8 kind = 0;
  };
  std::map<u64, std::vector<Item>> derived_;  // by block, as the verifier executed it
  u64 derived_batches_ = 0;
  u64 derived_again_ = 0;
  u64 next_verify_ns_ = 0;

  std::multimap<u64, std::function<void()>> due_;
  u64 next_fault_ns_ = 0;
  u64 open_at_ns_ = 0;                // when the next life begins
  std::optional<u64> state_at_stop_;  // digest of what an orderly end left
  u32 disk_trouble_ = 0;              // faults of the disk under way
  u64 disk_well_ns_ = 0;              // since when there is none
  u32 failed_opens_ = 0;              // in a row without any of them
  bool faulty_ = true;
  bool deep_reorg_done_ = false;
  bool expect_orphaned_ = false;
  u64 orphaned_by_ns_ = 0;  // when the node must have noticed
  u64 next_state_check_ns_ = 0;
  u64 next_audit_ns_ = 0;
  u64 next_progress_ns_ = 0;
  std::string failure_;
  SimReport report_;
};

}  // namespace gavel::sim
