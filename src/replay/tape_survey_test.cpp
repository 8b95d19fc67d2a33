#include "replay/tape_survey.hpp"

#include <gtest/gtest.h>

#include "replay/tape_text_test.hpp"

namespace gavel::replay {
namespace {

TapeResult<TapeSurvey> survey(const std::string& text, TapeFormat format = TapeFormat::lobster,
                              TapeScale fixed = {}) {
  const auto tape = tape_of(text, format)();
  return survey_tape(**tape, format, fixed);
}

TEST(TapeSurvey, TickAndLotAreGreatestCommonDivisors) {
  const auto s = survey("A 1 B 6180020 2900;A 2 S 6180050 100;D 1 B 6180020 2900");
  EXPECT_EQ(s->scale, (TapeScale{10, 100}));
  EXPECT_EQ(s->max_price, 6180050u);
  EXPECT_EQ(s->max_qty, 2900u);
  EXPECT_EQ(s->rows, 3u);
  EXPECT_EQ(s->count(TapeKind::add), 2u);
}

TEST(TapeSurvey, HiddenExecutionsDoNotDecideTheTick) {
  EXPECT_EQ(survey("A 1 B 100 10;H 0 B 155 7;A 2 B 200 20")->scale, (TapeScale{100, 10}));
}

TEST(TapeSurvey, AFixedScaleIsHeld) {
  EXPECT_EQ(survey("A 1 B 100 10", TapeFormat::lobster, {5, 2})->scale, (TapeScale{5, 2}));
  EXPECT_EQ(survey("A 1 B 100 10;A 2 B 103 10", TapeFormat::lobster, {5, 2}).error().text(),
            "tape:3: the price is not a multiple of the tick");
  EXPECT_EQ(survey("A 1 B 100 11", TapeFormat::lobster, {5, 2}).error().text(),
            "tape:2: the size is not a multiple of the lot");
}

TEST(TapeSurvey, WhatDoesNotFitAnExchangeIsAnError) {
  EXPECT_EQ(survey("A 1 B 4294967295 1;A 2 B 2 1")->max_price, 4294967295u);
  EXPECT_EQ(survey("A 1 B 4294967296 1;A 2 B 3 1").error().text(),
            "tape: prices up to 4294967296 in ticks of 1 exceed 2^32 - 1 ticks");
  EXPECT_EQ(survey("A 1 B 1 1099511627775;A 2 B 1 1")->scale.lot, 1u);
  EXPECT_EQ(survey("A 1 B 1 1099511627777;A 2 B 1 2").error().text(),
            "tape: sizes up to 1099511627777 in lots of 1 exceed 2^40 - 1 lots");
  EXPECT_EQ(survey("").error().text(), "tape: the tape holds no event");
}

TEST(TapeSurvey, CountsLiveOrders) {
  EXPECT_EQ(survey("A 1 B 1 5;A 2 B 1 5;E 1 B 1 5;A 3 B 1 5;R 2 B 1 2;A 4 B 1 5;D 2 B 1 3")
                ->max_live_orders,
            3u);
}

TEST(TapeSurvey, FindsOlderOrdersWhereNumbersRise) {
  // 3 is never added, 4 is added late.
  std::string text;
  for (u32 id = 10; id < 60; ++id) text += "A " + std::to_string(id) + " B 100 5;";
  text += "R 3 S 200 4;D 3 S 200 6;A 4 S 300 7;";
  const auto s = survey(text);
  EXPECT_TRUE(s->ids_rise);
  EXPECT_EQ(s->rows_naming_older_orders, 2u);
  EXPECT_EQ(s->older, (std::vector<OlderOrder>{{3, 200, 10, Side::ask}, {4, 300, 7, Side::ask}}));
  EXPECT_TRUE(survey(text, TapeFormat::orders)->older.empty());
  EXPECT_TRUE(survey(text + "M 10 B 100 1")->older.empty());
}

TEST(TapeSurvey, NumbersWithoutOrderTellNothing) {
  const auto s = survey("A 9 B 1 1;A 3 B 1 1;A 7 B 1 1;A 1 B 1 1;D 2 B 1 1");
  EXPECT_FALSE(s->ids_rise);
  EXPECT_TRUE(s->older.empty());
  EXPECT_EQ(s->rows_naming_older_orders, 1u);
}

TEST(TapeSurvey, Pace) {
  const auto s = survey("@100 A 1 B 1 1;@150 A 2 B 1 1;@250 A 3 B 1 1;@1100 A 4 B 1 1");
  EXPECT_EQ(s->busiest_100ms, 2u);
  EXPECT_EQ(s->busiest_second, 3u);
  EXPECT_EQ(s->first_ts_ns, 100'000'000u);
  EXPECT_EQ(s->last_ts_ns, 1'100'000'000u);
}

}  // namespace
}  // namespace gavel::replay
