// SimPlan: what one seed chose of everything that a run may differ in.
//
// What: sizes, speeds, and the faults that may happen: each seed leaves some kinds out, since one
// fault can hide what another would show ("swarm testing", Groce et al., ISSTA 2012). Invariant:
// the same seed gives the same plan.
#pragma once

#include "sim/sim_client.hpp"
#include "sim/sim_node.hpp"
#include "sim/simulation.hpp"

namespace gavel::sim {

struct SimPlan {
  SimNodeOptions node;
  SimL1::Options l1;
  u32 accounts = 6;
  u32 clients = 3;
  u32 assets = 3;
  u32 markets = 2;
  double rate = 10;  // transactions a second, all clients together
  LinkQuality link;
  u64 tick_ns = 10'000'000;
  u64 mean_fault_gap_ns = 2'000'000'000;
  std::vector<Fault> faults;  // that may happen
  u32 verifier_confirmations = 1;
};

SimPlan draw_plan(const SimOptions& options, io::Random& random);

}  // namespace gavel::sim
