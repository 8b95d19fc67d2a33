// BatchTruth: the truth about one batch, from its trace and the fault proof machine.
//
// What: cursors from a BatchTrace, states and steps from runs of the image that the batch's
// configuration names. The trace is opened when an answer needs it, and again when others have
// taken its place in the memory that truths share. Why: this is all that an honest party needs
// beside L1. A trace or a run that lies makes it a cheat's truth, whose answers fit together just
// as well. Invariant: a list of states ends with the cursor that the trace says, and the batch
// where it was derived to, or the answer is an error: two ways of computing disagree, and nothing
// is claimed. A trace that is opened again begins where the first one did. Memory: TruthMemory's,
// and here the batch's last cursor.
#pragma once

#include <chrono>

#include "dispute/game_ids.hpp"
#include "dispute/truth_memory.hpp"

namespace gavel::dispute {

struct BatchTruthOptions {
  GameShape shape{};
  // Where the batch ends, if it is known.
  std::optional<stf::Cursor> end{};
  // Asked once for each unit that is run; an honest truth has none.
  std::function<program::Lie(u64 unit, program::UnitRun& honest)> lie{};
  // Long work is told here; may be empty.
  std::function<void(const std::string&)> say{};
};

class BatchTruth : public Truth {
 public:
  using Open = std::function<TraceResult<std::unique_ptr<BatchTrace>>()>;

  // On a trace that stays open.
  BatchTruth(std::unique_ptr<BatchTrace> trace, vm::Image image, BatchTruthOptions options = {});
  // `open` gives the batch's trace, each time anew.
  BatchTruth(std::shared_ptr<TruthMemory> memory, Open open, vm::Image image,
             BatchTruthOptions options = {});
  BatchTruth(const BatchTruth&) = delete;
  BatchTruth& operator=(const BatchTruth&) = delete;
  ~BatchTruth() override;

  TruthResult<Hash32> end() override;
  TruthResult<std::vector<Hash32>> end_words() override;
  TruthResult<TrueList> list(const Place& place) override;
  TruthResult<TrueStep> step(const Place& place) override;

 private:
  TraceResult<BatchTrace*> trace();
  // Asks the trace. One that failed is opened anew the next time.
  template <class Ask>
  auto ask(Ask ask) -> TruthResult<typename decltype(ask(std::declval<BatchTrace&>()))::Value>;
  TruthResult<stf::Cursor> last_cursor();
  TruthResult<WitnessedRun*> run_of(u64 unit);
  TruthResult<TrueList> make_list(const Place& place);
  TruthResult<void> end_run(WitnessedRun& run, TrueList& list);
  // Tells how long it took, since `began`.
  void tell(const std::string& what, std::chrono::steady_clock::time_point began) const;

  std::shared_ptr<TruthMemory> memory_;
  TruthMemory::Owner owner_;
  Open open_;  // empty: the trace is never closed
  vm::Image image_;
  BatchTruthOptions options_;
  std::optional<stf::Cursor> end_;
  std::optional<Hash32> first_;  // cursor of the trace
  u64 batch_ = 0;                // of the trace
};

}  // namespace gavel::dispute
