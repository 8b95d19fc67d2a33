// Single steps with their proofs: the cases that every implementation of the step must agree on.
//
// What: StepCaseMaker turns a setting (a state and what lies in memory) into a case with proof and
// next hash; refused_cases() spoils a case's proof. Why: one source for the C++ tests, for
// test/vectors/vm_steps.json and for the differential test of StepVerifier.sol; the settings are in
// step_settings_test.hpp. Invariant: `next` is what Machine gives, and replay_step was found to
// agree.
#pragma once

#include <map>
#include <string>
#include <utility>
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
};

struct StepSetting {
  std::string name;
  State state;  // memory_root is filled in
  std::vector<std::pair<u32, std::vector<u8>>> memory;
  std::vector<u8> preimage;
  bool example = false;  // also in test/vectors/vm_steps.json
  // Applied to the words last: what no State can say.
  std::optional<std::pair<u32, Hash32>> word;
};

class StepCaseMaker {
 public:
  StepCaseMaker()
      : machine_([this](const Hash32& key) -> std::optional<std::vector<u8>> {
          if (crypto::keccak256(preimage_) == key) return preimage_;
          return std::nullopt;
        }) {
    // Words elsewhere, so that siblings are not all those of empty memory.
    for (u32 bit = 5; bit < 32; ++bit) {
      const std::array<u8, 4> word = {static_cast<u8>(bit), 1, 2, 3};
      machine_.write_memory(0x5a5a5a40u ^ (u32{1} << bit), word);
    }
    empty_ = machine_.snapshot();
  }

  StepCase make(const StepSetting& setting) {
    preimage_ = setting.preimage;
    machine_.restore(empty_);
    for (const auto& [address, bytes] : setting.memory) machine_.write_memory(address, bytes);
    StepCase out;
    out.name = setting.name;
    if (setting.word || !decode_state(setting.state.encode()).ok()) {
      State state = setting.state;
      state.memory_root = machine_.state().memory_root;
      out.state = state.encode();
      if (setting.word) out.state[setting.word->first] = setting.word->second;
      out.next = hash_words(out.state);
    } else {
      machine_.set_state(setting.state);
      const std::optional<StepProof> proof = machine_.step_proof();
      GAVEL_CHECK(proof.has_value());
      out.state = proof->state;
      out.code = proof->code;
      out.data = proof->data;
      out.part = proof->part;
      out.preimage = proof->preimage;
      // The counter goes around at 2^64, which no run of a machine reaches.
      State from = setting.state;
      from.step = 0;
      machine_.set_state(from);
      static_cast<void>(machine_.run_until(1));
      State after = machine_.state();
      after.step += setting.state.step;
      out.next = after.hash();
    }
    const KnownPart* const known = out.part ? &*out.part : nullptr;
    GAVEL_CHECK(replay_step(out.state, out.code, out.data, known) == out.next);
    return out;
  }

 private:
  std::vector<u8> preimage_;
  Machine machine_;
  Snapshot empty_;
};

// Proofs of the given case with one part spoilt, each to be refused.
inline std::vector<StepCase> refused_cases(const StepCase& good) {
  std::vector<StepCase> out;
  const auto add = [&](const char* what, auto spoil) {
    StepCase bad = good;
    bad.name += std::string(", ") + what;
    bad.accepted = false;
    bad.next = {};
    spoil(bad);
    out.push_back(std::move(bad));
  };
  const auto flip = [](Hash32& word) { word.bytes[31] ^= 1; };
  add("a code word too many", [](StepCase& c) { c.code.emplace_back(); });
  add("a data word too many", [](StepCase& c) { c.data.emplace_back(); });
  if (!good.code.empty()) {
    add("no code", [](StepCase& c) { c.code.clear(); });
    add("a code word too few", [](StepCase& c) { c.code.pop_back(); });
    add("wrong instruction leaf", [&](StepCase& c) { flip(c.code.front()); });
    add("wrong code sibling", [&](StepCase& c) { flip(c.code.back()); });
    add("wrong memory root", [&](StepCase& c) { flip(c.state[0]); });
  }
  if (!good.data.empty()) {
    add("no data", [](StepCase& c) { c.data.clear(); });
    add("a data word too few", [](StepCase& c) { c.data.pop_back(); });
    add("wrong data leaf", [&](StepCase& c) { flip(c.data.front()); });
    add("wrong data sibling", [&](StepCase& c) { flip(c.data.back()); });
  }
  return out;
}

}  // namespace gavel::vm
