#include "sequencer/node_lives_test.hpp"
#include "stf/receipt.hpp"

namespace gavel::sequencer {
namespace {

using namespace lives;  // NOLINT: a test

TEST(NodeCore, AnswersSignedTransactions) {
  Lives lives;
  lives.open();
  lives.start();
  lives.trade(200);
  EXPECT_EQ(lives.results.size(), 200u);
  u64 fills = 0;
  for (const auto& [id, result] : lives.results) {
    EXPECT_EQ(result.receipt.result, exchange::Reject::ok);
    fills += result.receipt.events.size();
  }
  EXPECT_GT(fills, 10u);
}

TEST(NodeCore, ForgedSignatureIsRefused) {
  Lives lives;
  lives.open();
  lives.start();
  std::mt19937_64 random(1);
  lives.world.now_ms = lives.clock.now_ms();
  Submission s = lives.world.sign(lives.place(random), lives.world.keys[0]);
  s.tx.account = 2;
  std::array<u8, stf::kMaxTransactionBytes> bytes;
  lives.client->submit(77, std::span<const u8>(bytes).first(stf::encode_transaction(s.tx, bytes)));
  while (lives.refused.empty()) lives.pump();
  EXPECT_EQ(lives.refused.at(77), static_cast<u8>(Refusal::bad_signature));
}

TEST(NodeCore, StopAndOpenGivesTheSameState) {
  Lives lives;
  lives.open();
  lives.start();
  lives.trade(300);
  Lives::wait([&] { return lives.node->heads().batch >= 3; });
  const u64 nonces = lives.world.nonces;
  const Lives::Objects before = lives.objects();
  lives.end();
  lives.open();
  lives.start();
  EXPECT_EQ(lives.objects(), before);
  EXPECT_EQ(lives.world.nonces, nonces);
  lives.trade(50);
  EXPECT_EQ(lives.results.size(), 350u);
}

// Their balances lie in blocks of their own, which a start must not give out twice.
TEST(NodeCore, AccountsWithManyAssetsComeBack) {
  Lives lives;
  lives.world.open();
  for (u32 asset = 3; asset <= 5; ++asset) {
    stf::Message m = lives.world.message(stf::MessageKind::register_asset);
    m.asset = asset;
    m.token.bytes.fill(static_cast<u8>(asset));
    lives.world.execute(m);
    for (u32 account = 1; account <= kAccounts; ++account) {
      stf::Message d = lives.world.message(stf::MessageKind::deposit);
      d.asset = asset;
      d.amount = 100 * account + asset;
      d.recipient = lives.world.keys[account - 1].address;
      d.account = account;
      lives.world.execute(d);
    }
  }
  lives.world.close();
  lives.open(options(3, 0));
  lives.start();
  for (u32 i = 0; i < 3; ++i) {
    const u64 batch = lives.node->heads().batch;
    lives.trade(60);
    Lives::wait([&] { return lives.node->heads().batch > batch; });
  }
  const Lives::Objects before = lives.objects();
  lives.end();
  lives.open(options(3, 0));
  lives.start();
  EXPECT_EQ(lives.objects(), before);
}

// A client must never have been told what a power cut can take back.
class NodeCorePowerCut : public testing::TestWithParam<u32> {};

TEST_P(NodeCorePowerCut, KeepsWhatWasAcknowledged) {
  Lives lives(GetParam());
  lives.open();
  lives.start();
  std::mt19937_64 random(GetParam());
  lives.world.now_ms = lives.clock.now_ms();
  for (u32 i = 0; i < 2'000; ++i) lives.submit(lives.place(random));
  while (lives.alive && lives.results.size() < 100 + 200 * GetParam()) lives.pump();
  lives.disk.power_cut();
  for (u32 i = 0; i < 20 && lives.alive; ++i) lives.pump();
  lives.end();

  lives.alive = true;
  lives.open(options(5, 0));
  const u64 durable = lives.node->heads().durable;
  lives.start();
  const auto unknown = lives.node->ask([&](const state::HotState& state, const ChainHead&) {
    u64 count = 0;
    for (const auto& [id, result] : lives.results) {
      const u64 order = result.receipt.order_id;
      count +=
          order != 0 && !state.exists(exchange::Table::order, exchange::order_slot(order)) ? 1 : 0;
    }
    return count;
  });
  EXPECT_EQ(unknown, 0u);
  for (const auto& [id, result] : lives.results) EXPECT_LE(result.block, durable);
  lives.trade(20);
  EXPECT_TRUE(lives.node->failure().empty());
}

INSTANTIATE_TEST_SUITE_P(Moments, NodeCorePowerCut, testing::Range(0u, 6u));

TEST(NodeCore, BatchesAreTheSameAfterARestart) {
  Lives lives;
  lives.open(options(1'000'000));
  lives.start();
  lives.trade(100);
  const u64 blocks = lives.node->heads().durable;
  lives.end();
  // Another limit now; the blocks that are there still belong to the first batch.
  lives.open(options(static_cast<u32>(blocks + 20)));
  lives.start();
  Lives::wait([&] { return lives.node->heads().batch >= 1; });
  const auto batch = lives.node->batches().get(1);
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ(batch->end.first_block, 1u);
  EXPECT_GE(batch->end.block_number, blocks);
  EXPECT_EQ(batch->end.transactions, lives.world.messages.size() + 100);
}

TEST(NodeCore, SnapshotShortensTheNextStart) {
  Lives lives;
  lives.open(options(3, 1));
  lives.start();
  lives.trade(100);
  Lives::wait([&] { return lives.node->snapshots_taken() > 0; });
  const u64 batch = lives.node->heads().batch;
  Lives::wait([&] { return lives.node->heads().batch > batch + 1; });
  lives.end();
  std::vector<std::string> said;
  ops::MetricsRegistry metrics;
  const auto opened = NodeCore::open(options(3, 1), test_config(), lives.disk, lives.clock, metrics,
                                     [&](const std::string& what) { said.push_back(what); });
  ASSERT_TRUE(opened.ok()) << opened.error();
  bool from_snapshot = false;
  for (const std::string& what : said)
    from_snapshot |= what.find("on top of snapshot") != std::string::npos;
  EXPECT_TRUE(from_snapshot);
}

TEST(NodeCore, DirectoryOfAnotherChainIsLeftAlone) {
  Lives lives;
  lives.open();
  lives.end();
  stf::Config other = test_config();
  other.chain_id = 1;
  ops::MetricsRegistry metrics;
  const auto opened =
      NodeCore::open(options(), other, lives.disk, lives.clock, metrics, [](const std::string&) {});
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().find("another chain"), std::string::npos);
}

TEST(NodeCore, RecentBlocksHaveTheHashesOfTheBatch) {
  Lives lives;
  lives.open();
  lives.start();
  lives.trade(20);
  Lives::wait([&] { return lives.node->heads().batch >= 2; });
  const auto end = lives.node->batches().get_end(1);
  ASSERT_TRUE(end.ok());
  const auto block = lives.node->recent().get(end->block_number);
  ASSERT_TRUE(block.has_value());
  EXPECT_EQ(block->head.hash, end->prev_hash);
  EXPECT_EQ(block->batch, 1u);
}

// What went in, came out and was given to the fund, after the block that holds it.
TEST(NodeCore, MetricsShowTheClearing) {
  Lives lives;
  lives.world.open();
  lives.world.execute(lives.world.perpetual_market());
  lives.world.close();
  lives.open();
  lives.start();
  lives.world.now_ms = lives.clock.true_ms();
  const auto move = [&](exchange::MarginKind kind, u64 amount) {
    stf::Transaction tx = lives.world.transaction(1, stf::Action::margin);
    tx.kind = static_cast<u8>(kind);
    tx.amount = amount;
    lives.submit(tx);
  };
  const auto shown = [&](const std::string& metric) {
    return ("\n" + lives.metrics->expose()).find("\n" + metric + "\n") != std::string::npos;
  };
  EXPECT_TRUE(shown("gavel_clearing_vault 0"));
  EXPECT_TRUE(shown("gavel_clearing_insurance 0"));
  move(exchange::MarginKind::deposit, 5'000);
  move(exchange::MarginKind::insure, 700);
  move(exchange::MarginKind::withdraw, 1'000);
  while (lives.alive && lives.results.size() + lives.refused.size() < 3) lives.pump();
  for (const auto& [id, result] : lives.results) {
    EXPECT_EQ(result.receipt.result, exchange::Reject::ok);
  }
  EXPECT_EQ(lives.results.size(), 3u);
  EXPECT_TRUE(shown("gavel_clearing_vault 4700")) << lives.metrics->expose();
  EXPECT_TRUE(shown("gavel_clearing_insurance 700"));
}

}  // namespace
}  // namespace gavel::sequencer
