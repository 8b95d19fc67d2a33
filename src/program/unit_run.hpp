// UnitRun: the fault proof program's run over one unit, looked at from anywhere.
//
// What: runs an image from a cursor's hash to its end and answers for any of the 2^24 steps: the
// state's hash, equally spaced lists of hashes, the proof of a step; and which cursor the run
// supports. Why: below a unit, these are all that a party to a dispute commits to or proves.
// Preimages come from the caller and are asked for as the program asks. Invariant: the answers do
// not depend on the order of questions; past the end the last state repeats. Questions at rising
// steps are cheap; going back starts at a checkpoint at most kCheckpointSteps away. A run with a
// Lie is what a cheat would claim: honest steps all along, but for one. Source:
// docs/protocol/vm.md, Runs in a dispute.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "stf/cursor.hpp"
#include "stf/host_oracle.hpp"
#include "vm/machine.hpp"

namespace gavel::program {

inline constexpr u64 kRunSteps = u64{1} << 24;
inline constexpr u64 kCheckpointSteps = u64{1} << 18;

// Answers from a map, which outlives the answers.
vm::Preimages preimages_of(const stf::MapOracle& known);

// Changes the machine when it has made exactly `step` steps.
struct Lie {
  u64 step = 0;
  std::function<void(vm::Machine&)> corrupt;
};

enum class RunError : u8 {
  no_cursor,        // the input's preimage is unknown, or is not 32 words
  missing_preimage  // the run asks for one that is unknown: missing_key()
};

class UnitRun {
 public:
  // The run of `image` on the cursor whose hash is `input`. Nothing runs yet.
  UnitRun(const vm::Image& image, const Hash32& input, vm::Preimages preimages, Lie lie = {});

  // Runs to the end, once; what follows calls it. Fails again each time if it fails.
  base::Result<void, RunError> run();
  const Hash32& missing_key() const { return machine_.missing_key(); }

  // Steps until the program ended, or kRunSteps.
  base::Result<u64, RunError> steps();
  // The state after kRunSteps steps.
  base::Result<vm::State, RunError> last_state();
  // The hash of the cursor that the run supports.
  base::Result<Hash32, RunError> supports();

  // After `step` <= kRunSteps steps.
  base::Result<Hash32, RunError> state_hash(u64 step);
  // After from + stride (i + 1) steps for each i < count, the last of which is at most kRunSteps.
  base::Result<std::vector<Hash32>, RunError> states(u64 from, u64 stride, u32 count);
  // Of the step that follows the state after `step` steps.
  base::Result<vm::StepProof, RunError> step_proof(u64 step);

  // The keys of all preimages that the run asked for, each once, in the order of first use.
  const std::vector<Hash32>& asked() const { return *asked_; }

 private:
  // Brings the machine to the state after `step` steps, or to its last.
  base::Result<void, RunError> seek(u64 step);
  bool advance(u64 step);

  vm::Preimages preimages_;
  std::shared_ptr<std::vector<Hash32>> asked_;
  Lie lie_;
  Hash32 input_;
  Hash32 failed_cursor_;
  vm::Machine machine_;
  std::map<u64, vm::Snapshot> checkpoints_;
  std::optional<vm::State> last_;
};

}  // namespace gavel::program
