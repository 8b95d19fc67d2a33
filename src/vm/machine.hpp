// A machine that runs: an image in memory, stopped at any step that is asked for.
//
// What: load an image, run until a step, ask for the state, its hash and the proof of the next
// step, keep snapshots and return to them. Why: a dispute asks for commitments at equally spaced
// steps of one run, and at last for one step's proof. Invariant: the state after n steps is the one
// of the protocol's step function, however the run was cut into pieces; copies share unchanged
// pages. Preimages come from the host: a missing or wrong one stops the run before the step that
// needs it. Not thread-safe; machines are independent. Source: docs/protocol/vm.md.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "vm/elf.hpp"
#include "vm/memory.hpp"
#include "vm/page_tree.hpp"
#include "vm/replay.hpp"
#include "vm/state.hpp"

namespace gavel::vm {

// The bytes whose Keccak-256 is the key, if the host knows them.
using Preimages = std::function<std::optional<std::vector<u8>>(const Hash32& key)>;

enum class Stop : u8 {
  reached,          // the step that was asked for; running or at an end
  halted,           // before it
  panicked,         // before it
  missing_preimage  // the next step needs a preimage that the host does not know
};

// What L1 needs to judge the step after a state. Both lists are empty for a state that is its own
// next.
struct StepProof {
  StateWords state;
  std::vector<Hash32> code;
  std::vector<Hash32> data;
  // For an oracle_read by hash: the part, and the whole preimage to put on L1.
  std::optional<KnownPart> part;
  std::vector<u8> preimage;
};

struct Snapshot {
  State state;  // memory_root is not kept
  PageCopies pages;
};

// One preimage at hand, since it is read in parts of 32 bytes.
class PreimageReader {
 public:
  explicit PreimageReader(Preimages source) : source_(std::move(source)) {}

  bool read(const Hash32& key, u32 offset, PreimagePart& part);
  // The preimage of the last read.
  const std::vector<u8>& bytes() const { return bytes_; }
  const Hash32& missing_key() const { return missing_; }

 private:
  Preimages source_;
  bool held_ = false;
  Hash32 key_;
  std::vector<u8> bytes_;
  Hash32 missing_;
};

class Machine {
 public:
  explicit Machine(Preimages preimages = {});

  // Fresh memory, the image in it, and the first state of a dispute's run: pc = kFirstPc.
  void load_image(const Image& image);
  void set_input(const Hash32& input) { state_.input = input; }
  // For programs that are not dispute programs: where to begin, a multiple of 4.
  void set_entry(u32 pc) {
    GAVEL_CHECK(pc % 4 == 0);
    state_.pc = pc;
  }

  // Runs until state().step == step, or to the end of the run if that comes first.
  Stop run_until(u64 step);

  const State& state();  // with its memory_root
  Hash32 state_hash() { return state().hash(); }
  u64 steps() const { return state_.step; }
  Exit exit() const { return state_.exit; }
  u32 pc() const { return state_.pc; }

  Snapshot snapshot();
  void restore(const Snapshot& snapshot);

  // Of the step after the current state; nothing if that needs a preimage that the host lacks.
  std::optional<StepProof> step_proof();

  void read_memory(u32 address, std::span<u8> out) const;
  u32 word_at(u32 address) const { return memory_->word(address & ~u32{3}); }
  const Hash32& missing_key() const { return preimages_.missing_key(); }

  // Breaking the rules, for tests and for cheats that must be caught: any change between steps.
  // memory_root is computed, never set; other words must be canonical.
  void set_state(const State& state) {
    GAVEL_CHECK(decode_state(state.encode()).ok());
    state_ = state;
  }
  void write_memory(u32 address, std::span<const u8> bytes) { memory_->write(address, bytes); }

 private:
  PreimageReader preimages_;
  std::unique_ptr<Memory> memory_;
  std::unique_ptr<PageTree> tree_;
  State state_;
};

}  // namespace gavel::vm
