// Every unit of many batches, judged from the hash of its cursor alone: the same next cursor as the
// native run, nothing read but what the cursor reaches, and an end whatever the preimages hold.
#include "stf/judge.hpp"

#include <gtest/gtest.h>

#include <csetjmp>
#include <memory>

#include "stf/judge_batches_test.hpp"

namespace gavel::stf {
namespace {

std::jmp_buf panic_point;
void leave_by_panic(const char*, u32) { std::longjmp(panic_point, 1); }

// Whether a check fails in f, which holds nothing that a jump could leak.
template <class F>
bool panics(F f) {
  const auto handler = base::set_check_handler(leave_by_panic);
  const bool panicked = setjmp(panic_point) != 0;
  if (!panicked) f();
  base::set_check_handler(handler);
  return panicked;
}

// The judge's answer; nothing if it panics.
template <Oracle O>
std::optional<Hash32> answer(O& oracle, const Hash32& start) {
  static const auto judge = std::make_unique<Judge<O>>();
  static std::optional<Hash32> end;
  end.reset();
  (void)panics([&] { end = judge->run(oracle, start); });
  return end;
}

using Recorder = RecordingOracle<const MapOracle>;

// Runs a plan to its end; `check` sees each unit.
template <class Check>
void for_each_unit(const batches::Plan& plan, Check check) {
  SCOPED_TRACE(plan.name);
  JudgedBatch batch(plan.text);
  while (!batch.finished() && !testing::Test::HasFatalFailure()) {
    check(batch.next());
    if (plan.failing.contains(batch.cursor().unit)) batch.fail();
  }
}

TEST(Judge, EveryUnitAgreesWithTheNativeRun) {
  std::map<std::string, u32> names;
  u32 units = 0;
  for (const batches::Plan& plan : batches::all()) {
    for_each_unit(plan, [&](const JudgedUnit& unit) {
      ASSERT_EQ(answer(unit.preimages, unit.start), unit.end) << unit.name;
      ++names[unit.name];
      ++units;
    });
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_GE(units, 1'000u);
  EXPECT_GE(names.size(), 75u);
  for (const char* name :
       {"open_block", "close_block", "part", "continue, part", "finish", "skip", "skip, continue",
        "skip, forced", "skip, forced, continue", "forced, open_block", "forced, close_block",
        "forced, part", "forced, continue, message 3 -> 0", "continue, action 1 -> 0"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  for (u32 action = 1; action < kActionCount; ++action) {
    // What a liquidation does are units of their own.
    const bool parts = action == static_cast<u32>(Action::liquidate);
    const std::string name = "action " + std::to_string(action) + " -> 0";
    EXPECT_TRUE(names.contains(parts ? "continue, " + name : name)) << action;
  }
  for (u32 why = 1; why <= static_cast<u32>(Malformed::wrong_hint); ++why) {
    EXPECT_TRUE(names.contains("malformed " + std::to_string(why))) << why;
  }
}

TEST(Judge, WhatItAskedForIsEnoughAndAllOfItIsNeeded) {
  u32 count = 0;
  for_each_unit(batches::trade(1), [&](const JudgedUnit& unit) {
    Recorder recorder(unit.preimages);
    ASSERT_EQ(answer(recorder, unit.start), unit.end);
    ASSERT_EQ(answer(recorder.recorded(), unit.start), unit.end);
    if (++count % 16 != 0) return;
    MapOracle less = recorder.recorded();
    for (const auto& [hash, preimage] : recorder.recorded().preimages()) {
      less.remove(hash);
      EXPECT_EQ(answer(std::as_const(less), unit.start), std::nullopt) << unit.name;
      less.add(preimage);
    }
  });
}

// Answers one question wrongly.
struct Liar {
  const MapOracle& truth;
  Hash32 about;
  u32 place;
  u8 flips;
  u32 length_change;

  u32 get(const Hash32& hash, std::span<u8> out) {
    const u32 size = truth.get(hash, out);
    if (hash != about || size == 0) return size;
    if (place % size < out.size()) out[place % size] ^= flips;
    return size + length_change;
  }
};

TEST(Judge, LyingPreimagesEndInSomeCursorOrAPanic) {
  std::mt19937_64 random(1);
  u32 count = 0, panics = 0, answers = 0;
  for (const u64 seed : {1, 2}) {
    for_each_unit(batches::trade(seed), [&](const JudgedUnit& unit) {
      if (++count % 12 != 0) return;
      Recorder recorder(unit.preimages);
      ASSERT_EQ(answer(recorder, unit.start), unit.end);
      for (const auto& [hash, preimage] : recorder.recorded().preimages()) {
        for (u32 lie = 0; lie < 3; ++lie) {
          Liar liar{recorder.recorded(), hash, static_cast<u32>(random()),
                    static_cast<u8>(1 + random() % 255),
                    lie == 2 ? static_cast<u32>(random() % 3) - 1 : 0};
          ++(answer(liar, unit.start).has_value() ? answers : panics);
        }
      }
    });
  }
  EXPECT_GT(panics, 1'000u);
  EXPECT_GT(answers, 100u);
}

// The unit of a cursor that no honest run reaches.
template <class Alter>
std::optional<Hash32> posed(const JudgedUnit& unit, Alter alter) {
  std::array<u8, kCursorBytes> bytes;
  unit.preimages.get(unit.start, bytes);
  Cursor cursor;
  EXPECT_TRUE(decode_cursor(bytes, cursor));
  MapOracle oracle = unit.preimages;
  alter(cursor, oracle);
  encode_cursor(cursor, bytes);
  const Hash32 start = oracle.add(bytes);
  return answer(std::as_const(oracle), start);
}

class JudgePosed : public testing::Test {
 protected:
  // The first unit at or behind a place.
  static JudgedUnit unit_from(const batches::Plan& plan, u64 page, u64 offset) {
    JudgedBatch batch(plan.text);
    while (batch.cursor().page < page || batch.cursor().offset < offset) batch.next();
    return batch.next();
  }
  const JudgedUnit row_ = unit_from(batches::trade(1), 1, 300);
  const JudgedUnit message_ = unit_from(batches::ending("one message", {1, 3}), 1, 0);
};

TEST_F(JudgePosed, TheUnalteredUnitsAreAnswered) {
  EXPECT_EQ(posed(row_, [](Cursor&, MapOracle&) {}), row_.end);
  EXPECT_EQ(posed(message_, [](Cursor&, MapOracle&) {}), message_.end);
}

TEST_F(JudgePosed, AFinishedCursorIsItsOwnNextAndAsksForNothing) {
  MapOracle only;
  std::array<u8, kCursorBytes> bytes;
  encode_cursor(genesis_cursor(Hash32{}, Hash32{}), bytes);
  const Hash32 start = only.add(bytes);
  EXPECT_EQ(answer(std::as_const(only), start), start);
}

TEST_F(JudgePosed, APlaceInsideARowOrBehindAPageIsRefused) {
  EXPECT_EQ(posed(row_, [](Cursor& c, MapOracle&) { --c.offset; }), std::nullopt);
  EXPECT_EQ(posed(row_, [](Cursor& c, MapOracle&) { c.offset = kMaxPageBytes; }), std::nullopt);
  EXPECT_EQ(posed(row_, [](Cursor& c, MapOracle&) { c.page = c.data_len = 1u << kPageTreeDepth; }),
            std::nullopt);
  EXPECT_EQ(posed(row_,
                  [](Cursor& c, MapOracle&) {
                    c.data_len = 1u << 20;
                    c.page += 1u << kPageTreeDepth;
                  }),
            std::nullopt);
}

TEST_F(JudgePosed, ThePlaceOfAUnitThatIsSkippedIsNotLookedAt) {
  EXPECT_NE(posed(row_,
                  [](Cursor& c, MapOracle&) {
                    c.status = Status::skip;
                    c.offset = kMaxPageBytes;
                  }),
            std::nullopt);
}

TEST(JudgeContext, IsThatOfTheRowsBefore) {
  Row first, second;
  first.kind = second.kind = RowKind::transaction;
  first.tx.action = second.tx.action = Action::place;
  first.tx.nonce = 5;
  second.tx.nonce = 9;
  second.tx.price_ticks = 7;
  const std::vector<u8> page = pack_rows({first, second, first}, kMaxPageBytes).at(0);
  const u64 middle = pack_rows({first}, kMaxPageBytes).at(0).size();
  const u64 last = pack_rows({first, second}, kMaxPageBytes).at(0).size();
  EXPECT_EQ(context_at(page, 1), PageContext{});
  EXPECT_EQ(context_at(page, middle).nonce, 5u);
  EXPECT_EQ(context_at(page, last).price_ticks, 7u);
}

TEST(JudgeContext, OnlyWhereARowBegins) {
  const std::vector<u8> page{1, 2, 1, 5, 9, 2};  // close, open, what is no row
  EXPECT_FALSE(panics([&] { (void)context_at(page, 2); }));
  EXPECT_FALSE(panics([&] { (void)context_at(page, 4); }));
  for (const u64 offset : {0, 3, 5, 6, 7}) {
    EXPECT_TRUE(panics([&] { (void)context_at(page, offset); })) << offset;
  }
  EXPECT_TRUE(panics([&] { (void)context_at(std::span(page).first(4), 4); }));
}

TEST_F(JudgePosed, FrontiersThatAreNotCanonicalAreRefused) {
  EXPECT_EQ(posed(row_, [](Cursor& c, MapOracle&) { ++c.tx_index; }), std::nullopt);
  EXPECT_EQ(posed(row_, [](Cursor& c, MapOracle&) { c.tx_index += u64{1} << 32; }), std::nullopt);
  EXPECT_EQ(posed(row_,
                  [](Cursor& c, MapOracle& o) {
                    c.block_frontier = o.add(std::vector<u8>(32 * kBlockTreeDepth + 1));
                  }),
            std::nullopt);
}

TEST_F(JudgePosed, WordsBeyondTheirWidthAreRefused) {
  EXPECT_EQ(posed(row_, [](Cursor& c, MapOracle&) { c.phase = Phase{3}; }), std::nullopt);
  // The same record with a bit set above its first number's 64.
  const auto widened = []<std::size_t size>(MapOracle& o, const Hash32& record,
                                            std::array<u8, size> bytes) {
    EXPECT_EQ(o.get(record, bytes), size);
    bytes[0] = 1;
    return o.add(bytes);
  };
  EXPECT_EQ(posed(row_,
                  [&](Cursor& c, MapOracle& o) {
                    c.data_commitment = widened(o, c.data_commitment, std::array<u8, 96>{});
                  }),
            std::nullopt);
  EXPECT_EQ(posed(message_,
                  [&](Cursor& c, MapOracle& o) {
                    c.inbox_root = widened(o, c.inbox_root, std::array<u8, 64>{});
                  }),
            std::nullopt);
}

TEST_F(JudgePosed, WorkThatIsNoRecordIsRefused) {
  EXPECT_EQ(posed(row_, [](Cursor& c, MapOracle& o) { c.work = o.add(std::vector<u8>{1, 3, 0}); }),
            std::nullopt);
  EXPECT_EQ(posed(row_, [](Cursor& c, MapOracle& o) { c.work = o.add(std::vector<u8>(5'000)); }),
            std::nullopt);
}

Hash32 inbox_of(MapOracle& oracle, u64 count, const std::vector<u8>& message) {
  std::array<u8, 64> bytes;
  PackedWriter w(bytes.data());
  w.put_word(count);
  w.put_word(add_tree(oracle, std::span(&message, 1), kInboxTreeDepth));
  return oracle.add(bytes);
}

TEST_F(JudgePosed, MessagesAreWhatTheInboxCanHold) {
  const std::vector<u8> longest(kMaxMessageBytes), longer(kMaxMessageBytes + 1);
  EXPECT_NE(
      posed(message_, [&](Cursor& c, MapOracle& o) { c.inbox_root = inbox_of(o, 1, longest); }),
      std::nullopt);
  EXPECT_EQ(
      posed(message_, [&](Cursor& c, MapOracle& o) { c.inbox_root = inbox_of(o, 1, longer); }),
      std::nullopt);
  EXPECT_EQ(posed(message_,
                  [&](Cursor& c, MapOracle& o) {
                    c.inbox_root = inbox_of(o, u64{1} << 40, longest);
                    c.inbox_index = u64{1} << 32;  // would be read at place 0 again
                  }),
            std::nullopt);
}

TEST_F(JudgePosed, MessagesBeyondTheSnapshotAreRefused) {
  EXPECT_EQ(posed(message_,
                  [](Cursor& c, MapOracle&) {
                    c.phase = Phase::forced;
                    c.inbox_index = 1;
                    c.inbox_must = 2;
                  }),
            std::nullopt);
}

}  // namespace
}  // namespace gavel::stf
