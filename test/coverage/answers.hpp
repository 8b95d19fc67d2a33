// One exchange for one case: bytes go in at the gateway's socket or as an inbox message, the answer
// comes out where a client would read it.
#pragma once

#include "sequencer/gateway_fixture_test.hpp"

namespace gavel::coverage {

using exchange::Reject;
using exchange::Table;
using sequencer::Refusal;
using sequencer::TestWorld;
using stf::Action;
using stf::Transaction;

// A result, or why there is none.
struct Answer {
  std::optional<Reject> result;
  std::optional<Refusal> refusal;
  u32 retry_after_ms = 0;
  u64 order_id = 0;
  u64 value = 0;
};

class Exchange {
 public:
  using Prepare = std::function<void(TestWorld&)>;
  // Four accounts with keys 0 to 3, each with much of assets 1 and 2; market 1 trades 1 for 2.
  explicit Exchange(const Prepare& prepare = {}, sequencer::GatewayOptions options = {})
      : node(std::move(options), 0, prepare), client(node.gateway->port()) {
    client.hello();
  }

  Transaction make(u32 account, Action action) { return node.world.transaction(account, action); }
  Transaction place(u32 account = 1, u8 side = 0, u32 price = 100, u64 lots = 5) {
    return sequencer::order(node, account, side, price, lots);
  }

  Answer send(const Transaction& tx) { return send(tx, (tx.account - 1) % 4); }
  Answer send(const Transaction& tx, u32 key) { return send_bytes(bytes_of(tx, key)); }
  // Canonical bytes, signed by a key.
  std::vector<u8> bytes_of(const Transaction& tx, u32 key) {
    const std::vector<u8> payload = node.submit_payload(0, tx, key);
    return {payload.begin() + 8, payload.end()};
  }
  Answer send_bytes(const std::vector<u8>& bytes) {
    submit_bytes(bytes);
    return receive();
  }
  void submit_bytes(const std::vector<u8>& bytes) {
    std::vector<u8> payload(8);
    payload[7] = static_cast<u8>(++requests_);
    payload.insert(payload.end(), bytes.begin(), bytes.end());
    client.send(0x02, payload);
  }
  Answer receive() {
    const auto [type, payload] = client.receive();
    Answer answer;
    base::ByteReader r(payload);
    (void)r.read_u64_be();
    if (type == 0x84) {
      answer.refusal = static_cast<Refusal>(r.read_u8());
      answer.retry_after_ms = r.read_u32_be();
    } else if (type == 0x82) {
      stf::Receipt receipt;
      EXPECT_TRUE(stf::decode_receipt(std::span<const u8>(payload).subspan(28), receipt));
      answer = {receipt.result, std::nullopt, 0, receipt.order_id, receipt.value};
    } else {
      ADD_FAILURE() << "frame " << int{type};
    }
    return answer;
  }

  // An inbox message, as the executor gets it from L1.
  stf::Message message(stf::MessageKind kind) {
    stf::Message m;
    m.kind = static_cast<u8>(kind);
    return m;
  }
  Reject deliver(const stf::Message& m) {
    std::vector<u8> bytes(stf::kMaxMessageBytes);
    bytes.resize(stf::encode_message(m, bytes));
    return node.deliver(std::move(bytes));
  }
  const crypto::KeyPair& key(u32 i) const { return node.world.keys[i]; }
  u64 now_ms() { return node.clock.now_ms(); }

  sequencer::TestNode node;
  sequencer::TestClient client;

 private:
  u64 requests_ = 0;
};

// A table's room, for a founded world.
inline Exchange::Prepare room(Table table, u32 capacity) {
  return [=](TestWorld& w) { w.rules.limits.capacity[static_cast<u8>(table)] = capacity; };
}
// Something executed before the node lives.
inline Exchange::Prepare before(const std::function<void(TestWorld&)>& act) {
  return [=](TestWorld& w) {
    w.open();
    act(w);
    w.close();
  };
}

}  // namespace gavel::coverage
