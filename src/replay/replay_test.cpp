#include "replay/replay.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "replay/fake_gateway_test.hpp"
#include "replay/generator.hpp"
#include "replay/tape_text_test.hpp"

namespace gavel::replay {
namespace {

constexpr TapeFormat kLobster = TapeFormat::lobster;
constexpr TapeFormat kOrders = TapeFormat::orders;

struct Played {
  ReplayReport report;
  std::string error;
};
Played play(FakeNode& node, std::vector<MarketInput> markets, ReplayOptions options = {}) {
  options.port = node.port();
  io::SystemClock clock;
  ReplayControl control;
  auto report = run_replay(options, markets, node, clock, control);
  if (!report.ok()) return {{}, report.error()};
  return {*report, ""};
}

MarketInput input(const std::string& symbol, TapeFormat format, TapeOpener open) {
  MarketInput market;
  market.symbol = symbol;
  market.format = format;
  market.open = std::move(open);
  return market;
}

MarketInput generated(u64 seed, u64 events = 4'000) {
  return input("GEN" + std::to_string(seed), kOrders,
               generated_tape({.seed = seed,
                               .events = events,
                               .snapshot_orders = 500,
                               .min_live = 300,
                               .max_live = 800}));
}

TEST(Replay, TwoMarketsThroughTheGateway) {
  FakeNode node;
  const Played p = play(node, {generated(1), generated(2)}, {.accounts = 600});
  ASSERT_EQ(p.error, "");
  EXPECT_EQ(p.report.failure, "");
  EXPECT_EQ(node.bad_signatures(), 0u);
  EXPECT_EQ(node.reused_nonces(), 0u);
  EXPECT_EQ(p.report.accounts, 600u);
  EXPECT_EQ(p.report.traffic.submitted, p.report.outcome.accepted + p.report.outcome.rejected);
  EXPECT_EQ(p.report.traffic.submitted,
            p.report.markets[0].translator.messages + p.report.markets[1].translator.messages);
  EXPECT_EQ(p.report.outcome.oracle_mismatches, 0u);
  EXPECT_GT(p.report.outcome.executions, 300u);
  EXPECT_EQ(p.report.outcome.matched(), p.report.outcome.executions);
  for (const MarketReport& market : p.report.markets) EXPECT_TRUE(market.oracle_book.all_equal());
  EXPECT_GT(p.report.tps, 0.0);
  EXPECT_TRUE(p.report.good());
}

TEST(Replay, SignedAheadGivesTheSame) {
  FakeNode node;
  const Played p =
      play(node, {generated(1)}, {.accounts = 300, .signing_threads = 2, .sign_ahead = true});
  EXPECT_EQ(p.report.outcome.oracle_mismatches, 0u);
  EXPECT_TRUE(p.report.markets.at(0).oracle_book.all_equal());
}

TEST(Replay, SeveralConnectionsAMarketLoseNothing) {
  FakeNode node;
  const Played p = play(node, {generated(1)}, {.accounts = 300, .connections_per_market = 3});
  EXPECT_EQ(p.report.failure, "");
  EXPECT_EQ(p.report.connections, 3u);
  EXPECT_EQ(p.report.traffic.executed, p.report.markets.at(0).translator.messages);
}

TEST(Replay, BusyAnswersAreSentAgain) {
  FakeNode node({.busy_every = 97});
  const Played p = play(node, {generated(1)}, {.accounts = 300, .window = 1});
  EXPECT_EQ(p.report.failure, "");
  EXPECT_EQ(p.report.traffic.busy, p.report.traffic.submitted / 97);
  EXPECT_EQ(p.report.traffic.executed, p.report.traffic.submitted);
  // One message under way at a time: nothing overtakes what was refused.
  EXPECT_EQ(p.report.outcome.oracle_mismatches, 0u);
}

TEST(Replay, ManyUnderWayWhileBusyAreAllExecuted) {
  FakeNode node({.busy_every = 5});
  const Played p = play(node, {generated(1)}, {.accounts = 300});
  EXPECT_EQ(p.report.failure, "");
  EXPECT_EQ(p.report.traffic.executed, p.report.traffic.submitted);
}

TEST(Replay, ExecutionsOfATapeAreJudged) {
  FakeNode node;
  const Played p =
      play(node,
           {input("X", kLobster,
                  tape_of("A 1 S 101 5;A 2 S 101 5;A 3 S 102 5;E 1 S 101 5;E 3 S 102 4;D 2 S 101 5",
                          kLobster))});
  EXPECT_EQ(p.report.outcome.executions, 2u);
  EXPECT_EQ(p.report.outcome.matched(), 1u);
  EXPECT_EQ(p.report.outcome.unmatched,
            (std::vector<UnmatchedExecution>{{6, 3, ExecutionVerdict::better_price_on_book}}));
}

TEST(Replay, ANodeThatFillsAnotherOrderIsFound) {
  FakeNode node({.swap_fill_after = 2'000});
  const Played p = play(node, {generated(1)}, {.accounts = 300});
  EXPECT_GT(p.report.outcome.oracle_mismatches, 0u);
  EXPECT_LT(p.report.outcome.matched(), p.report.outcome.executions);
  EXPECT_GT(p.report.outcome.verdicts[static_cast<u32>(ExecutionVerdict::differs_from_oracle)], 0u);
}

TEST(Replay, TheExpectedBookIsComparedInTheTapesUnits) {
  const std::string path =
      testing::TempDir() + "gavel_expected_" + std::to_string(::getpid()) + ".csv";
  std::ofstream(path) << "recv_ns,exch_ms,event,side,price_e2,qty_e3,seq\n1,1,L,B,1000,30,1\n1,1,L,"
                         "S,1020,50,2\n1,1,L,S,1030,1,3\n";
  FakeNode node;
  MarketInput market = input(
      "X", kOrders,
      tape_of("A 1 B 1000 50;R 1 B 1000 20;A 2 S 1020 50;A 3 S 1040 50;D 3 S 1040 50", kOrders));
  market.expected_book = path;
  const Played p = play(node, {market});
  std::filesystem::remove(path);
  ASSERT_EQ(p.error, "");
  EXPECT_EQ(p.report.book_levels_expected(), 3u);
  EXPECT_EQ(p.report.book_levels_equal(), 2u);
  EXPECT_FALSE(p.report.good());
}

TEST(Replay, AClosedConnectionIsAFailureWithCounts) {
  FakeNode node({.close_after = 1'000});
  const Played p = play(node, {generated(1)}, {.accounts = 300});
  EXPECT_EQ(p.report.failure, "GEN1: the gateway closed the connection");
  EXPECT_GT(p.report.traffic.unanswered, 0u);
  EXPECT_EQ(p.report.traffic.executed + p.report.traffic.unanswered, p.report.traffic.submitted);
  EXPECT_FALSE(p.report.good());
}

TEST(Replay, ASilentNodeIsAFailure) {
  FakeNode node({.silent_after = 1'000});
  const Played p = play(node, {generated(1)}, {.accounts = 300, .stall_timeout_ns = 200'000'000});
  EXPECT_TRUE(p.report.failure.starts_with("GEN1: the node stopped answering: "))
      << p.report.failure;
}

TEST(Replay, WhatPreventsAStartIsOneLine) {
  FakeNode node;
  EXPECT_EQ(play(node, {}).error, "no market was given");
  EXPECT_EQ(play(node, {input("X", kOrders, tape_file("/nonexistent.csv", kOrders))}).error,
            "/nonexistent.csv: no such file");
  FakeNode full({.refuse_hello = true});
  EXPECT_EQ(play(full, {generated(1)}).error,
            "the gateway refused the connection at 127.0.0.1:" + std::to_string(full.port()));
  FakeNode odd({.rubbish = true});
  EXPECT_EQ(
      play(odd, {generated(1)}).error,
      "the gateway sent something that is no frame at 127.0.0.1:" + std::to_string(odd.port()));
}

TEST(Replay, APacedTapeIsSentWhole) {
  FakeNode node;
  std::string tape;
  for (u32 i = 0; i < 20; ++i)
    tape += "@" + std::to_string(1'000 + i * 20) + " A " + std::to_string(i + 1) + " B 100 5;";
  const Played p = play(node, {input("X", kOrders, tape_of(tape, kOrders))}, {.speed = {8'000}});
  EXPECT_EQ(p.report.traffic.executed, 20u);
}

std::string temporary(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + "gavel_" + name + std::to_string(::getpid());
  std::ofstream(path) << text;
  return path;
}

TEST(PerpetualReplay, CollateralFirstAndReportsAmongTheOrders) {
  FakeNode node;
  MarketInput market = input(
      "X-PERP", kOrders,
      tape_of("@1000 A 1 B 100 5;@1500 A 2 S 200 5;@2000 A 3 B 110 5;@3500 I 4 S 90 7", kOrders));
  market.perpetual = true;
  market.price_decimals = 0;
  market.price_path = temporary("prices", "ms,price\n900,150\n1800,140\n3500,130\n9000,1\n");
  const Played p = play(node, {market, generated(1)}, {.accounts = 256});
  std::filesystem::remove(*market.price_path);
  ASSERT_EQ(p.error, "");
  EXPECT_TRUE(p.report.good()) << p.report.failure;
  // Ticks are tens: 15, 14, 13 by three members each, the last one a tick higher.
  struct Expected {
    u32 price;
    u64 orders_before;
  };
  const std::vector<Expected> expected = {{15, 0}, {15, 0}, {16, 0}, {14, 2}, {14, 2},
                                          {15, 2}, {13, 3}, {13, 3}, {14, 3}};
  ASSERT_EQ(node.reports().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(node.reports()[i].price_ticks, expected[i].price) << i;
    EXPECT_EQ(node.reports()[i].orders_before, expected[i].orders_before) << i;
    EXPECT_EQ(node.reports()[i].account, node.oracles()[i % 3]) << i;
  }
  EXPECT_EQ(node.quorum(), 2u);
  EXPECT_EQ(node.bad_signatures(), 0u);
  EXPECT_EQ(node.reused_nonces(), 0u);
  EXPECT_EQ(p.report.outcome.reports, 9u);
  EXPECT_EQ(p.report.outcome.reports_accepted, 9u);
  EXPECT_EQ(p.report.outcome.rejected, 0u);
  EXPECT_EQ(p.report.outcome.oracle_mismatches, 0u);
  EXPECT_TRUE(p.report.markets[0].oracle_book.all_equal());
  EXPECT_EQ(p.report.markets[0].at_end, (MarketFigures{{"mark_price", "7"}}));
  EXPECT_TRUE(p.report.markets[1].at_end.empty());
}

TEST(PerpetualReplay, WithoutAPathTheBooksMiddleIsReported) {
  FakeNode node({.busy_every = 41});
  MarketInput market = generated(3);
  market.perpetual = true;
  const Played p = play(node, {market}, {.accounts = 300, .window = 1});
  ASSERT_EQ(p.error, "");
  EXPECT_TRUE(p.report.good()) << p.report.failure;
  EXPECT_GT(p.report.outcome.reports, 3u);
  EXPECT_EQ(p.report.outcome.reports_accepted, p.report.outcome.reports);
  EXPECT_EQ(p.report.outcome.oracle_mismatches, 0u);
  for (const FakeNode::Report& r : node.reports()) EXPECT_NEAR(r.price_ticks, 60'000, 3'000);
}

// Every account owns what all its orders together could need at the highest price.
TEST(PerpetualReplay, CollateralFollowsOrdersAndItsPart) {
  const auto collateral = [](u32 ppm) {
    FakeNode node;
    MarketInput market = input("X", kOrders, tape_of("A 1 B 100 5;A 2 S 120 7", kOrders));
    market.perpetual = true;
    market.fixed = {1, 1};
    play(node, {market}, {.accounts = 128, .collateral_ppm = ppm});
    u64 sum = 0;
    for (const Funding& f : node.funding()) sum += f.need.collateral > 1 ? f.need.collateral : 0;
    return sum;
  };
  EXPECT_EQ(collateral(1'000'000), 12u * (110 + 110 / 4));
  EXPECT_EQ(collateral(500'000), 5u * 137 / 2 + 7u * 137 / 2);
}

TEST(PerpetualReplay, NoPriceIsAnError) {
  FakeNode node;
  MarketInput market = input("X", kOrders, tape_of("A 1 B 100 5", kOrders));
  market.perpetual = true;
  EXPECT_EQ(play(node, {market}).error,
            "X: the tape never has bids and asks, and there is no price");
  EXPECT_EQ(play(node, {market}, {.oracles = 17}).error, "an oracle set has 1 to 16 members");
}

TEST(Lane, MessagesLeaveAtTheirTimeOnTheTape) {
  LaneOptions options{.speed = {2'000}, .tape_origin_ns = 5'000, .start_ns = 100};
  EXPECT_EQ(release_time_ns(options, 4'000), 100u);
  EXPECT_EQ(release_time_ns(options, 5'000), 100u);
  EXPECT_EQ(release_time_ns(options, 7'000), 1'100u);
  // A day at a tenth of its pace.
  options.speed = {100};
  EXPECT_EQ(release_time_ns(options, 5'000 + u64{86'400'000'000'000}),
            100 + u64{864'000'000'000'000});
  options.speed = {0};
  EXPECT_EQ(release_time_ns(options, ~u64{0}), 100u);
}

TEST(Replay, DirectEngines) {
  NaiveBook book;
  const auto engine = [&book](const Message& m) {
    DirectOutcome out;
    if (m.kind == MessageKind::cancel) {
      out.result =
          book.cancel(m.order_id) ? exchange::Reject::ok : exchange::Reject::unknown_client_id;
    } else if (m.kind == MessageKind::reduce) {
      out.result = book.reduce(m.order_id, m.lots) ? exchange::Reject::ok
                                                   : exchange::Reject::unknown_client_id;
    } else {
      const auto rest = m.kind == MessageKind::place ? NaiveBook::Rest::yes : NaiveBook::Rest::no;
      book.place(m.order_id, m.account, m.side, m.price, m.lots, rest, 64, out.fills);
    }
    return out;
  };
  const auto report =
      run_direct(generated_tape({.seed = 4, .events = 20'000}), kOrders, {}, engine);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->outcome.oracle_mismatches, 0u);
  EXPECT_EQ(report->outcome.accepted, report->translator.messages);
}

TEST(Speed, Texts) {
  Speed speed{1};
  EXPECT_TRUE(parse_speed("max", speed));
  EXPECT_TRUE(speed.is_max());
  EXPECT_TRUE(parse_speed("1x", speed));
  EXPECT_EQ(speed.thousandths, 1'000u);
  EXPECT_TRUE(parse_speed("0.25x", speed));
  EXPECT_EQ(speed.thousandths, 250u);
  for (const char* text : {"", "x", "0x", "1", "-1x", "1.x", "1.0001x", "fast"})
    EXPECT_FALSE(parse_speed(text, speed)) << text;
}

}  // namespace
}  // namespace gavel::replay
