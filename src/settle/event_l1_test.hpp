// A fake L1 whose transactions leave the inbox's and the batch inbox's events, for tests.
#pragma once

#include <gtest/gtest.h>

#include <utility>

#include "crypto/keccak.hpp"
#include "l1/fake_l1.hpp"
#include "settle/contracts.hpp"

namespace gavel::settle {

using l1::AbiEncoder;

inline const Address kInbox{{0x1b}};
inline const Address kBatchInbox{{0xba}};

inline Bytes32 word_of(u64 value) {
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
  l1::Result<u64> chain_id() override {
    return elsewhere != nullptr ? elsewhere->chain_id() : FakeL1::chain_id();
  }
  l1::Result<std::optional<l1::BlockHeader>> header(l1::BlockId block) override {
    return elsewhere != nullptr ? elsewhere->header(block) : FakeL1::header(block);
  }
  l1::Result<std::vector<std::optional<l1::BlockHeader>>> headers(u64 first, u32 count) override {
    return elsewhere != nullptr ? elsewhere->headers(first, count) : FakeL1::headers(first, count);
  }
  l1::Result<std::vector<l1::Log>> logs(const l1::LogFilter& filter) override {
    if (std::exchange(lose_next_logs, false) || lose_logs)
      return l1::make_error(l1::ErrorKind::kConnection, "");
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
  void add_message(const Bytes& bytes = {1, 2, 3}) {
    add(kInbox, {topics().message_added, word_of(++messages_)}, AbiEncoder().bytes(bytes).encode());
  }
  // As reorg(); `messages`: how many there are in what is left.
  void take_back(u32 depth, u64 messages) {
    reorg(depth, false);
    messages_ = messages;
    logs_.resize(mined().size());
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

  l1::FakeL1* elsewhere = nullptr;  // whose chain the endpoint shows
  bool lose_next_logs = false;
  bool lose_logs = false;

 private:
  l1::SigningKey key_ = l1::SigningKey::from_hex(std::string(64, '4')).value();
  std::vector<l1::Log> logs_;
  u64 messages_ = 0;
};

}  // namespace gavel::settle
