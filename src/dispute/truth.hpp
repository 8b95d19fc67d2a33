// Truth: what a party to a contest holds to be right, wherever it is asked.
//
// What: the end of the batch, the list of any interval of it or of a unit's run, the proof of any
// step. Why: the player must not know where its answers come from: an honest one has a batch's
// trace and the machine (batch_truth.hpp), tests have a toy, and a cheat has a lie that it follows
// through every level. Invariant: the answers fit together: the last value of a list is what the
// interval above says, and the same question always gets the same answer. Answers may take seconds;
// none is asked for that is not needed. Source: docs/protocol/dispute.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"
#include "vm/state.hpp"

namespace gavel::dispute {

// Where an interval lies.
struct Place {
  u32 level = 0;
  u64 position = 0;  // units of the batch, or steps of the unit's run
  u64 unit = 0;      // of the run, from the first level of states on

  friend auto operator<=>(const Place&, const Place&) = default;
};

struct TrueList {
  std::vector<Hash32> values;
  Hash32 end;
  // What L1 must see of a run's last state: its 8 words, and the 32 of its input if the run
  // supports failed(input). Empty at other levels.
  std::vector<Hash32> run;
};

struct NeededPreimage {
  Hash32 key;
  u32 offset = 0;
  std::vector<u8> bytes;
};

struct TrueStep {
  vm::StateWords state;
  std::vector<Hash32> code;
  std::vector<Hash32> data;
  std::optional<NeededPreimage> preimage;  // that the step reads
};

// A sentence: why there is no answer now.
template <class T>
using TruthResult = base::Result<T, std::string>;

class Truth {
 public:
  virtual ~Truth() = default;
  // Hash of the cursor with which the batch ends, and its 32 words.
  virtual TruthResult<Hash32> end() = 0;
  virtual TruthResult<std::vector<Hash32>> end_words() = 0;
  virtual TruthResult<TrueList> list(const Place& place) = 0;
  // The step after `place.position` steps.
  virtual TruthResult<TrueStep> step(const Place& place) = 0;
};

}  // namespace gavel::dispute
