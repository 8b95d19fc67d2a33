// The inbox follower when L1 takes blocks back: a reorg shallower than the depth changes nothing, a
// deeper one stops it by name, and a restart is no way around that.
#include "settle/inbox_follower.hpp"

#include <gtest/gtest.h>

#include "io/fake_disk.hpp"
#include "settle/event_l1_test.hpp"
#include "stf/message.hpp"

namespace gavel::settle {
namespace {

constexpr u32 kDepth = 6;

struct Inbox : ::testing::Test {
  Inbox() {
    contracts.inbox = kInbox;
    contracts.batch_inbox = kBatchInbox;
    contracts.deployment_block = 1;
    l1.set_finality(1'000'000, 1'000'000);
    l1.mine(30);
  }
  // A life of the node: what it executed before is what was delivered.
  void start() {
    journal = InboxJournal::open(disk, "inbox", delivered.size()).value();
    follower = std::make_unique<InboxFollower>(
        l1, contracts, kDepth, delivered.size(),
        [this](std::vector<u8> bytes) { delivered.push_back(std::move(bytes)); }, journal.get());
  }
  bool follow() {
    for (u32 i = 0; i < 5; ++i) {
      if (!follower->tick()) return false;
    }
    return true;
  }
  // Messages whose one byte is given, each in a block of its own.
  void send(const std::vector<u8>& messages) {
    for (const u8 m : messages) l1.add_message({m});
  }
  std::vector<u8> got() const {
    std::vector<u8> out;
    for (const auto& bytes : delivered) out.push_back(bytes.at(0));
    return out;
  }

  EventL1 l1;
  Contracts contracts;
  io::FakeDisk disk{1};
  std::unique_ptr<InboxJournal> journal;
  std::unique_ptr<InboxFollower> follower;
  std::vector<std::vector<u8>> delivered;
};

TEST_F(Inbox, DeliversOnceAndOnlyWhatIsDeepEnough) {
  start();
  send({1, 2, 3});
  ASSERT_TRUE(follow());
  EXPECT_TRUE(delivered.empty());
  l1.mine(kDepth - 3);
  ASSERT_TRUE(follow());
  EXPECT_EQ(got(), (std::vector<u8>{1}));
  l1.mine(10);
  ASSERT_TRUE(follow());
  EXPECT_EQ(got(), (std::vector<u8>{1, 2, 3}));
  EXPECT_EQ(journal->hashes().size(), 3u);
}

// Before the depth: whatever L1 takes back was not delivered, so nothing has happened.
TEST_F(Inbox, AReorgShallowerThanTheDepthChangesNothing) {
  for (const u32 depth : {1u, 3u, 5u}) {
    SCOPED_TRACE(depth);
    start();
    const std::size_t before = delivered.size();
    send({9});
    l1.mine(depth - 1);
    ASSERT_TRUE(follow());
    l1.take_back(depth, before);
    send({static_cast<u8>(depth)});
    l1.mine(20);
    ASSERT_TRUE(follow());
    ASSERT_EQ(delivered.size(), before + 1);
    EXPECT_EQ(got().back(), depth);
    EXPECT_FALSE(follower->lacks_executed());
  }
}

struct Deep {
  const char* what;
  std::vector<u8> put_back;  // in place of 1, 2, 3
  bool stops_at_once;
  u64 orphaned;
  const char* says;
};

struct InboxDeep : Inbox, testing::WithParamInterface<Deep> {};

TEST_P(InboxDeep, StopsByNameAndARestartIsNoWayAround) {
  const Deep& deep = GetParam();
  start();
  send({1, 2, 3});
  l1.mine(17);
  ASSERT_TRUE(follow());
  ASSERT_EQ(delivered.size(), 3u);
  l1.take_back(20, 0);
  send(deep.put_back);
  l1.mine(25);
  EXPECT_EQ(follow(), !deep.stops_at_once);
  if (deep.stops_at_once) {
    EXPECT_EQ(follower->orphaned(), deep.orphaned);
    EXPECT_NE(follower->error().find(deep.says), std::string::npos) << follower->error();
    // For good.
    l1.mine(20);
    EXPECT_FALSE(follow());
  }
  EXPECT_EQ(delivered.size(), 3u) << "nothing is delivered on top of it";
  // The next life, on the same disk.
  start();
  const bool all = deep.put_back == std::vector<u8>{1, 2, 3};
  const bool fewer = deep.put_back.size() < 3;
  EXPECT_EQ(follow(), all || fewer);
  EXPECT_EQ(follower->lacks_executed(), fewer && !all);
  EXPECT_EQ(delivered.size(), 3u);
  if (!fewer) return;
  // What was missing comes after all, or something else does.
  for (u8 m = static_cast<u8>(deep.put_back.size() + 1); m <= 3; ++m) send({m});
  send({4});
  l1.mine(20);
  EXPECT_TRUE(follow()) << follower->error();
  EXPECT_FALSE(follower->lacks_executed());
  EXPECT_EQ(got(), (std::vector<u8>{1, 2, 3, 4}));
}

const Deep kDeep[] = {
    {"the same again", {1, 2, 3}, false, 0, ""},
    {"another first", {7, 2, 3}, true, 1, "replaced inbox message 1"},
    {"another last", {1, 2, 7}, true, 3, "replaced inbox message 3"},
    {"another order", {2, 1, 3}, true, 1, "replaced inbox message 1"},
    {"none", {}, true, 1, "dropped inbox message 1"},
    {"the first alone", {1}, true, 2, "dropped inbox message 2"},
};
INSTANTIATE_TEST_SUITE_P(Reorgs, InboxDeep, testing::ValuesIn(kDeep), [](const auto& p) {
  std::string name = p.param.what;
  std::erase(name, ' ');
  return name;
});

TEST_F(Inbox, ADeepReorgThatIsSeenBeforeItsEndStopsToo) {
  start();
  send({1, 2, 3});
  l1.mine(17);
  ASSERT_TRUE(follow());
  l1.take_back(20, 0);
  l1.mine(2);
  // The head is lower than it was; the messages may still come, but what was built on them hangs.
  EXPECT_FALSE(follow());
  EXPECT_EQ(follower->orphaned(), 1u);
}

TEST_F(Inbox, AReplacementWhileTheNodeWasDownStopsTheNextLife) {
  start();
  send({1, 2, 3});
  l1.mine(17);
  ASSERT_TRUE(follow());
  l1.take_back(20, 0);
  send({1, 8, 3, 4});
  l1.mine(20);
  start();
  EXPECT_FALSE(follow());
  EXPECT_EQ(follower->orphaned(), 2u);
  EXPECT_EQ(delivered.size(), 3u);
}

TEST_F(Inbox, AnEndpointOfAnotherChainIsNotAReorg) {
  start();
  send({1});
  l1.mine(17);
  ASSERT_TRUE(follow());
  l1::FakeL1 other(1);
  other.mine(100);
  l1.elsewhere = &other;
  EXPECT_TRUE(follow());
  EXPECT_NE(follower->error().find("another chain"), std::string::npos) << follower->error();
  EXPECT_FALSE(follower->caught_up());
  l1.elsewhere = nullptr;
  send({2});
  l1.mine(17);
  EXPECT_TRUE(follow());
  EXPECT_EQ(got(), (std::vector<u8>{1, 2}));
}

TEST_F(Inbox, AForkBelowAFinalBlockStopsForGood) {
  start();
  send({1});
  l1.mine(17);
  l1.set_finality(2, 4);
  ASSERT_TRUE(follow());
  l1.take_back(20, 0);
  l1.mine(30);
  EXPECT_FALSE(follow());
  EXPECT_TRUE(follower->stopped());
  EXPECT_NE(follower->error().find("reorg_too_deep"), std::string::npos);
}

TEST(InboxJournal, KeepsWhatWasAppendedThroughAPowerCut) {
  io::FakeDisk disk(7);
  const auto hash = [](u8 i) { return Hash32{{i}}; };
  {
    auto journal = InboxJournal::open(disk, "inbox", 0).value();
    for (u8 i = 1; i <= 5; ++i) ASSERT_TRUE(journal->append(hash(i)).ok());
  }
  disk.power_cut();
  // Of five that were delivered four were executed.
  auto journal = InboxJournal::open(disk, "inbox", 4).value();
  ASSERT_EQ(journal->hashes().size(), 4u);
  EXPECT_EQ(journal->hashes()[3], hash(4));
  ASSERT_TRUE(journal->append(hash(9)).ok());
  ASSERT_TRUE(journal->cut(2).ok());
  ASSERT_TRUE(journal->append(hash(8)).ok());
  EXPECT_EQ(InboxJournal::open(disk, "inbox", 9).value()->hashes(),
            (std::vector{hash(1), hash(2), hash(8)}));
}

TEST(InboxJournal, ATornHashIsNoHash) {
  io::FakeDisk disk(7);
  auto file = disk.open("inbox", io::OpenMode::kWrite).value();
  ASSERT_TRUE(file->append(std::vector<u8>(40, 3)).ok());
  auto journal = InboxJournal::open(disk, "inbox", 9).value();
  EXPECT_EQ(journal->hashes().size(), 1u);
  ASSERT_TRUE(journal->append(Hash32{{5}}).ok());
  EXPECT_EQ(InboxJournal::open(disk, "inbox", 9).value()->hashes().size(), 2u);
}

}  // namespace
}  // namespace gavel::settle
