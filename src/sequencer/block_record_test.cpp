#include "sequencer/block_record.hpp"

#include <gtest/gtest.h>

#include "sequencer/test_world_test.hpp"

namespace gavel::sequencer {
namespace {

struct Recorded {
  TestWorld world{10, BatchLimits{.max_blocks = 4}};
  std::vector<std::vector<u8>> records;

  explicit Recorded(u64 seed) {
    std::mt19937_64 random(seed);
    world.found();
    keep();
    world.found_perpetual();
    keep();
    for (u32 b = 0; b < 9; ++b) {
      world.open();
      for (u32 i = 0; i < 150; ++i) world.run(world.random_transaction(random));
      world.close();
      keep();
    }
  }
  void keep() { encode_block_record(world.block, records.emplace_back()); }
};

struct Replay {
  state::HotState state{state::HotCapacity::small()};
  stf::Rules rules = stf::make_rules(test_config());
  BlockBuilder builder;
  SealedBlock block;

  explicit Replay(BatchLimits limits) : builder(loaded(state), rules, limits, ChainHead{}) {}
  static state::HotState& loaded(state::HotState& state) {
    load_genesis(state);
    return state;
  }
  base::Result<void, RecordError> run(std::span<const u8> record) {
    return replay_block(record, rules, state, builder, block);
  }
};

TEST(BlockRecord, ReplayGivesTheSameStateAndBlocksAcrossBatches) {
  Recorded recorded(1);
  Replay replay(BatchLimits{.max_blocks = 4});
  for (std::size_t i = 0; i < recorded.records.size(); ++i) {
    ASSERT_TRUE(replay.run(recorded.records[i]).ok()) << i;
    EXPECT_EQ(replay.block.receipts, recorded.world.blocks[i].receipts);
    EXPECT_EQ(replay.block.units, recorded.world.blocks[i].units);
  }
  EXPECT_EQ(all_objects(replay.state), all_objects(*recorded.world.state));
  EXPECT_EQ(replay.builder.head().batch, 3u);
}

TEST(BlockRecord, BlocksMustComeInOrder) {
  Recorded recorded(2);
  Replay replay(BatchLimits{.max_blocks = 4});
  EXPECT_EQ(replay.run(recorded.records[1]).error(), RecordError::kOutOfOrder);
  ASSERT_TRUE(replay.run(recorded.records[0]).ok());
  EXPECT_EQ(replay.run(recorded.records[0]).error(), RecordError::kOutOfOrder);
}

TEST(BlockRecord, DamageIsFoundAndNeverCrashes) {
  Recorded recorded(3);
  std::mt19937_64 random(4);
  u32 found = 0;
  for (u32 round = 0; round < 60; ++round) {
    Replay replay(BatchLimits{.max_blocks = 4});
    ASSERT_TRUE(replay.run(recorded.records[0]).ok());
    std::vector<u8> record = recorded.records[1];
    if (round % 3 == 0) {
      record.resize(random() % record.size());
    } else {
      record[random() % record.size()] ^= static_cast<u8>(1 + random() % 255);
    }
    // A changed signature byte or timestamp decodes to another valid block; all else is noticed.
    if (!replay.run(record).ok()) ++found;
  }
  EXPECT_GT(found, 20u);
}

TEST(BlockRecord, APageThatBeginsBehindTheDataIsABadRow) {
  Recorded recorded(6);
  SealedBlock block = recorded.world.blocks[0];
  block.data.bytes.clear();
  block.data.starts = {0};
  std::vector<u8> record;
  encode_block_record(block, record);
  EXPECT_EQ(Replay(BatchLimits{}).run(record).error(), RecordError::kBadRow);
}

TEST(BlockRecord, AMessageTooManyOrTooFewIsDivergence) {
  Recorded recorded(5);
  SealedBlock block = recorded.world.blocks[0];
  block.messages.insert(block.messages.end(), {1, 0, 9});
  std::vector<u8> record;
  encode_block_record(block, record);
  EXPECT_EQ(Replay(BatchLimits{}).run(record).error(), RecordError::kDiverged);
  block.messages.clear();
  encode_block_record(block, record);
  EXPECT_EQ(Replay(BatchLimits{}).run(record).error(), RecordError::kBadRow);
}

}  // namespace
}  // namespace gavel::sequencer
