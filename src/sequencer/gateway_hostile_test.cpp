// Clients that do not read, do not speak, or do not stop, over real sockets.
#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

#include "replay/gateway_client.hpp"
#include "sequencer/gateway_fixture_test.hpp"

namespace gavel::sequencer {
namespace {

u8 code_of(const std::pair<u8, std::vector<u8>>& frame) {
  EXPECT_EQ(frame.first, 0x87);
  return frame.second.empty() ? u8{0} : frame.second[0];
}

// A gateway alone on a clock that a test moves; what is submitted vanishes.
struct Lonely {
  explicit Lonely(GatewayOptions options = {}) {
    options.port = 0;
    gateway = std::make_unique<Gateway>(options, clock, [](const RawSubmission&) { return true; });
    GAVEL_CHECK(gateway->start().ok());
  }
  // A block that answers a connection with a receipt of a given length; connections count from 1.
  void publish(std::initializer_list<u32> to, u32 bytes) {
    const auto block = std::make_shared<SealedBlock>();
    block->receipts.resize(bytes);
    for (const u32 connection : to) {
      Executed& e = block->executed.emplace_back();
      e.connection = connection;
      e.receipt_size = static_cast<u16>(bytes);
    }
    gateway->publish(block);
  }
  // Lets time pass until the gateway has noticed.
  void until(const std::atomic<u64>& counter, u64 count, u64 step_ns) {
    while (counter.load() < count) {
      clock.advance_ns(step_ns);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  io::FakeClock clock;
  std::unique_ptr<Gateway> gateway;
};

constexpr u64 kSecondNs = 1'000'000'000;

TEST(GatewayHostile, SilenceIsToldByNameAndOthersStay) {
  Lonely node;
  TestClient stranger(node.gateway->port());
  TestClient half(node.gateway->port());
  half.send_raw({0, 0, 0});
  TestClient speaker(node.gateway->port());
  speaker.hello();
  while (node.gateway->stats().connections.load() < 3) std::this_thread::yield();
  node.until(node.gateway->stats().timeouts, 2, kSecondNs);
  EXPECT_EQ(code_of(stranger.receive()), 8);
  EXPECT_EQ(stranger.receive().first, 0);
  EXPECT_EQ(code_of(half.receive()), 8);
  speaker.send(0x04, {1});
  EXPECT_EQ(speaker.receive().first, 0x85);
  node.until(node.gateway->stats().timeouts, 3, 20 * kSecondNs);
  EXPECT_EQ(code_of(speaker.receive()), 9);
  EXPECT_EQ(speaker.receive().first, 0);
}

TEST(GatewayHostile, WhoLeavesResultsUnreadIsClosedAndOthersGetTheirs) {
  Lonely node({.max_unread_bytes = u64{1} << 20});
  TestClient slow(node.gateway->port());
  slow.hello();
  TestClient good(node.gateway->port());
  good.hello();
  // The system's own buffers take some megabytes before the gateway notices anything.
  for (u32 i = 0; node.gateway->stats().too_slow.load() == 0; ++i) {
    ASSERT_LT(i, 4'000u);
    node.publish({1, 2}, 60'000);
    EXPECT_EQ(good.receive().first, 0x82);
  }
  while (node.gateway->stats().connections.load() != 1) std::this_thread::yield();
  node.publish({1, 2}, 100);
  EXPECT_EQ(good.receive().first, 0x82);
}

TEST(GatewayHostile, AllUnreadResultsTogetherAreBounded) {
  Lonely node({.max_unread_bytes = u64{1} << 40, .max_unread_total_bytes = u64{4} << 20});
  TestClient slow(node.gateway->port());
  slow.hello();
  TestClient slower(node.gateway->port());
  slower.hello();
  TestClient good(node.gateway->port());
  good.hello();
  for (u32 i = 0; node.gateway->stats().too_slow.load() == 0; ++i) {
    ASSERT_LT(i, 4'000u);
    node.publish({1, 2, 2, 3}, 60'000);
    EXPECT_EQ(good.receive().first, 0x82);
  }
  // The one with the most went, and that was enough.
  slow.send(0x04, {});
  while (node.gateway->stats().connections.load() > 2) std::this_thread::yield();
  EXPECT_EQ(node.gateway->stats().too_slow.load(), 1u);
  while (slow.receive().first == 0x82) {
  }
  slow.send(0x04, {});
  EXPECT_EQ(slow.receive().first, 0x85);
}

// A socket that takes no more for a while; how many bytes it took.
u64 send_until_stuck(TestClient& client, const std::vector<u8>& bytes) {
  auto& socket = client.socket();
  socket.non_blocking(true);
  u64 sent = 0;
  for (;;) {
    boost::system::error_code ec;
    const std::size_t at = sent % bytes.size();
    sent += socket.write_some(asio::buffer(bytes.data() + at, bytes.size() - at), ec);
    if (!ec) continue;
    pollfd poll{socket.native_handle(), POLLOUT, 0};
    if (::poll(&poll, 1, 500) == 0) break;
    if (sent > u64{1} << 30) break;
  }
  socket.non_blocking(false);
  return sent;
}

TEST(GatewayHostile, WhoAsksAndDoesNotReadIsNoLongerRead) {
  Lonely node;
  TestClient client(node.gateway->port());
  client.hello();
  std::vector<u8> pings;
  for (u32 i = 0; i < 1'000; ++i) pings.insert(pings.end(), {0, 0, 0, 1, 0x04});
  const u64 sent = send_until_stuck(client, pings);
  EXPECT_LT(sent, u64{64} << 20);
  // Nothing of it is lost once it reads.
  for (u64 i = 0; i < sent / 5; ++i) ASSERT_EQ(client.receive().first, 0x85);
}

TEST(GatewayHostile, AWriterThatIsStuckIsEndedAfterTheIdleTime) {
  Lonely node;
  TestClient client(node.gateway->port());
  client.hello();
  std::vector<u8> pings;
  for (u32 i = 0; i < 1'000; ++i) pings.insert(pings.end(), {0, 0, 0, 1, 0x04});
  send_until_stuck(client, pings);
  node.until(node.gateway->stats().errors, 1, 60 * kSecondNs);
  node.clock.advance_ns(2 * kSecondNs);
  while (node.gateway->stats().connections.load() != 0) std::this_thread::yield();
}

TEST(GatewayHostile, OneAddressDoesNotTakeAllConnections) {
  Lonely node({.max_connections = 10, .max_connections_per_address = 2});
  TestClient first(node.gateway->port());
  first.hello();
  {
    TestClient second(node.gateway->port());
    second.hello();
    TestClient third(node.gateway->port());
    EXPECT_EQ(code_of(third.receive()), 7);
    EXPECT_EQ(third.receive().first, 0);
  }
  // Whoever leaves makes room.
  while (node.gateway->stats().connections.load() != 1) std::this_thread::yield();
  TestClient fourth(node.gateway->port());
  fourth.hello();
}

TEST(GatewayHostile, ACrowdIsTurnedAwayAndWhoIsInStays) {
  Lonely node({.max_connections = 4});
  TestClient inside(node.gateway->port());
  inside.hello();
  for (u32 round = 0; round < 3; ++round) {
    std::vector<std::unique_ptr<TestClient>> crowd;
    for (u32 i = 0; i < 300; ++i) {
      crowd.push_back(std::make_unique<TestClient>(node.gateway->port()));
    }
    inside.send(0x04, {});
    EXPECT_EQ(inside.receive().first, 0x85);
  }
  while (node.gateway->stats().connections.load() != 1) {
    node.clock.advance_ns(kSecondNs);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    inside.send(0x04, {});
    EXPECT_EQ(inside.receive().first, 0x85);
  }
  TestClient next(node.gateway->port());
  next.hello();
}

TEST(GatewayHostile, OurOwnClientPingsWhenItHasNothingToSay) {
  Lonely node;
  const auto client =
      replay::GatewayClient::connect("127.0.0.1", node.gateway->port(), 3'000'000'000);
  ASSERT_TRUE(client.ok());
  (*client)->set_ping_after(1'000'000);
  u32 pongs = 0;
  for (u32 i = 0; i < 1'000 && pongs < 3; ++i) {
    ASSERT_TRUE((*client)
                    ->pump(5'000'000,
                           [&](const replay::Answer& answer) {
                             pongs += std::holds_alternative<replay::PongFrame>(answer) ? 1 : 0;
                           })
                    .ok());
  }
  EXPECT_GE(pongs, 3u) << "one look may bring several";
}

TEST(SignatureStage, AFloodLeavesRoomForWhoeverComesNext) {
  SignatureStage stage(Hash32{}, 1, 64, [] {});
  RawSubmission raw;
  const auto push_all = [&](u32 connection) {
    raw.connection = connection;
    u32 taken = 0;
    while (stage.push(raw)) ++taken;
    return taken;
  };
  EXPECT_EQ(push_all(1), 32u);
  EXPECT_EQ(push_all(2), 16u);
  EXPECT_EQ(push_all(3), 8u);
  EXPECT_EQ(push_all(1), 0u);
  std::vector<Submission> out;
  while (out.size() < 56) stage.take(out);
  // What was taken is free again.
  EXPECT_EQ(push_all(2), 32u);
  stage.stop();
}

TEST(GatewayHostile, AFloodDoesNotStarveTheOthers) {
  TestNode node;
  // The same bytes again and again cost as much as any, and only the first is executed.
  const std::vector<u8> payload = node.submit_payload(1, order(node, 1, 0, 10, 1), 0);
  std::atomic<bool> done{false};
  std::thread flood([&] {
    TestClient client(node.gateway->port());
    client.hello();
    u64 busy = 0;
    for (u32 sent = 0, answered = 0; !done.load();) {
      for (; sent < answered + 2'000; ++sent) client.send(0x02, payload);
      for (; answered < sent; ++answered) {
        const auto [type, bytes] = client.receive();
        busy += type == 0x84 && bytes[8] == static_cast<u8>(Refusal::busy) ? 1 : 0;
      }
    }
    EXPECT_GT(busy, 0u);
  });
  // Of two signature threads the first and the third connection share one.
  while (node.gateway->stats().connections.load() == 0) std::this_thread::yield();
  TestClient between(node.gateway->port());
  between.hello();
  TestClient trader(node.gateway->port());
  trader.hello();
  while (node.gateway->stats().busy.load() == 0) std::this_thread::yield();
  for (u64 i = 0; i < 20; ++i) {
    trader.send(0x02, node.submit_payload(i, order(node, 2, 0, 10, 1), 1));
    const auto [type, bytes] = trader.receive();
    EXPECT_EQ(type, 0x82) << "refused " << (type == 0x84 ? bytes[8] : 0);
  }
  done.store(true);
  flood.join();
}

}  // namespace
}  // namespace gavel::sequencer
