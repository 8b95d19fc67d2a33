#include "base/static_vector.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace gavel::base {
namespace {

using Vec = StaticVector<u32, 4>;

std::vector<u32> items(const Vec& v) { return {v.begin(), v.end()}; }

Vec of(std::initializer_list<u32> list) {
  Vec v;
  for (const u32 item : list) v.push_back(item);
  return v;
}

TEST(StaticVector, TryPushSaysWhenFull) {
  Vec v = of({1, 2, 3});
  EXPECT_TRUE(v.try_push(4));
  EXPECT_FALSE(v.try_push(5));
  EXPECT_EQ(items(v), (std::vector<u32>{1, 2, 3, 4}));
}

TEST(StaticVector, InsertAndEraseKeepTheOrder) {
  Vec v = of({1, 3});
  v.insert(1, 2);
  v.insert(3, 9);
  EXPECT_EQ(items(v), (std::vector<u32>{1, 2, 3, 9}));
  v.erase(0);
  v.pop_back();
  EXPECT_EQ(items(v), (std::vector<u32>{2, 3}));
  EXPECT_EQ(v.back(), 3u);
}

TEST(StaticVector, InsertOfOwnElement) {
  Vec v = of({1, 2, 3});
  v.insert(0, v[2]);
  EXPECT_EQ(items(v), (std::vector<u32>{3, 1, 2, 3}));
}

TEST(StaticVector, EqualityIgnoresWhatWasRemoved) {
  Vec v = of({1, 2});
  v.pop_back();
  EXPECT_EQ(v, of({1}));
  EXPECT_NE(v, of({1, 2}));
  EXPECT_NE(v, of({2}));
}

TEST(StaticVector, ResizeGivesFreshElements) {
  Vec v = of({1, 2});
  v.clear();
  v.resize(2);
  EXPECT_EQ(items(v), (std::vector<u32>{0, 0}));
  EXPECT_EQ(v.span().size(), 2u);
}

TEST(StaticVectorDeathTest, BoundsAreChecked) {
  Vec full = of({1, 2, 3, 4});
  Vec empty;
  EXPECT_DEATH(full.push_back(5), "check failed");
  EXPECT_DEATH(full.insert(0, 5), "check failed");
  EXPECT_DEATH((void)full[4], "check failed");
  EXPECT_DEATH(full.erase(4), "check failed");
  EXPECT_DEATH(full.resize(5), "check failed");
  EXPECT_DEATH(empty.pop_back(), "check failed");
  EXPECT_DEATH((void)empty.back(), "check failed");
}

}  // namespace
}  // namespace gavel::base
