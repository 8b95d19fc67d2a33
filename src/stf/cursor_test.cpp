#include "stf/cursor.hpp"

#include <gtest/gtest.h>

#include <set>

#include "crypto/keccak.hpp"
#include "stf/samples_test.hpp"

namespace gavel::stf {
namespace {

using Words = std::array<u8, kCursorBytes>;

Words words_of(const Cursor& cursor) {
  Words out;
  out.fill(0xee);
  encode_cursor(cursor, out);
  return out;
}

TEST(Cursor, RoundTrips) {
  for (const Cursor& c : {Cursor{}, samples::cursor()}) {
    Cursor back;
    ASSERT_TRUE(decode_cursor(words_of(c), back));
    EXPECT_EQ(back, c);
    EXPECT_EQ(cursor_hash(c), crypto::keccak256(words_of(c)));
  }
}

// Numbers by word; -1 where the word is 32 bytes of any value.
constexpr i64 kLargest[32] = {1, 1,  -1, 1, 1,  1,  1, 1,  1, -1, 1, -1, -1, 2, -1, -1,
                              1, -1, 1,  1, -1, -1, 0, -1, 0, 0,  0, 0,  0,  0, 0,  0};

TEST(Cursor, OnlyWhatEncodeMakesIsAccepted) {
  for (u32 word = 0; word < 32; ++word) {
    SCOPED_TRACE(word);
    Words words = words_of(Cursor{});
    Cursor out;
    words[word * 32] = 1;  // beyond 64 bits
    EXPECT_EQ(decode_cursor(words, out), kLargest[word] == -1);
    words = words_of(Cursor{});
    words[word * 32 + 23] = 1;  // bit 64
    EXPECT_EQ(decode_cursor(words, out), kLargest[word] == -1);
  }
  for (const auto& [word, highest] : {std::pair{13u, 2u}, {22u, 1u}, {24u, 0u}, {31u, 0u}}) {
    Words words = words_of(Cursor{});
    Cursor out;
    words[word * 32 + 31] = static_cast<u8>(highest);
    EXPECT_TRUE(decode_cursor(words, out));
    words[word * 32 + 31] = static_cast<u8>(highest + 1);
    EXPECT_FALSE(decode_cursor(words, out));
  }
}

TEST(Cursor, EveryWordIsInTheHash) {
  std::set<Hash32> seen{cursor_hash(Cursor{})};
  const Words words = words_of(samples::cursor());
  for (u32 word = 0; word < 24; ++word) {
    Words one = words_of(Cursor{});
    std::copy_n(words.begin() + word * 32, 32, one.begin() + word * 32);
    Cursor c;
    ASSERT_TRUE(decode_cursor(one, c));
    EXPECT_TRUE(seen.insert(cursor_hash(c)).second) << word;
  }
}

TEST(Cursor, FirstOfABatchTakesTheStateFromTheParentAndTheDataFromThePost) {
  const Cursor parent = samples::cursor();
  const Posted posted = samples::posted();
  const Cursor c = first_cursor(parent, 43, posted);
  Cursor expected;
  expected.batch = 43;
  expected.data_commitment = posted.data_commitment;
  expected.data_len = posted.data_len;
  expected.block_number = parent.block_number;
  expected.timestamp_ms = parent.timestamp_ms;
  expected.prev_hash = parent.prev_hash;
  expected.tx_frontier = expected.block_frontier = crypto::keccak256(std::array<u8, 448>{});
  expected.state_root = parent.state_root;
  expected.inbox_index = parent.inbox_index;
  expected.inbox_root = posted.inbox_root;
  expected.inbox_must = posted.inbox_must;
  expected.l1_time_ms = posted.l1_time_ms;
  expected.l1_block_hash = posted.l1_block_hash;
  expected.config_hash = posted.config_hash;
  EXPECT_EQ(c, expected);
}

TEST(Cursor, GenesisIsAFinishedBatch) {
  Cursor expected;
  expected.phase = Phase::finished;
  expected.state_root = samples::hash(1);
  expected.config_hash = samples::hash(2);
  EXPECT_EQ(genesis_cursor(samples::hash(1), samples::hash(2)), expected);
}

TEST(Cursor, AFailedUnitOnlyChangesTheStatus) {
  Cursor c = samples::cursor();
  c.status = Status::run;
  EXPECT_EQ(failed_cursor(c), samples::cursor());
}

TEST(Cursor, CommitmentsAreHashesOfWords) {
  const Hash32 a = samples::hash(0x20);
  const Hash32 b = samples::hash(0x21);
  const Hash32 c = samples::hash(0x22);
  crypto::Keccak256 data, inbox, block;
  std::array<u8, 32> word{};
  const auto number = [&](u8 v) {
    word[31] = v;
    return std::span<const u8>(word);
  };
  EXPECT_EQ(data_commitment(3, a, 9),
            data.update(number(3)).update(a.bytes).update(number(9)).finish());
  EXPECT_EQ(inbox_snapshot(5, a), inbox.update(number(5)).update(a.bytes).finish());
  block.update(number(1)).update(number(2)).update(a.bytes).update(number(3));
  EXPECT_EQ(block_hash(1, 2, a, 3, b, c), block.update(b.bytes).update(c.bytes).finish());
}

}  // namespace
}  // namespace gavel::stf
