#include "state/block_log.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

#include "io/fake_disk.hpp"
#include "state/block_log_reader.hpp"

namespace gavel::state {
namespace {

using Bytes = std::vector<u8>;

constexpr const char* kDirectory = "blocks";

BlockLogOptions options(u64 segment_bytes = 4'000) {
  BlockLogOptions o;
  o.directory = kDirectory;
  o.first_block = 10;
  o.salt = 0x5a17;
  o.segment_bytes = segment_bytes;
  return o;
}

// Every block's bytes follow from its number.
Bytes block_bytes(u64 number) {
  io::SeededRandom random(number);
  Bytes bytes(random.below(300));
  random.fill(bytes);
  return bytes;
}

std::unique_ptr<BlockLogFile> open_log(io::Disk& disk, u64 segment_bytes = 4'000) {
  auto log = BlockLogFile::open(disk, options(segment_bytes));
  EXPECT_TRUE(log.ok()) << (log.ok() ? "" : name_of(log.error()));
  return log.ok() ? std::move(log).value() : nullptr;
}

// Appends blocks in groups of `group` and makes each group durable.
void write_blocks(BlockLogFile& log, u32 count, u32 group) {
  for (u32 i = 1; i <= count; ++i) {
    log.append(block_bytes(log.next_block()));
    if (i % group == 0) ASSERT_TRUE(log.sync().ok());
  }
  ASSERT_TRUE(log.sync().ok());
}

void expect_blocks(io::Disk& disk, u64 from, u64 to) {
  BlockLogReader reader(disk, kDirectory, from);
  for (u64 block = from; block <= to; ++block) {
    const auto payload = reader.read(to);
    ASSERT_TRUE(payload.ok()) << block << ": " << name_of(payload.error());
    ASSERT_EQ(Bytes(payload->begin(), payload->end()), block_bytes(block));
  }
  EXPECT_EQ(reader.read(to).error(), BlockLogError::kNotHeld);
}

Bytes read_all(io::Disk& disk, const std::string& name) {
  return *io::read_file(disk, std::string(kDirectory) + "/" + name, 1 << 30);
}

void overwrite(io::Disk& disk, const std::string& name, const Bytes& bytes) {
  ASSERT_TRUE(io::write_file_atomically(disk, std::string(kDirectory) + "/" + name, bytes).ok());
}

BlockLogError open_error(io::Disk& disk) {
  const auto log = BlockLogFile::open(disk, options());
  EXPECT_FALSE(log.ok());
  return log.ok() ? BlockLogError{0xff} : log.error();
}

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

// Damage to anything that a later record knows to be acknowledged has a name; nothing is dropped
// quietly.
TEST(BlockLogFile, FlippedBitsAreRefused) {
  io::FakeDisk disk;
  auto log = open_log(disk, 1 << 20);
  write_blocks(*log, 4, 1);
  log.reset();
  const std::string name = segment_name(10);
  const Bytes good = read_all(disk, name);
  const u64 last_two = record_bytes(block_bytes(13).size()) + record_bytes(block_bytes(12).size());
  // Damage to block 13 alone cannot be told from a torn write, nor to block 12's padding.
  for (u64 at = 0; at < good.size() - last_two; ++at) {
    Bytes bad = good;
    bad[at] ^= static_cast<u8>(1u << at % 8);
    overwrite(disk, name, bad);
    const auto opened = BlockLogFile::open(disk, options());
    if (opened.ok()) {
      EXPECT_EQ((*opened)->durable_block(), 13u) << "only padding may differ, at " << at;
      continue;
    }
    EXPECT_EQ(opened.error(),
              at < kSegmentHeadBytes ? BlockLogError::kForeign : BlockLogError::kCorrupt)
        << at;
  }
  overwrite(disk, name, good);
  EXPECT_EQ(open_log(disk)->durable_block(), 13u);
}

TEST(BlockLogFile, TruncationOfTheNewestSegmentIsATornTail) {
  io::FakeDisk disk;
  auto log = open_log(disk, 1 << 20);
  write_blocks(*log, 3, 1);
  log.reset();
  const Bytes good = read_all(disk, segment_name(10));
  for (u64 size = 0; size < good.size(); ++size) {
    overwrite(disk, segment_name(10),
              Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
    log = open_log(disk);
    ASSERT_TRUE(log);
    const u64 durable = log->durable_block();
    if (size >= kSegmentHeadBytes && durable >= 10) expect_blocks(disk, 10, durable);
    log->append(block_bytes(durable + 1));
    ASSERT_TRUE(log->sync().ok());
    expect_blocks(disk, 10, durable + 1);
  }
}

TEST(BlockLogFile, MissingSegmentsAndBlocksAreHoles) {
  io::FakeDisk disk;
  auto log = open_log(disk);
  write_blocks(*log, 120, 1);
  log.reset();
  const std::vector<std::string> names = *disk.list(kDirectory);
  ASSERT_GE(names.size(), 4u);
  const Bytes second = read_all(disk, names[1]);

  ASSERT_TRUE(disk.remove(std::string(kDirectory) + "/" + names[1]).ok());
  EXPECT_EQ(open_error(disk), BlockLogError::kHole);
  EXPECT_EQ(BlockLogReader(disk, kDirectory, *parse_segment_name(names[1])).read(200).error(),
            BlockLogError::kHole);

  overwrite(disk, names[1], Bytes(second.begin(), second.end() - 100));
  EXPECT_EQ(open_error(disk), BlockLogError::kCorrupt) << "an older segment has no torn end";

  // Whole records gone from the end of an older segment.
  std::span<const u8> payload;
  u64 keep = kSegmentHeadBytes;
  keep += record_bytes(
      decode_record(0x5a17, std::span<const u8>(second).subspan(keep), payload)->length);
  overwrite(disk, names[1],
            Bytes(second.begin(), second.begin() + static_cast<std::ptrdiff_t>(keep)));
  EXPECT_EQ(open_error(disk), BlockLogError::kHole);

  // And from its middle.
  Bytes cut = second;
  const u64 gone = record_bytes(
      decode_record(0x5a17, std::span<const u8>(second).subspan(keep), payload)->length);
  cut.erase(cut.begin() + static_cast<std::ptrdiff_t>(keep),
            cut.begin() + static_cast<std::ptrdiff_t>(keep + gone));
  overwrite(disk, names[1], cut);
  EXPECT_EQ(open_error(disk), BlockLogError::kHole);

  overwrite(disk, names[1], second);
  EXPECT_EQ(open_log(disk)->durable_block(), 129u);
}

TEST(BlockLogFile, SegmentsOfAnotherLogAreForeign) {
  io::FakeDisk disk;
  auto log = open_log(disk);
  write_blocks(*log, 60, 1);
  io::FakeDisk other_disk;
  BlockLogOptions other = options();
  other.salt = 1;
  auto other_log = BlockLogFile::open(other_disk, other).value();
  write_blocks(*other_log, 60, 1);
  const std::string name = disk.list(kDirectory)->at(1);
  ASSERT_EQ(name, other_disk.list(kDirectory)->at(1));
  overwrite(disk, name, read_all(other_disk, name));
  EXPECT_EQ(open_error(disk), BlockLogError::kForeign);
  overwrite(disk, name, Bytes(200, 7));
  EXPECT_EQ(open_error(disk), BlockLogError::kForeign);
}

// A record that a user smuggles into a payload does not count, not even in a torn tail.
TEST(BlockLogFile, ForgedRecordsInPayloadsAreNoRecords) {
  io::FakeDisk disk;
  auto log = open_log(disk, 1 << 20);
  write_blocks(*log, 2, 1);
  RecordHead forged;
  forged.block = 40;
  forged.acknowledged = 39;
  Bytes payload(record_bytes(16));
  encode_record(0 /* not the log's salt */, forged, Bytes(16), payload);
  log->append(payload);
  ASSERT_TRUE(log->sync().ok());
  log.reset();
  Bytes torn = read_all(disk, segment_name(10));
  torn[torn.size() - record_bytes(payload.size()) + 8] ^= 1;
  overwrite(disk, segment_name(10), torn);
  EXPECT_EQ(open_log(disk)->durable_block(), 11u);
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
  EXPECT_EQ(disk.list(kDirectory)->size(), 1u) << "the newest stays";
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
