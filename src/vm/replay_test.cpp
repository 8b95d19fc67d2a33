#include "vm/replay.hpp"

#include <gtest/gtest.h>

#include "crypto/keccak.hpp"
#include "vm/step_settings_test.hpp"

namespace gavel::vm {
namespace {

StepCase example(const std::string& name) {
  StepCaseMaker maker;
  for (const StepSetting& s : directed_settings()) {
    if (s.name == name) return maker.make(s);
  }
  ADD_FAILURE() << name;
  return {};
}

std::optional<ReplayError> refusal(const StepCase& c) {
  const auto next = replay_step(c.state, c.code, c.data, c.part ? &*c.part : nullptr);
  if (next.ok()) return std::nullopt;
  return next.error();
}

struct SizeCase {
  const char* name;
  std::size_t data;
};

// The sizes that the protocol's table gives.
TEST(Replay, SizesOfProofs) {
  const SizeCase cases[] = {{"add", 0},
                            {"lw", 28},
                            {"sb", 28},
                            {"halt", 28},
                            {"keccak_f", 32},
                            {"oracle_read, local", 28},
                            {"mulmod256", 29},
                            {"jal", 0},
                            {"lw misaligned", 0},
                            {"unknown call", 0},
                            {"keccak_f, misaligned", 0}};
  for (const SizeCase& c : cases) {
    const StepCase step = example(c.name);
    EXPECT_EQ(step.code.size(), 28u) << c.name;
    EXPECT_EQ(step.data.size(), c.data) << c.name;
  }
  EXPECT_TRUE(example("a halted state stays").code.empty());
}

struct SpoiltCase {
  const char* what;
  ReplayError error;
  void (*spoil)(StepCase&);
};

TEST(Replay, NamesWhatIsWrong) {
  const SpoiltCase cases[] = {
      {"no code", ReplayError::code_size, [](StepCase& c) { c.code.clear(); }},
      {"long code", ReplayError::code_size, [](StepCase& c) { c.code.emplace_back(); }},
      {"code leaf", ReplayError::code_path, [](StepCase& c) { c.code[0].bytes[0] ^= 1; }},
      {"code sibling", ReplayError::code_path, [](StepCase& c) { c.code[27].bytes[0] ^= 1; }},
      {"root", ReplayError::code_path, [](StepCase& c) { c.state[0].bytes[0] ^= 1; }},
      {"no data", ReplayError::data_size, [](StepCase& c) { c.data.clear(); }},
      {"long data", ReplayError::data_size, [](StepCase& c) { c.data.emplace_back(); }},
      {"data leaf", ReplayError::data_path, [](StepCase& c) { c.data[0].bytes[0] ^= 1; }},
      {"data sibling", ReplayError::data_path, [](StepCase& c) { c.data[27].bytes[0] ^= 1; }},
  };
  const StepCase good = example("sw");
  EXPECT_EQ(refusal(good), std::nullopt);
  for (const SpoiltCase& c : cases) {
    StepCase bad = good;
    c.spoil(bad);
    EXPECT_EQ(refusal(bad), c.error) << c.what;
  }
  StepCase needless = example("add");
  needless.data = good.data;
  EXPECT_EQ(refusal(needless), ReplayError::data_size);
}

TEST(Replay, StatesThatStayTakeNoProof) {
  for (const char* name : {"a halted state stays", "a panicked state stays", "x0 is not 0",
                           "pc is not aligned", "exit is unknown", "word 3 is too large"}) {
    StepCase c = example(name);
    EXPECT_EQ(c.next, hash_words(c.state)) << name;
    EXPECT_EQ(refusal(c), std::nullopt) << name;
    c.data.emplace_back();
    EXPECT_EQ(refusal(c), ReplayError::data_size) << name;
    c.code.emplace_back();
    EXPECT_EQ(refusal(c), ReplayError::code_size) << name;
  }
}

TEST(Replay, APreimageMustBeTheOneThatIsAskedFor) {
  const StepCase good = example("oracle_read, keccak");
  ASSERT_TRUE(good.part.has_value());
  StepCase bad = good;
  bad.part->key.bytes[0] ^= 1;
  EXPECT_EQ(refusal(bad), ReplayError::no_preimage);
  bad = good;
  bad.part->offset += 32;
  EXPECT_EQ(refusal(bad), ReplayError::no_preimage);
  bad.part.reset();
  EXPECT_EQ(refusal(bad), ReplayError::no_preimage);
}

// A store with a proof for another place is no proof of this one.
TEST(Replay, DataIsAtTheAddressOfTheInstruction) {
  StepCase c = example("sw");
  c.data = c.code;
  EXPECT_EQ(refusal(c), ReplayError::data_path);
}

TEST(BlockRoot, IsTheDefinition) {
  std::array<Hash32, 8> leaf;
  for (u8 i = 0; i < 8; ++i) leaf[i].bytes.fill(i);
  const auto pair = [](const Hash32& a, const Hash32& b) { return crypto::keccak256_pair(a, b); };
  const Hash32 left = pair(leaf[0], leaf[1]);
  const Hash32 right = pair(leaf[2], leaf[3]);
  const std::span<const Hash32> all(leaf);
  EXPECT_EQ(block_root(0, all.first(1), {}), leaf[0]);
  EXPECT_EQ(block_root(0, all.first(4), {}), pair(left, right));
  const std::array<Hash32, 1> sibling = {left};
  EXPECT_EQ(block_root(64, all.subspan(2, 2), sibling), pair(left, right));
  EXPECT_EQ(block_root(128, all.subspan(2, 2), sibling), pair(right, left));
  const std::array<Hash32, 2> path = {leaf[3], left};
  EXPECT_EQ(block_root(64, all.subspan(2, 1), path), pair(left, right));
}

}  // namespace
}  // namespace gavel::vm
