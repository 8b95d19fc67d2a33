// Traces of batches from nothing but L1: while newer batches come, while L1 withholds, and over a
// reorganisation.
#include "dispute/trace_source.hpp"

#include <gtest/gtest.h>

#include "cheats/settlement_world.hpp"
#include "io/fake_disk.hpp"

namespace gavel::cheats {
namespace {

using dispute::TraceError;

template <class T>
std::string said(const dispute::TraceResult<T>& result) {
  return result.ok() ? "ok" : dispute::text_of(result.error());
}

// Three batches on L1, and a verifier that can look back.
struct LookingBack : testing::Test {
  LookingBack() {
    s.found();
    s.trade();
    s.trade();
    GAVEL_CHECK(s.settle(3));
    GAVEL_CHECK(verifier.start(FakeContracts::registry()).ok());
    GAVEL_CHECK(run(verifier) == VerifyState::up_to_date && verifier.batches_derived() == 3);
  }

  Settlement s;
  io::FakeDisk disk;
  settle::Verifier verifier{s.l1, {.threads = 1, .undo = {&disk, "undo"}}};
  dispute::TraceSource source{verifier, 1};
};

TEST_F(LookingBack, EveryBatchEndsWhereTheVerifierEnds) {
  for (u64 batch = 1; batch <= 3; ++batch) {
    const auto trace = source.open(batch);
    ASSERT_TRUE(trace.ok()) << said(trace);
    EXPECT_EQ(trace.value()->batch(), batch);
    const u64 units = trace.value()->units().value();
    EXPECT_EQ(trace.value()->cursor_at(units).value(), verifier.end_of(batch));
    for (u64 unit = batch; unit < units; unit += 97) {
      const dispute::UnitWitness witness = trace.value()->witness(unit).value();
      EXPECT_EQ(witness.judged, witness.end_hash) << unit;
    }
  }
  EXPECT_EQ(said(source.open(0)), dispute::text_of(TraceError::kNoSuchBatch));
  EXPECT_EQ(said(source.open(4)), dispute::text_of(TraceError::kNoSuchBatch));
}

TEST_F(LookingBack, ATraceLivesWhileBatchesComeAndEndsWhenItsBatchIsConfirmed) {
  const auto trace = source.open(2);
  ASSERT_TRUE(trace.ok());
  const auto before = trace.value()->cursors(0, 16, 8).value();
  s.trade();
  ASSERT_TRUE(s.settle(4));
  ASSERT_EQ(run(verifier), VerifyState::up_to_date);
  ASSERT_EQ(verifier.batches_derived(), 4u);
  EXPECT_EQ(trace.value()->cursors(0, 16, 8).value(), before);
  EXPECT_EQ(source.open(2).value()->cursors(0, 16, 8).value(), before);
  source.confirmed(2);
  EXPECT_EQ(said(trace.value()->cursors(0, 16, 8)), dispute::text_of(TraceError::kNotKept));
  EXPECT_EQ(said(source.open(2)), dispute::text_of(TraceError::kNotKept));
  EXPECT_TRUE(source.open(3).ok());
}

TEST_F(LookingBack, WhatL1WithholdsIsSaidAndTriedAgain) {
  s.l1.withhold_transactions(true);
  EXPECT_EQ(said(source.open(2)), dispute::text_of(TraceError::kNoData));
  EXPECT_FALSE(source.error().empty());
  s.l1.withhold_transactions(false);
  EXPECT_TRUE(source.open(2).ok());
  s.l1.fail_after(0, l1::make_error(l1::ErrorKind::kTimeout, "busy"));
  EXPECT_EQ(said(source.open(2)), dispute::text_of(TraceError::kNoData));
  EXPECT_TRUE(source.open(2).ok());
}

TEST_F(LookingBack, AHistoryThatL1TakesBackIsGone) {
  const auto old = source.open(2);
  ASSERT_TRUE(old.ok());
  ASSERT_TRUE(old.value()->cursor_at(5).ok());
  while (s.l1.next_batch() >= 3) s.l1.take_back(1, false);
  s.l1.mine(3);
  ASSERT_TRUE(s.settle(2)) << s.poster->status().last_error << s.claimer->status().last_error;
  ASSERT_EQ(run(verifier), VerifyState::up_to_date);
  EXPECT_EQ(said(old.value()->cursor_at(5)), dispute::text_of(TraceError::kHistoryGone));
  const auto trace = source.open(2);
  ASSERT_TRUE(trace.ok()) << said(trace);
  EXPECT_EQ(trace.value()->cursor_at(stf::kUnitsPerBatch).value(), verifier.end_of(2));
}

}  // namespace
}  // namespace gavel::cheats
