// The machine's state as L1 knows it: eight words and their hash.
//
// What: State with its canonical encoding of 8 x 32 bytes, and the first state of a run. Why: a
// dispute commits to states by hash; everything but memory lies in the words themselves, so that a
// step needs Merkle paths for memory only. Invariant: encode gives canonical words if registers[0]
// is 0, pc a multiple of 4 and exit known; decode accepts exactly those, so the two are inverse.
// Source: docs/protocol/vm.md, State.
#pragma once

#include <array>
#include <span>

#include "base/result.hpp"
#include "base/types.hpp"

namespace gavel::vm {

inline constexpr u32 kStateWords = 8;
inline constexpr u32 kRegisters = 32;
inline constexpr u32 kFirstPc = 0x00010000;

using StateWords = std::array<Hash32, kStateWords>;

enum class Exit : u8 { running = 0, halted = 1, panicked = 2 };

enum class StateError : u8 { not_canonical };

struct State {
  Hash32 memory_root;
  Hash32 input;
  Hash32 output;
  u64 step = 0;
  u32 pc = 0;
  Exit exit = Exit::running;
  u32 code = 0;
  std::array<u32, kRegisters> registers{};

  StateWords encode() const;
  Hash32 hash() const;

  friend bool operator==(const State&, const State&) = default;
};

base::Result<State, StateError> decode_state(const StateWords& words);

// The hash of any words, canonical or not.
Hash32 hash_words(const StateWords& words);

// The state that a dispute's run on a memory with this root begins with.
State first_state(const Hash32& memory_root, const Hash32& input);

}  // namespace gavel::vm
