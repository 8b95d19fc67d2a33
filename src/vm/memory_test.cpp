#include "vm/memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace gavel::vm {
namespace {

TEST(Memory, StalePagesAreListedOnce) {
  Memory memory;
  const std::array<u8, 3> bytes = {1, 2, 3};
  memory.write(0x5000, bytes);
  memory.write(0x5100, bytes);
  memory.write(0x7ffe, bytes);  // over a page's end
  std::vector<u32> stale = memory.take_hash_stale();
  std::sort(stale.begin(), stale.end());
  EXPECT_EQ(stale, (std::vector<u32>{5, 7, 8}));
  EXPECT_TRUE(memory.take_hash_stale().empty());
  memory.write(0x5200, bytes);
  EXPECT_EQ(memory.take_hash_stale(), (std::vector<u32>{5}));
}

TEST(Memory, WritesGoAround) {
  Memory memory;
  memory.write(0xffffffff, std::array<u8, 2>{1, 2});
  EXPECT_EQ(memory.bytes()[0xffffffff], 1);
  EXPECT_EQ(memory.bytes()[0], 2);
}

// A page is free to write only when both lists have it and nothing was decoded from it.
TEST(Memory, Flags) {
  Memory memory;
  const u8& flags = memory.flags()[5];
  EXPECT_NE(flags, kFreelyWritable);
  memory.before_write(0x5000, 4);
  EXPECT_EQ(flags, kFreelyWritable);
  memory.take_hash_stale();
  EXPECT_NE(flags, kFreelyWritable);
  memory.before_write(0x5000, 4);
  EXPECT_EQ(flags, kFreelyWritable);
  EXPECT_EQ(memory.copy_pages().size(), 1u);
  EXPECT_NE(flags, kFreelyWritable);
  memory.before_write(0x5000, 4);
  memory.before_decode(0x5000);
  EXPECT_NE(flags, kFreelyWritable);
}

}  // namespace
}  // namespace gavel::vm
