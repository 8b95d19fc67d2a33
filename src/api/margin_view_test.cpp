// What people are told of margin is what the rules compute.
#include "api/margin_view.hpp"

#include <gtest/gtest.h>

#include "sequencer/test_world_test.hpp"

namespace gavel::api {
namespace {

stf::Transaction order(sequencer::TestWorld& world, u32 account, u8 side, u64 lots) {
  stf::Transaction tx = world.transaction(account, stf::Action::place);
  tx.market = world.perpetual;
  tx.side = side;
  tx.price_ticks = 1'000;
  tx.lots = lots;
  return tx;
}

std::string json_of(const MarginCopy& copy) {
  JsonText json;
  json.object();
  put_margin(json, copy);
  json.end_object();
  return json.take();
}

TEST(MarginView, SaysWhatTheRulesCompute) {
  sequencer::TestWorld world(4);
  world.found();
  world.found_perpetual();
  world.open();
  ASSERT_EQ(world.run(order(world, 1, 1, 10)), sequencer::Refusal::none);
  ASSERT_EQ(world.run(order(world, 4, 0, 4)), sequencer::Refusal::none);
  for (const u32 oracle : {1u, 2u}) world.run(world.report(oracle, 1'030));
  world.close();
  const MarginCopy lng = copy_margin(*world.state, 4, world.now_ms);
  ASSERT_TRUE(lng.exists);
  ASSERT_EQ(lng.positions.size(), 1u);
  EXPECT_EQ(lng.positions[0].gain, 4 * 30);
  EXPECT_EQ(lng.margin.equity, lng.collateral + 120);
  EXPECT_EQ(lng.margin.initial, 371) << "9 % of 4120";
  const MarginCopy shrt = copy_margin(*world.state, 1, world.now_ms);
  EXPECT_EQ(shrt.positions[0].position.size, -4);
  EXPECT_EQ(shrt.positions[0].position.open_lots[1], 6u);
  const std::string text = json_of(shrt);
  EXPECT_NE(text.find(R"("size":"-4")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("gain":"-120")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("open_asks":"6")"), std::string::npos) << text;
}

TEST(MarginView, AMarketShowsWhoReportedAndWhen) {
  sequencer::TestWorld world(4);
  world.found();
  world.found_perpetual();
  const auto text_at = [&](u64 now_ms) {
    JsonText json;
    json.object();
    put_perpetual(json, world.state->peek_market(world.perpetual), now_ms);
    json.end_object();
    return json.take();
  };
  const std::string text = text_at(world.now_ms);
  EXPECT_NE(text.find(R"({"account":2,"price_ticks":1000,"time_ms":)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("fresh":true)"), std::string::npos) << text;
  EXPECT_EQ(text.find(R"("account":3)"), std::string::npos) << "has not reported";
  EXPECT_EQ(text_at(world.now_ms + 70'000).find(R"("fresh":true)"), std::string::npos);
}

TEST(MarginView, AnAccountWithoutAMarginPartHasNone) {
  sequencer::TestWorld world(2);
  world.found();
  EXPECT_EQ(json_of(copy_margin(*world.state, 1, world.now_ms)), R"({"margin":null})");
}

}  // namespace
}  // namespace gavel::api
