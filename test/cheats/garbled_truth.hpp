// GarbledTruth: lists of garbage with the right ends.
//
// What: a party that stands for an end, its own or the true one, and fills the lists above and
// below it with values that nothing leads to; each list ends with what the list above says. Why: a
// squatter's claim has the right end and a wrong list; a stubborn one has neither, and answers all
// the same. Invariant: deterministic by seed; two seeds agree nowhere but at the end. It has no
// step to prove.
#pragma once

#include "dispute/game_ids.hpp"
#include "dispute/truth.hpp"

namespace gavel::cheats {

class GarbledTruth final : public dispute::Truth {
 public:
  // The cursor with which it says that the batch ends, and a number that makes its garbage.
  GarbledTruth(std::vector<Hash32> end_words, u64 seed);

  dispute::TruthResult<Hash32> end() override;
  dispute::TruthResult<std::vector<Hash32>> end_words() override { return end_words_; }
  dispute::TruthResult<dispute::TrueList> list(const dispute::Place& place) override;
  dispute::TruthResult<dispute::TrueStep> step(const dispute::Place& place) override;

 private:
  Hash32 garbage(const dispute::Place& place, u32 index) const;
  // With what the interval of this list must end.
  Hash32 end_of(const dispute::Place& place) const;
  dispute::TrueList make_list(const dispute::Place& place) const;

  dispute::GameShape shape_;
  std::vector<Hash32> end_words_;
  u64 seed_;
};

}  // namespace gavel::cheats
