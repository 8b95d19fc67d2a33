#include "state/block_log.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

#include "state/block_log_world_test.hpp"

namespace gavel::state {
namespace {

using namespace log_world;  // NOLINT: a test

TEST(BlockLogFile, HoldsWhatWasAppended) {
  io::FakeDisk disk;
  auto log = open_log(disk);
  EXPECT_EQ(log->next_block(), 10u);
  EXPECT_EQ(log->durable_block(), 9u);
  write_blocks(*log, 100, 3);
  EXPECT_EQ(log->durable_block(), 109u);
  EXPECT_GT(disk.list(kDirectory)->size(), 3u) << "several segments";
  expect_blocks(disk, 10, 109);
  expect_blocks(disk, 57, 80);
  log = open_log(disk);
  EXPECT_EQ(log->first_block(), 10u);
  EXPECT_EQ(log->next_block(), 110u);
  write_blocks(*log, 5, 5);
  expect_blocks(disk, 100, 114);
}

TEST(BlockLogFile, NothingIsDurableBeforeItsSync) {
  io::FakeDisk disk;
  auto log = open_log(disk);
  log->append(block_bytes(10));
  EXPECT_EQ(log->durable_block(), 9u);
  EXPECT_EQ(*log->sync(), 10u);
}

// Many power cuts, each at a random point of appending and syncing.
TEST(BlockLogFile, PowerCutsLoseNothingAcknowledged) {
  for (u64 seed = 1; seed <= 150; ++seed) {
    io::FakeDisk disk(seed);
    io::SeededRandom random(seed);
    u64 acknowledged = 9;
    for (u32 life = 0; life < 4; ++life) {
      auto log = open_log(disk, 2'000);
      ASSERT_TRUE(log) << seed;
      ASSERT_GT(log->next_block(), acknowledged) << seed;
      acknowledged = log->durable_block();
      expect_blocks(disk, log->first_block(), acknowledged);
      for (u64 steps = random.below(40); steps > 0; --steps) {
        log->append(block_bytes(log->next_block()));
        if (random.below(3) == 0) acknowledged = *log->sync();
      }
      if (random.below(2) == 0) log->drop_before(acknowledged / 2).value();
      disk.power_cut();
    }
  }
}

// An append that only the next sync would have made durable: some of it may reach the disk.
TEST(BlockLogFile, TornGroupsAreDropped) {
  u32 torn = 0;
  for (u64 seed = 1; seed <= 60; ++seed) {
    io::FakeDisk disk(seed, {.failed_sync_ppm = 0});
    auto log = open_log(disk, 1 << 20);
    write_blocks(*log, 5, 1);
    disk.set_faults({.failed_sync_ppm = 1'000'000});
    for (u32 i = 0; i < 20; ++i) log->append(block_bytes(log->next_block()));
    EXPECT_EQ(log->sync(), BlockLogResult<u64>(BlockLogError::kDisk));
    disk.set_faults({});
    EXPECT_EQ(log->sync(), BlockLogResult<u64>(BlockLogError::kDisk))
        << "a failed log stays failed";
    disk.power_cut();
    log = open_log(disk);
    ASSERT_TRUE(log);
    EXPECT_GE(log->durable_block(), 14u);
    torn += log->durable_block() < 34 ? 1 : 0;
    write_blocks(*log, 3, 1);
    expect_blocks(disk, 10, log->durable_block());
  }
  EXPECT_GT(torn, 30u);
}

// Cut off while a segment gets its head, or its first records.
TEST(BlockLogFile, ASegmentThatWasOnlyBeingMadeIsNoDamage) {
  for (u64 seed = 1; seed <= 100; ++seed) {
    io::FakeDisk disk(seed);
    open_log(disk);
    disk.set_faults({.short_append_ppm = 200'000, .failed_sync_ppm = 400'000});
    u64 acknowledged = 9;
    for (u32 life = 0; life < 6; ++life) {
      auto log = BlockLogFile::open(disk, options(200));
      while (log.ok()) {
        (*log)->append(block_bytes((*log)->next_block()));
        const auto durable = (*log)->sync();
        if (!durable.ok()) break;
        acknowledged = *durable;
      }
      disk.power_cut();
    }
    disk.set_faults({});
    const auto log = open_log(disk);
    ASSERT_TRUE(log) << seed;
    EXPECT_GE(log->durable_block(), acknowledged);
  }
}

// A killed process leaves records in the system's cache: what opening reports as durable must be
// so.
TEST(BlockLogFile, WhatOpeningFindsIsDurable) {
  io::FakeDisk disk(1, {.torn_tail = false});
  auto log = open_log(disk);
  write_blocks(*log, 3, 1);
  disk.set_faults({.failed_sync_ppm = 1'000'000, .torn_tail = false});
  log->append(block_bytes(13));
  EXPECT_FALSE(log->sync().ok());
  disk.set_faults({.torn_tail = false});
  log = open_log(disk);
  EXPECT_EQ(log->durable_block(), 13u);
  log.reset();
  disk.power_cut();
  EXPECT_EQ(open_log(disk)->durable_block(), 13u);
}

TEST(BlockLogFile, ShortAppendsAreNoHoles) {
  for (u64 seed = 1; seed <= 40; ++seed) {
    io::FakeDisk disk(seed, {.short_append_ppm = 100'000});
    u64 acknowledged = 9;
    for (u32 life = 0; life < 10; ++life) {
      auto log = BlockLogFile::open(disk, options(1'500));
      if (!log.ok()) {
        ASSERT_EQ(log.error(), BlockLogError::kDisk);
        continue;
      }
      ASSERT_GT((*log)->next_block(), acknowledged);
      for (u32 i = 0; i < 10; ++i) {
        (*log)->append(block_bytes((*log)->next_block()));
        const auto durable = (*log)->sync();
        if (!durable.ok()) break;
        acknowledged = *durable;
      }
    }
    disk.set_faults({});
    const auto log = open_log(disk);
    ASSERT_TRUE(log);
    expect_blocks(disk, 10, log->durable_block());
  }
}

TEST(BlockLogFile, OldSegmentsGo) {
  io::FakeDisk disk;
  auto log = open_log(disk);
  write_blocks(*log, 120, 1);
  const u64 segments = disk.list(kDirectory)->size();
  ASSERT_TRUE(log->drop_before(70).ok());
  EXPECT_LT(disk.list(kDirectory)->size(), segments);
  EXPECT_LE(log->first_block(), 70u);
  EXPECT_GT(log->first_block(), 10u);
  ASSERT_TRUE(log->drop_before(1'000'000).ok());
  EXPECT_EQ(disk.list(kDirectory)->size(), 2u) << "the newest and the marks stay";
  log = open_log(disk);
  EXPECT_EQ(log->durable_block(), 129u);
  expect_blocks(disk, log->first_block(), 129);
  EXPECT_EQ(BlockLogReader(disk, kDirectory, 10).read(129).error(), BlockLogError::kNotHeld);
}

TEST(BlockLogFormat, SegmentNames) {
  EXPECT_EQ(segment_name(0), "00000000000000000000.blocks");
  EXPECT_EQ(parse_segment_name(segment_name(~u64{0})), ~u64{0});
  for (const char* name :
       {"", "1.blocks", "0000000000000000000x.blocks", "00000000000000000001.block",
        "99999999999999999999.blocks", "000000000000000000001.blocks"}) {
    EXPECT_FALSE(parse_segment_name(name)) << name;
  }
}

TEST(BlockLog, AcknowledgesWhatIsDurable) {
  io::FakeDisk disk;
  std::atomic<u64> told{0};
  {
    BlockLogThreadOptions o;
    o.ring_bytes = 1'000;  // a few blocks: it fills, and wraps
    o.on_durable = [&](u64 block) { told = block; };
    BlockLog log(open_log(disk), o);
    for (u64 block = 10; block < 400; ++block) {
      while (!log.append(block, block_bytes(block))) std::this_thread::yield();
    }
    EXPECT_TRUE(log.wait_durable(399, 10'000'000'000));
    EXPECT_EQ(log.durable_block(), 399u);
    EXPECT_FALSE(log.wait_durable(400, 1'000'000));
    EXPECT_GT(log.sync_ns().count(), 0u);
    ASSERT_TRUE(log.append(400, block_bytes(400)));
  }
  EXPECT_EQ(told, 400u) << "stopping makes durable what was appended";
  disk.power_cut();
  EXPECT_EQ(open_log(disk)->durable_block(), 400u);
  expect_blocks(disk, 10, 400);
}

TEST(BlockLog, StopsAcknowledgingWhenTheDiskFails) {
  io::FakeDisk disk;
  auto file = open_log(disk);
  write_blocks(*file, 1, 1);
  disk.set_faults({.failed_sync_ppm = 1'000'000});
  BlockLog log(std::move(file), {});
  ASSERT_TRUE(log.append(11, block_bytes(11)));
  EXPECT_FALSE(log.wait_durable(11, 10'000'000'000));
  EXPECT_TRUE(log.failed());
  EXPECT_EQ(log.durable_block(), 10u);
  EXPECT_FALSE(log.append(12, block_bytes(12)));
}

TEST(BlockLog, TakesNoRecordThatIsTooLong) {
  io::FakeDisk disk;
  BlockLogThreadOptions o;
  o.ring_bytes = 1'000;
  BlockLog log(open_log(disk), o);
  EXPECT_FALSE(log.append(10, Bytes(1'001)));
  EXPECT_TRUE(log.append(10, Bytes(1'000)));
}

TEST(BlockLog, OnTheRealDisk) {
  const std::string directory =
      (std::filesystem::temp_directory_path() / ("gavel_block_log_" + std::to_string(::getpid())))
          .string();
  io::SystemDisk disk;
  BlockLogOptions o = options(100'000);
  o.directory = directory;
  {
    BlockLog log(BlockLogFile::open(disk, o).value(), {});
    for (u64 block = 10; block < 2'010; ++block) {
      ASSERT_TRUE(log.append(block, block_bytes(block)));
      if (block % 200 == 0) ASSERT_TRUE(log.wait_durable(block, 20'000'000'000));
    }
    ASSERT_TRUE(log.wait_durable(2'009, 20'000'000'000));
    log.drop_before(1'000);
    ASSERT_TRUE(log.append(2'010, block_bytes(2'010)));
  }
  io::SystemDisk again;
  auto file = BlockLogFile::open(again, o).value();
  EXPECT_EQ(file->durable_block(), 2'010u);
  EXPECT_GT(file->first_block(), 10u);
  BlockLogReader reader(again, directory, 1'500);
  for (u64 block = 1'500; block <= 2'010; ++block) {
    const auto payload = reader.read(2'010);
    ASSERT_TRUE(payload.ok());
    ASSERT_EQ(Bytes(payload->begin(), payload->end()), block_bytes(block));
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace gavel::state
