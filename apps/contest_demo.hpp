// ContestDemo: a dispute from beginning to end, told as it happens: a devnet under traffic, a false
// claimer, a challenger, and what a bystander sees of both.
//
// What: the liar and the challenger are processes with keys of their own; this one watches L1
// (contest_report.hpp), and looks up in its own derivation what the unit and the step are about
// which they differ. Invariant: it takes no part in the contest.
#pragma once

#include <string>
#include <vector>

#include "base/types.hpp"

namespace gavel::apps {

struct ContestDemoOptions {
  std::string kind;               // for the table
  std::vector<std::string> liar;  // arguments of gavel_rogue
  u64 messages = 150'000;         // of order flow
  u32 accounts = 2'000;
  u64 seed = 1;
  u64 window_s = 60;  // P
  bool keep = false;
};

// Exit status.
int run_contest_demo(const ContestDemoOptions& options);

}  // namespace gavel::apps
