#include "settle/deriver.hpp"

#include <gtest/gtest.h>

#include "crypto/keccak.hpp"
#include "io/fake_disk.hpp"
#include "sequencer/batch_sealer.hpp"
#include "sequencer/test_world_test.hpp"
#include "settle/verifier.hpp"

namespace gavel::settle {
namespace {

using sequencer::TestWorld;

struct Objects : state::ObjectSink {
  bool load(u8, u32, std::span<const u8>) override { return true; }
};

// A sequencer's whole cold path on a fake disk, and what L1 would fix for its batches.
struct Chain {
  Chain() : world(8, {}, &log), batches(disk, "batches") {
    Objects sink;
    state::RecoveryReport report;
    state::CommitConfig config;
    for (u32 t = 0; t < exchange::kTableCount; ++t) {
      config.tree.capacity[t] = world.rules.config.capacity[t] + 1;
    }
    config.directory = "state";
    auto opened = state::CommitStore::open(disk, config, sink, report);
    GAVEL_CHECK(opened.ok());
    tree = std::move(opened).value();
    std::array<u8, stf::kLongestObjectBytes> global;
    const u32 size = stf::encode_object(exchange::Global{}, global);
    std::vector<u8> stream;
    state::append_entry(stream, 0, state::EntryKind::kBefore, 1, {});
    state::append_entry(stream, 0, state::EntryKind::kAfter, 1,
                        std::span<const u8>(global).first(size));
    const std::span<const u8> streams[] = {stream};
    GAVEL_CHECK(tree->commit(0, streams).ok());
    GAVEL_CHECK(batches.prepare().ok());
    sealer = std::make_unique<sequencer::BatchSealer>(
        *tree, log, batches, da::BatchEnd{},
        sequencer::BatchSealer::Hooks{
            {}, [this](const sequencer::BatchSealed& s) { sealed.push_back(s); }});
  }

  void close(bool end_batch) {
    world.close(end_batch);
    GAVEL_CHECK(sealer->add(world.block) == sequencer::SealError::none);
  }

  // What L1 fixes for a batch whose pages are these.
  BatchInput input(u64 batch) {
    const auto stored = batches.get(batch);
    GAVEL_CHECK(stored.ok());
    BatchInput in;
    in.batch = batch;
    for (const auto page : da::split_pages(stored.value().pages))
      in.pages.emplace_back(page.begin(), page.end());
    messages.clear();
    for (const auto& bytes : world.messages) messages.push_back({1, bytes});
    in.messages = &messages;
    in.message_count = messages.size();
    in.posted.data_commitment = stf::data_commitment(
        0, da::data_root(da::split_pages(stored.value().pages)), in.pages.size());
    in.posted.data_len = in.pages.size();
    in.posted.inbox_root = crypto::keccak256(std::array<u8, 1>{1});
    in.posted.inbox_must = stored.value().end.inbox_index;
    in.posted.l1_time_ms = stored.value().end.timestamp_ms + 5'000;
    in.posted.l1_block_hash = crypto::keccak256(std::array<u8, 1>{2});
    in.posted.config_hash = crypto::keccak256(std::array<u8, 1>{3});
    return in;
  }

  io::FakeDisk disk;
  state::WriteLog log;
  TestWorld world;
  da::BatchStore batches;
  std::unique_ptr<state::CommitStore> tree;
  std::unique_ptr<sequencer::BatchSealer> sealer;
  std::vector<sequencer::BatchSealed> sealed;
  std::vector<FeedMessage> messages;
};

void trade(Chain& chain, u32 blocks, u64 seed) {
  std::mt19937_64 random(seed);
  for (u32 b = 0; b < blocks; ++b) {
    chain.world.open();
    for (u32 i = 0; i < 100; ++i) chain.world.run(chain.world.random_transaction(random));
    chain.close(b + 1 == blocks);
  }
}

TEST(Deriver, GenesisRootIsTheTreesRoot) {
  Chain chain;
  EXPECT_EQ(genesis_state_root(), chain.tree->newest()->root);
  EXPECT_EQ(Deriver(chain.world.rules.config, 1).genesis_root(), genesis_state_root());
}

TEST(Deriver, AStrangerFindsTheEndThatTheSequencerClaims) {
  Chain chain;
  chain.world.found();
  GAVEL_CHECK(chain.sealer->add(chain.world.block) == sequencer::SealError::none);
  chain.world.found_perpetual();
  GAVEL_CHECK(chain.sealer->add(chain.world.block) == sequencer::SealError::none);
  trade(chain, 5, 1);
  trade(chain, 4, 2);
  ASSERT_EQ(chain.sealed.size(), 2u);
  Deriver deriver(chain.world.rules.config, 2);
  for (u64 batch = 1; batch <= 2; ++batch) {
    const BatchInput input = chain.input(batch);
    const auto derived = deriver.derive(input, chain.world.rules);
    ASSERT_TRUE(derived.ok());
    EXPECT_FALSE(derived.value().rows_ended_early);
    EXPECT_EQ(derived.value().malformed_count, 0u);
    EXPECT_GT(derived.value().fills, 10u);
    const sequencer::BatchSealed& sealed = chain.sealed[batch - 1];
    const stf::Cursor claimed = da::end_cursor(sealed.end, input.posted, sealed.state_root);
    EXPECT_EQ(compare(claimed, derived.value().end), Difference::none);
    EXPECT_EQ(stf::cursor_hash(claimed), stf::cursor_hash(derived.value().end));
  }
}

TEST(Deriver, OverdueMessagesAreExecutedAfterTheRows) {
  Chain chain;
  chain.world.found();
  GAVEL_CHECK(chain.sealer->add(chain.world.block) == sequencer::SealError::none);
  trade(chain, 2, 3);
  BatchInput input = chain.input(1);
  stf::Message skipped = chain.world.message(stf::MessageKind::forced_cancel_all);
  skipped.sender = chain.world.keys[0].address;
  skipped.account = 1;
  std::vector<u8> bytes(stf::kMaxMessageBytes);
  bytes.resize(stf::encode_message(skipped, bytes));
  chain.messages.push_back({2, bytes});
  input.message_count = input.posted.inbox_must = chain.messages.size();
  Deriver deriver(chain.world.rules.config, 1);
  const auto derived = deriver.derive(input, chain.world.rules);
  ASSERT_TRUE(derived.ok());
  const stf::Cursor claimed =
      da::end_cursor(chain.sealed[0].end, input.posted, chain.sealed[0].state_root);
  EXPECT_EQ(compare(claimed, derived.value().end), Difference::inbox);
  EXPECT_EQ(derived.value().end.inbox_index, input.posted.inbox_must);
  EXPECT_EQ(derived.value().end.block_number, claimed.block_number + 1);
  EXPECT_EQ(derived.value().end.timestamp_ms, claimed.timestamp_ms + 1);
  EXPECT_EQ(deriver.state().peek_account(1).open_orders, 0);
}

TEST(Deriver, AForgedSignatureIsARowThatIsNamedAndDoesNothing) {
  Chain chain;
  chain.world.found();
  GAVEL_CHECK(chain.sealer->add(chain.world.block) == sequencer::SealError::none);
  chain.world.open();
  stf::Transaction tx = chain.world.transaction(1, stf::Action::transfer);
  tx.to_account = 2;
  tx.asset = 1;
  tx.amount = 77;
  sequencer::Submission theft = chain.world.sign(tx, chain.world.keys[1]);
  theft.signed_by = chain.world.keys[0].address;  // the sequencer lies to itself
  ASSERT_EQ(chain.world.builder->execute(theft), sequencer::Refusal::none);
  chain.close(true);
  const BatchInput input = chain.input(1);
  Deriver deriver(chain.world.rules.config, 1);
  const auto derived = deriver.derive(input, chain.world.rules);
  ASSERT_TRUE(derived.ok());
  ASSERT_EQ(derived.value().malformed_count, 1u);
  EXPECT_EQ(derived.value().malformed[0].block, 2u);
  EXPECT_EQ(derived.value().malformed[0].why, stf::Malformed::bad_signature);
  const stf::Cursor claimed =
      da::end_cursor(chain.sealed[0].end, input.posted, chain.sealed[0].state_root);
  EXPECT_EQ(compare(claimed, derived.value().end), Difference::output_hash);
}

TEST(Deriver, AnyBytesGiveADefinedEnd) {
  Chain chain;
  chain.world.found();
  GAVEL_CHECK(chain.sealer->add(chain.world.block) == sequencer::SealError::none);
  trade(chain, 2, 4);
  const BatchInput honest = chain.input(1);
  std::mt19937_64 random(5);
  for (u32 round = 0; round < 40; ++round) {
    BatchInput input = honest;
    Bytes& page = input.pages[random() % input.pages.size()];
    const u64 kind = random() % 4;
    if (kind == 0) page.resize(random() % page.size());
    if (kind == 1) page[random() % page.size()] ^= static_cast<u8>(1u << random() % 8);
    if (kind == 2) page.assign(1 + random() % 5'000, static_cast<u8>(random()));
    if (kind == 3) input.posted.l1_time_ms = random() % 2 == 0 ? 1 : u64{1} << 62;
    Deriver one(chain.world.rules.config, 1);
    Deriver two(chain.world.rules.config, 2);
    const auto a = one.derive(input, chain.world.rules);
    const auto b = two.derive(input, chain.world.rules);
    ASSERT_TRUE(a.ok() && b.ok());
    EXPECT_EQ(a.value().end, b.value().end);
    EXPECT_EQ(a.value().end.phase, stf::Phase::finished);
    EXPECT_GE(a.value().end.inbox_index, input.posted.inbox_must);
  }
}

TEST(Compare, NamesTheFirstWordThatDiffers) {
  const stf::Cursor ours;
  const auto differs = [&](auto change) {
    stf::Cursor claimed = ours;
    change(claimed);
    return compare(claimed, ours);
  };
  EXPECT_EQ(compare(ours, ours), Difference::none);
  EXPECT_EQ(differs([](stf::Cursor& c) { c.data_len = 1; }), Difference::data);
  EXPECT_EQ(differs([](stf::Cursor& c) {
              c.inbox_index = 1;
              c.state_root.bytes[0] = 1;
            }),
            Difference::inbox);
  EXPECT_EQ(differs([](stf::Cursor& c) {
              c.unit = 1;
              c.prev_hash.bytes[0] = 1;
            }),
            Difference::counts);
  EXPECT_EQ(differs([](stf::Cursor& c) {
              c.prev_hash.bytes[0] = 1;
              c.state_root.bytes[0] = 1;
            }),
            Difference::output_hash);
  EXPECT_EQ(differs([](stf::Cursor& c) { c.state_root.bytes[0] = 1; }), Difference::state_root);
}

}  // namespace
}  // namespace gavel::settle
