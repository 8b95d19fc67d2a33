// The fault proof program on RV32IM (qemu-riscv32), unit by unit: the same next cursor as the
// native run, and a panic where a preimage is missing.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "stf/judge_batches_test.hpp"

namespace gavel::guest {
namespace {

constexpr int kPanicStatus = 134;

struct Outcome {
  int status;
  std::string output;
};

// A file that is gone when the test ends.
class InputFile {
 public:
  InputFile() {
    const int file = mkstemp(name_.data());
    GAVEL_CHECK(file >= 0 && close(file) == 0);
  }
  ~InputFile() { unlink(name_.c_str()); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  void write(std::span<const u8> bytes) const {
    std::FILE* file = std::fopen(name_.c_str(), "wb");
    GAVEL_CHECK(file != nullptr &&
                std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size());
    GAVEL_CHECK(std::fclose(file) == 0);
  }
  const std::string& name() const { return name_; }

 private:
  std::string name_ = testing::TempDir() + "gavel_guest_XXXXXX";
};

void append_record(std::vector<u8>& input, std::span<const u8> preimage) {
  for (u32 i = 4; i > 0; --i) input.push_back(static_cast<u8>(preimage.size() >> 8 * (i - 1)));
  input.insert(input.end(), preimage.begin(), preimage.end());
}

// The guest's input: the cursor's hash and what the native judge asked for.
std::vector<u8> input_of(const stf::MapOracle& preimages, const Hash32& start) {
  std::vector<u8> input(start.bytes.begin(), start.bytes.end());
  for (const auto& [hash, preimage] : preimages.preimages()) append_record(input, preimage);
  return input;
}

Outcome run_guest(std::span<const u8> input) {
  static const InputFile file;
  file.write(input);
  const std::string command =
      std::string(GAVEL_QEMU_RV32) + " " + GAVEL_GUEST_ELF + " < " + file.name();
  std::FILE* pipe = popen(command.c_str(), "r");
  GAVEL_CHECK(pipe != nullptr);
  std::string output(100, '\0');
  output.resize(std::fread(output.data(), 1, output.size(), pipe));
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
}

std::string bytes_of(const Hash32& hash) { return {hash.bytes.begin(), hash.bytes.end()}; }

// What the native judge asks for on the way to its answer.
stf::MapOracle witness_of(const stf::JudgedUnit& unit) {
  using Recorder = stf::RecordingOracle<const stf::MapOracle>;
  static const auto judge = std::make_unique<stf::Judge<Recorder>>();
  Recorder recorder(unit.preimages);
  GAVEL_CHECK(judge->run(recorder, unit.start) == unit.end);
  return recorder.recorded();
}

// A few units of every name, over all plans.
std::vector<stf::JudgedUnit> varied_units(u32 of_each_name) {
  std::vector<stf::JudgedUnit> out;
  std::map<std::string, u32> met;
  for (const stf::batches::Plan& plan : stf::batches::all()) {
    stf::JudgedBatch batch(plan.text);
    while (!batch.finished()) {
      stf::JudgedUnit unit = batch.next();
      if (plan.failing.contains(batch.cursor().unit)) batch.fail();
      // A page that is too long answers with more than a recorder keeps.
      if (plan.name == "ending: a longer page" || met[unit.name]++ >= of_each_name) continue;
      out.push_back(std::move(unit));
    }
  }
  return out;
}

TEST(JudgeOnRv32, GivesTheNativeCursorForUnitsOfEveryKind) {
  u32 units = 0;
  for (const stf::JudgedUnit& unit : varied_units(1)) {
    const Outcome outcome = run_guest(input_of(witness_of(unit), unit.start));
    ASSERT_EQ(outcome.status, 0) << unit.name;
    ASSERT_EQ(outcome.output, bytes_of(unit.end)) << unit.name;
    ++units;
  }
  EXPECT_GE(units, 75u);
}

TEST(JudgeOnRv32, PanicsWithoutAPreimageAndSaysNothing) {
  const stf::JudgedUnit unit = stf::JudgedBatch(stf::batches::trade(1).text).next();
  stf::MapOracle witness = witness_of(unit);
  ASSERT_EQ(run_guest(input_of(witness, unit.start)).status, 0);
  const auto all = witness.preimages();
  for (const auto& [hash, preimage] : all) {
    ASSERT_TRUE(witness.remove(hash));
    const Outcome outcome = run_guest(input_of(witness, unit.start));
    EXPECT_EQ(outcome.status, kPanicStatus);
    EXPECT_EQ(outcome.output, "");
    witness.add(preimage);
  }
}

TEST(JudgeOnRv32, PanicsOnInputThatIsNoBag) {
  const stf::JudgedUnit unit = stf::JudgedBatch(stf::batches::trade(1).text).next();
  std::vector<u8> input = input_of(witness_of(unit), unit.start);
  input.pop_back();
  EXPECT_EQ(run_guest(input).status, kPanicStatus);
  EXPECT_EQ(run_guest(std::span(input).first(31)).status, kPanicStatus);
  EXPECT_EQ(run_guest({}).status, kPanicStatus);
}

}  // namespace
}  // namespace gavel::guest
