// A node that meets a configuration which this process, or this program, must not make batches
// under; and one that leaves batches less room.
#include "settle/upgrade_life_test.hpp"

namespace gavel::settle {
namespace {

using namespace upgrade;  // NOLINT: a test

// At a batch that this process must not make it ends, with all before it on disk.
TEST(Upgrade, ANodeRetiresAtABatchThatIsNotItsOwn) {
  stf::Config other_chain = config(5);
  other_chain.chain_id = 7;
  stf::Config other_contract = config(5);
  other_contract.verifying_contract.bytes.fill(0x12);
  stf::Config larger = config(5);
  ++larger.capacity[static_cast<u8>(exchange::Table::market)];
  stf::Config no_units = config(5);
  no_units.rows_end_unit = 1u << 21;
  stf::Config no_pages = config(5);
  no_pages.max_batch_pages = (1u << 11) - 1;
  struct Case {
    const char* name;
    stf::Config config;
    bool reopens;
    const char* says;
  };
  const std::vector<Case> cases = {
      {"another image", config(5, 2), false, "judged by image 0x0202"},
      {"another chain", other_chain, true, "another chain or contract"},
      {"another contract", other_contract, true, "another chain or contract"},
      {"larger tables", larger, true, "larger tables"},
      {"no room for a block's units", no_units, false, "no room for a block"},
      {"no room for a block's pages", no_pages, false, "no room for a block"},
  };
  for (const Case& c : cases) {
    io::FakeDisk disk(1);
    {
      Life life(disk, BatchConfigs(config(2)), {image(1)});
      life.run_to(1);
      life.node->announce(configs(c.config));
      life.run_to(kBatches);
      const auto retired = life.node->retired();
      ASSERT_TRUE(retired) << c.name;
      EXPECT_EQ(retired->batch, kSwitch) << c.name;
      EXPECT_EQ(retired->image, c.config.image_root) << c.name;
      EXPECT_EQ(retired->reopens, c.reopens) << c.name;
      EXPECT_NE(retired->why.find(c.says), std::string::npos) << retired->why;
      EXPECT_NE(retired->why.find("batch 4 "), std::string::npos) << retired->why;
      EXPECT_EQ(life.node->heads().block, (kSwitch - 1) * kBatchBlocks) << c.name;
      EXPECT_EQ(life.node->heads().batch, kSwitch - 1) << c.name;
      EXPECT_EQ(life.node->failure(), "");
    }
    // The same program again: it goes on if only the layout was in the way.
    Life again(disk, configs(c.config), {image(1)});
    ASSERT_NE(again.node, nullptr) << c.name << ": " << again.refused;
    EXPECT_EQ(again.node->retired().has_value(), !c.reopens) << c.name;
    if (!c.reopens) {
      EXPECT_FALSE(again.node->start().ok());
      continue;
    }
    again.run_to(kBatches);
    EXPECT_EQ(again.node->heads().batch, kBatches) << c.name;
    EXPECT_EQ(again.node->config().chain_id, c.config.chain_id);
  }
}

TEST(Upgrade, AVouchedImageIsOnesOwn) {
  io::FakeDisk disk(1);
  Life life(disk, configs(config(5, 2)), {image(1), image(2)});
  life.run_to(kBatches);
  ASSERT_EQ(life.node->heads().batch, kBatches);
  EXPECT_EQ(difference(*life.node, configs(config(5, 2))), "");
}

// Where a configuration leaves less room a batch ends earlier, in the life that met it and the
// next.
TEST(Upgrade, BatchesEndWithinTheConfigurationsLimits) {
  stf::Config few_units = config(5);
  few_units.rows_end_unit = (1u << 21) + 4;
  stf::Config few_pages = config(5);
  few_pages.max_batch_pages = 1u << 11;
  for (const stf::Config& later : {few_units, few_pages}) {
    io::FakeDisk disk(1);
    for (const u64 until : {kSwitch + 1, kSwitch + 3}) {
      Life life(disk, configs(later));
      life.run_to(until);
      ASSERT_EQ(life.node->heads().batch, until);
      EXPECT_EQ(difference(*life.node, configs(later)), "");
      for (u64 batch = 1; batch <= until; ++batch) {
        const auto end = life.node->batches().get_end(batch).value();
        EXPECT_EQ(end.block_number - end.first_block + 1, batch < kSwitch ? kBatchBlocks : 1u);
      }
    }
  }
}

// Blocks of the log are executed by the rules that made them or not at all.
TEST(Upgrade, AnotherProgramDoesNotFinishABatch) {
  io::FakeDisk disk(1);
  {
    Life life(disk, BatchConfigs(config(2)), {image(1)});
    life.run_to(1);
    life.step();
    life.step();
    disk.power_cut();
  }
  const u64 blocks = [&] {
    const auto copy = disk.survivor();
    return Life(*copy, BatchConfigs(config(2)), {image(1)}).node->heads().block;
  }();
  ASSERT_GT(blocks, u64{kBatchBlocks});
  const Life other(disk, configs(config(5, 2), 3), {image(2)});
  ASSERT_NE(other.node, nullptr) << other.refused;
  const auto retired = other.node->retired();
  ASSERT_TRUE(retired);
  EXPECT_EQ(retired->batch, 2u);
  EXPECT_FALSE(retired->reopens);
  EXPECT_NE(retired->why.find("block log holds blocks of batch 2"), std::string::npos)
      << retired->why;
}

}  // namespace
}  // namespace gavel::settle
