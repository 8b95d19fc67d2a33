#include "guest/preimage_bag.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "crypto/keccak.hpp"

namespace gavel::guest {
namespace {

void add(std::vector<u8>& bag, std::vector<u8> preimage) {
  const u32 size = static_cast<u32>(preimage.size());
  for (u32 i = 4; i > 0; --i) bag.push_back(static_cast<u8>(size >> 8 * (i - 1)));
  bag.insert(bag.end(), preimage.begin(), preimage.end());
}

struct GuestBag : testing::Test {
  std::unique_ptr<PreimageBag> bag = std::make_unique<PreimageBag>();
  std::vector<u8> bytes;
};

TEST_F(GuestBag, FindsWhatItHoldsAndNothingElse) {
  for (u32 i = 0; i < 1'000; ++i) add(bytes, std::vector<u8>(1 + i % 300, static_cast<u8>(i)));
  ASSERT_TRUE(bag->index(bytes));
  for (u32 i = 0; i < 1'000; ++i) {
    const std::vector<u8> preimage(1 + i % 300, static_cast<u8>(i));
    EXPECT_TRUE(std::ranges::equal(bag->find(crypto::keccak256(preimage)), preimage));
  }
  EXPECT_TRUE(bag->find(Hash32{}).empty());
  EXPECT_TRUE(bag->find(crypto::keccak256(bytes)).empty());
}

TEST_F(GuestBag, AnIndexForgetsTheOneBefore) {
  add(bytes, {1, 2, 3});
  ASSERT_TRUE(bag->index(bytes));
  ASSERT_TRUE(bag->index({}));
  EXPECT_TRUE(bag->find(crypto::keccak256(std::vector<u8>{1, 2, 3})).empty());
}

TEST_F(GuestBag, RefusesWhatIsNotWholeRecords) {
  add(bytes, {1, 2, 3});
  add(bytes, {});
  add(bytes, {4});
  const std::size_t kEnds[] = {0, 7, 11, 16};
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    EXPECT_EQ(bag->index(std::span(bytes).first(size)), std::ranges::count(kEnds, size) == 1)
        << size;
  }
}

TEST_F(GuestBag, RefusesALengthBeyondItsBytes) {
  bytes = {0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4};
  EXPECT_FALSE(bag->index(bytes));
}

TEST_F(GuestBag, HoldsAsManyAsItSaysAndNoMore) {
  for (u32 i = 0; i < PreimageBag::kMaxPreimages; ++i) {
    add(bytes, {static_cast<u8>(i), static_cast<u8>(i >> 8), 1});
  }
  EXPECT_TRUE(bag->index(bytes));
  EXPECT_FALSE(bag->find(crypto::keccak256(std::vector<u8>{0xff, 0x3f, 1})).empty());
  add(bytes, {1});
  EXPECT_FALSE(bag->index(bytes));
}

}  // namespace
}  // namespace gavel::guest
