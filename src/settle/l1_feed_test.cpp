#include "settle/l1_feed.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "crypto/keccak.hpp"
#include "l1/fake_l1.hpp"

namespace gavel::settle {
namespace {

using l1::AbiEncoder;

const Address kInbox{{0x1b}};
const Address kBatchInbox{{0xba}};

Bytes32 word_of(u64 value) {
  Bytes32 out;
  for (u32 i = 0; i < 8; ++i) out.bytes[31 - i] = static_cast<u8>(value >> (8 * i));
  return out;
}

// A chain whose transactions leave the log that the test gives with them.
class EventL1 final : public l1::FakeL1 {
 public:
  EventL1() {
    on_execute([this](const Transaction& transaction, const l1::BlockHeader&) {
      return Execution{.logs = {logs_.at(transaction.body.nonce)}};
    });
  }
  l1::Result<std::vector<l1::Log>> logs(const l1::LogFilter& filter) override {
    if (std::exchange(lose_next_logs, false)) return l1::make_error(l1::ErrorKind::kConnection, "");
    return FakeL1::logs(filter);
  }

  void add(const Address& contract, std::vector<Bytes32> topics, Bytes log_data, Bytes input = {}) {
    logs_.push_back(
        {.address = contract, .topics = std::move(topics), .data = std::move(log_data)});
    l1::TransactionBody body;
    body.chain_id = 31'337;
    body.nonce = logs_.size() - 1;
    body.max_fee_wei = u128{9'000'000'000};
    body.gas_limit = 1'000'000;
    body.to = contract;
    body.data = std::move(input);
    ASSERT_TRUE(send_raw_transaction(key_.sign(body)->raw).ok());
    mine();
  }
  void add_message() {
    add(kInbox, {topics().message_added, word_of(++messages_)},
        AbiEncoder().bytes(Bytes{1, 2, 3}).encode());
  }
  void add_post(const Bytes& page, Bytes input) {
    const Hash32 leaves = crypto::keccak256(crypto::keccak256(page).bytes);
    add(kBatchInbox, {topics().posted, word_of(1)},
        AbiEncoder()
            .uint(u128{0})
            .uint(u128{1})
            .word(Hash32{})
            .word(Hash32{})
            .word(leaves)
            .encode(),
        std::move(input));
  }
  void add_fix(u64 pages) {
    AbiEncoder words;
    words.word(Hash32{}).uint(u128{pages});
    for (u32 i = 2; i < 7; ++i) words.uint(u128{0});
    add(kBatchInbox, {topics().fixed, word_of(1)}, words.encode());
  }

  bool lose_next_logs = false;

 private:
  l1::SigningKey key_ = l1::SigningKey::from_hex(std::string(64, '4')).value();
  std::vector<l1::Log> logs_;
  u64 messages_ = 0;
};

struct FeedTest : ::testing::Test {
  FeedTest() {
    contracts.inbox = kInbox;
    contracts.batch_inbox = kBatchInbox;
    contracts.deployment_block = 1;
  }
  EventL1 l1;
  Contracts contracts;
};

TEST_F(FeedTest, TellsAReorgThatAFailedStepMet) {
  L1Feed feed(l1, contracts);
  l1.mine();
  l1.add_message();
  ASSERT_TRUE(feed.poll().ok());
  ASSERT_EQ(feed.messages().size(), 1u);
  l1.reorg(1, false);
  l1.mine(2);
  l1.lose_next_logs = true;
  EXPECT_FALSE(feed.poll().ok());
  const auto update = feed.poll();
  ASSERT_TRUE(update.ok());
  EXPECT_EQ(update.value().reorg_from, 2u);
  EXPECT_TRUE(feed.messages().empty());
  EXPECT_FALSE(feed.poll().value().reorg_from);
}

TEST_F(FeedTest, ABatchFixedWithoutRowsHasNoPages) {
  L1Feed feed(l1, contracts);
  const Bytes page = {1, 2};
  l1.add_post(page, encode_post(1, 0, Hash32{}, 1, std::vector<Bytes>{page}));
  l1.add_fix(0);
  ASSERT_TRUE(feed.poll().ok());
  ASSERT_EQ(feed.batches().size(), 1u);
  EXPECT_TRUE(feed.read_pages(1).value().empty());
}

TEST_F(FeedTest, ReadsPagesWhereverTheyLie) {
  L1Feed feed(l1, contracts);
  const Bytes page = {1, 2};
  // The page's bytes lie before the array, whose only offset is -0x60, as the contract allows.
  Hash32 minus_0x60;
  minus_0x60.bytes.fill(0xff);
  minus_0x60.bytes[31] = 0xa0;
  Hash32 content;
  content.bytes = {1, 2};
  const Bytes input = AbiEncoder()
                          .uint(u128{1})
                          .uint(u128{0})
                          .word(Hash32{})
                          .uint(u128{1})
                          .uint(u128{0xe0})
                          .uint(u128{page.size()})
                          .word(content)
                          .uint(u128{1})
                          .word(minus_0x60)
                          .call(l1::selector("post(uint64,uint64,bytes32,uint64,bytes[])"));
  l1.add_post(page, input);
  l1.add_fix(1);
  ASSERT_TRUE(feed.poll().ok());
  const auto pages = feed.read_pages(1);
  ASSERT_TRUE(pages.ok()) << pages.error().detail;
  EXPECT_EQ(pages.value(), std::vector<Bytes>{page});
}

TEST_F(FeedTest, PagesOutsideTheCalldataAreMissing) {
  L1Feed feed(l1, contracts);
  const Bytes page = {1, 2};
  const Bytes whole = encode_post(1, 0, Hash32{}, 1, std::vector<Bytes>{page});
  l1.add_post(page, Bytes(whole.begin(), whole.end() - 32));
  l1.add_fix(1);
  ASSERT_TRUE(feed.poll().ok());
  EXPECT_FALSE(feed.read_pages(1).ok());
}

}  // namespace
}  // namespace gavel::settle
