#include "replay/tape.hpp"

#include <gtest/gtest.h>

namespace gavel::replay {
namespace {

constexpr TapeFormat kLobster = TapeFormat::lobster;
constexpr TapeFormat kOrders = TapeFormat::orders;

struct Read {
  std::vector<TapeEvent> events;
  std::string error;
};
Read read(std::string_view text, TapeFormat format) {
  Read out;
  const auto tape = tape_from_bytes(text, format);
  if (!tape.ok()) return {{}, tape.error().text()};
  TapeEvent event;
  for (;;) {
    const auto more = (*tape)->next(event);
    if (!more.ok()) out.error = more.error().text();
    if (!more.ok() || !*more) return out;
    out.events.push_back(event);
  }
}

TapeEvent event(TapeKind kind, u64 ts_ns, u64 id, Side side, u64 price, u64 qty, u64 line) {
  return {ts_ns, id, price, qty, line, kind, side};
}

TEST(Tape, OrdersColumns) {
  const Read out = read(
      "exch_ms,event,order_id,side,price_e2,qty_e3\n"
      "5,A,1,B,6180020,2909\n5,D,1,B,6180020,2909\n6,R,2,S,10,3\n6,I,9,S,10,4\n6,E,2,B,10,4\n",
      kOrders);
  EXPECT_EQ(out.error, "");
  EXPECT_EQ(out.events, (std::vector<TapeEvent>{
                            event(TapeKind::add, 5'000'000, 1, Side::bid, 6180020, 2909, 2),
                            event(TapeKind::remove, 5'000'000, 1, Side::bid, 6180020, 2909, 3),
                            event(TapeKind::reduce, 6'000'000, 2, Side::ask, 10, 3, 4),
                            event(TapeKind::ioc, 6'000'000, 9, Side::ask, 10, 4, 5),
                            event(TapeKind::execution, 6'000'000, 2, Side::bid, 10, 4, 6)}));
}

TEST(Tape, NormalisedLobsterAndBitstampColumns) {
  const Read nasdaq = read(
      "ts_ns,event,order_id,side,price,qty\n34200004241176,A,16,B,5853300,18\n34200004241177,H,0,S,"
      "5853300,7\n",
      kLobster);
  EXPECT_EQ(nasdaq.events,
            (std::vector<TapeEvent>{
                event(TapeKind::add, 34200004241176, 16, Side::bid, 5853300, 18, 2),
                event(TapeKind::hidden, 34200004241177, 0, Side::ask, 5853300, 7, 3)}));
  const Read bitstamp =
      read("ts_ns,event,order_id,side,price_cents,qty_satoshi\n1,M,7,S,23647,0\n2,D,7,S,23647,0\n",
           kLobster);
  EXPECT_EQ(bitstamp.events,
            (std::vector<TapeEvent>{event(TapeKind::remaining, 1, 7, Side::ask, 23647, 0, 2),
                                    event(TapeKind::remove, 2, 7, Side::ask, 23647, 0, 3)}));
}

TEST(Tape, LobsterMessageFilesAreToldByContent) {
  const Read out = read(
      "34200.004241176,1,16113575,18,5853300,1\n34200.1,2,5,1,5853300,-1\n34200.25,3,5,1,5853300,-"
      "1\n"
      "34201,4,16113575,18,5853300,1\n34201.5,5,0,100,5853300,-1\n34202.5,6,-1,100,5853300,-1\n"
      "34203.5,7,0,0,-1,-1\n",
      kLobster);
  EXPECT_EQ(out.error, "");
  ASSERT_EQ(out.events.size(), 7u);
  EXPECT_EQ(out.events[0],
            event(TapeKind::add, 34200004241176, 16113575, Side::bid, 5853300, 18, 1));
  EXPECT_EQ(out.events[1], event(TapeKind::reduce, 34200100000000, 5, Side::ask, 5853300, 1, 2));
  EXPECT_EQ(out.events[2].kind, TapeKind::remove);
  EXPECT_EQ(out.events[3],
            event(TapeKind::execution, 34201000000000, 16113575, Side::bid, 5853300, 18, 4));
  EXPECT_EQ(out.events[4].kind, TapeKind::hidden);
  EXPECT_EQ(out.events[5].kind, TapeKind::cross);
  EXPECT_EQ(out.events[6].kind, TapeKind::halt);
}

TEST(Tape, ColumnsAreFoundByNameInAnyOrder) {
  const Read out =
      read("side,qty,venue,price_ticks,order_id,event,recv_us\nS,3,x,10,77,A,5\n", kOrders);
  EXPECT_EQ(out.events,
            (std::vector<TapeEvent>{event(TapeKind::add, 5'000, 77, Side::ask, 10, 3, 2)}));
}

TEST(Tape, WithoutAHeaderTheUnitIsTheFormats) {
  EXPECT_EQ(read("7,A,1,B,10,3\n", kLobster).events[0].ts_ns, 7u);
  EXPECT_EQ(read("7,A,1,B,10,3\n", kOrders).events[0].ts_ns, 7'000'000u);
}

TEST(Tape, EmptyLinesAndCarriageReturnsAreNothing) {
  EXPECT_EQ(
      read("exch_ms,event,order_id,side,price,qty\r\n1,A,1,B,2,3\r\n\r\n", kOrders).events.size(),
      1u);
}

TEST(Tape, ErrorsNameLineAndColumn) {
  const std::string h = "exch_ms,event,order_id,side,price,qty\n";
  struct Case {
    std::string text;
    TapeFormat format;
    const char* error;
  };
  const Case cases[] = {
      {"", kOrders, "memory: the file is empty"},
      {"exch_ms,event,order_id,side,price\n", kOrders,
       "memory:1: the header has no column for qty"},
      {"when,event,order_id,side,price,qty\n", kOrders,
       "memory:1: the header has no column for a time (ts_ns, exch_ms)"},
      {"exch_ms,event,side,side,price,qty\n", kOrders,
       "memory:1: column 4 (header): \"side\" is a second column of the same meaning"},
      {"1,2,3\n", kLobster, "memory:1: the first line is neither a header nor six columns"},
      {"34200.1,1,5,1,5,1\n", kOrders,
       "memory:1: column 2 (event): \"1\" is no event; a tape of orders starts with a header"},
      {h + "1,A,1,B,2\n", kOrders, "memory:2: expected 6 columns"},
      {h + "1,A,1,B,2,3,4\n", kOrders, "memory:2: expected 6 columns"},
      {h + "1,A,1,B,2,3\nx,A,1,B,2,3\n", kOrders, "memory:3: column 1 (time): \"x\" is not a time"},
      {h + "99999999999999999,A,1,B,2,3\n", kOrders,
       "memory:2: column 1 (time): \"99999999999999999\" is not a time"},
      {h + "1,Z,1,B,2,3\n", kOrders,
       "memory:2: column 2 (event): \"Z\" is not one of A D R M I E H C T"},
      {h + "1,A,-1,B,2,3\n", kOrders,
       "memory:2: column 3 (order_id): \"-1\" is not a whole number"},
      {h + "1,A,1,X,2,3\n", kOrders, "memory:2: column 4 (side): \"X\" is neither B nor S"},
      {h + "1,A,1,B,2.5,3\n", kOrders, "memory:2: column 5 (price): \"2.5\" is not a whole number"},
      {h + "1,A,1,B,0,3\n", kOrders, "memory:2: column 5 (price): \"0\" is not a price"},
      {h + "1,A,1,B,2,0\n", kOrders, "memory:2: column 6 (qty): \"0\" is not a size"},
      {h + "1,A,1,B,2,18446744073709551616\n", kOrders,
       "memory:2: column 6 (qty): \"18446744073709551616\" is not a whole number"},
      {"34200.1,1,5,1,5,1\n34200.x,1,5,1,5,1\n", kLobster,
       "memory:2: column 1 (time): \"34200.x\" is not seconds after midnight"},
      {"34200.1,8,5,1,5,1\n", kLobster,
       "memory:1: column 2 (type): \"8\" is not a type from 1 to 7"},
      {"34200.1,1,5,0,5,1\n", kLobster, "memory:1: column 4 (size): \"0\" must be positive"},
      {"34200.1,1,5,1,-1,1\n", kLobster,
       "memory:1: column 5 (price): \"-1\" is not a whole number"},
      {"34200.1,1,5,1,5,2\n", kLobster,
       "memory:1: column 6 (direction): \"2\" is neither 1 nor -1"},
      {h + "1,A,1,\x01\xff,2,3\n", kOrders, "memory:2: column 4 (side): \"??\" is neither B nor S"},
  };
  for (const Case& c : cases) EXPECT_EQ(read(c.text, c.format).error, c.error) << c.text;
}

TEST(Tape, TooManyColumnsAreAnError) {
  EXPECT_EQ(read(std::string(40, ','), kOrders).error, "memory:1: too many columns");
}

TEST(Tape, Formats) {
  TapeFormat format{};
  EXPECT_TRUE(parse_format("lobster", format));
  EXPECT_EQ(format, kLobster);
  EXPECT_TRUE(parse_format("orders", format));
  EXPECT_EQ(format, kOrders);
  EXPECT_FALSE(parse_format("csv", format));
}

}  // namespace
}  // namespace gavel::replay
