// Games followed on a fake L1: creation, events, registry, reorgs, lies of an endpoint.
#include "dispute/game_feed.hpp"

#include <gtest/gtest.h>

#include "dispute/game_logs_test.hpp"
#include "dispute/list_tree.hpp"
#include "l1/fake_l1.hpp"

namespace gavel::dispute {
namespace {

const Address kRegistry{{1}};
const Address kFactory{{2}};
const Address kGame{{3}};
const Hash32 kParent{{4}};

class GameFeedTest : public testing::Test {
 protected:
  GameFeedTest() : feed_(l1_, {.registry = kRegistry, .factory = kFactory}) {
    l1_.on_execute([this](const l1::FakeL1::Transaction& tx, const l1::BlockHeader&) {
      return l1::FakeL1::Execution{.logs = logs_.at(tx.body.nonce)};
    });
  }

  // A block with these logs of one contract.
  void mine(const Address& contract, std::vector<l1::Log> logs) {
    for (l1::Log& log : logs) log.address = contract;
    logs_.push_back(std::move(logs));
    l1::TransactionBody body;
    body.chain_id = 31'337;
    body.nonce = logs_.size() - 1;
    body.max_fee_wei = u128{9'000'000'000};
    body.gas_limit = 1'000'000;
    body.to = contract;
    ASSERT_TRUE(l1_.send_raw_transaction(key_.sign(body)->raw).ok());
    l1_.mine();
  }
  void create() { mine(kFactory, {log_of(GameCreated{kParent, kGame, 7, {{5}}, {{6}}, {{8}}})}); }
  ClaimPosted claim(u8 n) const {
    ClaimPosted e;
    e.dispute = dispute_id({0, {{6}}, 0, {}});
    for (u8 i = 0; i < 64; ++i) e.list.push_back(Hash32{{n, i}});
    e.end = e.list.back();
    e.list_root = list_root(e.list);
    e.claim = claim_id(e.dispute, e.list_root, e.end);
    return e;
  }
  void poll() {
    for (u32 i = 0; i < 5; ++i) {
      const auto done = feed_.poll();
      ASSERT_TRUE(done.ok()) << done.error().detail;
      if (*done) return;
    }
  }
  std::size_t claims() const {
    const FeedGame* game = feed_.game_of(kParent);
    return game == nullptr ? 0 : game->view->claims().size();
  }

  l1::FakeL1 l1_;
  l1::SigningKey key_ = l1::SigningKey::from_hex(std::string(63, '0') + "1").value();
  std::vector<std::vector<l1::Log>> logs_;
  GameFeed feed_;
};

TEST_F(GameFeedTest, a_game_and_its_events_are_found) {
  poll();
  EXPECT_EQ(feed_.games().size(), 0u);
  create();
  mine(kGame, {log_of(claim(1)), log_of(claim(2))});
  poll();
  ASSERT_NE(feed_.game_of(kParent), nullptr);
  EXPECT_EQ(feed_.game_of(kParent)->created.batch, 7u);
  EXPECT_EQ(claims(), 2u);
  mine(kGame, {log_of(claim(3))});
  poll();
  EXPECT_EQ(claims(), 3u);
}

TEST_F(GameFeedTest, events_of_other_contracts_are_not_the_games) {
  create();
  mine(Address{{9}}, {log_of(claim(1))});
  mine(Address{{9}}, {log_of(GameCreated{{{1}}, {{2}}, 8, {}, {}, {}})});
  poll();
  EXPECT_EQ(claims(), 0u);
  EXPECT_EQ(feed_.games().size(), 1u);
}

TEST_F(GameFeedTest, what_is_too_much_at_once_is_read_in_parts) {
  create();
  for (u8 i = 1; i <= 12; ++i) mine(kGame, {log_of(claim(i))});
  GameFeed feed(l1_, {.registry = kRegistry, .factory = kFactory, .reader = {.max_logs = 2}});
  u32 polls = 0;
  while (!feed.poll().value()) ASSERT_LT(++polls, 50u);
  EXPECT_EQ(feed.game_of(kParent)->view->claims().size(), 12u);
  EXPECT_GT(polls, 3u);
}

TEST_F(GameFeedTest, a_block_that_is_too_much_by_itself_is_an_error_and_not_skipped) {
  create();
  mine(kGame, {log_of(claim(1)), log_of(claim(2)), log_of(claim(3))});
  mine(kGame, {log_of(claim(4))});
  GameFeed feed(l1_, {.registry = kRegistry, .factory = kFactory, .reader = {.max_logs = 2}});
  auto done = feed.poll();
  for (u32 i = 0; i < 5 && done.ok(); ++i) done = feed.poll();
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().kind, l1::ErrorKind::kOutOfRange);
  EXPECT_LT(feed.read_to(), 2u) << "the block of three";
}

TEST_F(GameFeedTest, a_reorg_takes_back_events_and_games) {
  create();
  mine(kGame, {log_of(claim(1))});
  mine(kGame, {log_of(claim(2))});
  poll();
  EXPECT_EQ(claims(), 2u);
  l1_.reorg(1, false);
  l1_.mine(2);
  poll();
  EXPECT_EQ(claims(), 1u);
  EXPECT_EQ(feed_.reorgs(), 1u);
  l1_.reorg(4, false);
  l1_.mine(5);
  poll();
  EXPECT_EQ(feed_.game_of(kParent), nullptr);
}

TEST_F(GameFeedTest, contradicting_logs_break_a_game_and_no_other) {
  create();
  mine(kFactory, {log_of(GameCreated{{{44}}, {{33}}, 8, {}, {{6}}, {}})});
  ClaimPosted wrong = claim(1);
  wrong.list[3].bytes[0] ^= 1;
  mine(kGame, {log_of(wrong)});
  poll();
  EXPECT_TRUE(feed_.game_of(kParent)->broken);
  EXPECT_FALSE(feed_.game_of({{44}})->broken);
  l1_.reorg(1, false);
  l1_.mine(2);
  poll();
  EXPECT_FALSE(feed_.game_of(kParent)->broken) << "the reorg took the wrong log back";
}

TEST_F(GameFeedTest, what_the_registry_says_of_bonds_and_lanes) {
  const Hash32 lost{{1, 1}};
  const Hash32 proved{{2, 2}};
  mine(kRegistry, {LogWriter("Forfeited(bytes32,address,uint256)")
                       .topic(lost)
                       .topic(Address{{7}})
                       .number(5)
                       .log(),
                   LogWriter("Credited(bytes32,uint256,address)")
                       .topic(proved)
                       .topic(Address{{7}})
                       .number(1)
                       .log()});
  poll();
  EXPECT_TRUE(feed_.forfeited(lost));
  EXPECT_FALSE(feed_.forfeited(proved));
  EXPECT_EQ(feed_.lanes_of(proved), 2u);
  EXPECT_EQ(feed_.lanes_of(lost), 0u);
  l1_.reorg(1, false);
  l1_.mine(2);
  poll();
  EXPECT_FALSE(feed_.forfeited(lost));
  EXPECT_EQ(feed_.lanes_of(proved), 0u);
}

TEST_F(GameFeedTest, an_endpoint_that_fails_midway_loses_nothing) {
  create();
  mine(kGame, {log_of(claim(1))});
  for (u32 after = 0; after < 6; ++after) {
    l1_.fail_after(after, l1::make_error(l1::ErrorKind::kConnection));
    for (u32 i = 0; i < 4; ++i) (void)feed_.poll();  // until it has failed
  }
  poll();
  EXPECT_EQ(claims(), 1u);
}

}  // namespace
}  // namespace gavel::dispute
