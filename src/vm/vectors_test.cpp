// Steps as all implementations must make them: the directed settings, random ones, and
// test/vectors/vm_steps.json.
#include <gtest/gtest.h>
#include <simdjson.h>

#include "base/hex.hpp"
#include "vm/step_settings_test.hpp"

namespace gavel::vm {
namespace {

void expect_refusals(const StepCase& c) {
  for (const StepCase& bad : refused_cases(c)) {
    EXPECT_FALSE(replay_step(bad.state, bad.code, bad.data, bad.part ? &*bad.part : nullptr).ok())
        << bad.name;
  }
}

TEST(Steps, DirectedOnesAreProvable) {
  StepCaseMaker maker;
  const Settings settings = directed_settings();
  EXPECT_GT(settings.size(), 5000u);
  for (const StepSetting& s : settings) {
    const StepCase c = maker.make(s);  // checks the replay itself
    if (s.example) expect_refusals(c);
  }
}

TEST(Steps, RandomOnesAreProvable) {
  constexpr u64 kSeed = 20261120;
  SCOPED_TRACE(kSeed);
  std::mt19937_64 random(kSeed);
  StepCaseMaker maker;
  for (u32 i = 0; i < 2000; ++i) static_cast<void>(maker.make(random_setting(random)));
}

using simdjson::dom::element;

std::vector<u8> bytes_of(element text) {
  const std::string_view digits = text.get_string();
  std::vector<u8> out((digits.size() - 2) / 2);
  EXPECT_TRUE(base::hex_decode(digits, out));
  return out;
}

std::vector<Hash32> words_of(element list) {
  std::vector<Hash32> out;
  for (const element text : list.get_array()) {
    EXPECT_TRUE(base::hex_decode(text.get_string().value(), out.emplace_back().bytes));
  }
  return out;
}

TEST(Steps, CommittedVectors) {
  simdjson::dom::parser parser;
  const element file = parser.load(GAVEL_SOURCE_DIR "/test/vectors/vm_steps.json");
  u32 count = 0;
  for (const element item : file["cases"].get_array()) {
    SCOPED_TRACE(std::string_view(item["name"].get_string()));
    StateWords state;
    const std::vector<Hash32> words = words_of(item["state"]);
    ASSERT_EQ(words.size(), state.size());
    std::copy(words.begin(), words.end(), state.begin());
    KnownPart known;
    if (element preimage; item["preimage"].get(preimage) == simdjson::SUCCESS) {
      known.key = crypto::keccak256(bytes_of(preimage));
      known.offset = static_cast<u32>(item["offset"].get_uint64().value());
      known.part = part_of(bytes_of(preimage), known.offset);
    }
    Hash32 next;
    ASSERT_TRUE(base::hex_decode(item["next"].get_string().value(), next.bytes));
    EXPECT_EQ(replay_step(state, words_of(item["code"]), words_of(item["data"]), &known), next);
    ++count;
  }
  EXPECT_GT(count, 80u);
}

// The committed file is what the settings that are examples give today.
TEST(Steps, CommittedVectorsAreTheExamples) {
  simdjson::dom::parser parser;
  const element file = parser.load(GAVEL_SOURCE_DIR "/test/vectors/vm_steps.json");
  auto item = file["cases"].get_array().begin();
  StepCaseMaker maker;
  for (const StepSetting& s : directed_settings()) {
    if (!s.example) continue;
    const StepCase c = maker.make(s);
    EXPECT_EQ(std::string_view((*item)["name"].get_string()), c.name);
    EXPECT_EQ(words_of((*item)["state"]), std::vector<Hash32>(c.state.begin(), c.state.end()));
    EXPECT_EQ(words_of((*item)["code"]), c.code);
    EXPECT_EQ(words_of((*item)["data"]), c.data);
    ++item;
  }
  EXPECT_EQ(item, file["cases"].get_array().end());
}

}  // namespace
}  // namespace gavel::vm
