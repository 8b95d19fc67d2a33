#include "vm/machine.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "crypto/keccak.hpp"
#include "vm/program_test.hpp"

namespace gavel::vm {
namespace {

using namespace assemble;  // NOLINT: instruction names

constexpr u64 kFar = 1'000'000;

u32 times(u32 usual) { return std::getenv("GAVEL_LONG") != nullptr ? 50 * usual : usual; }

// x5 counts to x6, then the program halts with x5 as its code.
std::vector<u32> counting() {
  return {addi(5, 5, 1), bne(5, 6, -4), add(10, 5, 0), addi(17, 0, 93), kEcall};
}

TEST(Machine, HaltsWithCodeAndOutput) {
  Program program(counting());
  program.set(6, 5000);
  program.set(11, 0x20005);
  std::array<u8, 32> output{};
  output[5] = 9;
  program.machine.write_memory(0x20000, output);
  EXPECT_EQ(program.machine.run_until(kFar), Stop::halted);
  const State& state = program.machine.state();
  EXPECT_EQ(state.step, 10'003u);
  EXPECT_EQ(state.code, 5000u);
  EXPECT_EQ(state.output.bytes, output);
  EXPECT_EQ(state.pc, kFirstPc + 16);
}

// However a run is cut, the state at a step is the same.
TEST(Machine, StopsExactly) {
  const std::vector<u32> words = tame_program(1, 200, 60);
  Program slow(words);
  Program fast(words);
  for (const u64 stop : {1u, 2u, 7u, 2047u, 2048u, 2049u, 2050u, 2051u, 4200u, 4201u, 6000u}) {
    EXPECT_EQ(run_slowly(slow.machine, stop), Stop::reached);
    EXPECT_EQ(fast.machine.run_until(stop), Stop::reached);
    ASSERT_EQ(fast.machine.state(), slow.machine.state()) << stop;
  }
  EXPECT_EQ(run_slowly(slow.machine, kFar), Stop::reached);
  EXPECT_EQ(fast.machine.run_until(kFar), Stop::halted);
  EXPECT_EQ(fast.machine.state(), slow.machine.state());
}

// A stop before the end has passed is no way back.
TEST(Machine, ALaterStateStays) {
  Program program(counting());
  program.set(6, 3);
  program.machine.run_until(5);
  const State state = program.machine.state();
  EXPECT_EQ(program.machine.run_until(2), Stop::reached);
  EXPECT_EQ(program.machine.state(), state);
}

TEST(Machine, FastAndSlowAgreeOnRandomPrograms) {
  for (u32 seed = 0; seed < times(60); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const std::vector<u32> words =
        seed % 4 == 0 ? tame_program(seed, 300, 8) : wild_program(random, 40 + seed % 300);
    Program fast(words);
    Program slow(words);
    for (Program* program : {&fast, &slow}) {
      program->set(3, kFirstPc + 128);
      program->set(4, kDataBase);
    }
    const u64 stop = 2049 + seed * 13;
    const Stop fast_stop = fast.machine.run_until(stop);
    run_slowly(slow.machine, stop);
    ASSERT_EQ(fast.machine.state(), slow.machine.state());
    EXPECT_EQ(fast_stop == Stop::panicked,
              slow.machine.exit() == Exit::panicked && slow.machine.steps() < stop);
  }
}

TEST(Machine, EveryStepOfRandomProgramsIsProvable) {
  for (u32 seed = 0; seed < times(12); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Program program(seed % 2 == 0 ? tame_program(seed, 60, 2) : wild_program(random, 60));
    program.set(3, kFirstPc + 128);
    program.set(4, kDataBase);
    for (u32 i = 0; i < 150; ++i) {
      const std::optional<StepProof> proof = program.machine.step_proof();
      ASSERT_TRUE(proof.has_value());
      EXPECT_EQ(hash_words(proof->state), program.machine.state_hash());
      const auto next = replay_step(proof->state, proof->code, proof->data);
      program.machine.run_until(program.machine.steps() + 1);
      ASSERT_EQ(next, program.machine.state_hash()) << i;
    }
  }
}

// ---- code that changes ----------------------------------------------------------------------

// A loop of three rounds that replaces an instruction of its own in the first: x5 grows by 1, then
// by 16 twice. With and without FENCE.I.
TEST(Machine, ChangedCodeIsRunAsItStands) {
  for (const bool fence : {false, true}) {
    Program program({addi(5, 5, 1), sw(7, 8, 0), fence ? kFenceI : addi(0, 0, 0), addi(9, 9, -1),
                     bne(9, 0, -16), kEbreak});
    program.set(7, addi(5, 5, 16));
    program.set(8, kFirstPc);
    program.set(9, 3);
    EXPECT_EQ(program.machine.run_until(kFar), Stop::panicked);
    EXPECT_EQ(program.get(5), 33u);
  }
}

// The store's own successor.
TEST(Machine, AStoreChangesTheNextInstruction) {
  for (const Op op : {Op::sb, Op::sh, Op::sw}) {
    Program program(
        {encode(op, 0, 8, 7, 4), addi(5, 5, 1), addi(9, 9, -1), bne(9, 0, -12), kEbreak});
    program.set(9, 3);
    program.set(8, kFirstPc);
    program.set(7, addi(4, 5, 1));  // differs in its lowest byte
    program.machine.run_until(kFar);
    EXPECT_EQ(program.get(5), 0u);
    EXPECT_EQ(program.get(4), 1u);
  }
}

// The second of two instructions of which the first hands its result on, changed once between
// loops.
TEST(Machine, AChangedReaderOfAResultIsSeen) {
  const std::vector<u32> words = {
      addi(5, 5, 1), add(6, 5, 0),   addi(9, 9, -1), bne(9, 0, -12), encode(Op::beq, 0, 11, 0, 20),
      sw(7, 8, 4),   addi(11, 0, 0), addi(9, 0, 3),  jal(0, -32),    kEbreak};
  for (const u32 patch : {add(6, 10, 0), add(6, 0, 10), add(6, 10, 5), add(6, 5, 10)}) {
    Program fast(words);
    Program slow(words);
    for (Program* program : {&fast, &slow}) {
      program->set(7, patch);
      program->set(8, kFirstPc);
      program->set(9, 3);
      program->set(10, 77);
      program->set(11, 1);
    }
    fast.machine.run_until(kFar);
    run_slowly(slow.machine, kFar);
    EXPECT_EQ(slow.get(5), 6u);
    EXPECT_EQ(fast.machine.state(), slow.machine.state());
  }
}

// Calls write blocks: here over an instruction that was run before.
TEST(Machine, CallsChangeCode) {
  // At kFirstPc + 0x100: the block of keccak_f, whose words are run as code in the second round.
  Program program({jalr(1, 8, 0), addi(17, 0, 1025), add(10, 8, 0), kEcall, jalr(1, 8, 0)});
  program.machine.write_memory(kFirstPc + 0x100, code_bytes(std::vector<u32>{jalr(0, 1, 0)}));
  program.set(8, kFirstPc + 0x100);
  EXPECT_EQ(program.machine.run_until(kFar), Stop::panicked);
  EXPECT_EQ(program.machine.pc(), kFirstPc + 0x100);
  EXPECT_EQ(program.machine.steps(), 7u);
}

TEST(Machine, CodeChangedFromOutside) {
  Program program(counting());
  program.set(6, 3000);
  program.machine.run_until(2500);
  program.machine.write_memory(kFirstPc, code_bytes(std::vector<u32>{addi(5, 6, 0)}));
  EXPECT_EQ(program.machine.run_until(kFar), Stop::halted);
  EXPECT_LT(program.machine.steps(), 2520u);
}

TEST(Machine, PcGoesAround) {
  Machine machine;
  machine.write_memory(0xfffffff8, code_bytes(std::vector<u32>{addi(5, 5, 1), addi(5, 5, 1)}));
  machine.write_memory(0, code_bytes(std::vector<u32>{addi(5, 5, 1), jal(1, -12)}));
  machine.set_entry(0xfffffff8);
  machine.run_until(4001);
  EXPECT_EQ(machine.state().registers[5], 3001u);
  EXPECT_EQ(machine.state().registers[1], 8u);
  EXPECT_EQ(machine.pc(), 0xfffffffcu);
}

TEST(Machine, JumpsGoAround) {
  Machine machine;
  machine.write_memory(0xfffffff0, code_bytes(std::vector<u32>{addi(5, 5, 1), jal(1, 28)}));
  machine.write_memory(
      0x10, code_bytes(std::vector<u32>{addi(6, 6, 1), encode(Op::bne, 0, 6, 0, imm(-36))}));
  machine.set_entry(0xfffffff0);
  machine.run_until(6002);
  EXPECT_EQ(machine.state().registers[5], 1501u);
  EXPECT_EQ(machine.state().registers[6], 1500u);
  EXPECT_EQ(machine.pc(), 0x10u);
}

// Code that crosses pages, straight and by jumps.
TEST(Machine, CodeOverPages) {
  std::vector<u32> words(3000, addi(5, 5, 1));
  words.push_back(addi(9, 9, -1));
  const i32 back = -4 * 3001;
  words.push_back(encode(Op::beq, 0, 9, 0, 8));
  words.push_back(jal(0, back - 4));
  words.push_back(kEbreak);
  Program program(words);
  program.set(9, 3);
  EXPECT_EQ(program.machine.run_until(kFar), Stop::panicked);
  EXPECT_EQ(program.get(5), 9000u);
  EXPECT_EQ(program.machine.steps(), 3 * 3002u + 2 + 1);
}

// ---- preimages ------------------------------------------------------------------------------

std::vector<u32> reading_program() { return {kEcall, kEbreak}; }

struct OracleProgram : Program {
  explicit OracleProgram(Preimages preimages, u32 offset, u32 type)
      : Program(reading_program(), std::move(preimages)) {
    set(17, 1024);
    set(10, 0x20000);
    set(11, offset);
    set(12, type);
  }
  Hash32 value() {
    Hash32 out;
    machine.read_memory(0x20020, out.bytes);
    return out;
  }
};

TEST(Machine, ReadsPreimages) {
  const std::vector<u8> preimage(40, 7);
  const Hash32 key = crypto::keccak256(preimage);
  u32 asked = 0;
  OracleProgram program(
      [&](const Hash32& wanted) -> std::optional<std::vector<u8>> {
        ++asked;
        if (wanted == key) return preimage;
        return std::nullopt;
      },
      32, 1);
  program.machine.write_memory(0x20000, key.bytes);
  EXPECT_EQ(program.machine.run_until(1), Stop::reached);
  EXPECT_EQ(program.get(10), 40u);
  Hash32 expected;
  std::fill_n(expected.bytes.begin(), 8, u8{7});
  EXPECT_EQ(program.value(), expected);
  EXPECT_EQ(asked, 1u);
}

// Two reads in turn, of two keys.
TEST(Machine, EveryReadIsOfItsOwnKey) {
  const auto answer = [](u8 fill) { return std::vector<u8>(10u + fill, fill); };
  const std::array<Hash32, 2> keys = {crypto::keccak256(answer(1)), crypto::keccak256(answer(2))};
  Program program({kEcall, add(5, 10, 0), add(10, 6, 0), kEcall},
                  [&](const Hash32& key) { return std::optional(answer(key == keys[0] ? 1 : 2)); });
  program.set(17, 1024);
  program.set(10, 0x20000);
  program.set(6, 0x20040);
  program.set(12, 1);
  program.machine.write_memory(0x20000, keys[0].bytes);
  program.machine.write_memory(0x20040, keys[1].bytes);
  EXPECT_EQ(program.machine.run_until(4), Stop::reached);
  EXPECT_EQ(program.get(5), 11u);
  EXPECT_EQ(program.get(10), 12u);
}

TEST(Machine, TheInputIsTheLocalPreimage) {
  OracleProgram program({}, 0, 0);
  Hash32 input;
  input.bytes.fill(3);
  program.machine.set_input(input);
  EXPECT_EQ(program.machine.run_until(1), Stop::reached);
  EXPECT_EQ(program.value(), input);
  EXPECT_EQ(program.get(10), 32u);
}

// Bytes that do not hash to the key are as good as none, and a run can go on later.
TEST(Machine, AMissingPreimageStopsTheRunBeforeItsStep) {
  std::vector<u8> answer = {1, 2, 3};
  Program program({addi(5, 5, 1), kEcall, kEbreak},
                  [&](const Hash32&) { return std::optional(answer); });
  program.set(17, 1024);
  program.set(10, 0x20000);
  program.set(12, 1);
  const std::vector<u8> preimage = {4, 5, 6};
  const Hash32 key = crypto::keccak256(preimage);
  program.machine.write_memory(0x20000, key.bytes);
  for (const u64 until : {u64{2}, kFar}) {
    EXPECT_EQ(program.machine.run_until(until), Stop::missing_preimage);
    EXPECT_EQ(program.machine.steps(), 1u);
    EXPECT_EQ(program.machine.exit(), Exit::running);
    EXPECT_EQ(program.machine.missing_key(), key);
    EXPECT_FALSE(program.machine.step_proof().has_value());
  }
  answer = preimage;
  EXPECT_EQ(program.machine.run_until(kFar), Stop::panicked);
  EXPECT_EQ(program.machine.steps(), 3u);
}

// ---- snapshots ------------------------------------------------------------------------------

TEST(Machine, RestoresSnapshots) {
  Program program(tame_program(5, 200, 60));
  std::vector<std::pair<Snapshot, State>> kept;
  for (u64 step = 0; step < 6000; step += 1500) {
    program.machine.run_until(step);
    kept.emplace_back(program.machine.snapshot(), program.machine.state());
  }
  program.machine.run_until(kFar);
  const State last = program.machine.state();
  for (const u32 i : {2u, 0u, 3u, 1u}) {
    program.machine.restore(kept[i].first);
    EXPECT_EQ(program.machine.state(), kept[i].second);
    program.machine.run_until(kFar);
    EXPECT_EQ(program.machine.state(), last);
  }
}

// Pages first written after the snapshot are zero again, and code decoded in between is forgotten.
TEST(Machine, RestoringForgetsLaterPagesAndCode) {
  Program program(counting());
  program.set(6, 2);
  const Snapshot before = program.machine.snapshot();
  const Hash32 hash = program.machine.state_hash();
  program.machine.write_memory(0x500000, std::array<u8, 1>{1});
  program.machine.write_memory(kFirstPc, code_bytes(std::vector<u32>{addi(5, 5, 2)}));
  const Snapshot changed = program.machine.snapshot();
  program.machine.run_until(kFar);
  EXPECT_EQ(program.get(5), 2u);
  EXPECT_EQ(program.machine.steps(), 5u);
  program.machine.restore(before);
  EXPECT_EQ(program.machine.state_hash(), hash);
  program.machine.run_until(kFar);
  EXPECT_EQ(program.machine.steps(), 7u);
  program.machine.restore(changed);
  program.machine.run_until(kFar);
  EXPECT_EQ(program.machine.steps(), 5u);
}

TEST(Machine, SnapshotsShareUnchangedPages) {
  Program program(counting());
  const Snapshot first = program.machine.snapshot();
  program.machine.write_memory(0x500000, std::array<u8, 1>{1});
  const Snapshot second = program.machine.snapshot();
  EXPECT_EQ(second.pages.size(), first.pages.size() + 1);
  EXPECT_EQ(second.pages.at(kFirstPc >> kPageBits), first.pages.at(kFirstPc >> kPageBits));
}

}  // namespace
}  // namespace gavel::vm
