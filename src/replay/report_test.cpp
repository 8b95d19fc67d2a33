#include "replay/report.hpp"

#include <gtest/gtest.h>

#include "replay/json_writer.hpp"

namespace gavel::replay {
namespace {

TEST(JsonWriter, Writes) {
  JsonWriter json;
  json.begin_object();
  json.number("n", 7);
  json.fraction("f", 1.25);
  json.text("t", "a\"b\\c\n\xff");
  json.boolean("b", true);
  json.begin_list("l");
  json.text({}, "x");
  json.begin_object();
  json.end_object();
  json.end_list();
  json.begin_list("e");
  json.end_list();
  json.end_object();
  EXPECT_EQ(json.take(),
            "{\n  \"n\": 7,\n  \"f\": 1.250,\n  \"t\": \"a\\\"b\\\\c??\",\n  \"b\": true,\n"
            "  \"l\": [\n    \"x\",\n    {}\n  ],\n  \"e\": []\n}");
}

ReplayReport sample() {
  ReplayReport report;
  report.traffic.submitted = 10;
  report.outcome.accepted = 7;
  report.outcome.rejected = 3;
  report.outcome.rejects[14] = 3;
  MarketReport market;
  market.symbol = "BTC";
  market.has_expected_book = true;
  market.expected_book = compare_books({{Side::bid, 1, 1}}, {{Side::bid, 1, 1}});
  market.outcome.verdicts[3] = 2;
  market.outcome.unmatched.push_back({5, 6, ExecutionVerdict::other_order_first});
  report.markets.push_back(market);
  return report;
}

TEST(ReplayReport, JsonHasTheDocumentedFields) {
  const std::string json = to_json(sample());
  for (const char* field :
       {"\"messages\": 10", "\"accepted\": 7", "\"rejected\": 3", "\"fills\": 0",
        "\"seconds\": 0.000", "\"tps\": 0.000", "\"tape_executions\": 0",
        "\"tape_executions_matched\": 0", "\"book_levels_expected\": 1", "\"book_levels_equal\": 1",
        "\"state_root\": \"\"", "\"verifier\": \"\"", "\"unknown_client_id\": 3",
        "\"other_order_first\": 2", "\"reason\": \"other_order_first\""}) {
    EXPECT_NE(json.find(field), std::string::npos) << field << "\n" << json;
  }
}

TEST(ReplayReport, GoodMeansAllOfIt) {
  EXPECT_TRUE(sample().good());
  ReplayReport r = sample();
  r.markets[0].expected_book.extra = 1;
  EXPECT_FALSE(r.good());
  r = sample();
  r.markets[0].expected_book.equal = 0;
  EXPECT_FALSE(r.good());
  r = sample();
  r.traffic.unanswered = 1;
  EXPECT_FALSE(r.good());
  r = sample();
  r.markets[0].outcome.reports = 1;
  EXPECT_FALSE(r.good());
  r = sample();
  r.failure = "x";
  EXPECT_FALSE(r.good());
}

}  // namespace
}  // namespace gavel::replay
