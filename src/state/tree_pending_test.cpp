#include "state/tree_pending.hpp"

#include <gtest/gtest.h>

#include "state/commit_world_test.hpp"

namespace gavel::state {
namespace {

TreeConfig config() { return config_in("").tree; }

// Random blocks of two batches, as they came and kept small: same plan, same root.
TEST(PendingWrites, GiveTheRootOfTheEntriesAsTheyCame) {
  LiveTree plain(config());
  LiveTree small(config());
  World world(5);
  PendingWrites pending;
  for (u32 batch = 0; batch < 3; ++batch) {
    world.write_some(3000);
    for (const auto& stream : world.streams()) ASSERT_TRUE(pending.append(stream).ok());
    EXPECT_EQ(*small.update(pending.streams()), *plain.update(world.streams()));
    u64 plain_bytes = 0;
    for (const auto& stream : world.streams()) plain_bytes += stream.size();
    EXPECT_LE(pending.bytes(), plain_bytes);
    world.end_batch();
    pending.clear();
    EXPECT_EQ(pending.objects(), 0u);
    EXPECT_TRUE(pending.streams().empty());
  }
}

TEST(PendingWrites, AnObjectOfConstantLengthTakesOnePlace) {
  PendingWrites pending;
  Bytes block;
  append_entry(block, 1, EntryKind::kBefore, 7, Bytes(80, 0));
  append_entry(block, 1, EntryKind::kAfter, 7, Bytes(80, 1));
  for (u8 i = 0; i < 100; ++i) ASSERT_TRUE(pending.append(block).ok());
  EXPECT_EQ(pending.objects(), 1u);
  EXPECT_EQ(pending.bytes(), 2 * (kEntryHeaderBytes + 80u));
}

TEST(PendingWrites, KnowsWhatAnObjectWasBeforeTheBatch) {
  PendingWrites pending;
  Bytes block;
  append_entry(block, 1, EntryKind::kBefore, 7, Bytes{3});
  append_entry(block, 1, EntryKind::kAfter, 7, Bytes{4});
  append_entry(block, 1, EntryKind::kBefore, 7, Bytes{5});
  append_entry(block, 1, EntryKind::kAfter, 8, Bytes{6});
  ASSERT_TRUE(pending.append(block).ok());
  const auto bytes_of = [](const auto& found) { return Bytes(found->begin(), found->end()); };
  EXPECT_EQ(bytes_of(pending.find_before(1, 7)), Bytes{3});
  EXPECT_EQ(bytes_of(pending.find_before(1, 8)), Bytes{});
  EXPECT_FALSE(pending.find_before(1, 9).has_value());
  EXPECT_FALSE(pending.find_before(5, 7).has_value());
}

TEST(PendingWrites, AMalformedBlockChangesNothing) {
  PendingWrites pending;
  Bytes block;
  append_entry(block, 1, EntryKind::kAfter, 7, Bytes{3});
  append_entry(block, 1, EntryKind::kAfter, 8, Bytes{3});
  block.pop_back();
  EXPECT_EQ(pending.append(block).error(), TreeError::kMalformed);
  EXPECT_EQ(pending.objects(), 0u);
}

TEST(PendingWrites, FillsManySegmentsAndKeepsThemForTheNextBatch) {
  PendingWrites pending;
  Bytes block;
  for (u32 i = 0; i < 5000; ++i)
    append_entry(block, 1, EntryKind::kAfter, i, Bytes(4096, static_cast<u8>(i)));
  ASSERT_TRUE(pending.append(block).ok());
  EXPECT_EQ(pending.streams().size(), 3u);
  const u64 memory = pending.memory_bytes();
  pending.clear();
  ASSERT_TRUE(pending.append(block).ok());
  EXPECT_EQ(pending.memory_bytes(), memory);
  TreeConfig wide = config();
  wide.capacity[1] = 1 << 16;
  LiveTree one(wide);
  LiveTree other(wide);
  const std::vector<std::span<const u8>> direct = {block};
  EXPECT_EQ(*one.update(pending.streams()), *other.update(direct));
}

}  // namespace
}  // namespace gavel::state
