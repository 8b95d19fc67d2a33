#include "replay/naive_book.hpp"

#include <gtest/gtest.h>

namespace gavel::replay {
namespace {

using Rest = NaiveBook::Rest;
using Levels = std::vector<BookLevel>;

struct Book : NaiveBook {
  std::vector<Fill> fills;
  u64 put(u64 id, Side side, u64 price, u64 lots, Rest rest = Rest::yes, u32 max_fills = 64) {
    return place(id, static_cast<u32>(id), side, price, lots, rest, max_fills, fills);
  }
};
constexpr Side kBuy = Side::bid;
constexpr Side kSell = Side::ask;

TEST(NaiveBook, RestsAndListsLevels) {
  Book book;
  EXPECT_EQ(book.put(1, kBuy, 99, 5), 5u);
  EXPECT_EQ(book.put(2, kBuy, 98, 5), 5u);
  EXPECT_EQ(book.put(3, kBuy, 99, 2), 2u);
  EXPECT_EQ(book.put(4, kSell, 101, 7), 7u);
  EXPECT_EQ(book.levels(), (Levels{{kBuy, 99, 7}, {kBuy, 98, 5}, {kSell, 101, 7}}));
  EXPECT_EQ(book.best(kBuy), 99u);
  EXPECT_TRUE(book.crosses(kSell, 99));
  EXPECT_FALSE(book.crosses(kSell, 100));
}

TEST(NaiveBook, TakesTheBestPriceThenTheOldest) {
  Book book;
  book.put(1, kSell, 102, 5);
  book.put(2, kSell, 101, 5);
  book.put(3, kSell, 101, 5);
  EXPECT_EQ(book.put(9, kBuy, 102, 12), 0u);
  EXPECT_EQ(book.fills, (std::vector<Fill>{{2, 2, 101, 5}, {3, 3, 101, 5}, {1, 1, 102, 2}}));
  EXPECT_EQ(book.levels(), (Levels{{kSell, 102, 3}}));
}

TEST(NaiveBook, TheRemainderRestsOrGoes) {
  Book book;
  book.put(1, kSell, 101, 5);
  EXPECT_EQ(book.put(2, kBuy, 101, 8), 3u);
  EXPECT_EQ(book.levels(), (Levels{{kBuy, 101, 3}}));
  EXPECT_EQ(book.put(3, kSell, 101, 8, Rest::no), 0u);
  EXPECT_EQ(book.orders(), 0u);
}

TEST(NaiveBook, StopsAtMaxFills) {
  Book book;
  for (u64 id = 1; id <= 5; ++id) book.put(id, kSell, 101, 1);
  EXPECT_EQ(book.put(9, kBuy, 101, 5, Rest::yes, 3), 0u);
  EXPECT_EQ(book.fills.size(), 3u);
  EXPECT_EQ(book.levels(), (Levels{{kSell, 101, 2}}));
}

TEST(NaiveBook, PreviewIsPlaceWithoutEffect) {
  Book book;
  for (u64 id = 1; id <= 4; ++id) book.put(id, kBuy, 100 - id / 3, 2);
  std::vector<Fill> preview;
  book.preview(kSell, 98, 7, 64, preview);
  book.put(9, kSell, 98, 7);
  EXPECT_EQ(preview, book.fills);
}

TEST(NaiveBook, ReductionKeepsThePlaceInTheQueue) {
  Book book;
  book.put(1, kBuy, 99, 5);
  book.put(2, kBuy, 99, 5);
  EXPECT_TRUE(book.reduce(1, 3));
  EXPECT_FALSE(book.reduce(7, 3));
  EXPECT_EQ(book.remaining(1), 3u);
  book.put(9, kSell, 99, 4, Rest::no);
  EXPECT_EQ(book.fills, (std::vector<Fill>{{1, 1, 99, 3}, {2, 2, 99, 1}}));
}

TEST(NaiveBook, Cancels) {
  Book book;
  book.put(1, kBuy, 99, 5);
  EXPECT_TRUE(book.cancel(1));
  EXPECT_FALSE(book.cancel(1));
  EXPECT_EQ(book.levels(), Levels{});
  EXPECT_EQ(book.best(kBuy), std::nullopt);
}

}  // namespace
}  // namespace gavel::replay
