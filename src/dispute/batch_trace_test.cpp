// Cursors and witnesses of every unit of the judge's batches: what the trace of a derived batch
// says is what the judge says, from the preimages that it records and from none fewer.
#include "dispute/batch_trace.hpp"

#include <gtest/gtest.h>

#include <csetjmp>
#include <cstdlib>
#include <numeric>
#include <random>

#include "dispute/trace_world_test.hpp"

namespace gavel::dispute {
namespace {

using stf::JudgedBatch;
using stf::JudgedUnit;
using stf::MapOracle;

std::jmp_buf panic_point;
void leave_by_panic(const char*, u32) { std::longjmp(panic_point, 1); }

// The judge's answer from these preimages alone; nothing if it panics.
std::optional<Hash32> judged(const MapOracle& preimages, const Hash32& start) {
  static const auto judge = std::make_unique<stf::Judge<const MapOracle>>();
  static std::optional<Hash32> end;
  end.reset();
  const auto handler = base::set_check_handler(leave_by_panic);
  if (setjmp(panic_point) == 0) end = judge->run(preimages, start);
  base::set_check_handler(handler);
  return end;
}

bool long_run() { return std::getenv("GAVEL_LONG") != nullptr; }

// A batch of each kind; all of them in a long run.
std::vector<stf::batches::Plan> plans() {
  if (long_run()) return stf::batches::all();
  std::vector<stf::batches::Plan> out = stf::batches::endings();
  out.push_back(stf::batches::trade(1));
  out.push_back(stf::batches::long_actions({3, 28, 31, 44}));
  out.push_back(stf::batches::liquidations({55, 61}));
  out.push_back(stf::batches::keys());
  out.push_back(stf::batches::idle_nonces());
  return out;
}

TraceHooks failing(const stf::batches::Plan& plan) {
  return {.fails = [&plan](const stf::Cursor& c) { return plan.failing.contains(c.unit); }};
}

// Hashes of all cursors, the first included, as the judged batch has them. A unit that fails there
// stands for itself and its failure here.
std::vector<Hash32> cursors_of(const stf::batches::Plan& plan, const stf::Config& config) {
  stf::BatchText text = plan.text;
  text.config = config;
  JudgedBatch batch(text);
  std::vector<Hash32> out{stf::cursor_hash(batch.cursor())};
  while (!batch.finished()) {
    out.push_back(batch.next().end);
    if (batch.finished() || !plan.failing.contains(batch.cursor().unit)) continue;
    batch.fail();
    out.push_back(stf::cursor_hash(batch.cursor()));
  }
  return out;
}

TEST(BatchTrace, EveryCursorIsTheJudgedUnits) {
  u32 units = 0;
  for (const stf::batches::Plan& plan : plans()) {
    SCOPED_TRACE(plan.name);
    PlannedTrace planned(plan.text, failing(plan));
    BatchTrace& trace = *planned.trace;
    const std::vector<Hash32> expected = cursors_of(plan, planned.text.config);
    const u32 count = static_cast<u32>(expected.size() - 1);
    units += count;
    ASSERT_EQ(trace.first_hash(), expected[0]);
    ASSERT_EQ(trace.units().value(), count);
    const auto hashes = trace.cursors(0, 1, count);
    ASSERT_TRUE(hashes.ok());
    for (u32 i = 0; i < count; ++i) ASSERT_EQ(hashes.value()[i], expected[i + 1]) << i;
  }
  EXPECT_GE(units, 450u);
}

TEST(BatchTrace, ListsAreTheSameFromWhereverTheyAreAsked) {
  const stf::batches::Plan plan = stf::batches::trade(2);
  PlannedTrace planned(plan.text);
  const std::vector<Hash32> all = cursors_of(plan, planned.text.config);
  const u64 seed = 7;
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (u32 round = 0; round < 60; ++round) {
    const u64 from = random() % (all.size() + 20);
    const u64 stride = u64{1} << 6 * (random() % 4);
    const u32 count = 1 + static_cast<u32>(random() % 64);
    const auto hashes = planned.trace->cursors(from, stride, count);
    ASSERT_TRUE(hashes.ok());
    ASSERT_EQ(hashes.value().size(), count);
    for (u64 i = 0; i < count; ++i) {
      const u64 unit = std::min<u64>(from + stride * (i + 1), all.size() - 1);
      ASSERT_EQ(hashes.value()[i], all[unit]) << from << " + " << stride << " * " << i + 1;
    }
    const u64 unit = random() % (2 * all.size());
    ASSERT_EQ(stf::cursor_hash(planned.trace->cursor_at(unit).value()),
              all[std::min<u64>(unit, all.size() - 1)]);
  }
}

TEST(BatchTrace, AWitnessIsEnoughForTheJudgeAndAllOfItIsNeeded) {
  u32 count = 0;
  for (const stf::batches::Plan& plan : plans()) {
    SCOPED_TRACE(plan.name);
    if (plan.name == "ending: a longer page") continue;  // L1 takes no such page
    PlannedTrace planned(plan.text);
    BatchTrace& trace = *planned.trace;
    const u64 units = trace.units().value();
    Hash32 start = trace.first_hash();
    for (u64 unit = 0; unit < units; ++unit) {
      const auto made = trace.witness(unit);
      ASSERT_TRUE(made.ok());
      const UnitWitness& witness = made.value();
      ASSERT_EQ(witness.start_hash, start);
      ASSERT_EQ(stf::cursor_hash(witness.start), start);
      ASSERT_EQ(witness.judged, witness.end_hash) << unit;
      ASSERT_EQ(judged(witness.preimages, start), witness.end_hash) << unit;
      start = witness.end_hash;
      if (++count % 24 != 0) continue;
      MapOracle less = witness.preimages;
      u64 bytes = 0;
      for (const auto& [hash, preimage] : witness.preimages.preimages()) {
        bytes += preimage.size();
        less.remove(hash);
        EXPECT_EQ(judged(less, witness.start_hash), std::nullopt) << unit;
        less.add(preimage);
      }
      EXPECT_EQ(witness.bytes, bytes);
    }
  }
  EXPECT_GE(count, 450u);
}

TEST(BatchTrace, AUnitThatFailedIsWitnessedAsItIsSkipped) {
  std::set<std::string> skipped;
  for (const u64 at : {3, 27, 31, 37, 41}) {
    const stf::batches::Plan plan = stf::batches::long_actions({at, at + 3});
    PlannedTrace planned(plan.text, failing(plan));
    for (u64 unit = 0; unit < planned.trace->units().value(); ++unit) {
      const UnitWitness witness = planned.trace->witness(unit).value();
      const stf::Cursor end = planned.trace->cursor_at(unit + 1).value();
      ASSERT_EQ(stf::cursor_hash(end), witness.end_hash);
      if (end.status == stf::Status::skip) {
        EXPECT_EQ(end, stf::failed_cursor(witness.start));
        EXPECT_NE(witness.judged, witness.end_hash);  // in truth it does not fail
        continue;
      }
      ASSERT_EQ(judged(witness.preimages, witness.start_hash), witness.end_hash) << unit;
      if (witness.start.status != stf::Status::skip) continue;
      const bool forced = witness.start.phase == stf::Phase::forced;
      skipped.insert(std::string(forced ? "forced" : "row") +
                     (witness.start.work.is_zero() ? "" : ", work"));
    }
  }
  EXPECT_EQ(skipped, (std::set<std::string>{"row", "row, work", "forced", "forced, work"}));
}

TEST(BatchTrace, PastTheFinishTheLastCursorRepeats) {
  PlannedTrace planned(stf::batches::keys().text);
  BatchTrace& trace = *planned.trace;
  const u64 units = trace.units().value();
  const Hash32 last = stf::cursor_hash(trace.cursor_at(units).value());
  EXPECT_EQ(trace.cursor_at(units).value().phase, stf::Phase::finished);
  EXPECT_NE(trace.cursors(units - 2, 1, 1).value()[0], last);
  EXPECT_EQ(trace.cursors(0, u64{1} << 18, 64).value(), std::vector<Hash32>(64, last));
  EXPECT_EQ(trace.cursors(units + 5, u64{1} << 6, 3).value(), std::vector<Hash32>(3, last));
  EXPECT_EQ(stf::cursor_hash(trace.cursor_at(stf::kUnitsPerBatch).value()), last);
  const UnitWitness witness = trace.witness(stf::kUnitsPerBatch - 1).value();
  EXPECT_EQ(witness.start_hash, last);
  EXPECT_EQ(witness.end_hash, last);
  EXPECT_EQ(judged(witness.preimages, last), last);
  EXPECT_EQ(witness.preimages.size(), 1u);
}

TEST(BatchTrace, UnitsBeyondABatchAreRefused) {
  PlannedTrace planned(stf::batches::keys().text);
  constexpr u64 kAll = stf::kUnitsPerBatch;
  const auto refused = [](const auto& result) {
    return !result.ok() && result.error() == TraceError::kNoSuchUnit;
  };
  EXPECT_TRUE(refused(planned.trace->witness(kAll)));
  EXPECT_TRUE(refused(planned.trace->cursor_at(kAll + 1)));
  EXPECT_TRUE(refused(planned.trace->cursors(1, kAll / 64, 64)));
  EXPECT_TRUE(refused(planned.trace->cursors(kAll + 1, 1, 0)));
  EXPECT_TRUE(refused(planned.trace->cursors(0, u64{1} << 63, 2)));
  EXPECT_TRUE(planned.trace->cursors(0, kAll / 64, 64).ok());
}

TEST(BatchTrace, ALieShowsFromItsUnitOn) {
  const stf::BatchText text = stf::batches::trade(1).text;
  PlannedTrace honest(text);
  constexpr u64 kLie = 60;
  const auto lie = [](BranchState& state, stf::Progress&, u64 unit) {
    if (unit == kLie) ++state.account_mut(2).open_orders;
  };
  PlannedTrace lying(text, {.after_unit = lie});
  const u64 units = honest.trace->units().value();
  const auto truth = honest.trace->cursors(0, 1, static_cast<u32>(units)).value();
  const auto lies = lying.trace->cursors(0, 1, static_cast<u32>(units)).value();
  for (u64 unit = 0; unit < units; ++unit) {
    ASSERT_EQ(truth[unit] == lies[unit], unit < kLie) << unit;
  }
  const UnitWitness witness = lying.trace->witness(kLie).value();
  EXPECT_EQ(witness.start_hash, truth[kLie - 1]);
  EXPECT_EQ(witness.end_hash, lies[kLie]);
  EXPECT_EQ(witness.judged, truth[kLie]);
}

// Where the hook says so the unit is run by it, everything after follows from that, and what is
// judged is what the rules say. Elsewhere the rules run, also if the hook looked.
TEST(BatchTrace, AUnitRunByOtherRulesIsJudgedByTheRightOnes) {
  const stf::BatchText text = stf::batches::trade(1).text;
  PlannedTrace honest(text);
  constexpr u64 kOther = 60;
  std::vector<u64> asked;
  const auto skip = [&](BranchState&, stf::Progress& progress, PostedBatch& posted, u64 unit) {
    EXPECT_EQ(posted.number(), 1u);
    asked.push_back(unit);
    if (unit != kOther) return false;
    progress.cursor = stf::failed_cursor(progress.cursor);
    return true;
  };
  PlannedTrace other(text, {.instead = skip});
  const u64 units = other.trace->units().value();
  std::vector<u64> each_once(units);
  std::iota(each_once.begin(), each_once.end(), u64{0});
  EXPECT_EQ(asked, each_once);
  const auto truth = honest.trace->cursors(0, 1, kOther + 1).value();
  const auto said = other.trace->cursors(0, 1, static_cast<u32>(units)).value();
  for (u64 unit = 0; unit < kOther; ++unit) ASSERT_EQ(said[unit], truth[unit]) << unit;
  const stf::Cursor start = honest.trace->cursor_at(kOther).value();
  EXPECT_EQ(said[kOther], stf::cursor_hash(stf::failed_cursor(start)));
  const UnitWitness witness = other.trace->witness(kOther).value();
  EXPECT_EQ(witness.start_hash, truth[kOther - 1]);
  EXPECT_EQ(witness.end_hash, said[kOther]);
  EXPECT_EQ(witness.judged, truth[kOther]);
  for (const u64 unit : {kOther - 1, kOther + 1, units - 1}) {
    EXPECT_EQ(other.trace->witness(unit).value().judged, said[unit]) << "by the rules, from there";
  }
}

// A unit that is said to fail is nobody's to run.
TEST(BatchTrace, AFailureGoesBeforeOtherRules) {
  const stf::BatchText text = stf::batches::trade(1).text;
  constexpr u64 kFails = 12;
  const auto fails = [](const stf::Cursor& c) { return c.unit == kFails; };
  std::vector<u64> asked;
  const auto look = [&](BranchState&, stf::Progress&, PostedBatch&, u64 unit) {
    asked.push_back(unit);
    return false;
  };
  PlannedTrace both(text, {.fails = fails, .instead = look});
  PlannedTrace one(text, {.fails = fails});
  EXPECT_EQ(both.trace->cursors(0, 1, 40).value(), one.trace->cursors(0, 1, 40).value());
  EXPECT_EQ(std::ranges::count(asked, kFails), 0);
  EXPECT_EQ(asked.size(), 39u);
}

}  // namespace
}  // namespace gavel::dispute
