// The recorded tapes, which are not part of the project: GAVEL_TAPES names their folder, or the one
// of the normalised files in it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "replay/l2_book.hpp"
#include "replay/tape_stream.hpp"

namespace gavel::replay {
namespace {

std::string tape_path(const std::string& name) {
  const char* folder = std::getenv("GAVEL_TAPES");
  if (folder == nullptr) return {};
  for (const char* inside : {"/", "/norm/"}) {
    const std::string path = folder + std::string(inside) + name;
    if (std::filesystem::exists(path)) return path;
  }
  return {};
}

struct Outcome {
  TapeSurvey survey;
  TranslatorCounts counts;
  std::array<u64, kVerdictCount> verdicts{};
  u64 refused = 0;
  u64 fills = 0;
  std::vector<BookLevel> levels;  // in the tape's units
};

Outcome run(const std::string& path, TapeFormat format) {
  Outcome out;
  const auto plan = plan_tape(tape_file(path, format), format, {});
  EXPECT_TRUE(plan.ok()) << plan.error().text();
  out.survey = plan->survey;
  auto tape = open_tape(path, format);
  TapeStream stream(std::move(*tape), {}, format, plan->survey);
  std::vector<Message> messages;
  while (*stream.next(messages)) {
    for (const Message& m : messages) {
      out.refused += m.accepted ? 0 : 1;
      out.fills += m.fills.size();
      if (m.group == nullptr || --m.group->messages_left > 0) continue;
      for (const auto& row : m.group->rows) ++out.verdicts[static_cast<u32>(row.predicted)];
    }
    messages.clear();
  }
  for (const auto& row : stream.translator().lost_executions())
    ++out.verdicts[static_cast<u32>(row.predicted)];
  out.counts = stream.translator().counts();
  out.levels = stream.translator().book().levels();
  for (BookLevel& level : out.levels) {
    level.price *= plan->survey.scale.tick;
    level.lots *= plan->survey.scale.lot;
  }
  return out;
}

#define GAVEL_TAPE_OR_SKIP(variable, name)      \
  const std::string variable = tape_path(name); \
  if (variable.empty()) GTEST_SKIP() << "GAVEL_TAPES has no " << (name)

TEST(RealTapes, AaplExecutionsNameTheSameOrders) {
  GAVEL_TAPE_OR_SKIP(path, "l3_nasdaq_aapl_20120621_0930_1030.csv.xz");
  const Outcome out = run(path, TapeFormat::lobster);
  EXPECT_EQ(out.survey.rows, 91'997u);
  EXPECT_EQ(out.survey.count(TapeKind::execution), 4'067u);
  EXPECT_EQ(out.survey.rows_naming_older_orders, 84u);
  EXPECT_EQ(out.counts.older_dropped, 0u);
  EXPECT_EQ(out.counts.unknown_orders, 0u);
  const u64 matched = out.verdicts[0];
  EXPECT_GE(matched * 100, 4'067u * 97);
  u64 rows = 0;
  for (const u64 n : out.verdicts) rows += n;
  EXPECT_EQ(rows, 4'067u);
}

void expect_book(const std::string& tape, const std::string& l2) {
  const Outcome out = run(tape, TapeFormat::orders);
  const auto expected = read_l2_book(l2);
  ASSERT_TRUE(expected.ok()) << expected.error().text();
  const BookComparison c = compare_books(*expected, out.levels);
  EXPECT_TRUE(c.all_equal()) << c.equal << " of " << c.expected << ", " << c.extra << " others";
  EXPECT_LT(out.refused * 100, out.counts.messages);
}

TEST(RealTapes, BtcEndsInTheRecordedBook) {
  GAVEL_TAPE_OR_SKIP(tape, "derived_orders_binance_usdm_btcusdt_20240808.csv.xz");
  GAVEL_TAPE_OR_SKIP(l2, "l2_binance_usdm_btcusdt_20240808.csv.xz");
  expect_book(tape, l2);
}

TEST(RealTapes, EthEndsInTheRecordedBook) {
  GAVEL_TAPE_OR_SKIP(tape, "derived_orders_binance_usdm_ethusdt_20240808.csv.xz");
  GAVEL_TAPE_OR_SKIP(l2, "l2_binance_usdm_ethusdt_20240808.csv.xz");
  expect_book(tape, l2);
}

TEST(RealTapes, BitstampPlaysThrough) {
  GAVEL_TAPE_OR_SKIP(path, "l3_bitstamp_btcusd_20150501_0000_0500.csv.xz");
  const Outcome out = run(path, TapeFormat::lobster);
  EXPECT_EQ(out.survey.count(TapeKind::remaining), 602u);
  EXPECT_EQ(out.refused, 0u);
  EXPECT_GT(out.fills, 400u);
}

}  // namespace
}  // namespace gavel::replay
