// ContestDemo: a dispute from beginning to end, told as it happens: a chain with batches, those who
// cheat, those who stand for the truth, and what a bystander sees of all of them.
//
// What: all parties are processes with keys of their own; this one watches L1 (contest_report.hpp),
// looks up in its own derivation what the unit and the step are about which they differ, and
// interferes where the kind says so (contest_kinds.hpp). Invariant: it makes no move in the
// contest.
#pragma once

#include "contest_stage.hpp"

namespace gavel::apps {

// Exit status: not 0 unless the truth won, the chain goes on from it, and money went where it
// should.
int run_contest_demo(const ContestDemoOptions& options);

}  // namespace gavel::apps
