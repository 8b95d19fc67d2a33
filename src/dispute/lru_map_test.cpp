// What is asked for stays, what is not goes, and there are never too many.
#include "dispute/lru_map.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

namespace gavel::dispute {
namespace {

// The keys that are kept, without asking for them as a user does.
std::string kept(const LruMap<u32, u32>& map) {
  LruMap<u32, u32> copy = map;
  std::string out;
  copy.erase_if([&](u32 key) {
    out += std::to_string(key);
    return false;
  });
  return out;
}

TEST(LruMap, what_was_asked_for_longest_ago_goes) {
  LruMap<u32, u32> map(3);
  for (const u32 key : {1u, 2u, 3u}) map.put(key, 10 * key);
  EXPECT_EQ(*map.find(1), 10u);
  map.put(4, 40);
  EXPECT_EQ(kept(map), "134");
  map.put(3, 31);  // anew
  EXPECT_EQ(kept(map), "134");
  EXPECT_EQ(*map.find(3), 31u);
  map.put(5, 50);
  EXPECT_EQ(kept(map), "345");
  EXPECT_EQ(map.find(1), nullptr);
  map.make_room();
  EXPECT_EQ(kept(map), "35") << "4 was the oldest";
  map.make_room();
  EXPECT_EQ(map.size(), 2u) << "there is room";
  map.erase(5);
  map.erase(77);
  map.put(6, 60);
  map.put(7, 70);
  map.erase_if([](u32 key) { return key % 2 == 1; });
  EXPECT_EQ(kept(map), "6");
  EXPECT_EQ(map.size(), 1u);
}

TEST(LruMap, never_more_than_most_are_alive) {
  struct Alive {
    explicit Alive(i64& count) : count_(&count) { ++*count_; }
    ~Alive() { --*count_; }
    i64* count_;
  };
  i64 alive = 0;
  const u64 seed = 5;
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  LruMap<u64, std::unique_ptr<Alive>> map(4);
  for (u32 i = 0; i < 1'000; ++i) {
    const u64 key = random() % 12;
    if (map.find(key) == nullptr) {
      map.make_room();
      map.put(key, std::make_unique<Alive>(alive));
    }
    ASSERT_LE(alive, 4);
    ASSERT_EQ(static_cast<u64>(alive), map.size());
  }
}

}  // namespace
}  // namespace gavel::dispute
