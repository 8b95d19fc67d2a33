#include "sequencer/node_recent_blocks.hpp"

#include <gtest/gtest.h>

namespace gavel::sequencer {
namespace {

SealedBlock block_of(u64 number, u32 receipt_bytes) {
  SealedBlock block;
  block.number = number;
  block.executed.resize(1);
  block.receipts.resize(receipt_bytes);
  return block;
}

BlockHashed head_of(u64 number) {
  BlockHashed head;
  head.number = number;
  return head;
}

TEST(RecentBlocks, GivesWhatWasAdded) {
  RecentBlocks recent(1'000'000);
  EXPECT_FALSE(recent.get(1).has_value());
  for (u64 n = 7; n < 10; ++n) recent.add(block_of(n, 10), head_of(n));
  EXPECT_EQ(recent.newest(), 9u);
  EXPECT_EQ(recent.get(8)->head.number, 8u);
  EXPECT_EQ(recent.get(8)->receipts->receipts.size(), 10u);
  EXPECT_FALSE(recent.get(6).has_value());
  EXPECT_FALSE(recent.get(10).has_value());
}

TEST(RecentBlocks, ReceiptsAreBoundedInBytes) {
  RecentBlocks recent(5'000);
  for (u64 n = 1; n <= 10; ++n) recent.add(block_of(n, 2'000), head_of(n));
  EXPECT_EQ(recent.get(8)->receipts, nullptr);
  EXPECT_NE(recent.get(9)->receipts, nullptr);
  recent.add(block_of(11, 9'000), head_of(11));
  EXPECT_NE(recent.get(11)->receipts, nullptr);
  EXPECT_EQ(recent.get(10)->receipts, nullptr);
}

TEST(RecentBlocks, HeadsAreBoundedInNumber) {
  RecentBlocks recent(~u64{0});
  for (u64 n = 1; n <= RecentBlocks::kHeads + 5; ++n) recent.add(block_of(n, 0), head_of(n));
  EXPECT_FALSE(recent.get(5).has_value());
  EXPECT_EQ(recent.get(6)->head.number, 6u);
}

}  // namespace
}  // namespace gavel::sequencer
