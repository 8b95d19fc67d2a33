// ContestBystander: what a contest is about, in the words of the exchange and of the machine.
//
// What: derives the chain as any verifier does, and describes the unit of a batch (which
// transaction of which block) and the step of its run (which instruction). Invariant: reads L1
// only. Threads: one.
#pragma once

#include "dispute/batch_truth.hpp"
#include "dispute/trace_source.hpp"
#include "l1_link.hpp"

namespace gavel::apps {

class ContestBystander {
 public:
  // `folder` is there, for the deriver's records.
  [[nodiscard]] static AppResult<std::unique_ptr<ContestBystander>> start(
      L1Link& link, const Address& registry, const std::string& folder);

  // Derives up to the batch and opens it.
  [[nodiscard]] AppResult<void> open(u64 batch);
  // The hash of its end.
  const Hash32& end() const { return end_; }
  // Of the state at the batch's end.
  const Hash32& state_root() const { return state_root_; }
  u64 units() const { return units_; }
  // In words, or why there are none.
  std::string describe_unit(u64 unit);
  std::string describe_step(u64 unit, u64 step);

 private:
  io::SystemDisk disk_;
  std::unique_ptr<settle::Verifier> verifier_;
  std::unique_ptr<dispute::TraceSource> traces_;
  dispute::BatchTrace* trace_ = nullptr;  // the truth's
  std::unique_ptr<dispute::BatchTruth> truth_;
  std::vector<std::vector<u8>> pages_;
  Hash32 end_;
  Hash32 state_root_;
  u64 units_ = 0;
};

}  // namespace gavel::apps
