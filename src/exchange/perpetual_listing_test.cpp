// What perpetual markets and oracle sets may be.
#include "exchange/perpetual_exchange_test.hpp"

namespace gavel::exchange {
namespace {

// The whole value as margin.
void ask_whole_value(Perpetual& p) {
  for (MarginTier& tier : p.tiers) {
    if (tier.initial_ppm != 0) tier.initial_ppm = 1'000'000;
  }
}

TEST(Perpetual, ParametersThatTheRulesCannotCarryAreRefused) {
  PerpetualExchange e;
  const auto result = [&](auto change) {
    Market m = PerpetualExchange::parameters();
    change(m);
    Outcome out;
    create_perpetual(e.store, e.limits, m, e.now, out);
    return out.result;
  };
  const auto refused = [&](auto change) { return result(change) == Reject::not_allowed; };
  EXPECT_EQ(result([](Market&) {}), Reject::ok);
  EXPECT_TRUE(refused([](Market& m) { m.quote = kBase; })) << "another collateral";
  EXPECT_TRUE(refused([](Market& m) { m.quote_per_tick_lot = 0; }));
  EXPECT_TRUE(refused([](Market& m) { m.quote_per_tick_lot = 68'720; })) << "2^36 a lot";
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.max_position_lots = u64{1} << 39; }));
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.max_price_ticks = 0; }));
  EXPECT_TRUE(refused([](Market& m) { m.min_lots = 0; }));
  EXPECT_TRUE(refused([](Market& m) { m.min_lots = 10'001; }));
  EXPECT_TRUE(refused([](Market& m) { m.max_lots = 100'001; }));
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.impact_lots = 0; }));
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.impact_lots = 100'001; }));
  EXPECT_EQ(result([](Market& m) { m.maker_fee_ppm = 100'000, ask_whole_value(m.perpetual); }),
            Reject::ok);
  EXPECT_TRUE(refused([](Market& m) { m.maker_fee_ppm = 100'001, ask_whole_value(m.perpetual); }));
  EXPECT_TRUE(refused([](Market& m) { m.taker_fee_ppm = 100'001; }));
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.liquidation_fee_ppm = 100'001; }));
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.oracle_max_age_ms = 0; }));
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.oracle_max_age_ms = 3'600'001; }));
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.band_ppm = 0; }));
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.band_ppm = 50'001; })) << "half of a margin";
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.band_ppm = u32{1} << 31; }));
  EXPECT_TRUE(refused([](Market& m) { m.maker_fee_ppm = 1; })) << "with the band";
  EXPECT_EQ(result([](Market& m) { m.perpetual.band_ppm = 49'700, m.maker_fee_ppm = 200; }),
            Reject::ok);
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.band_ppm = 49'700, m.maker_fee_ppm = 201; }));
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.tier_count = 0; }));
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.tier_count = 5; }));
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.tier_count = 1; })) << "an unused tier set";
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.tiers[1].up_to = 2'000'000; })) << "not open";
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.tiers[1].initial_ppm = 99'999; }));
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.tiers[1].initial_ppm = 1'000'001; }));
  EXPECT_TRUE(refused([](Market& m) { m.perpetual.tiers[0].up_to = 0; }));
  EXPECT_TRUE(refused([](Market& m) {
    m.perpetual.tiers[0].initial_ppm = 999;
    m.perpetual.band_ppm = 1;
  }));
}

TEST(Perpetual, OracleSetsAreMajoritiesOfKnownAccounts) {
  PerpetualExchange e;
  const auto result = [&](u8 quorum, u8 count, std::initializer_list<u32> accounts) {
    std::array<u32, kMaxOracles> all{};
    u32 i = 0;
    for (const u32 a : accounts) all[i++] = a;
    Outcome out;
    set_oracle_set(e.store, quorum, count, all, out);
    return out.result;
  };
  EXPECT_EQ(result(2, 3, {1, 2, 3}), Reject::ok);
  EXPECT_EQ(result(1, 1, {1}), Reject::ok);
  EXPECT_EQ(result(1, 2, {1, 2}), Reject::not_allowed) << "half is no majority";
  EXPECT_EQ(result(3, 2, {1, 2}), Reject::not_allowed);
  EXPECT_EQ(result(0, 0, {}), Reject::not_allowed);
  EXPECT_EQ(result(2, 3, {1, 3, 3}), Reject::not_allowed);
  EXPECT_EQ(result(2, 3, {1, 2, 200}), Reject::not_allowed);
  EXPECT_EQ(result(2, 2, {1, 2, 3}), Reject::not_allowed) << "an unused place set";
  EXPECT_EQ(result(2, 3, {0, 2, 3}), Reject::not_allowed);
}

}  // namespace
}  // namespace gavel::exchange
