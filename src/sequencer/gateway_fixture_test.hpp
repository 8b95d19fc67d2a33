// A client over a real socket, and a gateway over a real executor and real signatures, for tests.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <mutex>
#include <thread>

#include "base/bytes.hpp"
#include "sequencer/gateway.hpp"
#include "sequencer/test_world_test.hpp"

namespace gavel::sequencer {

namespace asio = boost::asio;

// A client over a real socket.
class TestClient {
 public:
  explicit TestClient(u16 port) : socket_(context_) {
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
  boost::asio::ip::tcp::socket& socket() { return socket_; }
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
struct TestNode {
  // `prepare`: changes rules and state before the node lives, on top of a founded world.
  explicit TestNode(GatewayOptions gateway_options = {}, u64 nonce_age_ms = 0,
                    const std::function<void(TestWorld&)>& prepare = {})
      : world(4), options(std::move(gateway_options)) {
    if (nonce_age_ms != 0) world.rules.config.nonce_age_ms = nonce_age_ms;
    world.found();
    if (prepare) prepare(world);
    options.port = 0;
    options.chain_id = 4242;
    gateway = std::make_unique<Gateway>(
        options, clock, [this](const RawSubmission& raw) { return stage->push(raw); });
    ExecutorHooks hooks;
    hooks.sealed = [this](SealedBlockPtr block) {
      for (const Executed& e : block->executed) {
        if (e.kind != 1) continue;
        const std::lock_guard lock(mutex);
        message_results.push_back(static_cast<exchange::Reject>(block->receipts[e.receipt_at]));
      }
      gateway->publish(std::move(block));
    };
    hooks.refused = [this](std::span<const RefusedSubmission> list) { gateway->refuse(list); };
    executor = std::make_unique<Executor>(*world.state, *world.builder, clock, 20'000'000, hooks);
    stage =
        std::make_unique<SignatureStage>(world.rules.domain, 2, 256, [this] { executor->wake(); });
    GAVEL_CHECK(gateway->start().ok());
    executor->start(*stage);
    world.now_ms = clock.now_ms();
  }
  ~TestNode() {
    executor->stop();
    gateway->stop();
    stage->stop();
  }

  // The result of an inbox message: its bytes.
  exchange::Reject deliver(std::vector<u8> bytes) {
    const auto results = [this] {
      const std::lock_guard lock(mutex);
      return message_results;
    };
    const std::size_t before = results().size();
    executor->push_message(std::move(bytes));
    while (results().size() == before) std::this_thread::yield();
    return results().back();
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
  std::mutex mutex;
  std::vector<exchange::Reject> message_results;
};

inline stf::Transaction order(TestNode& node, u32 account, u8 side, u32 price, u64 lots) {
  stf::Transaction tx = node.world.transaction(account, stf::Action::place);
  tx.market = 1;
  tx.side = side;
  tx.price_ticks = price;
  tx.lots = lots;
  return tx;
}

}  // namespace gavel::sequencer
