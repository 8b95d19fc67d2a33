#include "state/block_record.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "io/random.hpp"

namespace gavel::state {
namespace {

using Item = BlockRecordReader::Item;

stf::Row place_row(u32 account, u64 nonce) {
  stf::Row row;
  row.kind = stf::RowKind::transaction;
  row.tx.action = stf::Action::place;
  row.tx.account = account;
  row.tx.nonce = nonce;
  row.tx.market = 3;
  row.tx.price_ticks = 500 + account;
  row.tx.lots = 9;
  row.hints.level = 17;
  row.tx.signature[5] = static_cast<u8>(account);
  return row;
}

TEST(BlockRecord, ReadsBackAsWritten) {
  BlockRecordWriter writer;
  writer.open(1'234);
  const std::vector<u8> message{1, 2, 3, 4};
  stf::Row reclaim;
  reclaim.kind = stf::RowKind::reclaim;
  reclaim.nonces = 8;
  ASSERT_TRUE(writer.add(place_row(1, 1'700'000'000'000)));
  ASSERT_TRUE(writer.add_message(message));
  ASSERT_TRUE(writer.add(reclaim));
  ASSERT_TRUE(writer.add_message({}));
  ASSERT_TRUE(writer.add(place_row(2, 1'700'000'000'005)));

  BlockRecordReader reader(writer.bytes());
  EXPECT_EQ(reader.timestamp_ms(), 1'234u);
  stf::Row row;
  std::span<const u8> bytes;
  ASSERT_EQ(reader.next(row, bytes), Item::row);
  EXPECT_EQ(row, place_row(1, 1'700'000'000'000));
  ASSERT_EQ(reader.next(row, bytes), Item::message);
  EXPECT_EQ(std::vector<u8>(bytes.begin(), bytes.end()), message);
  ASSERT_EQ(reader.next(row, bytes), Item::row);
  EXPECT_EQ(row, reclaim);
  ASSERT_EQ(reader.next(row, bytes), Item::message);
  EXPECT_TRUE(bytes.empty());
  ASSERT_EQ(reader.next(row, bytes), Item::row);
  EXPECT_EQ(row, place_row(2, 1'700'000'000'005));
  EXPECT_EQ(reader.next(row, bytes), Item::end);

  writer.open(5);
  EXPECT_EQ(writer.bytes().size(), 8u) << "a new block starts empty";
}

TEST(BlockRecord, FullIsAnAnswer) {
  BlockRecordWriter writer(1'000);
  writer.open(1);
  u32 rows = 0;
  while (writer.add(place_row(rows, rows))) ++rows;
  EXPECT_GT(rows, 5u);
  const u64 size = writer.bytes().size();
  EXPECT_FALSE(writer.add_message(std::vector<u8>(200)));
  EXPECT_EQ(writer.bytes().size(), size);
  BlockRecordReader reader(writer.bytes());
  stf::Row row;
  std::span<const u8> bytes;
  for (u32 i = 0; i < rows; ++i) ASSERT_EQ(reader.next(row, bytes), Item::row);
  EXPECT_EQ(reader.next(row, bytes), Item::end);
}

TEST(BlockRecord, EveryPrefixEndsOrIsMalformed) {
  BlockRecordWriter writer;
  writer.open(77);
  for (u32 i = 0; i < 5; ++i) {
    ASSERT_TRUE(writer.add(place_row(i, i)));
    ASSERT_TRUE(writer.add_message(std::vector<u8>(i)));
  }
  for (u64 size = 0; size < writer.bytes().size(); ++size) {
    BlockRecordReader reader(writer.bytes().first(size));
    stf::Row row;
    std::span<const u8> bytes;
    Item item = Item::row;
    for (u32 i = 0; i < 20 && (item == Item::row || item == Item::message); ++i)
      item = reader.next(row, bytes);
    EXPECT_TRUE(item == Item::end || item == Item::malformed);
    EXPECT_EQ(reader.next(row, bytes), item) << "and stays so";
  }
}

TEST(BlockRecord, BlocksDoNotNest) {
  stf::Row open;
  open.kind = stf::RowKind::open_block;
  open.dt_ms = 4;
  stf::PageContext context;
  std::vector<u8> bytes(64);
  const u32 length = stf::encode_row(open, context, std::span(bytes).subspan(8));
  bytes.resize(8 + length);
  BlockRecordReader reader(bytes);
  stf::Row row;
  std::span<const u8> message;
  EXPECT_EQ(reader.next(row, message), Item::malformed);
}

TEST(BlockRecord, IsTotal) {
  io::SeededRandom random(1);
  for (u32 i = 0; i < 3'000; ++i) {
    std::vector<u8> bytes(random.below(200));
    random.fill(bytes);
    BlockRecordReader reader(bytes);
    stf::Row row;
    std::span<const u8> message;
    for (Item item = Item::row; item == Item::row || item == Item::message;)
      item = reader.next(row, message);
  }
}

}  // namespace
}  // namespace gavel::state
