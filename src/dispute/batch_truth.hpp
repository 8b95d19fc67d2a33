// BatchTruth: the truth about one batch, from its trace and the fault proof machine.
//
// What: cursors from a BatchTrace, states and steps from runs of the image that the batch's
// configuration names; every list is made once and kept. Why: this is all that an honest party
// needs beside L1. A trace or a run that lies makes it a cheat's truth, whose answers fit together
// just as well. Invariant: a list of states ends with the cursor that the trace says, or the answer
// is an error: guest and native disagree, and nothing is claimed. Memory: 2 KiB a list, and one
// run with its checkpoints for each of the last kRuns units.
#pragma once

#include <map>

#include "dispute/batch_trace.hpp"
#include "dispute/game_ids.hpp"
#include "dispute/truth.hpp"
#include "program/unit_run.hpp"

namespace gavel::dispute {

struct BatchTruthOptions {
  GameShape shape{};
  // Asked once for each unit that is run; an honest truth has none.
  std::function<program::Lie(u64 unit, program::UnitRun& honest)> lie{};
  // Long work is told here; may be empty.
  std::function<void(const std::string&)> say{};
};

class BatchTruth : public Truth {
 public:
  BatchTruth(std::unique_ptr<BatchTrace> trace, vm::Image image, BatchTruthOptions options = {});
  ~BatchTruth() override;

  TruthResult<Hash32> end() override;
  TruthResult<std::vector<Hash32>> end_words() override;
  TruthResult<TrueList> list(const Place& place) override;
  TruthResult<TrueStep> step(const Place& place) override;

 private:
  static constexpr u32 kRuns = 4;
  // The run of a unit and what it reads.
  struct Run;
  TruthResult<Run*> run_of(u64 unit);
  TruthResult<TrueList> make_list(const Place& place);
  TruthResult<void> end_run(Run& run, TrueList& list);

  std::unique_ptr<BatchTrace> trace_;
  vm::Image image_;
  BatchTruthOptions options_;
  std::map<Place, TrueList> lists_;
  std::vector<std::unique_ptr<Run>> runs_;  // newest last
};

}  // namespace gavel::dispute
