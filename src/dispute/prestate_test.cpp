// Older batches reopened while newer ones are derived, and what is said when that cannot be.
#include "dispute/prestate.hpp"

#include <gtest/gtest.h>

#include "dispute/trace_world_test.hpp"

namespace gavel::dispute {
namespace {

// Everything that a dispute asks a trace.
struct Answers {
  std::vector<Hash32> cursors;
  std::vector<std::pair<Hash32, u64>> witnesses;  // end and bytes
  friend bool operator==(const Answers&, const Answers&) = default;
};
Answers answers_of(BatchTrace& trace) {
  Answers out;
  const u32 units = static_cast<u32>(trace.units().value());
  out.cursors = trace.cursors(0, 1, units).value();
  for (u64 unit = 0; unit < units; unit += 7) {
    const UnitWitness witness = trace.witness(unit).value();
    EXPECT_EQ(witness.judged, witness.end_hash) << unit;
    out.witnesses.emplace_back(witness.end_hash, witness.bytes);
  }
  return out;
}

template <class T>
std::string said(const TraceResult<T>& result) {
  return result.ok() ? "ok" : text_of(result.error());
}

TEST(Prestate, AnOlderBatchAnswersAsItDidWhenItWasTheNewest) {
  PlannedChain chain(1);
  std::vector<Answers> newest(1);
  std::vector<std::unique_ptr<BatchTrace>> kept(1);
  for (u64 batch = 1; batch <= 5; ++batch) {
    chain.add_batch();
    auto trace = chain.open(batch);
    ASSERT_TRUE(trace.ok()) << said(trace);
    newest.push_back(answers_of(*trace.value()));
    EXPECT_EQ(newest[batch].cursors.back(), stf::cursor_hash(chain.ends[batch]));
    kept.push_back(std::move(trace).value());
  }
  for (u64 batch = 1; batch <= 5; ++batch) {
    EXPECT_EQ(answers_of(*kept[batch]), newest[batch]) << batch;
    EXPECT_EQ(answers_of(*chain.open(batch).value()), newest[batch]) << batch;
  }
}

TEST(Prestate, ATraceGoesOnInTheMiddleWhileBatchesCome) {
  PlannedChain chain(2);
  chain.add_batch();
  chain.add_batch();
  const Answers expected = answers_of(*chain.open(2).value());
  auto trace = std::move(chain.open(2).value());
  const u32 units = static_cast<u32>(expected.cursors.size());
  for (u32 unit = 0; unit < units; ++unit) {
    if (unit % 40 == 13) chain.add_batch();
    ASSERT_EQ(trace->cursors(unit, 1, 1).value()[0], expected.cursors[unit]) << unit;
  }
}

TEST(Prestate, WhatIsConfirmedIsForgotten) {
  PlannedChain chain(3);
  for (u32 i = 0; i < 4; ++i) chain.add_batch();
  auto open = std::move(chain.open(2).value());
  chain.deriver->forget_before(3);
  EXPECT_EQ(said(chain.open(2)), text_of(TraceError::kNotKept));
  EXPECT_EQ(said(open->witness(9)), text_of(TraceError::kNotKept));
  EXPECT_TRUE(chain.open(3).ok());
  chain.add_batch();
  EXPECT_TRUE(chain.open(3).ok());
  EXPECT_EQ(chain.disk.list("undo").value().size(), 3u);
}

TEST(Prestate, OnlyAWindowIsKept) {
  PlannedChain chain(4, 2);
  for (u32 i = 0; i < 5; ++i) chain.add_batch();
  EXPECT_EQ(chain.disk.list("undo").value().size(), 2u);
  EXPECT_EQ(said(chain.open(3)), text_of(TraceError::kNotKept));
  EXPECT_TRUE(chain.open(4).ok());
}

TEST(Prestate, RecordsOfAnEarlierRunAreRemoved) {
  io::FakeDisk disk;
  const std::vector<u8> old{1, 2, 3};
  ASSERT_TRUE(disk.make_directory("undo").ok());
  for (const u64 batch : {1, 9}) {
    ASSERT_TRUE(io::write_file_atomically(disk, state::batch_path("undo", batch), old).ok());
  }
  PlannedChain chain(5);
  chain.deriver = deriver_for(disk, chain.config());
  chain.add_batch();
  EXPECT_EQ(disk.list("undo").value().size(), 1u);
  EXPECT_TRUE(chain.open(1).ok());
}

TEST(Prestate, WhatCannotBeReopenedIsSaid) {
  PlannedChain chain(6);
  for (u32 i = 0; i < 3; ++i) chain.add_batch();
  const auto config = config_bytes(chain.config());
  const auto open = [&](const stf::Cursor& parent, const settle::BatchInput& input) {
    return said(open_trace(chain.deriver, parent, input, config, 1));
  };
  EXPECT_EQ(open(chain.ends[1], chain.inputs[2]), "ok");

  stf::Cursor other = chain.ends[1];
  other.state_root.bytes[0] ^= 1;
  EXPECT_EQ(open(other, chain.inputs[2]), text_of(TraceError::kCorrupt));

  settle::BatchInput input = chain.inputs[2];
  input.batch = 5;
  EXPECT_EQ(open(chain.ends[3], input), text_of(TraceError::kNoSuchBatch));
  input = chain.inputs[2];
  input.pages[0].back() ^= 1;
  EXPECT_EQ(open(chain.ends[1], input), text_of(TraceError::kNoData));
  input = chain.inputs[2];
  --input.message_count;
  EXPECT_EQ(open(chain.ends[1], input), text_of(TraceError::kNoData));
  input.message_count = chain.messages.size() + 1;
  EXPECT_EQ(open(chain.ends[1], input), text_of(TraceError::kNoData));
  other = chain.ends[1];
  other.inbox_index = input.message_count + 2;
  EXPECT_EQ(open(other, chain.inputs[2]), text_of(TraceError::kNoData));
  auto wrong = config;
  wrong.back() ^= 1;
  EXPECT_EQ(said(open_trace(chain.deriver, chain.ends[1], chain.inputs[2], wrong, 1)),
            text_of(TraceError::kNoData));
}

TEST(Prestate, ADamagedRecordIsNoState) {
  PlannedChain chain(7);
  for (u32 i = 0; i < 3; ++i) chain.add_batch();
  auto open = std::move(chain.open(2).value());
  const std::string path = state::batch_path("undo", 3);
  auto bytes = io::read_file(chain.disk, path, 1u << 24).value();
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_TRUE(io::write_file_atomically(chain.disk, path, bytes).ok());
  EXPECT_EQ(said(chain.open(2)), text_of(TraceError::kCorrupt));
  EXPECT_EQ(said(chain.open(3)), text_of(TraceError::kCorrupt));
}

TEST(Prestate, MoreNewerBatchesThanRecordsStayOpen) {
  PlannedChain chain(13);
  for (u32 i = 0; i < 2; ++i) chain.add_batch();
  const Answers expected = answers_of(*chain.open(2).value());
  for (u32 i = 0; i < state::RecordReaders::kMostOpen + 4; ++i) chain.add_batch();
  EXPECT_EQ(answers_of(*chain.open(2).value()), expected);
}

// A record whose bytes are whole, but of another history.
TEST(Prestate, ARecordOfAnotherHistoryIsNoState) {
  PlannedChain chain(8);
  PlannedChain other(9);
  for (PlannedChain* each : {&chain, &other}) {
    for (u32 i = 0; i < 4; ++i) each->add_batch();
  }
  const std::string path = state::batch_path("undo", 3);
  const auto bytes = io::read_file(other.disk, path, 1u << 24).value();
  auto open = std::move(chain.open(4).value());
  ASSERT_TRUE(io::write_file_atomically(chain.disk, path, bytes).ok());
  EXPECT_EQ(said(chain.open(3)), text_of(TraceError::kCorrupt));
  EXPECT_TRUE(open->cursor_at(1).ok());
  // The same behind a trace that is open.
  for (PlannedChain* each : {&chain, &other}) each->add_batch();
  const std::string next = state::batch_path("undo", 5);
  ASSERT_TRUE(
      io::write_file_atomically(chain.disk, next, io::read_file(other.disk, next, 1u << 24).value())
          .ok());
  EXPECT_EQ(said(open->cursor_at(1)), text_of(TraceError::kCorrupt));
}

TEST(Prestate, WithoutTheDeriverThereIsNoHistory) {
  PlannedChain chain(10);
  chain.add_batch();
  auto trace = std::move(chain.open(1).value());
  EXPECT_TRUE(trace->cursor_at(3).ok());
  chain.deriver.reset();
  EXPECT_EQ(said(trace->cursor_at(3)), text_of(TraceError::kHistoryGone));
  EXPECT_EQ(said(trace->witness(3)), text_of(TraceError::kHistoryGone));
  EXPECT_EQ(said(trace->cursors(0, 1, 1)), text_of(TraceError::kHistoryGone));
  EXPECT_EQ(said(chain.open(1)), text_of(TraceError::kHistoryGone));
}

TEST(Prestate, WithoutRecordsThereAreNoOlderStates) {
  PlannedChain chain(11);
  chain.deriver = std::make_shared<settle::Deriver>(chain.config(), 1);
  chain.add_batch();
  EXPECT_EQ(said(chain.open(1)), text_of(TraceError::kNotKept));
}

// A deriver that does not keep to the rules ends where a trace with the same lie ends.
TEST(Prestate, ALyingDeriverAndALyingTraceAgree) {
  constexpr u64 kLie = 30;
  PlannedChain chain(12);
  chain.deriver->on_unit([](state::HotState& state, stf::Progress& p, u64 unit) {
    if (p.cursor.batch == 2 && unit == kLie + 1) ++state.account_mut(2).open_orders;
  });
  for (u32 i = 0; i < 3; ++i) chain.add_batch();
  const auto lie = [](BranchState& state, stf::Progress&, u64 unit) {
    if (unit == kLie) ++state.account_mut(2).open_orders;
  };
  auto lying = std::move(chain.open(2, {.after_unit = lie}).value());
  auto honest = std::move(chain.open(2).value());
  const u64 units = lying->units().value();
  EXPECT_EQ(lying->cursor_at(units).value(), chain.ends[2]);
  EXPECT_FALSE(honest->cursor_at(units).value() == chain.ends[2]);
  EXPECT_EQ(chain.open(3).value()->cursor_at(stf::kUnitsPerBatch).value(), chain.ends[3]);
}

}  // namespace
}  // namespace gavel::dispute
