// A chain whose configuration changes at a batch, on a node's disk: what it makes is what a
// stranger derives, whenever the node dies and whatever is announced when.
#include <set>

#include "settle/upgrade_life_test.hpp"

namespace gavel::settle {
namespace {

using namespace upgrade;  // NOLINT: a test

TEST(Upgrade, EachBatchIsMadeUnderItsOwnConfiguration) {
  for (const u32 later : {5u, 1u}) {
    io::FakeDisk disk(1);
    Life life(disk, configs(config(later)));
    life.run_to(kBatches);
    ASSERT_EQ(life.node->heads().batch, kBatches) << life.node->failure();
    EXPECT_EQ(difference(*life.node, configs(config(later))), "");
    EXPECT_NE(difference(*life.node, BatchConfigs(config(2))), "");
  }
}

// The power goes before each operation of the disk around the change.
TEST(Upgrade, ADeathAtAnyMomentChangesNothing) {
  const BatchConfigs named = configs(config(5));
  io::FakeDisk disk(1);
  std::vector<std::unique_ptr<io::FakeDisk>> survivors;
  std::set<std::string> sites;
  {
    Life life(disk, named);
    const u64 last = (kSwitch - 1) * kBatchBlocks;
    disk.watch([&](io::DiskOperation, const std::string& site) {
      const u64 block = life.node->heads().block;
      if (block + 2 >= last && block <= last + 2) {
        survivors.push_back(disk.survivor());
        sites.insert(site);
      }
      return io::DiskFate::kDone;
    });
    life.run_to(kSwitch + 1);
    disk.watch({});
  }
  EXPECT_TRUE(std::ranges::any_of(
      sites, [](const auto& site) { return site.find("configurations") != std::string::npos; }));
  ASSERT_GT(survivors.size(), 20u);
  for (std::size_t i = 0; i < survivors.size(); ++i) {
    Life life(*survivors[i], named);
    ASSERT_NE(life.node, nullptr) << i << ": " << life.refused;
    life.run_to(kBatches);
    ASSERT_EQ(life.node->heads().batch, kBatches) << i << ": " << life.node->failure();
    ASSERT_EQ(difference(*life.node, named), "") << i;
    ASSERT_EQ(life.node->misconfigured(), 0u);
  }
}

// What a node did not begin under a configuration that was named once, it begins under the next.
TEST(Upgrade, AnAnnouncementCountsWhenItsBatchBegins) {
  io::FakeDisk disk(1);
  {
    Life life(disk, configs(config(7)));
    life.run_to(2);
    life.node->announce(configs(config(5)));
    life.run_to(kSwitch - 1);
    ASSERT_EQ(life.node->heads().batch, kSwitch - 1);
  }
  Life life(disk, configs(config(5)));
  life.run_to(kBatches);
  EXPECT_EQ(difference(*life.node, configs(config(5))), "");
}

// The note of a batch that never had a block is no obligation.
TEST(Upgrade, ANoteWithoutABlockGivesWay) {
  io::FakeDisk disk(1);
  std::unique_ptr<io::FakeDisk> noted;
  {
    Life life(disk, configs(config(7)));
    disk.watch([&](io::DiskOperation operation, const std::string& site) {
      // The first block behind the note.
      const bool append = operation == io::DiskOperation::kAppend;
      if (append && !noted && life.node->heads().block > (kSwitch - 1) * kBatchBlocks &&
          site.find("blocks") != std::string::npos) {
        noted = disk.survivor();
      }
      return io::DiskFate::kDone;
    });
    life.run_to(kSwitch);
    disk.watch({});
  }
  ASSERT_NE(noted, nullptr);
  for (const auto& named : {configs(config(5)), configs(config(5), kSwitch + 1)}) {
    const auto copy = noted->survivor();
    ASSERT_EQ(BatchConfigs::load(*copy, "data/configurations")->of(kSwitch).words,
              da::words_of(config(7)));
    Life life(*copy, named);
    EXPECT_EQ(life.node->misconfigured(), 0u);
    life.run_to(kBatches);
    ASSERT_EQ(life.node->heads().batch, kBatches);
    EXPECT_EQ(life.node->misconfigured(), 0u);
    EXPECT_EQ(life.node->config_of(kSwitch).hash, named.of(kSwitch).hash);
  }
}

// Too late for a batch that has begun: it keeps its own, as do those behind it, until L1 names that
// one again or the blocks are dropped.
TEST(Upgrade, AnAnnouncementThatComesTooLateIsTold) {
  const BatchConfigs late = configs(config(1), 2);
  io::FakeDisk disk(1);
  {
    Life life(disk, BatchConfigs(config(2)));
    life.run_to(2);
    EXPECT_EQ(life.node->misconfigured(), 0u);
    life.node->announce(late);
    EXPECT_EQ(life.node->misconfigured(), 2u);
    life.run_to(4);
    EXPECT_EQ(life.node->config_of(4).hash, BatchConfigs(config(2)).of(4).hash);
    EXPECT_EQ(difference(*life.node, BatchConfigs(config(2))), "");
    // Blocks of an open batch, which are executed again under what they were made under.
    life.step();
    life.step();
    disk.power_cut();
  }
  {
    Life again(disk, late);
    ASSERT_NE(again.node, nullptr) << again.refused;
    EXPECT_GT(again.node->heads().block, again.node->heads().batch_block);
    EXPECT_EQ(again.node->misconfigured(), 2u);
    again.node->announce(configs(config(1), again.node->heads().batch + 1));
    EXPECT_EQ(again.node->misconfigured(), again.node->heads().batch + 1) << "it is in progress";
    again.node->announce(configs(config(1), again.node->heads().batch + 2));
    EXPECT_EQ(again.node->misconfigured(), 0u);
    again.node->announce(BatchConfigs(config(2)));
    EXPECT_EQ(again.node->misconfigured(), 0u);
    again.node->announce(configs(config(5), 9));
    EXPECT_EQ(again.node->misconfigured(), 0u);
    EXPECT_EQ(again.node->next_config_batch(), 9u);
  }
  Folder folder(disk);
  EXPECT_FALSE(folder.roll_back(2, 3).ok());
  const auto dropped = folder.roll_back(2, 2);
  ASSERT_TRUE(dropped.ok()) << dropped.error();
  EXPECT_EQ(dropped->first_dropped_block, kBatchBlocks + 1);
  EXPECT_EQ(dropped->first_dropped_batch, 2u);
  EXPECT_EQ(folder.roll_back(2, 2)->first_dropped_block, 0u);
  Life life(folder.system, late, {}, folder.options.data_directory);
  ASSERT_NE(life.node, nullptr) << life.refused;
  EXPECT_EQ(life.node->misconfigured(), 0u);
  life.run_to(kBatches);
  ASSERT_EQ(life.node->heads().batch, kBatches);
  EXPECT_EQ(life.node->config_of(2).words, da::words_of(config(1)));
}

// Blocks of the batch before are kept when it is not committed yet.
TEST(Upgrade, ARollbackKeepsTheOpenBatchBefore) {
  io::FakeDisk disk(1);
  {
    Life life(disk, BatchConfigs(config(2)));
    while (life.node->heads().block < kBatchBlocks + 1) {
      life.node->step(NodeCore::Part::executor);
      life.node->step(NodeCore::Part::block_log);
      life.clock.advance_ms(100);
    }
    disk.power_cut();
  }
  Folder folder(disk);
  const auto dropped = folder.roll_back(2, 1);
  ASSERT_TRUE(dropped.ok()) << dropped.error();
  EXPECT_EQ(dropped->first_dropped_block, kBatchBlocks + 1);
  EXPECT_EQ(dropped->first_dropped_batch, 0u);
  Life life(folder.system, BatchConfigs(config(2)), {}, folder.options.data_directory);
  ASSERT_NE(life.node, nullptr) << life.refused;
  EXPECT_EQ(life.node->heads().block, kBatchBlocks);
}

// The directory says what was made under what; its word is checked.
TEST(Upgrade, ADirectoryWithoutItsConfigurationsTakesL1sWordIfItIsTold) {
  const BatchConfigs named = configs(config(5));
  io::FakeDisk disk(1);
  {
    Life life(disk, named);
    life.run_to(kSwitch);
    life.step();
  }
  ASSERT_TRUE(disk.remove("data/configurations").ok());
  EXPECT_NE(Life(disk, named).refused.find("data/configurations is missing"), std::string::npos);
  {
    Life life(disk, named, {}, "data", true);
    ASSERT_NE(life.node, nullptr) << life.refused;
    EXPECT_EQ(life.node->misconfigured(), 0u);
    life.run_to(kBatches);
    EXPECT_EQ(difference(*life.node, named), "");
  }
  auto bytes = io::read_file(disk, "data/configurations", 1u << 20).value();
  bytes[100] ^= 1;
  ASSERT_TRUE(io::write_file_atomically(disk, "data/configurations", bytes).ok());
  const Life life(disk, named);
  EXPECT_NE(life.refused.find("data/configurations is damaged"), std::string::npos) << life.refused;
}

TEST(Upgrade, ADirectoryOfOneConfigurationIsNotAskedForAFile) {
  io::FakeDisk disk(1);
  {
    Life(disk, BatchConfigs(config(2))).run_to(2);
  }
  ASSERT_TRUE(disk.remove("data/configurations").ok());
  const Life life(disk, BatchConfigs(config(2)));
  ASSERT_NE(life.node, nullptr) << life.refused;
  EXPECT_GE(life.node->heads().batch, 2u);
}

// A change that the disk does not take is a failure of the disk: nothing is built on it.
TEST(Upgrade, ANoteThatTheDiskDoesNotTakeEndsTheNode) {
  io::FakeDisk disk(1);
  Life life(disk, configs(config(5)));
  disk.watch([](io::DiskOperation, const std::string& site) {
    const bool note = site.find("configurations") != std::string::npos;
    return note ? io::DiskFate::kNoSpace : io::DiskFate::kDone;
  });
  life.run_to(kBatches);
  EXPECT_TRUE(life.node->disk_failed());
  EXPECT_EQ(life.node->heads().block, (kSwitch - 1) * kBatchBlocks);
  disk.watch({});
}

}  // namespace
}  // namespace gavel::settle
