// A block log for tests, of which every block's bytes follow from its number.
#pragma once

#include <gtest/gtest.h>

#include "io/fake_disk.hpp"
#include "state/block_log_file.hpp"
#include "state/block_log_reader.hpp"

namespace gavel::state::log_world {

using Bytes = std::vector<u8>;

inline constexpr const char* kDirectory = "blocks";

inline BlockLogOptions options(u64 segment_bytes = 4'000) {
  BlockLogOptions o;
  o.directory = kDirectory;
  o.first_block = 10;
  o.salt = 0x5a17;
  o.segment_bytes = segment_bytes;
  return o;
}

// Every block's bytes follow from its number.
inline Bytes block_bytes(u64 number) {
  io::SeededRandom random(number);
  Bytes bytes(random.below(300));
  random.fill(bytes);
  return bytes;
}

inline std::unique_ptr<BlockLogFile> open_log(io::Disk& disk, u64 segment_bytes = 4'000) {
  auto log = BlockLogFile::open(disk, options(segment_bytes));
  EXPECT_TRUE(log.ok()) << (log.ok() ? "" : name_of(log.error()));
  return log.ok() ? std::move(log).value() : nullptr;
}

// Appends blocks in groups of `group` and makes each group durable.
inline void write_blocks(BlockLogFile& log, u32 count, u32 group) {
  for (u32 i = 1; i <= count; ++i) {
    log.append(block_bytes(log.next_block()));
    if (i % group == 0) ASSERT_TRUE(log.sync().ok());
  }
  ASSERT_TRUE(log.sync().ok());
}

inline void expect_blocks(io::Disk& disk, u64 from, u64 to) {
  BlockLogReader reader(disk, kDirectory, from);
  for (u64 block = from; block <= to; ++block) {
    const auto payload = reader.read(to);
    ASSERT_TRUE(payload.ok()) << block << ": " << name_of(payload.error());
    ASSERT_EQ(Bytes(payload->begin(), payload->end()), block_bytes(block));
  }
  EXPECT_EQ(reader.read(to).error(), BlockLogError::kNotHeld);
}

inline Bytes read_all(io::Disk& disk, const std::string& name) {
  return *io::read_file(disk, std::string(kDirectory) + "/" + name, 1 << 30);
}

inline void overwrite(io::Disk& disk, const std::string& name, const Bytes& bytes) {
  ASSERT_TRUE(io::write_file_atomically(disk, std::string(kDirectory) + "/" + name, bytes).ok());
}

inline BlockLogError open_error(io::Disk& disk) {
  const auto log = BlockLogFile::open(disk, options());
  EXPECT_FALSE(log.ok());
  return log.ok() ? BlockLogError{0xff} : log.error();
}

}  // namespace gavel::state::log_world
