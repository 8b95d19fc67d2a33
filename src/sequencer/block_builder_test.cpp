#include "sequencer/block_builder.hpp"

#include <gtest/gtest.h>

#include "sequencer/test_world_test.hpp"
#include "stf/unit.hpp"

namespace gavel::sequencer {
namespace {

// A batch's data in memory, as a judge gets it.
struct MemoryBatch {
  std::vector<std::span<const u8>> pages;
  const std::vector<std::vector<u8>>* messages;
  std::span<const u8> page(u64 i) { return pages.at(i); }
  u64 message_count() { return messages->size(); }
  std::span<const u8> message(u64 i) { return messages->at(i - 1); }
};

// Recovers every signature on the spot.
struct RecoveringSignatures {
  Hash32 domain;
  stf::Transaction tx;
  Hash32 id;
  Hash32 open(u64, u64, const stf::Transaction& t) {
    tx = t;
    return id = stf::transaction_digest(t, domain);
  }
  bool signed_by(const Address& who) {
    const auto address = crypto::recover_address(id, crypto::Signature64{tx.signature});
    return address.ok() && address.value() == who;
  }
};

struct Judge {
  explicit Judge(const TestWorld& world)
      : rules(world.rules),
        state(state::HotCapacity::small()),
        signatures{world.rules.domain, {}, {}} {
    load_genesis(state);
    data.pages = da::split_pages(world.pages);
    data.messages = &world.messages;
    progress.cursor.data_len = data.pages.size();
    progress.cursor.l1_time_ms = world.now_ms;
    progress.cursor.inbox_must = world.messages.size();
  }

  struct Observer : stf::NoObserver {
    std::vector<std::pair<Hash32, stf::Receipt>> receipts;
    u64 malformed_rows = 0;
    void executed(u8, const Hash32& id, const stf::Receipt& receipt, u64) {
      receipts.push_back({id, receipt});
    }
    void malformed(u64, u64, stf::Malformed) { ++malformed_rows; }
  };

  void run() {
    stf::UnitRunner runner(state, rules, data, signatures, observer);
    while (progress.cursor.phase != stf::Phase::finished) runner.run(progress);
  }

  const stf::Rules& rules;
  state::HotState state;
  MemoryBatch data;
  RecoveringSignatures signatures;
  Observer observer;
  stf::Progress progress;
};

void expect_same(TestWorld& world, Judge& judge) {
  judge.run();
  EXPECT_EQ(all_objects(*world.state), all_objects(judge.state));
  EXPECT_EQ(judge.progress.cursor.unit, world.units + 1);
  EXPECT_EQ(judge.progress.cursor.block_number, world.builder->head().block_number);
  EXPECT_EQ(judge.progress.cursor.timestamp_ms, world.builder->head().timestamp_ms);
  EXPECT_EQ(judge.observer.malformed_rows, 0u);
  std::size_t next = 0;
  std::array<u8, stf::kMaxReceiptBytes> bytes;
  for (const SealedBlock& block : world.blocks) {
    for (const Executed& e : block.executed) {
      const auto& [id, receipt] = judge.observer.receipts.at(next++);
      const u32 size = stf::encode_receipt(receipt, bytes);
      EXPECT_EQ(id, e.id);
      ASSERT_EQ(size, e.receipt_size);
      EXPECT_TRUE(
          std::equal(bytes.begin(), bytes.begin() + size, block.receipts.begin() + e.receipt_at));
    }
  }
  EXPECT_EQ(next, judge.observer.receipts.size());
}

TEST(BlockBuilder, AJudgeWithThePagesAloneGetsTheSameStateAndReceipts) {
  for (u64 seed = 1; seed <= 6; ++seed) {
    std::mt19937_64 random(seed);
    TestWorld world(12);
    world.found();
    world.found_perpetual();
    std::array<u64, exchange::kRejectCount> results{};
    for (u32 b = 0; b < 8; ++b) {
      world.open();
      for (u32 i = 0; i < 200; ++i) world.run(world.random_transaction(random));
      world.close();
    }
    for (const SealedBlock& block : world.blocks) {
      for (const Executed& e : block.executed) ++results[block.receipts[e.receipt_at]];
    }
    EXPECT_GT(results[0], 600u);
    Judge judge(world);
    expect_same(world, judge);
  }
}

TEST(BlockBuilder, ManyFillsAndALongCancelAllTakeSeveralUnits) {
  TestWorld world(5);
  world.found();
  world.open();
  for (u32 i = 0; i < 100; ++i) {
    stf::Transaction tx = world.transaction(1 + i % 3, stf::Action::place);
    tx.market = 1;
    tx.side = 1;
    tx.price_ticks = 1'000 + i / 10;
    tx.lots = 1;
    ASSERT_EQ(world.run(tx), Refusal::none);
  }
  const u64 before = world.block.units;
  stf::Transaction sweep = world.transaction(4, stf::Action::place);
  sweep.market = 1;
  sweep.price_ticks = 2'000;
  sweep.lots = 90;
  ASSERT_EQ(world.run(sweep), Refusal::none);
  EXPECT_EQ(world.block.units - before, 4u);
  stf::Receipt receipt;
  const Executed& e = world.block.executed.back();
  ASSERT_TRUE(stf::decode_receipt(
      std::span<const u8>(world.block.receipts).subspan(e.receipt_at, e.receipt_size), receipt));
  EXPECT_EQ(receipt.filled_lots, 64u);
  EXPECT_EQ(receipt.resting_lots, 0u);
  for (u32 i = 0; i < 100; ++i) {
    stf::Transaction tx = world.transaction(5, stf::Action::place);
    tx.market = 1;
    tx.side = 0;
    tx.price_ticks = 10 + i;
    tx.lots = 1;
    ASSERT_EQ(world.run(tx), Refusal::none);
  }
  const u64 middle = world.block.units;
  world.run(world.transaction(5, stf::Action::cancel_all));
  EXPECT_EQ(world.block.units - middle, 4u);
  EXPECT_EQ(world.state->peek_account(5).open_orders, 0);
  world.close();
  Judge judge(world);
  expect_same(world, judge);
}

TEST(BlockBuilder, WhatIsMalformedIsRefusedAndChangesNothing) {
  TestWorld world(3);
  world.found();
  world.open();
  stf::Transaction tx = world.transaction(1, stf::Action::place);
  tx.market = 1;
  tx.price_ticks = 5;
  tx.lots = 5;
  ASSERT_EQ(world.run(tx), Refusal::none);
  const auto before = all_objects(*world.state);
  const std::size_t bytes = world.block.data.bytes.size();

  EXPECT_EQ(world.run(tx), Refusal::nonce_used);
  stf::Transaction stranger = world.transaction(1, stf::Action::cancel_all);
  EXPECT_EQ(world.builder->execute(world.sign(stranger, world.keys[1])), Refusal::bad_signature);
  Submission forged = world.sign(world.transaction(1, stf::Action::cancel_all), world.keys[0]);
  forged.signed_by = Address{};
  EXPECT_EQ(world.builder->execute(forged), Refusal::bad_signature);
  stf::Transaction early = world.transaction(1, stf::Action::cancel_all);
  early.nonce = world.now_ms - world.rules.config.nonce_age_ms - 1;
  EXPECT_EQ(world.run(early), Refusal::nonce_out_of_window);
  early.nonce = world.now_ms + world.rules.config.nonce_ahead_ms + 1;
  EXPECT_EQ(world.run(early), Refusal::nonce_out_of_window);
  EXPECT_EQ(world.run(world.transaction(99, stf::Action::cancel_all)), Refusal::unknown_account);
  stf::Transaction agent = world.transaction(1, stf::Action::cancel_all);
  agent.by_agent = true;
  agent.signer = 1;
  EXPECT_EQ(world.run(agent), Refusal::unknown_signer);

  EXPECT_EQ(all_objects(*world.state), before);
  EXPECT_EQ(world.block.data.bytes.size(), bytes);
}

TEST(BlockBuilder, BatchesEndAtTheirLimitsAndStartANewPage) {
  TestWorld world(2, BatchLimits{.max_blocks = 3});
  for (u32 i = 0; i < 7; ++i) {
    world.open();
    EXPECT_EQ(world.block.first_of_batch, i % 3 == 0);
    EXPECT_EQ(world.block.data.starts.empty(), i % 3 != 0);
    world.close();
    EXPECT_EQ(world.block.last_of_batch, i % 3 == 2);
    EXPECT_EQ(world.block.batch, 1 + i / 3);
  }
  world.open();
  world.close(true);
  EXPECT_TRUE(world.block.last_of_batch);
}

}  // namespace
}  // namespace gavel::sequencer
