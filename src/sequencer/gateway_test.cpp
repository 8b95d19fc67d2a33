#include "sequencer/gateway.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "sequencer/gateway_fixture_test.hpp"

namespace gavel::sequencer {
namespace {

TEST(Gateway, OrdersGetResultsAndMakersGetFills) {
  TestNode node;
  TestClient alice(node.gateway->port());
  TestClient bob(node.gateway->port());
  alice.hello();
  bob.hello();
  alice.send(0x03, {0, 0, 0, 1});
  alice.send(0x02, node.submit_payload(11, order(node, 1, 1, 100, 5), 0));
  auto [type, payload] = alice.receive();
  ASSERT_EQ(type, 0x82);
  base::ByteReader r(payload);
  EXPECT_EQ(r.read_u64_be(), 11u);
  bob.send(0x02, node.submit_payload(12, order(node, 2, 0, 100, 3), 1));
  const auto result = bob.receive();
  ASSERT_EQ(result.first, 0x82);
  stf::Receipt receipt;
  ASSERT_TRUE(stf::decode_receipt(std::span<const u8>(result.second).subspan(28), receipt));
  EXPECT_EQ(receipt.filled_lots, 3u);
  const auto fill = alice.receive();
  ASSERT_EQ(fill.first, 0x83);
  base::ByteReader f(fill.second);
  EXPECT_EQ(f.read_u32_be(), 1u);
  f.read_u64_be();
  EXPECT_EQ(f.read_u32_be(), 1u);
  EXPECT_EQ(f.read_u32_be(), 100u);
  EXPECT_EQ(f.read_u64_be(), 3u);
  EXPECT_EQ(f.read_u64_be(), 2u);
}

TEST(Gateway, RefusalsNameWhy) {
  TestNode node;
  TestClient client(node.gateway->port());
  client.hello();
  const stf::Transaction tx = order(node, 1, 0, 10, 1);
  struct Case {
    std::vector<u8> payload;
    u8 code;
  };
  std::vector<u8> garbage(20, 7);
  std::vector<u8> too_long(8 + 300, 1);
  const Case cases[] = {{garbage, 1},
                        {too_long, 1},
                        {node.submit_payload(1, order(node, 77, 0, 10, 1), 0), 2},
                        {node.submit_payload(2, tx, 1), 4}};
  for (const Case& c : cases) {
    client.send(0x02, c.payload);
    const auto [type, payload] = client.receive();
    ASSERT_EQ(type, 0x84);
    EXPECT_EQ(payload[8], c.code);
  }
  client.send(0x02, node.submit_payload(3, tx, 0));
  EXPECT_EQ(client.receive().first, 0x82);
  client.send(0x02, node.submit_payload(4, tx, 0));
  const auto again = client.receive();
  EXPECT_EQ(again.first, 0x84);
  EXPECT_EQ(again.second[8], 6);
}

TEST(Gateway, BrokenFramesAreAnsweredAndTheConnectionCloses) {
  struct Case {
    bool greet;
    std::vector<u8> bytes;
    u8 code;
  };
  const Case cases[] = {
      {false, {0, 0, 0, 1, 0x04}, 4},
      {false, {0, 0, 0, 3, 0x01, 0, 9}, 5},
      {false, {0, 0, 0, 2, 0x01, 0}, 1},
      {true, {0, 0, 0, 0}, 1},
      {true, {0, 2, 0, 0}, 2},
      {true, {0, 0, 0, 1, 0x99}, 3},
      {true, {0, 0, 0, 3, 0x03, 1, 2}, 1},
      {true, {0, 0, 0, 3, 0x02, 1, 2}, 1},
      {true, {0, 0, 0, 2, 0x05, 0}, 1},
      {true, {0, 0, 0, 3, 0x01, 0, 1}, 1},
  };
  TestNode node;
  for (const Case& c : cases) {
    TestClient client(node.gateway->port());
    if (c.greet) client.hello();
    client.send_raw(c.bytes);
    const auto [type, payload] = client.receive();
    ASSERT_EQ(type, 0x87);
    EXPECT_EQ(payload[0], c.code);
    EXPECT_EQ(client.receive().first, 0);
  }
}

TEST(Gateway, OneConnectionTooManyIsToldSo) {
  TestNode node({.max_connections = 1});
  TestClient first(node.gateway->port());
  first.hello();
  TestClient second(node.gateway->port());
  const auto [type, payload] = second.receive();
  EXPECT_EQ(type, 0x87);
  EXPECT_EQ(payload[0], 7);
}

TEST(Gateway, ShuttingDownRefusesAndStillDeliversResults) {
  TestNode node;
  TestClient client(node.gateway->port());
  client.hello();
  client.send(0x02, node.submit_payload(1, order(node, 1, 0, 10, 1), 0));
  EXPECT_EQ(client.receive().first, 0x82);
  node.gateway->drain();
  client.send(0x04, {1});
  EXPECT_EQ(client.receive().first, 0x85);
  client.send(0x02, node.submit_payload(2, order(node, 1, 0, 10, 1), 0));
  const auto [type, payload] = client.receive();
  EXPECT_EQ(type, 0x84);
  EXPECT_EQ(payload[8], 8);
}

TEST(Executor, FreesTheNonceWindowOfASignerWhoStaysAway) {
  TestNode node({}, 2'000);
  TestClient client(node.gateway->port());
  client.hello();
  client.send(0x02, node.submit_payload(1, order(node, 1, 0, 10, 1), 0));
  ASSERT_EQ(client.receive().first, 0x82);
  u8 state = 1;
  for (u32 i = 0; i < 100 && state == 1; ++i) {
    std::promise<u8> answer;
    ASSERT_TRUE(node.executor->ask([&](const state::HotState& s, const ChainHead&) {
      answer.set_value(s.peek_nonces(1).state);
    }));
    state = answer.get_future().get();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(state, 0);
  // Its next nonce makes a window again.
  node.world.now_ms = node.clock.now_ms();
  client.send(0x02, node.submit_payload(2, order(node, 1, 0, 10, 1), 0));
  EXPECT_EQ(client.receive().first, 0x82);
}

TEST(Gateway, ABusyPortIsOneClearLine) {
  TestNode node;
  GatewayOptions options;
  options.port = node.gateway->port();
  io::SystemClock clock;
  Gateway second(options, clock, [](const RawSubmission&) { return false; });
  const auto started = second.start();
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().find("cannot listen on 127.0.0.1:" + std::to_string(options.port)),
            std::string::npos);
}

TEST(Gateway, AFullQueueIsBusyAndNothingIsLost) {
  TestNode node;
  // A stage nobody empties.
  SignatureStage idle(node.world.rules.domain, 1, 8, [] {});
  GatewayOptions options;
  options.port = 0;
  Gateway gateway(options, node.clock, [&](const RawSubmission& raw) { return idle.push(raw); });
  ASSERT_TRUE(gateway.start().ok());
  TestClient client(gateway.port());
  client.hello();
  const stf::Transaction tx = order(node, 1, 0, 10, 1);
  for (u32 i = 0; i < 200; ++i) client.send(0x02, node.submit_payload(i, tx, 0));
  const auto [type, payload] = client.receive();
  EXPECT_EQ(type, 0x84);
  EXPECT_EQ(payload[8], 7);
  base::ByteReader r(payload);
  r.read_u64_be();
  r.read_u8();
  EXPECT_GT(r.read_u32_be(), 0u);
  idle.stop();
}

}  // namespace
}  // namespace gavel::sequencer
