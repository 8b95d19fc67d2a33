// The continuation record, byte by byte as docs/protocol/data.md gives it.
#include "stf/work.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gavel::stf {
namespace {

std::string hex(std::span<const u8> bytes) {
  static constexpr const char* kDigits = "0123456789abcdef";
  std::string out;
  for (const u8 byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

Work work_of(Work::Kind kind) {
  Work w;
  w.kind = kind;
  w.source_kind = 1;
  w.source.bytes.fill(0xab);
  w.cancel_all = {0x11, 0x12, 0x13};
  w.liquidation.target = 0x21;
  w.liquidation.market = 0x22;
  w.liquidation.matching = true;
  w.liquidation.side = 1;
  w.liquidation.before = -2;
  w.liquidation.cancels = {0x21, 0, 0x23, true};
  exchange::Matching& m = w.matching;
  m.taker.account = 0x31;
  m.taker.market = 0x32;
  m.taker.limit_ticks = 0x33;
  m.taker.side = exchange::Side::ask;
  m.taker.stp = 2;
  m.taker.lots = 0x34;
  m.type = exchange::OrderType::market;
  m.has_client_id = true;
  m.client_id.fill(0xcd);
  m.level_hint = 0x35;
  m.account_prev = 0x36;
  m.reduce_only = true;
  m.liquidation = true;
  w.receipt.action = 7;
  return w;
}

const std::string kSource = "01" + hex(std::array<u8, 32>{[] {
                              std::array<u8, 32> all{};
                              all.fill(0xab);
                              return all;
                            }()});
const std::string kMatch =
    "000000310000003200000033"
    "01020301"
    "03"
    "0000000000000034"
    "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
    "0000003500000036";

struct Row {
  Work::Kind kind;
  std::string state;
};

TEST(Work, IsTheBytesOfItsLayout) {
  const Row rows[] = {
      {Work::Kind::match, kMatch},
      {Work::Kind::cancel_all, "000000110000001200000013"},
      {Work::Kind::liquidate,
       "0000002100000022"
       "0101"
       "00000023"
       "fffffffffffffffe" +
           kMatch},
  };
  for (const Row& row : rows) {
    const Work work = work_of(row.kind);
    std::array<u8, kMaxWorkBytes> bytes{};
    std::array<u8, kMaxReceiptBytes> receipt{};
    const u32 size = encode_work(work, bytes);
    const u32 tail = encode_receipt(work.receipt, receipt);
    const std::string head = "010" + std::to_string(static_cast<int>(row.kind)) + kSource;
    EXPECT_EQ(hex(std::span(bytes).first(size)),
              head + row.state + hex(std::span(receipt).first(tail)));
    Work back;
    ASSERT_TRUE(decode_work(std::span(bytes).first(size), back));
    std::array<u8, kMaxWorkBytes> again{};
    EXPECT_EQ(encode_work(back, again), size);
    EXPECT_EQ(again, bytes);
    if (row.kind == Work::Kind::liquidate) EXPECT_EQ(back.liquidation, work.liquidation);
    EXPECT_FALSE(decode_work(std::span(bytes).first(size - 1), back));
    EXPECT_FALSE(decode_work(std::span(bytes).first(size + 1), back));
  }
}

}  // namespace
}  // namespace gavel::stf
