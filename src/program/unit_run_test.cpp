#include "program/unit_run.hpp"

#include <gtest/gtest.h>

#include "program/image.hpp"
#include "stf/judge_batches_test.hpp"
#include "vm/replay.hpp"

namespace gavel::program {
namespace {

const vm::Image& image() {
  static const vm::Image loaded = vm::load_elf(image_elf()).value();
  return loaded;
}

struct UnitRuns : testing::Test {
  // A unit that makes every call of the machine: a signed row.
  static const stf::JudgedUnit& unit() {
    static const stf::JudgedUnit signed_row = [] {
      stf::JudgedBatch batch(stf::batches::keys().text);
      stf::JudgedUnit out = batch.next();
      while (!out.name.starts_with("action")) out = batch.next();
      return out;
    }();
    return signed_row;
  }
  static UnitRun run(Lie lie = {}) {
    return UnitRun(image(), unit().start, preimages_of(unit().preimages), std::move(lie));
  }
  static Hash32 failed() {
    std::array<u8, stf::kCursorBytes> bytes;
    stf::Cursor cursor;
    unit().preimages.get(unit().start, bytes);
    EXPECT_TRUE(stf::decode_cursor(bytes, cursor));
    return stf::cursor_hash(stf::failed_cursor(cursor));
  }
  // What L1 makes of a proof.
  static std::optional<Hash32> judged(const vm::StepProof& proof) {
    const auto next =
        vm::replay_step(proof.state, proof.code, proof.data, proof.part ? &*proof.part : nullptr);
    return next.ok() ? std::optional(*next) : std::nullopt;
  }
};

TEST_F(UnitRuns, SupportsTheNativeCursor) {
  UnitRun unit_run = run();
  EXPECT_EQ(unit_run.supports(), unit().end);
  EXPECT_EQ(unit_run.last_state()->step, unit_run.steps());
  EXPECT_LT(*unit_run.steps(), u64{1} << 23);
}

TEST_F(UnitRuns, BeginsWithTheStateThatL1Builds) {
  EXPECT_EQ(run().state_hash(0), vm::first_state(image().root, unit().start).hash());
}

TEST_F(UnitRuns, TheLastStateRepeats) {
  UnitRun unit_run = run();
  const u64 end = *unit_run.steps();
  const Hash32 last = unit_run.last_state()->hash();
  EXPECT_NE(unit_run.state_hash(end - 1), last);
  EXPECT_EQ(unit_run.state_hash(end), last);
  EXPECT_EQ(unit_run.state_hash(kRunSteps), last);
  const std::vector<Hash32> list = *unit_run.states(0, kRunSteps / 64, 64);
  EXPECT_EQ(list.back(), last);
  EXPECT_EQ(std::ranges::count(list, last), static_cast<i64>(64 - end / (kRunSteps / 64)));
}

// Each level of the game divides an interval of the level above.
TEST_F(UnitRuns, ListsOfEveryLevelFitTogether) {
  UnitRun unit_run = run();
  const u64 last = *unit_run.steps() - 1;
  for (u64 stride = kRunSteps / 64; stride > 1; stride /= 64) {
    const u64 from = last / stride * stride;
    const std::vector<Hash32> list = *unit_run.states(from, stride / 64, 64);
    EXPECT_EQ(list.back(), unit_run.state_hash(from + stride)) << stride;
    EXPECT_EQ(run().states(from, stride / 64, 64), list) << "asked at once, " << stride;
  }
}

TEST_F(UnitRuns, AnswersDoNotDependOnTheOrderOfQuestions) {
  UnitRun unit_run = run();
  const u64 end = *unit_run.steps();
  std::map<u64, Hash32> known;
  for (u64 step = 1; step < end; step = step * 3 + 1) known[step] = *unit_run.state_hash(step);
  for (auto at = known.rbegin(); at != known.rend(); ++at) {
    EXPECT_EQ(unit_run.state_hash(at->first), at->second) << at->first;
  }
}

// The first steps that make each call.
std::map<u32, std::vector<u64>> calls_of(const stf::JudgedUnit& unit) {
  constexpr u32 kEcall = 0x00000073;
  constexpr std::size_t kOfEach = 4;
  vm::Machine machine(preimages_of(unit.preimages));
  machine.load_image(image());
  machine.set_input(unit.start);
  std::map<u32, std::vector<u64>> out;
  while (machine.exit() == vm::Exit::running) {
    if (machine.word_at(machine.pc()) == kEcall) {
      std::vector<u64>& steps = out[machine.state().registers[vm::reg::kA7]];
      if (steps.size() < kOfEach) steps.push_back(machine.steps());
    }
    machine.run_until(machine.steps() + 1);
  }
  return out;
}

TEST_F(UnitRuns, ProofsOfItsStepsLeadFromStateToState) {
  UnitRun unit_run = run();
  const u64 end = *unit_run.steps();
  const auto check = [&](u64 step) {
    const vm::StepProof proof = *unit_run.step_proof(step);
    ASSERT_EQ(vm::hash_words(proof.state), *unit_run.state_hash(step));
    ASSERT_EQ(judged(proof), *unit_run.state_hash(step + 1)) << step;
  };
  const auto calls = calls_of(unit());
  for (const vm::Call call : {vm::Call::oracle_read, vm::Call::keccak_f, vm::Call::mulmod256}) {
    ASSERT_TRUE(calls.contains(static_cast<u32>(call)));
  }
  for (const auto& [call, steps] : calls) {
    for (const u64 step : steps) check(step);
  }
  for (u64 step = 0; step < end; step += end / 100) check(step);
  check(end - 1);
  check(end);
}

TEST_F(UnitRuns, AsksForEveryPreimageOnce) {
  UnitRun unit_run = run();
  ASSERT_TRUE(unit_run.run().ok());
  std::set<Hash32> keys(unit_run.asked().begin(), unit_run.asked().end());
  EXPECT_EQ(keys.size(), unit_run.asked().size());
  stf::MapOracle only;
  for (const Hash32& key : keys) only.add(unit().preimages.preimages().at(key));
  EXPECT_EQ(UnitRun(image(), unit().start, preimages_of(only)).supports(), unit().end);
  for (const Hash32& key : {unit_run.asked()[1], unit_run.asked().back()}) {
    stf::MapOracle less = only;
    less.remove(key);
    UnitRun lacking(image(), unit().start, preimages_of(less));
    EXPECT_EQ(lacking.supports().error(), RunError::missing_preimage);
    EXPECT_EQ(lacking.missing_key(), key);
    EXPECT_EQ(lacking.states(0, 1, 1).error(), RunError::missing_preimage);
  }
}

TEST_F(UnitRuns, NeedsACursorToBeginWith) {
  stf::MapOracle other;
  const Hash32 no_cursor = other.add(std::vector<u8>{1, 2, 3});
  EXPECT_EQ(UnitRun(image(), no_cursor, preimages_of(other)).supports().error(),
            RunError::no_cursor);
  EXPECT_EQ(UnitRun(image(), unit().start, preimages_of(other)).run().error(), RunError::no_cursor);
}

// A lie in the output's last copy: the run ends well, with another cursor.
TEST_F(UnitRuns, ALiarAgreesUpToHisLieAndCannotProveIt) {
  UnitRun honest = run();
  const u64 at = *honest.steps();
  const Hash32 wrong{{1, 2, 3}};
  UnitRun liar = run({at, [&](vm::Machine& machine) {
                        vm::State state = machine.state();
                        state.output = wrong;
                        machine.set_state(state);
                      }});
  EXPECT_EQ(liar.supports(), wrong);
  EXPECT_EQ(liar.states(0, 4096, 64), honest.states(0, 4096, 64));
  EXPECT_EQ(liar.state_hash(at - 1), honest.state_hash(at - 1));
  EXPECT_NE(liar.state_hash(at), honest.state_hash(at));
  EXPECT_EQ(judged(*liar.step_proof(at - 1)), *honest.state_hash(at));
}

TEST_F(UnitRuns, ALieInMemoryStaysToldWhereverOneLooks) {
  static constexpr u64 kAt = 300'001;
  const auto lie = [](vm::Machine& machine) {
    const u8 byte = 1;
    machine.write_memory(0xfffff000, std::span(&byte, 1));
  };
  UnitRun honest = run();
  UnitRun liar = run({kAt, lie});
  EXPECT_EQ(liar.supports(), unit().end);
  const Hash32 after = *liar.state_hash(kAt + 99'000);
  EXPECT_NE(after, honest.state_hash(kAt + 99'000));
  EXPECT_EQ(liar.state_hash(kAt - 1), honest.state_hash(kAt - 1));
  EXPECT_NE(liar.state_hash(kAt), honest.state_hash(kAt));
  EXPECT_EQ(liar.state_hash(kAt + 99'000), after);
  EXPECT_EQ(judged(*liar.step_proof(kAt)), *liar.state_hash(kAt + 1)) << "honest from there on";
}

TEST_F(UnitRuns, WhateverDoesNotEndWellSupportsTheFailedCursor) {
  const auto change = [](auto edit) {
    return [edit](vm::Machine& machine) {
      vm::State state = machine.state();
      edit(state);
      machine.set_state(state);
    };
  };
  // Not a multiple of 4 bytes away from where no instruction is.
  UnitRun panicking = run({1'000, change([](vm::State& s) { s.pc = 0x40000000; })});
  EXPECT_EQ(panicking.supports(), failed());
  EXPECT_EQ(panicking.last_state()->exit, vm::Exit::panicked);
  EXPECT_EQ(panicking.steps(), 1'001u);
  UnitRun code = run({*run().steps(), change([](vm::State& s) { s.code = 7; })});
  EXPECT_EQ(code.supports(), failed());
  EXPECT_EQ(code.last_state()->exit, vm::Exit::halted);
}

// 0x0000006f: a jump to itself.
TEST_F(UnitRuns, ARunWithoutEndStopsAtItsLastStep) {
  UnitRun endless = run({500, [](vm::Machine& machine) {
                           const std::array<u8, 4> jump = {0x6f, 0, 0, 0};
                           machine.write_memory(machine.pc(), jump);
                         }});
  EXPECT_EQ(endless.supports(), failed());
  EXPECT_EQ(endless.steps(), kRunSteps);
  EXPECT_EQ(endless.last_state()->exit, vm::Exit::running);
}

}  // namespace
}  // namespace gavel::program
