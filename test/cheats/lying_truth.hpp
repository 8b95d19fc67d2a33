// LyingTruth: what a liar holds to be right, wherever a contest asks.
//
// What: a BatchTruth over a trace with one deceit (deceit.hpp), and below the unit of the lie a run
// of the fault proof program that is broken at one step, since the honest one does not support what
// the liar says. Why: the engine that plays for honest parties plays for a liar too, and none of
// its answers contradicts another. Invariant: all but that unit and that step follows the rules
// from what came before. The wrong step is the run's last, or for Deceit::vm_step one in the
// middle, where the machine jumps to its end. Source: docs/protocol/dispute.md.
#pragma once

#include "cheats/deceit.hpp"
#include "dispute/batch_truth.hpp"

namespace gavel::cheats {

struct LyingTruth {
  std::unique_ptr<Deceiver> deceiver;  // outlives the truth
  std::unique_ptr<dispute::BatchTruth> truth;
  stf::Cursor end;  // as the liar says it

  // Nothing about the unit if the batch gave no occasion for the lie.
  const DeceitFacts& facts() const { return deceiver->facts(); }
};

// `open` opens the batch's trace with the hooks that it is given.
using OpenTrace =
    std::function<dispute::TraceResult<std::unique_ptr<dispute::BatchTrace>>(dispute::TraceHooks)>;
// An error is a sentence. The trace has run once, so the facts are there.
dispute::TruthResult<LyingTruth> make_lying_truth(const OpenTrace& open, const vm::Image& image,
                                                  Deceit deceit, u64 from_unit,
                                                  const Address& thief);

}  // namespace gavel::cheats
