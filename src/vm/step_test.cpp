// The step function over an access that is none of the machine's own.
#include "vm/step.hpp"

#include <gtest/gtest.h>

#include "vm/assemble.hpp"

namespace gavel::vm {
namespace {

using namespace assemble;  // NOLINT: instruction names

// One instruction everywhere, blocks of zeros, and everything can be refused.
struct FakeAccess {
  u32 instruction = 0;
  bool fetches = true;
  bool reads = true;
  bool knows = true;
  u32 writes = 0;

  bool fetch(u32, u32& word) {
    word = instruction;
    return fetches;
  }
  bool read(u32, std::span<u8> block) {
    std::fill(block.begin(), block.end(), u8{0});
    return reads;
  }
  void write(u32, std::span<const u8>) { ++writes; }
  bool preimage(const Hash32&, u32, PreimagePart& part) {
    part.length_bytes = 5;
    return knows;
  }
};
static_assert(Access<FakeAccess>);

State some_state(u32 call) {
  State s;
  s.pc = kFirstPc;
  s.registers[reg::kA7] = call;
  s.registers[reg::kA2] = 1;
  return s;
}

TEST(Step, AnEndedStateIsItsOwnNext) {
  for (const Exit exit : {Exit::halted, Exit::panicked}) {
    FakeAccess access{addi(5, 5, 1)};
    State state = some_state(0);
    state.exit = exit;
    const State before = state;
    EXPECT_EQ(step(state, access), Flow::halt);
    EXPECT_EQ(state, before);
  }
}

TEST(Step, ARefusedStepChangesNothing) {
  struct Case {
    u32 word;
    u32 call;
    bool fetches, reads, knows;
  };
  const Case cases[] = {
      {addi(5, 5, 1), 0, false, true, true}, {lw(5, 0, 0), 0, true, false, true},
      {sw(5, 0, 0), 0, true, false, true},   {kEcall, 93, true, false, true},
      {kEcall, 1024, true, false, true},     {kEcall, 1024, true, true, false},
      {kEcall, 1025, true, false, true},     {kEcall, 1026, true, false, true},
  };
  for (const Case& c : cases) {
    FakeAccess access{c.word, c.fetches, c.reads, c.knows};
    State state = some_state(c.call);
    const State before = state;
    EXPECT_EQ(step(state, access), Flow::refuse);
    EXPECT_EQ(state, before);
    EXPECT_EQ(access.writes, 0u);
    FakeAccess all{c.word};
    EXPECT_EQ(step(state, all), Flow::next);
    EXPECT_EQ(state.step, before.step + 1);
  }
}

}  // namespace
}  // namespace gavel::vm
