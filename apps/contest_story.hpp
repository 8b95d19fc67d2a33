// ContestStory: a contest told as it happens: claims, how far they have narrowed it, clocks, the
// decision.
//
// What: compares what a bystander sees now with what was told, and tells what is new, each thing
// once. Invariant: it takes no part; what it says of right and wrong is the bystander's own
// derivation.
#pragma once

#include <chrono>
#include <set>

#include "contest_bystander.hpp"
#include "contest_report.hpp"

namespace gavel::apps {

// Lines with the seconds since the beginning; on a terminal the last one may change in place.
class Teller {
 public:
  void say(const std::string& what);
  // Of something that goes on: in place each second on a terminal, otherwise every ten seconds.
  void keep_saying(const std::string& what);
  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point began_ = Clock::now();
  bool line_open_ = false;
  int last_ = -1;
};

class ContestStory {
 public:
  using NameOf = std::function<std::string(const Address&)>;

  ContestStory(Teller& teller, ContestBystander& bystander, NameOf name_of)
      : teller_(teller), bystander_(bystander), name_of_(std::move(name_of)) {}

  void tell(const ContestReport& contest);

  u32 deepest_level() const { return level_; }
  u32 levels() const { return contest_told_ ? level_ + 1 : 0; }
  // From the contest's beginning to the decision; 0: not yet.
  double seconds_to_decision() const { return decided_at_ - contested_at_; }

 private:
  void tell_claims(const ContestReport& contest);
  void tell_depth(const ContestReport& contest);
  void tell_clocks(const ContestReport& contest);

  Teller& teller_;
  ContestBystander& bystander_;
  NameOf name_of_;
  std::set<Hash32> claims_told_;
  u32 level_ = 0;
  bool contest_told_ = false;
  bool step_told_ = false;
  bool decision_told_ = false;
  bool confirmation_told_ = false;
  double contested_at_ = 0;
  double decided_at_ = 0;
};

}  // namespace gavel::apps
