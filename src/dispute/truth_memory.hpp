// TruthMemory: what the truths about many batches keep in memory, together.
//
// What: the open traces, the runs of units and the answers of all truths that share it, each kind
// at most so many, the one that was needed longest ago going first. Why: strangers choose how many
// batches are contested, and how many disputes there are in each; an open trace takes as much
// memory as its batch touches, while the answers that L1 is given are small and are asked for in
// every round. Invariant: no limit is ever passed, and forgetting costs time and changes no answer.
// Threads: one.
#pragma once

#include <memory>

#include "dispute/batch_trace.hpp"
#include "dispute/lru_map.hpp"
#include "dispute/truth.hpp"
#include "program/unit_run.hpp"

namespace gavel::dispute {

struct TruthLimits {
  // One is worked on; the other spares two contests at a time from reopening each other's.
  u32 traces = 2;
  // A few MB each, and it goes on without its trace: contests that have come down to a unit are
  // played to their end without reopening anything.
  u32 runs = 16;
  // 2.3 KiB each, less than a claim takes in a view. Who makes us need one more posts one: 165,000
  // gas and a bond, so that this many fill 300 blocks of L1. Beyond it answers are made anew in
  // each round: as right, and later.
  u32 lists = 65'536;
  // A few KiB each, wanted until L1 has judged the step.
  u32 steps = 256;
};

// A unit's run of the program, and what it reads.
struct WitnessedRun {
  UnitWitness witness;
  std::unique_ptr<program::UnitRun> machine;
};

class TruthMemory {
 public:
  using Owner = u64;

  explicit TruthMemory(const TruthLimits& limits = {})
      : traces(limits.traces), runs(limits.runs), lists(limits.lists), steps(limits.steps) {}

  // One a truth.
  Owner add_owner() { return next_++; }
  void forget(Owner owner) {
    traces.erase(owner);
    const auto of_owner = [owner](const auto& key) { return key.first == owner; };
    runs.erase_if(of_owner);
    lists.erase_if(of_owner);
    steps.erase_if(of_owner);
  }

  LruMap<Owner, std::unique_ptr<BatchTrace>> traces;
  LruMap<std::pair<Owner, u64>, std::unique_ptr<WitnessedRun>> runs;  // by unit
  LruMap<std::pair<Owner, Place>, TrueList> lists;
  LruMap<std::pair<Owner, Place>, TrueStep> steps;

 private:
  Owner next_ = 0;
};

}  // namespace gavel::dispute
