// Block logs that something else than a crash has damaged.
#include "state/block_log_world_test.hpp"

namespace gavel::state {
namespace {

using namespace log_world;  // NOLINT: a test

// Damage to anything that a later record knows to be acknowledged has a name; nothing is dropped
// quietly.
TEST(BlockLogFile, FlippedBitsAreRefused) {
  io::FakeDisk disk;
  auto log = open_log(disk, 1 << 20);
  write_blocks(*log, 4, 1);
  log.reset();
  const std::string name = segment_name(10);
  const Bytes good = read_all(disk, name);
  const u64 last = good.size() - record_bytes(block_bytes(13).size());
  for (u64 at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= static_cast<u8>(1u << at % 8);
    overwrite(disk, name, bad);
    const auto opened = BlockLogFile::open(disk, options());
    ASSERT_FALSE(opened.ok()) << at;
    // Only the mark knows that the last one was acknowledged.
    EXPECT_EQ(opened.error(), at < kSegmentHeadBytes ? BlockLogError::kForeign
                              : at < last            ? BlockLogError::kCorrupt
                                                     : BlockLogError::kCut)
        << at;
    EXPECT_EQ(read_all(disk, name), bad) << "a refusal changes nothing";
  }
  overwrite(disk, name, good);
  EXPECT_EQ(open_log(disk)->durable_block(), 13u);
}

// The place of an error is that of the record that does not read.
TEST(BlockLogFile, ErrorsSayWhere) {
  io::FakeDisk disk;
  auto log = open_log(disk, 1 << 20);
  write_blocks(*log, 4, 1);
  log.reset();
  const std::string name = segment_name(10);
  Bytes bad = read_all(disk, name);
  const u64 second = kSegmentHeadBytes + record_bytes(block_bytes(10).size());
  bad[second + kRecordHeadBytes] ^= 1;
  overwrite(disk, name, bad);
  BlockLogPlace where;
  EXPECT_EQ(BlockLogFile::open(disk, options(), &where).error(), BlockLogError::kCorrupt);
  EXPECT_EQ(where.file, std::string(kDirectory) + "/" + name);
  EXPECT_EQ(where.offset, second);
  EXPECT_EQ(where.block, 11u);
}

// A log that was cut off is one that was acknowledged, if a mark says so.
TEST(BlockLogFile, TruncationOfWhatAMarkKnowsIsRefused) {
  io::FakeDisk disk;
  auto log = open_log(disk, 1 << 20);
  write_blocks(*log, 3, 1);
  log.reset();
  const Bytes good = read_all(disk, segment_name(10));
  const Bytes marks = read_all(disk, "acknowledged");
  EXPECT_EQ(marks.size(), 3 * kMarkBytes);
  for (u64 size = 0; size < good.size(); ++size) {
    const Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    overwrite(disk, segment_name(10), cut);
    EXPECT_EQ(BlockLogFile::open(disk, options()).error(), BlockLogError::kCut) << size;
    EXPECT_EQ(read_all(disk, segment_name(10)), cut);
  }
  overwrite(disk, segment_name(10), good);
  ASSERT_TRUE(disk.remove(std::string(kDirectory) + "/" + segment_name(10)).ok());
  EXPECT_EQ(BlockLogFile::open(disk, options()).error(), BlockLogError::kCut) << "all of it gone";
  overwrite(disk, segment_name(10), good);
  // Marks of another log, and torn ones, say nothing.
  Bytes other(kMarkBytes);
  encode_mark(1, 1'000, std::span<u8, kMarkBytes>(other.data(), kMarkBytes));
  overwrite(disk, "acknowledged", other);
  EXPECT_EQ(open_log(disk)->durable_block(), 12u);
  Bytes torn(marks.begin(), marks.end() - 5);
  overwrite(disk, "acknowledged", torn);
  EXPECT_EQ(open_log(disk)->durable_block(), 12u);
}

TEST(BlockLogFile, MarksTakeLittleRoom) {
  io::FakeDisk disk;
  auto log = open_log(disk, 1 << 20);
  u64 most = 0;
  for (u32 i = 0; i < 5'000; ++i) {
    log->append({});
    ASSERT_TRUE(log->sync().ok());
    most = std::max<u64>(most, read_all(disk, "acknowledged").size());
  }
  EXPECT_EQ(most, 4'096 * kMarkBytes);
  EXPECT_EQ(highest_mark(read_all(disk, "acknowledged"), {}), log->durable_block());
}

// As after a power cut that took the marks.
TEST(BlockLogFile, TruncationOfTheNewestSegmentIsATornTail) {
  io::FakeDisk disk;
  auto log = open_log(disk, 1 << 20);
  write_blocks(*log, 3, 1);
  log.reset();
  const Bytes good = read_all(disk, segment_name(10));
  for (u64 size = 0; size < good.size(); ++size) {
    overwrite(disk, segment_name(10),
              Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
    overwrite(disk, "acknowledged", {});
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
  overwrite(disk, "acknowledged", {});
  EXPECT_EQ(open_log(disk)->durable_block(), 11u);
}

}  // namespace
}  // namespace gavel::state
