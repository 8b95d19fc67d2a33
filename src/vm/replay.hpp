// Checking a step by its proof: the twin of StepVerifier.sol.
//
// What: replay_step gives the hash of the state after the given one from the state's words, the
// Merkle paths of what the step touches, and a part of a preimage if it reads one. Why: a dispute
// ends with this function on L1; here it is what tests, actors and the Solidity version are held
// to. Invariant: total on any input; for one state every proof that is accepted gives the same
// hash. Proofs are exact: a word too many is refused too. Source: docs/protocol/vm.md, Proof of a
// step.
#pragma once

#include <span>

#include "base/result.hpp"
#include "vm/calls.hpp"
#include "vm/state.hpp"

namespace gavel::vm {

// Levels of the memory tree above a block of 32 * 2^h bytes.
inline constexpr u32 kMemoryLevels = 27;

enum class ReplayError : u8 {
  code_size,   // not 28 words, or words for a state that is its own next
  code_path,   // does not lead to memory_root
  data_size,   // not as many words as the instruction's block and path have
  data_path,   // does not lead to memory_root
  no_preimage  // the oracle does not know the key
};

// What the preimage oracle of L1 knows: one part of one preimage, or nothing.
struct KnownPart {
  Hash32 key;
  u32 offset = 0;
  PreimagePart part;
};

base::Result<Hash32, ReplayError> replay_step(const StateWords& state, std::span<const Hash32> code,
                                              std::span<const Hash32> data,
                                              const KnownPart* known = nullptr);

// The root over a block's leaves (1, 2, 4 or 8) and its siblings, bottom up.
Hash32 block_root(u32 address, std::span<const Hash32> leaves, std::span<const Hash32> siblings);

}  // namespace gavel::vm
