#include "sequencer/gateway.hpp"

#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <chrono>
#include <future>
#include <thread>

#include "base/bytes.hpp"
#include "sequencer/test_world_test.hpp"

namespace gavel::sequencer {
namespace {

namespace asio = boost::asio;

// A client over a real socket.
class Client {
 public:
  explicit Client(u16 port) : socket_(context_) {
    socket_.connect({asio::ip::make_address("127.0.0.1"), port});
  }
  void send(u8 type, std::vector<u8> payload) {
    std::vector<u8> frame(5 + payload.size());
    base::ByteWriter w(frame);
    w.write_u32_be(static_cast<u32>(1 + payload.size()));
    w.write_u8(type);
    w.write_bytes(payload);
    send_raw(frame);
  }
  void send_raw(const std::vector<u8>& bytes) { asio::write(socket_, asio::buffer(bytes)); }
  // The next frame; type 0 when the node has closed.
  std::pair<u8, std::vector<u8>> receive() {
    while (true) {
      Frame frame;
      u32 consumed = 0;
      if (read_frame(in_, frame, consumed) == FrameRead::frame) {
        std::pair<u8, std::vector<u8>> out{frame.type,
                                           {frame.payload.begin(), frame.payload.end()}};
        in_.erase(in_.begin(), in_.begin() + consumed);
        return out;
      }
      std::array<u8, 4096> bytes;
      boost::system::error_code ec;
      const std::size_t n = socket_.read_some(asio::buffer(bytes), ec);
      if (ec) return {0, {}};
      in_.insert(in_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    }
  }
  void hello() {
    send(0x01, {0, 1});
    EXPECT_EQ(receive().first, 0x81);
  }

 private:
  asio::io_context context_;
  asio::ip::tcp::socket socket_;
  std::vector<u8> in_;
};

// A gateway over a real executor and real signatures; blocks are published as soon as they are
// closed.
struct Node {
  explicit Node(u32 max_connections = 16, u64 nonce_age_ms = 0) : world(4) {
    if (nonce_age_ms != 0) world.rules.config.nonce_age_ms = nonce_age_ms;
    world.found();
    options.port = 0;
    options.max_connections = max_connections;
    options.chain_id = 4242;
    gateway = std::make_unique<Gateway>(
        options, clock, [this](const RawSubmission& raw) { return stage->push(raw); });
    ExecutorHooks hooks;
    hooks.sealed = [this](SealedBlockPtr block) { gateway->publish(std::move(block)); };
    hooks.refused = [this](std::span<const RefusedSubmission> list) { gateway->refuse(list); };
    executor = std::make_unique<Executor>(*world.state, *world.builder, clock, 20'000'000, hooks);
    stage =
        std::make_unique<SignatureStage>(world.rules.domain, 2, 256, [this] { executor->wake(); });
    GAVEL_CHECK(gateway->start().ok());
    executor->start(*stage);
    world.now_ms = clock.now_ms();
  }
  ~Node() {
    executor->stop();
    gateway->stop();
    stage->stop();
  }

  std::vector<u8> submit_payload(u64 request, const stf::Transaction& tx, u32 key) {
    const Submission s = world.sign(tx, world.keys[key]);
    std::vector<u8> bytes(8 + stf::kMaxTransactionBytes);
    base::ByteWriter w(bytes);
    w.write_u64_be(request);
    bytes.resize(8 + stf::encode_transaction(s.tx, std::span<u8>(bytes).subspan(8)));
    return bytes;
  }

  io::SystemClock clock;
  TestWorld world;
  GatewayOptions options;
  std::unique_ptr<Gateway> gateway;
  std::unique_ptr<Executor> executor;
  std::unique_ptr<SignatureStage> stage;
};

stf::Transaction order(Node& node, u32 account, u8 side, u32 price, u64 lots) {
  stf::Transaction tx = node.world.transaction(account, stf::Action::place);
  tx.market = 1;
  tx.side = side;
  tx.price_ticks = price;
  tx.lots = lots;
  return tx;
}

TEST(Gateway, OrdersGetResultsAndMakersGetFills) {
  Node node;
  Client alice(node.gateway->port());
  Client bob(node.gateway->port());
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
  Node node;
  Client client(node.gateway->port());
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
  Node node;
  for (const Case& c : cases) {
    Client client(node.gateway->port());
    if (c.greet) client.hello();
    client.send_raw(c.bytes);
    const auto [type, payload] = client.receive();
    ASSERT_EQ(type, 0x87);
    EXPECT_EQ(payload[0], c.code);
    EXPECT_EQ(client.receive().first, 0);
  }
}

TEST(Gateway, OneConnectionTooManyIsToldSo) {
  Node node(1);
  Client first(node.gateway->port());
  first.hello();
  Client second(node.gateway->port());
  const auto [type, payload] = second.receive();
  EXPECT_EQ(type, 0x87);
  EXPECT_EQ(payload[0], 7);
}

TEST(Gateway, ShuttingDownRefusesAndStillDeliversResults) {
  Node node;
  Client client(node.gateway->port());
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
  Node node(16, 2'000);
  Client client(node.gateway->port());
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
  Node node;
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
  Node node;
  // A stage nobody empties.
  SignatureStage idle(node.world.rules.domain, 1, 8, [] {});
  GatewayOptions options;
  options.port = 0;
  Gateway gateway(options, node.clock, [&](const RawSubmission& raw) { return idle.push(raw); });
  ASSERT_TRUE(gateway.start().ok());
  Client client(gateway.port());
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
