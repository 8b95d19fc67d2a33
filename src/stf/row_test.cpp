#include "stf/row.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/bytes.hpp"
#include "stf/samples_test.hpp"

namespace gavel::stf {
namespace {

std::vector<u8> bytes_of(const Row& row, PageContext context = {}) {
  std::vector<u8> out(kMaxRowBytes, 0xee);
  out.resize(encode_row(row, context, out));
  return out;
}

Row sample(const std::string& name) {
  for (const auto& [n, row] : samples::page_rows()) {
    if (n == name) return row;
  }
  ADD_FAILURE() << "no sample " << name;
  return {};
}

bool decodes(const std::vector<u8>& bytes) {
  PageContext context;
  Row out;
  return decode_row(bytes, context, out) != 0;
}

TEST(Row, APageRoundTrips) {
  std::vector<u8> page;
  PageContext writing;
  for (const auto& [name, row] : samples::page_rows()) {
    std::array<u8, kMaxRowBytes> bytes;
    const u32 length = encode_row(row, writing, bytes);
    ASSERT_GT(length, 0u) << name;
    page.insert(page.end(), bytes.begin(), bytes.begin() + length);
  }
  PageContext reading;
  std::span<const u8> rest(page);
  for (const auto& [name, row] : samples::page_rows()) {
    Row back;
    const u32 length = decode_row(rest, reading, back);
    ASSERT_GT(length, 0u) << name;
    EXPECT_EQ(back, row) << name;
    rest = rest.subspan(length);
  }
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(reading, writing);
  EXPECT_EQ(reading, (PageContext{7, samples::kNow + 18, 5, 60'123}));
}

TEST(Row, ARowCutShortIsNone) {
  for (const auto& [name, row] : samples::page_rows()) {
    const std::vector<u8> bytes = bytes_of(row);
    ASSERT_TRUE(decodes(bytes));
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      EXPECT_FALSE(decodes({bytes.begin(), bytes.begin() + n})) << name << " " << n;
    }
  }
}

TEST(Row, WhatFollowsARowDoesNotMatter) {
  for (const auto& [name, row] : samples::page_rows()) {
    std::vector<u8> bytes = bytes_of(row);
    const std::size_t length = bytes.size();
    bytes.resize(length + kMaxRowBytes, 0xff);
    PageContext context;
    Row back;
    EXPECT_EQ(decode_row(bytes, context, back), length) << name;
    EXPECT_EQ(back, row) << name;
  }
}

TEST(Row, ARowWithoutRoomLeavesTheContext) {
  for (const auto& [name, row] : samples::page_rows()) {
    const std::size_t length = bytes_of(row).size();
    std::vector<u8> room(length);
    PageContext context{1, 2, 3, 4};
    const std::size_t needed = bytes_of(row, context).size();
    room.resize(needed - 1);
    EXPECT_EQ(encode_row(row, context, room), 0u) << name;
    EXPECT_EQ(context, (PageContext{1, 2, 3, 4})) << name;
    room.resize(needed);
    EXPECT_EQ(encode_row(row, context, room), needed) << name;
  }
}

TEST(Row, ABadRowLeavesTheContext) {
  std::vector<u8> bytes = bytes_of(sample("place_bid_gtc"));
  bytes.pop_back();
  PageContext context{1, 2, 3, 4};
  Row out;
  EXPECT_EQ(decode_row(bytes, context, out), 0u);
  EXPECT_EQ(context, (PageContext{1, 2, 3, 4}));
}

TEST(Row, DifferencesWrapAround) {
  Row row = sample("place_bid_gtc");
  row.tx.nonce = ~u64{0};
  row.tx.price_ticks = 0xffffffff;
  for (PageContext context : {PageContext{}, PageContext{0, 1, 0xffffffff, 0xffffffff}}) {
    PageContext reading = context;
    Row back;
    EXPECT_GT(decode_row(bytes_of(row, context), reading, back), 0u);
    EXPECT_EQ(back, row);
  }
}

TEST(Row, UndefinedPlacesAndKindsAreNotWritten) {
  Row row = sample("place_bid_gtc");
  const auto written = [](const Row& r) { return !bytes_of(r).empty(); };
  EXPECT_TRUE(written(row));
  row.tx.side = 2;
  EXPECT_FALSE(written(row));
  row = sample("place_bid_gtc");
  row.tx.type = 4;
  EXPECT_FALSE(written(row));
  row = sample("place_bid_gtc");
  row.tx.stp = 3;
  EXPECT_FALSE(written(row));
  row = sample("place_bid_gtc");
  row.tx.action = Action{};
  EXPECT_FALSE(written(row));
  row.tx.action = static_cast<Action>(kActionCount);
  EXPECT_FALSE(written(row));
  row.kind = RowKind{5};
  EXPECT_FALSE(written(row));
}

// A row made field by field, to be wrong in one of them.
class Draft {
 public:
  Draft& u8s(std::initializer_list<u8> bytes) {
    bytes_.insert(bytes_.end(), bytes);
    return *this;
  }
  Draft& v(u64 value) {
    std::array<u8, 10> room;
    base::ByteWriter w(room);
    w.write_varint(value);
    bytes_.insert(bytes_.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(w.size()));
    return *this;
  }
  Draft& fill(std::size_t n) {
    bytes_.resize(bytes_.size() + n, 0x33);
    return *this;
  }
  bool ok() const { return decodes(bytes_); }

 private:
  std::vector<u8> bytes_;
};

constexpr u64 kU32 = 0xffffffff;

TEST(Row, KindsAndFlagsOutsideTheTableEndTheRows) {
  for (u32 kind = 0; kind < 256; ++kind) {
    const bool known = (kind >= 1 && kind <= 4) || (kind > 0x40 && kind < 0x40 + kActionCount);
    // Zeros are a valid body of every kind but modify, whose order id would be 0.
    std::vector<u8> bytes(kMaxRowBytes);
    bytes[0] = static_cast<u8>(kind);
    EXPECT_EQ(decodes(bytes), known && kind != 0x45) << kind;
  }
  for (u32 action = 1; action < kActionCount; ++action) {
    for (u32 bit = 0; bit < 8; ++bit) {
      std::vector<u8> bytes(kMaxRowBytes, 2);  // a varint of 2, a difference of 1
      bytes[0] = static_cast<u8>(0x40 + action);
      bytes[1] = static_cast<u8>(1u << bit);
      const bool place = is_place(static_cast<Action>(action));
      const bool allowed = bit < 2 || place || (action == 5 && bit == 2);
      EXPECT_EQ(decodes(bytes), allowed) << action << " bit " << bit;
    }
  }
}

TEST(Row, NumbersBeyondTheirFieldEndTheRows) {
  const auto place = [](u64 account, u64 market, u64 price, u64 level) {
    return Draft{}.u8s({0x41, 0}).v(account).v(2).v(market).v(price).v(10).v(level).fill(64).ok();
  };
  EXPECT_TRUE(place(kU32, 2 * kU32, 2 * kU32, kU32));
  EXPECT_FALSE(place(kU32 + 1, 2, 2, 0));
  EXPECT_FALSE(place(1, 2 * (kU32 + 1), 2, 0));
  EXPECT_FALSE(place(1, 1, 2, 0));  // market -1
  EXPECT_FALSE(place(1, 2, 2 * (kU32 + 1), 0));
  EXPECT_FALSE(place(1, 2, 1, 0));
  EXPECT_FALSE(place(1, 2, 2, kU32 + 1));
  const auto cancel = [](u64 slot, u64 generation) {
    return Draft{}.u8s({0x42, 0}).v(1).v(2).v(slot).v(generation).fill(64).ok();
  };
  EXPECT_TRUE(cancel((1u << 28) - 1, (u64{1} << 36) - 1));
  EXPECT_FALSE(cancel(1u << 28, 0));
  EXPECT_FALSE(cancel(0, u64{1} << 36));
  const auto modify = [](u64 slot, u64 generation) {
    return Draft{}.u8s({0x45, 0}).v(1).v(2).v(slot).v(generation).v(2).v(1).v(0).fill(64).ok();
  };
  EXPECT_TRUE(modify(1, 0));
  EXPECT_FALSE(modify(0, 0));
  const auto approve = [](u64 role) {
    return Draft{}.u8s({0x48, 0}).v(1).v(2).fill(20).v(role).v(0).v(0).v(0).v(0).fill(64).ok();
  };
  EXPECT_TRUE(approve(255));
  EXPECT_FALSE(approve(256));
  EXPECT_TRUE(Draft{}.u8s({4}).v(kU32).ok());
  EXPECT_FALSE(Draft{}.u8s({4}).v(kU32 + 1).ok());
}

TEST(Row, AnExpiryOfZeroIsWrittenWithoutItsFlag) {
  const auto with_expiry = [](u64 difference) {
    return Draft{}.u8s({0x4a, 2}).v(1).v(2 * 100).v(difference).v(0).v(0).fill(64).ok();
  };
  EXPECT_TRUE(with_expiry(base::zigzag_encode(-99)));
  EXPECT_FALSE(with_expiry(base::zigzag_encode(-100)));
}

TEST(Row, AnUndefinedStpEndsTheRows) {
  const auto place = [](u8 flags) {
    return Draft{}.u8s({0x41, flags}).v(1).v(2).v(2).v(2).v(1).v(0).fill(64).ok();
  };
  EXPECT_TRUE(place(0x80));
  EXPECT_FALSE(place(0xc0));
}

TEST(Row, VarintsAreMinimal) {
  EXPECT_TRUE(decodes({1, 0x80, 1}));
  EXPECT_FALSE(decodes({1, 0x80, 0}));
  EXPECT_FALSE(decodes({1, 0x81, 0x80, 0}));
  EXPECT_TRUE(decodes({1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}));
  EXPECT_FALSE(decodes({1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2}));
  EXPECT_FALSE(decodes({1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 1}));
}

TEST(Row, RandomRowsRoundTrip) {
  std::mt19937_64 random(7);
  const std::vector<samples::NamedRow> rows = samples::page_rows();
  for (u32 round = 0; round < 20'000; ++round) {
    Row row = rows[random() % rows.size()].row;
    const auto number = [&] { return random() >> random() % 64; };
    const auto narrow = [&] { return static_cast<u32>(random() >> (32 + random() % 32)); };
    PageContext writing{narrow(), number(), narrow(), narrow()};
    PageContext reading = writing;
    if (row.kind == RowKind::transaction) {
      row.tx.account = narrow();
      row.tx.nonce = number();
      if (row.tx.expiry_ms != 0) row.tx.expiry_ms = number() | 1;
      if (row.tx.price_ticks != 0) row.tx.price_ticks = narrow();
      if (row.tx.lots != 0) row.tx.lots = number();
      if (row.tx.market != 0) row.tx.market = narrow();
      if (row.tx.order_id != 0) row.tx.order_id = number() | 1;
      if (row.hints.level != 0) row.hints.level = narrow();
    }
    std::vector<u8> bytes(kMaxRowBytes);
    bytes.resize(encode_row(row, writing, bytes));
    Row back;
    ASSERT_EQ(decode_row(bytes, reading, back), bytes.size());
    ASSERT_EQ(back, row);
    ASSERT_EQ(reading, writing);
  }
}

}  // namespace
}  // namespace gavel::stf
