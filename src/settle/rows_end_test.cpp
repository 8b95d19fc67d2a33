#include "settle/rows_end.hpp"

#include <gtest/gtest.h>

#include "da/page_writer.hpp"
#include "settle/deriver.hpp"

namespace gavel::settle {
namespace {

constexpr u64 kNowMs = 1'700'000'000'000;

stf::Row open_row(u64 timestamp_ms) {
  stf::Row row;
  row.kind = stf::RowKind::open_block;
  row.dt_ms = timestamp_ms;
  return row;
}
stf::Row row_of(stf::RowKind kind) {
  stf::Row row;
  row.kind = kind;
  return row;
}
const stf::Row kClose = row_of(stf::RowKind::close_block);
const stf::Row kMessage = row_of(stf::RowKind::message);
const stf::Row kReclaim = row_of(stf::RowKind::reclaim);

Bytes page_of(std::initializer_list<stf::Row> rows, std::initializer_list<u8> rubbish = {}) {
  Bytes page(stf::kMaxPageBytes);
  page[0] = stf::kPageVersion;
  std::size_t size = 1;
  stf::PageContext context;
  for (const stf::Row& row : rows) {
    size += stf::encode_row(row, context, std::span(page).subspan(size));
  }
  page.resize(size);
  page.insert(page.end(), rubbish);
  return page;
}

DerivedBatch derive(std::vector<Bytes> pages, u32 rows_end_unit = 1'000) {
  stf::Config config;
  config.capacity = state::HotCapacity::small().objects;
  config.rows_end_unit = rows_end_unit;
  Deriver deriver(config, 1);
  const std::vector<FeedMessage> no_messages;
  BatchInput input;
  input.batch = 1;
  input.posted.data_len = pages.size();
  input.posted.l1_time_ms = kNowMs;
  input.pages = std::move(pages);
  input.messages = &no_messages;
  return deriver.derive(input, stf::make_rules(config)).value();
}

struct Case {
  const char* name;
  std::vector<Bytes> pages;
  RowsEnd why;
  u64 page = 0;
  u64 offset = 0;
  u64 block = 0;  // the last that was closed before
  u32 rows_end_unit = 1'000;
};

TEST(RowsEnd, NamesWhatEndedThemAndWhere) {
  const stf::Row open = open_row(kNowMs);
  const stf::Row next = open_row(1);
  const Bytes whole = page_of({open, kClose});
  Bytes other_version = whole;
  other_version[0] = 2;
  const Bytes long_page(stf::kMaxPageBytes + 1, 1);
  const u64 after_block = whole.size();
  const u64 after_open = page_of({open}).size();
  const Case cases[] = {
      {"no page at all", {}, RowsEnd::none},
      {"whole blocks", {whole, page_of({next, kClose})}, RowsEnd::none},
      {"a block left open", {page_of({open})}, RowsEnd::none},
      {"a reclaim at the end", {page_of({open, kReclaim})}, RowsEnd::none},
      {"another version", {whole, other_version}, RowsEnd::page, 1, 0, 1},
      {"a page that is too long", {whole, long_page}, RowsEnd::page, 1, 0, 1},
      {"a page of the version alone", {whole, {1}}, RowsEnd::page, 1, 0, 1},
      {"rubbish, no block open", {page_of({open, kClose}, {9})}, RowsEnd::row, 0, after_block, 1},
      {"rubbish in a block", {page_of({open}, {9})}, RowsEnd::row, 0, after_open, 0},
      {"rubbish before a page", {page_of({open}, {9}), whole}, RowsEnd::row, 0, after_open, 0},
      {"no block to close", {page_of({open, kClose, kClose})}, RowsEnd::place, 0, after_block, 1},
      {"no message there", {page_of({open, kMessage})}, RowsEnd::place, 0, after_open, 0},
      {"a block in a block", {page_of({open, next})}, RowsEnd::open_block, 0, after_open, 0},
      {"a block too late",
       {page_of({open, kClose, open_row(61'000)})},
       RowsEnd::open_block,
       0,
       after_block,
       1},
      {"no units left", {whole, page_of({next, kClose})}, RowsEnd::units, 1, 0, 1, 2},
  };
  for (const Case& c : cases) {
    const DerivedBatch batch = derive(c.pages, c.rows_end_unit);
    EXPECT_EQ(batch.ended_why, c.why) << c.name;
    EXPECT_EQ(batch.rows_ended_early, c.why != RowsEnd::none) << c.name;
    EXPECT_EQ(batch.ended.page, c.page) << c.name;
    EXPECT_EQ(batch.ended.offset, c.offset) << c.name;
    EXPECT_EQ(batch.ended.block_number, c.block) << c.name;
    EXPECT_STRNE(text_of(c.why), "unknown");
  }
}

}  // namespace
}  // namespace gavel::settle
