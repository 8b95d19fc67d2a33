#include "replay/price_path.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace gavel::replay {
namespace {

using Points = std::vector<PricePoint>;
constexpr u64 kMs = 1'000'000;

std::string ticker(u64 ms, const std::string& bid, const std::string& ask) {
  return "17 "
         "{\"stream\":\"x@bookTicker\",\"data\":{\"e\":\"bookTicker\",\"u\":1,\"s\":\"X\",\"b\":"
         "\"" +
         bid + "\",\"B\":\"2\",\"a\":\"" + ask +
         "\",\"A\":\"1\",\"T\":1,\"E\":" + std::to_string(ms) + "}}\n";
}
std::string mark(u64 ms, const std::string& index) {
  return "17 {\"stream\":\"x@markPrice\",\"data\":{\"e\":\"markPriceUpdate\",\"E\":" +
         std::to_string(ms) + ",\"s\":\"X\",\"p\":\"1.0\",\"P\":\"2.0\",\"i\":\"" + index +
         "\",\"r\":\"0.0001\",\"T\":9}}\n";
}
const std::string kDepth =
    "17 "
    "{\"stream\":\"x@depth\",\"data\":{\"e\":\"depthUpdate\",\"E\":5,\"b\":[[\"1.0\",\"2\"]]}}\n";

Points read(const std::string& text, u32 decimals) {
  const auto path = price_path_of(text, decimals);
  EXPECT_TRUE(path.ok()) << path.error().text();
  return path.ok() ? *path : Points{};
}

TEST(PricePath, PriceTexts) {
  struct Row {
    const char* text;
    u32 decimals;
    u64 price;
  };
  for (const Row& row : std::vector<Row>{{"61800.25", 2, 6180025},
                                         {"61800.25", 0, 61800},
                                         {"61800.2", 2, 6180020},
                                         {"61800", 2, 6180000},
                                         {"0.00009999", 4, 0},
                                         {"7.", 1, 70}}) {
    u64 price = 1;
    EXPECT_TRUE(parse_price(row.text, row.decimals, price)) << row.text;
    EXPECT_EQ(price, row.price) << row.text;
  }
  u64 price = 0;
  for (const char* text : {"", ".5", "-1", "1e3", "1.x", "x", "99999999999999999999"})
    EXPECT_FALSE(parse_price(text, 2, price)) << text;
}

TEST(PricePath, TickersGiveTheLastMiddleOfEachSecond) {
  EXPECT_EQ(read(ticker(1'000, "10.00", "10.04") + kDepth + ticker(1'900, "20.00", "20.01") +
                     ticker(2'000, "30.00", "30.10"),
                 2),
            (Points{{1'900 * kMs, 2'000}, {2'000 * kMs, 3'005}}));
}

TEST(PricePath, AnIndexPriceCountsMoreThanABook) {
  EXPECT_EQ(read(ticker(1'000, "10", "11") + mark(1'500, "12.345678") + mark(1'600, "13"), 3),
            (Points{{1'500 * kMs, 12'345}, {1'600 * kMs, 13'000}}));
}

TEST(PricePath, PlainLines) {
  EXPECT_EQ(read("ms,price\n5,60000\n6,60001.5\n", 0),
            (Points{{5 * kMs, 60'000}, {6 * kMs, 60'001}}));
  EXPECT_EQ(read("5,7", 1), (Points{{5 * kMs, 70}}));
}

TEST(PricePath, WhatIsWrongNamesTheLine) {
  const auto wrong = [](const std::string& text) {
    const auto path = price_path_of(text, 0);
    return path.ok() ? "nothing" : path.error().text();
  };
  EXPECT_EQ(wrong(""), "prices: holds no price");
  EXPECT_EQ(wrong(kDepth), "prices: holds no price");
  EXPECT_EQ(wrong("ms,price\n5;7\n"), "prices:2: a line is \"milliseconds,price\"");
  EXPECT_EQ(wrong("5,7\n4,7\n"), "prices:2: the time goes back");
  EXPECT_EQ(wrong("5,0\n"), "prices:1: a price of 0");
  EXPECT_EQ(wrong("{\"e\":\"markPriceUpdate\",\"i\":\"5\"}\n"),
            "prices:1: an event without its time");
  EXPECT_EQ(wrong("{\"e\":\"markPriceUpdate\",\"E\":5}\n"), "prices:1: no index price");
  EXPECT_EQ(wrong("{\"e\":\"bookTicker\",\"E\":5,\"b\":\"5\"}\n"), "prices:1: no best bid and ask");
}

TEST(PricePath, PriceAtAMoment) {
  const Points path = {{10, 1}, {20, 2}};
  for (const auto& [ts, price] :
       std::vector<std::pair<u64, u64>>{{0, 1}, {10, 1}, {19, 1}, {20, 2}, {99, 2}})
    EXPECT_EQ(price_at(path, ts), price) << ts;
  EXPECT_EQ(price_at({}, 5), 0u);
}

TEST(PriceWalk, StaysNearItsStartAndRepeats) {
  PriceWalk a(7, 60'000);
  PriceWalk b(7, 60'000);
  u64 low = 60'000;
  u64 high = 60'000;
  u64 before = 60'000;
  for (u32 i = 0; i < 100'000; ++i) {
    const u64 price = a.next();
    EXPECT_EQ(price, b.next());
    EXPECT_LE(std::max(price, before) - std::min(price, before), 30u);
    low = std::min(low, price);
    high = std::max(high, price);
    before = price;
  }
  EXPECT_GE(low, 48'000u);
  EXPECT_LE(high, 72'000u);
  EXPECT_GT(high - low, 100u);
  EXPECT_GE(PriceWalk(1, 1).next(), 1u);
}

}  // namespace
}  // namespace gavel::replay
