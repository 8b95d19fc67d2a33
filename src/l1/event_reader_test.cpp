#include "l1/event_reader.hpp"

#include <gtest/gtest.h>

#include "l1/abi.hpp"
#include "l1/block_follower.hpp"
#include "l1/fake_l1.hpp"
#include "l1/hex_text.hpp"

namespace gavel::l1 {
namespace {

const Address kInbox{{0x1b}};
const Bytes32 kTopic{{0x70}};

LogFilter filter() {
  LogFilter out;
  out.addresses = {kInbox};
  out.topics = {{kTopic}};
  return out;
}

// A chain where every transaction leaves two logs; `change` alters what the endpoint says.
class LyingL1 final : public FakeL1 {
 public:
  LyingL1() {
    on_execute([](const Transaction& transaction, const BlockHeader&) {
      Log log;
      log.address = kInbox;
      log.topics = {kTopic};
      log.data = transaction.body.data;
      return Execution{.success = true, .gas_used = 50'000, .revert_data = {}, .logs = {log, log}};
    });
    const SigningKey key = SigningKey::from_hex(std::string(64, '4')).value();
    for (u64 nonce = 0; nonce < 6; ++nonce) {
      TransactionBody body;
      body.chain_id = 31'337;
      body.nonce = nonce;
      body.max_fee_wei = u128{9'000'000'000};
      body.gas_limit = 50'000;
      body.to = kInbox;
      body.data = {static_cast<u8>(nonce)};
      (void)FakeL1::send_raw_transaction(key.sign(body)->raw);
      mine();
    }
    BlockFollower follower(*this, {.start_block = 1});
    headers_of_chain = follower.poll()->added;
  }
  Result<std::vector<Log>> logs(const LogFilter& wanted) override {
    ranges.push_back(wanted.to_block - wanted.from_block + 1);
    if (wanted.to_block - wanted.from_block + 1 > largest)
      return make_error(ErrorKind::kServer, "too many results");
    auto out = FakeL1::logs(wanted);
    if (change) change(*out);
    return out;
  }
  Result<std::vector<std::optional<Bytes>>> raw_transactions(
      std::span<const Hash32> hashes) override {
    auto out = FakeL1::raw_transactions(hashes);
    if (change_raw) change_raw(*out);
    return out;
  }
  std::vector<BlockHeader> headers_of_chain;
  std::function<void(std::vector<Log>&)> change;
  std::function<void(std::vector<std::optional<Bytes>>&)> change_raw;
  u64 largest = 1'000;
  std::vector<u64> ranges;
};

TEST(EventReader, ReadsAllInOrder) {
  LyingL1 l1;
  const auto logs = read_logs(l1, l1.headers_of_chain, filter()).value();
  ASSERT_EQ(logs.size(), 12u);
  for (u32 i = 0; i < 12; ++i) EXPECT_EQ(logs[i].data, Bytes{static_cast<u8>(i / 2)});
  LogFilter other = filter();
  other.topics = {{Bytes32{{1}}}};
  EXPECT_TRUE(read_logs(l1, l1.headers_of_chain, other)->empty());
  EXPECT_TRUE(read_logs(l1, {}, filter())->empty());
}

TEST(EventReader, CutsTheRangeAndHalvesWhatIsTooMuch) {
  LyingL1 l1;
  l1.largest = 1;
  EXPECT_EQ(read_logs(l1, l1.headers_of_chain, filter(), {.max_blocks_per_request = 4})->size(),
            12u);
  EXPECT_EQ(l1.ranges, (std::vector<u64>{4, 2, 1, 1, 1, 1, 1, 1}));
  l1.largest = 0;
  EXPECT_EQ(read_logs(l1, l1.headers_of_chain, filter()).error().kind, ErrorKind::kServer);
  l1.largest = 9;
  EXPECT_EQ(read_logs(l1, l1.headers_of_chain, filter(), {.max_logs = 11}).error().kind,
            ErrorKind::kOutOfRange);
}

struct Lie {
  const char* name;
  std::function<void(std::vector<Log>&)> change;
};

TEST(EventReader, EveryLieIsForeign) {
  const Lie lies[] = {
      {"another block's hash", [](auto& logs) { logs[3].block_hash = logs[0].block_hash; }},
      {"another block", [](auto& logs) { logs[3].block_number = 1; }},
      {"below the range", [](auto& logs) { logs[0].block_number = 0; }},
      {"above the range", [](auto& logs) { logs.back().block_number = 99; }},
      {"removed", [](auto& logs) { logs[3].removed = true; }},
      {"another address", [](auto& logs) { logs[3].address = Address{}; }},
      {"another topic", [](auto& logs) { logs[3].topics = {Bytes32{}}; }},
      {"no topic", [](auto& logs) { logs[3].topics.clear(); }},
      {"twice", [](auto& logs) { logs.insert(logs.begin() + 1, logs[0]); }},
      {"out of order", [](auto& logs) { std::swap(logs[0], logs[1]); }},
  };
  for (const Lie& lie : lies) {
    LyingL1 l1;
    l1.change = lie.change;
    const auto logs = read_logs(l1, l1.headers_of_chain, filter());
    ASSERT_FALSE(logs.ok()) << lie.name;
    EXPECT_EQ(name_of(logs.error().kind), name_of(ErrorKind::kForeignLog)) << lie.name;
  }
}

TEST(EventReader, CalldataIsWhatItsHashSays) {
  LyingL1 l1;
  std::vector<Hash32> hashes;
  for (const auto& transaction : l1.mined()) hashes.push_back(transaction.body.hash);
  const auto transactions = fetch_transactions(l1, hashes).value();
  ASSERT_EQ(transactions.size(), 6u);
  EXPECT_EQ(transactions[5].data, Bytes{5});
  EXPECT_EQ(transactions[5].to, kInbox);
  l1.change_raw = [](auto& raw) { std::swap(raw[0], raw[1]); };
  EXPECT_EQ(fetch_transactions(l1, hashes).error().kind, ErrorKind::kWrongHash);
  l1.change_raw = [](auto& raw) { raw[2]->back() ^= 1; };
  EXPECT_EQ(fetch_transactions(l1, hashes).error().kind, ErrorKind::kWrongHash);
  l1.change_raw = [](auto& raw) { raw[2]->clear(); };
  EXPECT_EQ(fetch_transactions(l1, hashes).error().kind, ErrorKind::kWrongType);
  l1.change_raw = [](auto& raw) { raw[2].reset(); };
  EXPECT_EQ(fetch_transactions(l1, hashes).error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace gavel::l1
