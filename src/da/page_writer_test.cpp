#include "da/page_writer.hpp"

#include <gtest/gtest.h>

namespace gavel::da {
namespace {

stf::Row transfer_row(u32 account, u64 nonce) {
  stf::Row row;
  row.kind = stf::RowKind::transaction;
  row.tx.action = stf::Action::transfer;
  row.tx.account = account;
  row.tx.nonce = nonce;
  row.tx.to_account = account + 1;
  row.tx.asset = 1;
  row.tx.amount = nonce * 7;
  row.tx.signature.fill(static_cast<u8>(nonce));
  return row;
}

TEST(PageWriter, PagesHoldWholeRowsAndDecodeOnTheirOwn) {
  PageWriter writer;
  PageStream stream;
  std::vector<stf::Row> rows;
  writer.start_batch();
  for (u32 i = 1; i <= 500; ++i) {
    rows.push_back(transfer_row(i * 1000, 1'700'000'000'000 + i));
    ASSERT_TRUE(writer.add(rows.back(), stream));
  }
  const auto pages = split_pages(stream);
  ASSERT_GT(pages.size(), 5u);
  EXPECT_EQ(pages.size(), writer.pages());
  std::size_t next = 0;
  for (const auto page : pages) {
    ASSERT_LE(page.size(), stf::kMaxPageBytes);
    ASSERT_GE(page.size(), 2u);
    EXPECT_EQ(page[0], stf::kPageVersion);
    stf::PageContext context;
    for (std::size_t at = 1; at < page.size();) {
      stf::Row row;
      const u32 length = stf::decode_row(page.subspan(at), context, row);
      ASSERT_GT(length, 0u);
      EXPECT_EQ(row, rows.at(next++));
      at += length;
    }
  }
  EXPECT_EQ(next, rows.size());
}

TEST(PageWriter, ResumesInTheMiddleOfAPage) {
  PageWriter whole;
  PageWriter first;
  PageStream expected;
  PageStream actual;
  stf::PageContext context;
  whole.start_batch();
  first.start_batch();
  for (u32 i = 1; i <= 20; ++i) {
    ASSERT_TRUE(whole.add(transfer_row(i, i), expected));
    if (i > 10) continue;
    ASSERT_TRUE(first.add(transfer_row(i, i), actual));
  }
  stf::Row row;
  for (std::size_t at = 1; at < actual.bytes.size();) {
    at += stf::decode_row(std::span<const u8>(actual.bytes).subspan(at), context, row);
  }
  PageWriter second;
  second.resume(first.pages(), first.used(), context);
  for (u32 i = 11; i <= 20; ++i) ASSERT_TRUE(second.add(transfer_row(i, i), actual));
  EXPECT_EQ(actual.bytes, expected.bytes);
}

TEST(PageWriter, ARowWithoutEncodingWritesNothing) {
  PageWriter writer;
  PageStream stream;
  writer.start_batch();
  stf::Row row = transfer_row(1, 1);
  row.tx.action = stf::Action::place;
  row.tx.type = 9;
  EXPECT_FALSE(writer.add(row, stream));
  EXPECT_TRUE(stream.bytes.empty());
}

TEST(DataRoot, IsTheTreeOverPageHashes) {
  PageStream stream;
  stream.bytes = {1, 2, 3, 1, 4};
  stream.starts = {0, 3};
  const auto pages = split_pages(stream);
  EXPECT_NE(data_root(pages), data_root(std::span(pages).first(1)));
  EXPECT_NE(data_root(pages), Hash32{});
}

}  // namespace
}  // namespace gavel::da
