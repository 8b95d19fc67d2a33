// Single steps with their proofs: the cases that every implementation of the step must agree on.
//
// What: directed_cases() has each instruction, each fault and each call at its edges; random_case()
// draws one from a seed; refused_cases() are proofs that must not be taken. Why: one source for
// the C++ tests, for test/vectors/vm_steps.json and for the differential test of StepVerifier.sol.
// Invariant: `next` is what the fast interpreter gives, and replay_step was found to agree.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "vm/machine.hpp"

namespace gavel::vm {

struct StepCase {
  std::string name;
  bool accepted = true;  // false: a proof that must be refused, next is without meaning
  StateWords state;
  std::vector<Hash32> code;
  std::vector<Hash32> data;
  Hash32 next;
  // For an oracle_read by hash.
  std::optional<KnownPart> part;
  std::vector<u8> preimage;
  bool example = false;  // also in test/vectors/vm_steps.json
};

// What a case is made of. Every case's memory also holds some words elsewhere, so that siblings
// are not all those of empty memory.
struct StepSetting {
  std::string name;
  State state;
  std::vector<std::pair<u32, std::vector<u8>>> memory;
  std::vector<u8> preimage;
  bool example = false;
};

class StepCaseMaker {
 public:
  StepCaseMaker();

  StepCase make(const StepSetting& setting);

 private:
  std::map<Hash32, std::vector<u8>> preimages_;
  Machine machine_;
  Snapshot empty_;
};

// Sorted by what they are about; the same list on every call.
std::vector<StepSetting> directed_settings();

StepSetting random_setting(std::mt19937_64& random);

// Proofs of the given case with one part spoilt, each to be refused.
std::vector<StepCase> refused_cases(const StepCase& good);

}  // namespace gavel::vm
