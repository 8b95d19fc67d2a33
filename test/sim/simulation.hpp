// Simulation: the whole system in one thread, on simulated time, disk, network and L1, with all
// that can go wrong drawn from one seed.
//
// What: a node (gateway to block log, tree, poster, claimer), its clients, L1 with the contracts'
// model, and a verifier that knows L1 alone. For a while faults happen; then they end, and the
// chain must get everything to L1, claimed and confirmed. Checked all the time: what was
// acknowledged is never lost and never done twice; results come after durability; lists and sums of
// the state; every claim is what the verifier finds; what waits is bounded. Source: the simulators
// of FoundationDB and TigerBeetle. Invariant: two runs with the same options do the same, bit for
// bit. One thread.
#pragma once

#include <array>
#include <string>

#include "base/types.hpp"

namespace gavel::sim {

enum class Fault : u8 {
  power_cut,
  power_cut_in_call,
  process_kill,
  restart,
  disk_full,
  disk_errors,
  slow_part,
  clock_jump,
  l1_down,
  l1_errors,
  l1_no_blocks,
  l1_reorg,
  l1_deep_reorg,
  fees_up,
  mempool_lost,
  pages_withheld,
  client_gone,
  client_slow,
  client_garbage,
  client_burst,
  client_duplicates,
  link_stall,
  batch_ends,
  deposit,
  configuration,
};
inline constexpr u32 kFaults = 25;
const char* name_of(Fault fault);

struct SimOptions {
  u64 seed = 1;
  u64 fault_seconds = 60;  // simulated, until faults end
  double rate = 0;         // transactions a simulated second; 0: drawn from the seed
  bool trace = false;      // say what happens
  bool progress = false;   // say now and then how far it is
  bool disk_lies = false;  // to be found out: what is synced is not
};

struct SimReport {
  std::string failure;  // empty: all held
  bool stopped_by_deep_reorg = false;
  u64 digest = 0;
  double simulated_s = 0;
  double real_s = 0;
  double processor_s = 0;
  u64 blocks = 0;
  u64 transactions = 0;
  u64 submitted = 0;
  u64 acknowledged = 0;
  u64 refused = 0;
  u64 connections = 0;
  u64 batches = 0;
  u64 claims = 0;
  u64 confirmed = 0;
  u64 l1_blocks = 0;
  u64 lives = 0;
  u64 derived_again = 0;
  u64 state_checks = 0;
  u64 most_waiting = 0;
  std::array<u64, kFaults> faults{};
  u64 late_configurations = 0;  // announced for a batch that had begun
};

SimReport simulate(const SimOptions& options);

}  // namespace gavel::sim
