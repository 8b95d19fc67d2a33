#include "settle/l1_feed.hpp"

#include <gtest/gtest.h>

#include "settle/event_l1_test.hpp"

namespace gavel::settle {
namespace {

struct FeedTest : ::testing::Test {
  FeedTest() {
    contracts.inbox = kInbox;
    contracts.batch_inbox = kBatchInbox;
    contracts.deployment_block = 1;
  }
  EventL1 l1;
  Contracts contracts;
};

TEST_F(FeedTest, TellsAReorgThatAFailedStepMet) {
  L1Feed feed(l1, contracts);
  l1.mine();
  l1.add_message();
  ASSERT_TRUE(feed.poll().ok());
  ASSERT_EQ(feed.messages().size(), 1u);
  l1.reorg(1, false);
  l1.mine(2);
  l1.lose_next_logs = true;
  EXPECT_FALSE(feed.poll().ok());
  const auto update = feed.poll();
  ASSERT_TRUE(update.ok());
  EXPECT_EQ(update.value().reorg_from, 2u);
  EXPECT_TRUE(feed.messages().empty());
  EXPECT_FALSE(feed.poll().value().reorg_from);
}

// Whoever fills blocks with messages stops nobody from starting.
TEST_F(FeedTest, ReadsInPartsWhatIsTooMuchAtOnce) {
  for (u32 i = 0; i < 20; ++i) {
    l1.mine();
    l1.add_message();
  }
  l1.mine();
  L1Feed feed(l1, contracts, 1, {.max_logs = 3});
  u32 polls = 0;
  while (!feed.poll().value().caught_up) ASSERT_LT(++polls, 50u);
  EXPECT_EQ(feed.messages().size(), 20u);
  EXPECT_GT(polls, 3u);
}

TEST_F(FeedTest, ABlockThatIsTooMuchByItselfIsAnError) {
  l1.mine();
  l1.add_message();
  l1.mine();
  L1Feed feed(l1, contracts, 1, {.max_logs = 0});
  auto update = feed.poll();
  for (u32 i = 0; i < 5 && update.ok(); ++i) update = feed.poll();
  ASSERT_FALSE(update.ok());
  EXPECT_EQ(update.error().kind, l1::ErrorKind::kOutOfRange);
}

// While logs fail the chain goes on; what was forgotten meanwhile cannot be read any more, and a
// list with a hole would be another history.
TEST_F(FeedTest, RefusesAGapThatFailingLogsLeft) {
  L1Feed feed(l1, contracts);
  l1.set_finality(1'000'000, 1'000'000);
  l1.mine(3);
  ASSERT_TRUE(feed.poll().ok());
  l1.lose_logs = true;
  l1.add_message();
  for (u32 i = 0; i < 10; ++i) {
    l1.mine(500);
    const auto update = feed.poll();
    ASSERT_FALSE(update.ok());
    if (update.error().kind == l1::ErrorKind::kReorgTooDeep) break;
    EXPECT_EQ(update.error().kind, l1::ErrorKind::kConnection);
  }
  l1.lose_logs = false;
  for (u32 i = 0; i < 3; ++i) {
    const auto update = feed.poll();
    ASSERT_FALSE(update.ok());
    EXPECT_EQ(update.error().kind, l1::ErrorKind::kReorgTooDeep);
    EXPECT_NE(update.error().detail.find("start again"), std::string::npos);
  }
  EXPECT_TRUE(feed.messages().empty());
  // Starting again reads all of it.
  L1Feed again(l1, contracts);
  for (u32 i = 0; i < 20; ++i) ASSERT_TRUE(again.poll().ok());
  EXPECT_EQ(again.messages().size(), 1u);
}

TEST_F(FeedTest, ABatchFixedWithoutRowsHasNoPages) {
  L1Feed feed(l1, contracts);
  const Bytes page = {1, 2};
  l1.add_post(page, encode_post(1, 0, Hash32{}, 1, std::vector<Bytes>{page}));
  l1.add_fix(0);
  ASSERT_TRUE(feed.poll().ok());
  ASSERT_EQ(feed.batches().size(), 1u);
  EXPECT_TRUE(feed.read_pages(1).value().empty());
}

TEST_F(FeedTest, ReadsPagesWhereverTheyLie) {
  L1Feed feed(l1, contracts);
  const Bytes page = {1, 2};
  // The page's bytes lie before the array, whose only offset is -0x60, as the contract allows.
  Hash32 minus_0x60;
  minus_0x60.bytes.fill(0xff);
  minus_0x60.bytes[31] = 0xa0;
  Hash32 content;
  content.bytes = {1, 2};
  const Bytes input = AbiEncoder()
                          .uint(u128{1})
                          .uint(u128{0})
                          .word(Hash32{})
                          .uint(u128{1})
                          .uint(u128{0xe0})
                          .uint(u128{page.size()})
                          .word(content)
                          .uint(u128{1})
                          .word(minus_0x60)
                          .call(l1::selector("post(uint64,uint64,bytes32,uint64,bytes[])"));
  l1.add_post(page, input);
  l1.add_fix(1);
  ASSERT_TRUE(feed.poll().ok());
  const auto pages = feed.read_pages(1);
  ASSERT_TRUE(pages.ok()) << pages.error().detail;
  EXPECT_EQ(pages.value(), std::vector<Bytes>{page});
}

TEST_F(FeedTest, PagesOutsideTheCalldataAreMissing) {
  L1Feed feed(l1, contracts);
  const Bytes page = {1, 2};
  const Bytes whole = encode_post(1, 0, Hash32{}, 1, std::vector<Bytes>{page});
  l1.add_post(page, Bytes(whole.begin(), whole.end() - 32));
  l1.add_fix(1);
  ASSERT_TRUE(feed.poll().ok());
  EXPECT_FALSE(feed.read_pages(1).ok());
}

}  // namespace
}  // namespace gavel::settle
