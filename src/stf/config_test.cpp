#include "stf/config.hpp"

#include <gtest/gtest.h>

#include "crypto/keccak.hpp"
#include "stf/samples_test.hpp"

namespace gavel::stf {
namespace {

using Words = std::array<u8, kConfigBytes>;

Words words_of(const Config& config) {
  Words out;
  out.fill(0xee);
  encode_config(config, out);
  return out;
}

// Sets a word to a 64-bit number.
void set_word(Words& words, u32 word, u64 value) {
  for (u32 i = 0; i < 32; ++i) {
    words[word * 32 + i] = i < 24 ? u8{0} : static_cast<u8>(value >> (8 * (31 - i)));
  }
}

TEST(Config, RoundTrips) {
  for (const Config& c : {Config{}, samples::config()}) {
    EXPECT_EQ(decode_config(words_of(c)), c);
  }
}

TEST(Config, WordsAreWhereTheDocumentSays) {
  const Words words = words_of(samples::config());
  Words expected = words;
  const u64 defaults[] = {1, 31337};
  for (u32 i = 0; i < 2; ++i) set_word(expected, i, defaults[i]);
  const u64 from_4[] = {86'400'000, 60'000,   172'800'000, 86'400'000, 10'000,   12'582'912,
                        4'096,      64,       16,          32,         1,        1u << 27,
                        1u << 24,   1u << 24, 1u << 12,    1u << 22,   1u << 24, 1u << 12,
                        64,         16,       1u << 18,    128,        0,        0,
                        0,          0,        0,           0};
  for (u32 i = 0; i < 28; ++i) set_word(expected, 4 + i, from_4[i]);
  EXPECT_EQ(words, expected);
  EXPECT_EQ(config_hash(words), crypto::keccak256(words));
}

struct Range {
  u32 word;
  u64 lowest;
  u64 highest;
  u64 (*field)(const Config&);
};

const Range kRanges[] = {
    {4, 0, u64{1} << 40, [](const Config& c) -> u64 { return c.past_window_ms; }},
    {5, 0, u64{1} << 40, [](const Config& c) -> u64 { return c.future_window_ms; }},
    {6, 0, 0xffffffff, [](const Config& c) -> u64 { return c.nonce_age_ms; }},
    {7, 0, u64{1} << 40, [](const Config& c) -> u64 { return c.nonce_ahead_ms; }},
    {8, 1, 16'383, [](const Config& c) -> u64 { return c.max_block_txs; }},
    {9, 0, 12'582'912, [](const Config& c) -> u64 { return c.rows_end_unit; }},
    {10, 0, 4'096, [](const Config& c) -> u64 { return c.max_orders_per_account; }},
    {11, 1, 64, [](const Config& c) -> u64 { return c.max_fills_per_tx; }},
    {12, 1, 16, [](const Config& c) -> u64 { return c.fills_per_unit; }},
    {13, 1, 32, [](const Config& c) -> u64 { return c.cancels_per_unit; }},
    {14, 0, 0xffffffff, [](const Config& c) -> u64 { return c.signing_schemes; }},
    {15, 1, 0xfffffffe, [](const Config& c) -> u64 { return c.capacity[1]; }},
    {16, 1, 0xfffffffe, [](const Config& c) -> u64 { return c.capacity[2]; }},
    {17, 1, 0xfffffffe, [](const Config& c) -> u64 { return c.capacity[3]; }},
    {18, 1, 0x7fffffff, [](const Config& c) -> u64 { return c.capacity[4]; }},
    {19, 1, 0xfffffffe, [](const Config& c) -> u64 { return c.capacity[5]; }},
    {20, 1, 1u << 24, [](const Config& c) -> u64 { return c.capacity[6]; }},
    {21, 1, 65'535, [](const Config& c) -> u64 { return c.capacity[8]; }},
    {22, 1, 64, [](const Config& c) -> u64 { return c.max_balances_per_account; }},
    {23, 0, 64, [](const Config& c) -> u64 { return c.new_asset_quota; }},
    {24, 0, 1u << 18, [](const Config& c) -> u64 { return c.max_batch_pages; }},
    {25, 1, 128, [](const Config& c) -> u64 { return c.max_message_units; }},
};

TEST(Config, ValuesOutsideTheirRangeAreCutToItsNearestEnd) {
  for (const Range& range : kRanges) {
    SCOPED_TRACE(range.word);
    Words words = words_of(samples::config());
    const auto decoded = [&](u64 value) {
      set_word(words, range.word, value);
      return range.field(decode_config(words));
    };
    EXPECT_EQ(decoded(range.lowest), range.lowest);
    EXPECT_EQ(decoded(0), range.lowest);
    EXPECT_EQ(decoded(range.highest), range.highest);
    EXPECT_EQ(decoded(range.highest - 1), range.highest - 1);
    EXPECT_EQ(decoded(range.highest + 1), range.highest);
    EXPECT_EQ(decoded(~u64{0}), range.highest);
    words[range.word * 32] = 1;  // beyond 64 bits
    EXPECT_EQ(range.field(decode_config(words)), range.highest);
  }
}

TEST(Config, ReservedWordsAndAddressPaddingAreNotRead) {
  Words words = words_of(samples::config());
  words[26 * 32 + 31] = words[31 * 32] = words[3 * 32] = 1;
  EXPECT_EQ(decode_config(words), samples::config());
  EXPECT_NE(config_hash(words), config_hash(words_of(samples::config())));
}

}  // namespace
}  // namespace gavel::stf
