// Units of fuzzers' corpora and of damaged batches: whatever a batch holds, the fault proof program
// in the machine ends where the native judge does and reads what it reads.
//
// Each test draws a quarter of GAVEL_UNITS (400 unless said), those of rare kinds first; "all" are
// the units of all inputs, also of those that ./gavel fuzz has kept.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "dispute/trace_world_test.hpp"
#include "guest/damage.hpp"
#include "guest/machine_units.hpp"
#include "guest/signing_pass.hpp"
#include "model/fuzz_inputs.hpp"

namespace gavel::guest {
namespace {

constexpr u64 kSeed = 1;
constexpr u32 kMostOfABatch = 12;  // for their kinds
constexpr u64 kSeededPages = 200;
constexpr u64 kDamagedBatches = 400;

const Keys& keys() {
  static const Keys all = [] {
    Keys out;
    for (u32 n = 0; n < model::kOwnerKeys; ++n) {
      out[model::owner_of(n)] = model::owner_key(n).secret;
    }
    for (u32 n = 0; n < stf::Author::kKeys; ++n) {
      out[stf::Author::key(n).address] = stf::Author::key(n).secret;
    }
    return out;
  }();
  return all;
}

stf::BatchText text_of(const model::FuzzedBatch& batch) {
  stf::BatchText text;
  text.config = batch.config;
  text.pages = batch.pages;
  text.messages = batch.messages;
  text.inbox_must = text.messages.size();
  text.l1_time_ms = batch.now_ms + 3'600'000;
  return text;
}

class FuzzUnits : public testing::Test {
 protected:
  const bool all_ = units_wanted(0) == kAllUnits;
  const u64 enough_ = all_ ? kAllUnits : units_wanted(400) / 4;
  u64 inputs_ = 1;  // that there are
  MachineTally tally_;
  Damage random_{kSeed};

  bool enough() const { return HasFatalFailure() || tally_.units >= enough_; }

  // Of a batch's units, some to look at: a few of kinds that were not met, and a share of the rest.
  std::set<u64> draw(const std::vector<std::string>& names) {
    std::set<u64> out;
    std::set<std::string> met = tally_.kinds;
    for (u64 unit = 0; unit < names.size(); ++unit) {
      const bool is_new = out.size() < kMostOfABatch && met.insert(names[unit]).second;
      if (all_ || is_new) out.insert(unit);
    }
    for (u64 n = all_ ? 0 : enough_ / inputs_ + 1; n > 0; --n) {
      out.insert(random_.below(names.size()));
    }
    return out;
  }

  void judge(stf::BatchText text, const std::string& input) {
    SCOPED_TRACE(input);
    text.config = dispute::within_small_tables(text.config);
    const std::vector<std::string> names = SigningPass(text, keys(), kSeed).run();
    dispute::PlannedTrace planned(text);
    ASSERT_EQ(planned.trace->units().value(), names.size());
    for (const u64 unit : draw(names)) {
      const auto witness = planned.trace->witness(unit);
      ASSERT_TRUE(witness.ok()) << unit;
      ASSERT_EQ(difference_of(*witness, names[unit], tally_), "") << unit << ": " << names[unit];
    }
  }

  // Each input of a corpus, in an order of the seed's.
  template <class Read>
  void judge_corpus(const std::string& fuzzer, Read read) {
    std::vector<std::string> paths;
    for (const char* folder : {"/test/corpus/", "/.cache/fuzz/"}) {
      const std::string path = GAVEL_SOURCE_DIR + (folder + fuzzer);
      if (folder != std::string("/test/corpus/") && !all_) continue;
      if (!std::filesystem::exists(path)) continue;
      for (const auto& entry : std::filesystem::directory_iterator(path)) {
        paths.push_back(entry.path().string());
      }
    }
    ASSERT_FALSE(paths.empty());
    std::ranges::sort(paths);
    for (std::size_t i = paths.size(); i > 1; --i) std::swap(paths[i - 1], paths[random_.below(i)]);
    inputs_ = paths.size();
    for (const std::string& path : paths) {
      std::ifstream file(path, std::ios::binary);
      const std::vector<u8> bytes{std::istreambuf_iterator<char>(file), {}};
      judge(text_of(read(bytes)), path);
      if (enough()) break;
    }
    tally_.print(fuzzer.c_str());
  }
};

TEST_F(FuzzUnits, OfTheCorpusOfPages) { judge_corpus("twin_batch_fuzz", model::pages_of); }

TEST_F(FuzzUnits, OfTheCorpusOfActions) { judge_corpus("twin_model_fuzz", model::actions_of); }

// As the fuzzer of pages begins: bytes at random, most of them rows at first sight.
TEST_F(FuzzUnits, OfSeededPages) {
  inputs_ = kSeededPages;
  for (u64 seed = kSeed; seed < kSeed + inputs_; ++seed) {
    Damage source(seed);
    std::vector<u8> bytes{source.byte()};
    for (u64 pages = 1 + source.below(3); pages > 0; --pages) {
      const std::vector<u8> rows = source.row_like_bytes(1 + source.below(600));
      bytes.push_back(static_cast<u8>(rows.size() >> 8));
      bytes.push_back(static_cast<u8>(rows.size()));
      bytes.push_back(stf::kPageVersion);
      bytes.insert(bytes.end(), rows.begin(), rows.end());
    }
    judge(text_of(model::pages_of(bytes)), "seed " + std::to_string(seed));
    if (enough()) break;
  }
  tally_.print("seeded pages");
}

// Good batches, broken by a seed, and signed again: every reason for which a row is malformed.
TEST_F(FuzzUnits, OfDamagedBatches) {
  inputs_ = kDamagedBatches;
  for (u64 seed = kSeed; seed < kSeed + inputs_; ++seed) {
    Damage damage(seed);
    stf::BatchText text;
    std::size_t founding = 0;
    if (seed % 4 == 0) {
      text = stf::batches::trade(1 + seed % 5).text;
      founding = text.pages.size() / 3;
    } else {
      text = text_of(model::actions_of(damage.bytes(200)));
      founding = text.pages.size() / 2;
    }
    damage.damage(text, founding);
    judge(std::move(text), "seed " + std::to_string(seed));
    if (enough()) break;
  }
  tally_.print("damaged batches");
  if (enough_ < 500) return;
  for (u32 why = 1; why < stf::kMalformedCount; ++why) {
    EXPECT_TRUE(tally_.kinds.contains("malformed " + std::to_string(why))) << why;
  }
}

}  // namespace
}  // namespace gavel::guest
