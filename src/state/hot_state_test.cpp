#include "state/hot_state.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "state/hot_world_test.hpp"

namespace gavel::state {
namespace {

using exchange::Table;

using Key = std::pair<u8, u32>;
using Bytes = std::vector<u8>;
using Image = std::map<Key, Bytes>;

Image image_of(const HotState& state) {
  Image image;
  Bytes bytes(stf::kLongestObjectBytes);
  for (u8 t = 0; t < exchange::kTableCount; ++t) {
    const u32 next = t == 0 ? 2 : state.peek_global().tables[t].next;
    for (u32 i = 1; i < next; ++i) {
      const u32 size = state.encode(static_cast<Table>(t), i, bytes);
      if (size != 0) image[{t, i}] = Bytes(bytes.begin(), bytes.begin() + size);
    }
  }
  return image;
}

// What the log says of one block or batch.
struct Logged {
  std::map<Key, std::vector<Bytes>> before;
  std::map<Key, std::vector<Bytes>> after;
  std::multiset<Key> reads;
  u32 chunks = 0;
};

void drain(WriteLog& log, Logged& out, bool* batch_ended = nullptr) {
  while (const LogChunk* chunk = log.take()) {
    ++out.chunks;
    std::span<const u8> rest = chunk->writes();
    while (!rest.empty()) {
      LogEntry entry;
      std::memcpy(&entry, rest.data(), sizeof(entry));
      const auto bytes = rest.subspan(sizeof(entry), entry.length);
      auto& where = entry.kind == kLogBefore ? out.before : out.after;
      EXPECT_TRUE(entry.kind == kLogBefore || entry.kind == kLogAfter);
      where[{entry.table, entry.index}].emplace_back(bytes.begin(), bytes.end());
      rest = rest.subspan(sizeof(entry) + entry.length);
    }
    for (const u64 key : chunk->reads()) {
      out.reads.insert({static_cast<u8>(key >> 32), static_cast<u32>(key)});
    }
    if (batch_ended != nullptr) *batch_ended = chunk->end_of_batch;
    log.give_back(chunk);
  }
}

TEST(HotState, FirstAccessesOfABlockAreNotedOnce) {
  WriteLog log;
  HotState state(HotCapacity::small(), &log);
  HotWorld(state).open(3, 2, 1);
  state.seal_block(1);
  state.seal_batch(1);
  Logged setup;
  drain(log, setup);

  state.account(1);
  state.account(1);
  state.account(2);
  state.account_mut(2).nonces = 7;
  state.account_mut(3).nonces = 8;
  state.account_mut(3).nonces = 9;
  const BlockTouch touch = state.seal_block(2);
  EXPECT_EQ(touch.read, 1u);
  EXPECT_EQ(touch.written, 2u);
  Logged logged;
  drain(log, logged);
  EXPECT_EQ(logged.reads, (std::multiset<Key>{{1, 1}}));
  EXPECT_EQ(logged.before.size(), 2u);
  EXPECT_EQ(logged.before[Key(1, 3)], setup.after[Key(1, 3)]);
  EXPECT_EQ(logged.after[Key(1, 3)].size(), 1u);
  EXPECT_NE(logged.after[Key(1, 3)], logged.before[Key(1, 3)]);
}

TEST(HotState, PreImageOnceABatchEvenIfReadInBetween) {
  WriteLog log;
  HotState state(HotCapacity::small(), &log);
  HotWorld(state).open(1, 2, 1);
  state.seal_block(1);
  state.seal_batch(1);
  Logged ignored;
  drain(log, ignored);
  state.account_mut(1).nonces = 1;
  state.seal_block(2);
  state.account(1);
  state.seal_block(3);
  state.account_mut(1).nonces = 2;
  state.seal_block(4);
  Logged logged;
  drain(log, logged);
  EXPECT_EQ(logged.before[Key(1, 1)].size(), 1u);
  EXPECT_EQ(logged.after[Key(1, 1)].size(), 2u);
  EXPECT_EQ(logged.reads.count({1, 1}), 1u);
  state.seal_batch(2);
  state.account_mut(1).nonces = 3;
  state.seal_block(5);
  Logged next;
  drain(log, next);
  EXPECT_EQ(next.before[Key(1, 1)].size(), 1u);
  EXPECT_EQ(next.before[Key(1, 1)][0], logged.after[Key(1, 1)][1]);
}

TEST(HotState, RestartingEpochsChangesNothingThatIsSeen) {
  WriteLog log;
  HotState state(HotCapacity::small(), &log);
  HotWorld(state).open(2, 2, 1);
  state.seal_block(1);
  state.seal_batch(1);
  const Image image = image_of(state);
  state.restart_epochs();
  Logged ignored;
  drain(log, ignored);
  state.account(1);
  state.account_mut(2).nonces = 4;
  const BlockTouch touch = state.seal_block(2);
  EXPECT_EQ(touch.read, 1u);
  EXPECT_EQ(touch.written, 1u);
  Logged logged;
  drain(log, logged);
  EXPECT_EQ(logged.before[Key(1, 2)], std::vector<Bytes>{image.at(Key(1, 2))});
}

TEST(HotState, ObjectsMadeInABatchWereAbsentBefore) {
  WriteLog log;
  HotState state(HotCapacity::small(), &log);
  HotWorld world(state);
  world.open(1, 2, 1);
  state.seal_block(1);
  Logged logged;
  drain(log, logged);
  for (const auto& [key, images] : logged.before) {
    EXPECT_EQ(images, std::vector<Bytes>{Bytes{}}) << key.first << ' ' << key.second;
  }
}

TEST(HotState, BalanceBlocksAreUsedAgainAndZeroed) {
  HotState state(HotCapacity::small());
  const u32 a = state.new_balance_block();
  const u32 b = state.new_balance_block();
  EXPECT_NE(a, b);
  state.balance_block(a).total[3] = 5;
  state.free_balance_block(a);
  EXPECT_EQ(state.new_balance_block(), a);
  EXPECT_EQ(state.balance_block(a).total[3], 0u);
  EXPECT_EQ(state.balance_block(a).next, 0u);
  EXPECT_NE(state.new_balance_block(), b);
}

TEST(HotState, AnIndexBeyondTheReserveFailsACheck) {
  HotState state(HotCapacity::small());
  EXPECT_DEATH(state.market_mut(70), "capacity");
  EXPECT_DEATH(state.market(70), "capacity");
}

// Everything at once: random traffic by the rules, many blocks and batches; a copy of the state
// kept from the log alone.
TEST(HotState, TheLogTellsTheWholeState) {
  WriteLog log;
  HotState state(HotCapacity::small(), &log, 77);
  HotWorld world(state);
  RandomTraffic traffic(state, 5);
  world.open(12, 4, 2);
  Image replica;
  u64 block = 0;
  for (u32 batch = 1; batch <= 12; ++batch) {
    const Image at_start = replica;
    std::map<Key, u32> pre_images;
    for (u32 b = 0; b < 5; ++b) {
      for (u32 i = 0; i < 150; ++i) {
        ASSERT_EQ(world.run(traffic.next(world.fresh_nonce())), stf::Malformed::none);
      }
      const BlockTouch touch = state.seal_block(++block);
      world.next_block();
      Logged logged;
      drain(log, logged);
      ASSERT_EQ(logged.after.size(), touch.written);
      ASSERT_EQ(logged.reads.size(), touch.read);
      for (const auto& [key, images] : logged.before) {
        ASSERT_EQ(images.size(), 1u);
        ASSERT_EQ(++pre_images[key], 1u) << "two pre-images in one batch";
        const auto old = at_start.find(key);
        ASSERT_EQ(images[0], old == at_start.end() ? Bytes{} : old->second);
      }
      for (const auto& [key, images] : logged.after) {
        ASSERT_EQ(images.size(), 1u);
        ASSERT_TRUE(pre_images.contains(key));
        ASSERT_EQ(logged.reads.count(key), 0u);
        replica[key] = images[0];
      }
      ASSERT_EQ(replica, image_of(state));
    }
    state.seal_batch(batch);
    bool ended = false;
    Logged last;
    drain(log, last, &ended);
    ASSERT_TRUE(ended && last.after.empty());
  }
}

TEST(HotState, LoadingGivesTheSameStateAndSearches) {
  HotState state(HotCapacity::small(), nullptr, 1);
  HotWorld world(state);
  RandomTraffic traffic(state, 9);
  world.open(12, 9, 2);
  for (u32 i = 0; i < 4'000; ++i) world.run(traffic.next(world.fresh_nonce()));
  state.seal_block(1);
  const Image image = image_of(state);

  WriteLog log;
  HotState loaded(HotCapacity::small(), &log, 2);
  for (const auto& [key, bytes] : image) {
    ASSERT_TRUE(loaded.load_object(static_cast<Table>(key.first), key.second, bytes));
  }
  ASSERT_TRUE(loaded.rebuild_indexes());
  ASSERT_EQ(image_of(loaded), image);
  // From here on both run the same traffic with the same hints.
  HotWorld twin(loaded);
  for (u32 i = 0; i < 2'000; ++i) {
    const stf::Transaction tx = traffic.next(world.fresh_nonce());
    ASSERT_EQ(find_hints(loaded, tx), find_hints(state, tx));
    ASSERT_EQ(twin.run(tx), world.run(tx));
    ASSERT_EQ(twin.receipt(), world.receipt());
  }
  ASSERT_EQ(image_of(loaded), image_of(state));
  loaded.seal_block(2);
  Logged logged;
  drain(log, logged);
  for (const auto& [key, images] : logged.before) {
    const auto old = image.find(key);
    ASSERT_EQ(images[0], old == image.end() ? Bytes{} : old->second)
        << "objects loaded were there before";
  }
}

TEST(HotState, LoadingRefusesWhatNoStateCanHold) {
  HotState source(HotCapacity::small());
  HotWorld world(source);
  world.open(3, 3, 2);
  RandomTraffic traffic(source, 3);
  for (u32 i = 0; i < 200; ++i) world.run(traffic.next(world.fresh_nonce()));
  const Image image = image_of(source);
  const auto loads = [&](const Image& objects) {
    HotState state(HotCapacity::small());
    for (const auto& [key, bytes] : objects) {
      if (!state.load_object(static_cast<Table>(key.first), key.second, bytes)) return false;
    }
    return state.rebuild_indexes();
  };
  EXPECT_TRUE(loads(image));
  const auto order = image.lower_bound({6, 1});
  u32 in_use = order->first.second;
  while (image.at({6, in_use})[2] != 1) ++in_use;

  Image bad = image;
  bad[{6, in_use}].pop_back();
  EXPECT_FALSE(loads(bad)) << "not an encoding";
  bad = image;
  bad[{6, in_use}][14] ^= 1;
  EXPECT_FALSE(loads(bad)) << "an order in the list of an account that is not its own";
  const auto refuses = [&](u8 table, u32 index, u32 byte, u8 value) {
    Image changed = image;
    changed.at({table, index}).at(byte) = value;
    return !loads(changed);
  };
  EXPECT_TRUE(refuses(0, 1, 2 + 8 * 6, 0xff)) << "a next index beyond the capacity of OUTBOX";
  EXPECT_TRUE(refuses(1, 1, 24, 63)) << "fewer orders in the list than the account counts";
  u32 level = 1;
  while (image.at({5, level})[2] != 1) ++level;
  EXPECT_TRUE(refuses(5, level, 3, 9)) << "a level of a market that is not there";
  bad = image;
  const u32 other = image.contains({5, level + 1}) ? level + 1 : level - 1;
  bad[{5, other}] = bad[{5, level}];
  EXPECT_FALSE(loads(bad)) << "two levels at one price";
  bad = image;
  bad[{6, 60'000}] = bad[{6, in_use}];
  EXPECT_FALSE(loads(bad)) << "an index beyond the capacity";
}

TEST(HotState, LoadingAnAccountAgainUsesItsBlocksAgain) {
  HotState source(HotCapacity::small());
  HotWorld world(source);
  world.open(1, 12, 0);
  const Bytes account = image_of(source).at({1, 1});
  HotState state(HotCapacity::small());
  // More often than there are blocks.
  for (u32 i = 0; i < 30'000; ++i) ASSERT_TRUE(state.load_object(Table::account, 1, account));
}

TEST(HotState, AccountsOfAnOwner) {
  HotState state(HotCapacity::small());
  HotWorld world(state);
  world.open(2, 1, 0);
  world.deposit(1, 0, 1, 5);
  std::set<u32> accounts;
  for (u32 a = state.find_account(address_of(1)); a != 0; a = state.next_account(a))
    accounts.insert(a);
  EXPECT_EQ(accounts, (std::set<u32>{1, 3}));
  EXPECT_EQ(state.find_account(address_of(9)), 0u);
}

// A sequencer that writes rows with a hint of its own can make a fresh row at every approval of one
// key. Each is in the index once, and the cost of one does not grow with their number: by a walk
// along them this test would take minutes.
TEST(HotState, AKeyApprovedAndRevokedWithoutEndCostsTheSameEachTime) {
  HotCapacity capacity = HotCapacity::small();
  constexpr u32 kRows = 150'000;
  capacity.objects[static_cast<u8>(Table::signer)] = kRows;
  HotState state(capacity);
  stf::Config config = small_config();
  config.capacity = capacity.objects;
  HotWorld world(state, config);
  world.open(2, 1, 0);
  const Address agent = address_of(77);
  const auto run = [&](stf::Action action, bool revive) {
    stf::Transaction tx;
    tx.action = action;
    tx.account = 1;
    tx.nonce = world.fresh_nonce();
    tx.address = agent;
    tx.role = 1;
    stf::Hints hints = find_hints(state, tx);
    if (!revive) hints.dead_signer = 0;
    ASSERT_EQ(world.run(tx, hints), stf::Malformed::none);
    ASSERT_EQ(world.receipt().result, exchange::Reject::ok);
  };
  for (u32 i = 0; i < kRows; ++i) {
    run(stf::Action::approve_agent, false);
    run(stf::Action::revoke_agent, false);
    if (i % 1'000 == 0) world.next_block();
    if (i % 1'000 == 0) state.seal_block(world.block().number);
  }
  // From now on rows are used again, before and after a restart.
  std::set<u32> revived;
  for (u32 i = 0; i < 4; ++i) {
    if (i == 2) ASSERT_TRUE(state.rebuild_indexes());
    run(stf::Action::approve_agent, true);
    revived.insert(static_cast<u32>(world.receipt().value));
    run(stf::Action::revoke_agent, true);
  }
  EXPECT_LE(*revived.rbegin(), kRows);
  EXPECT_GE(*revived.begin(), 1u);
  u32 rows = 0;
  for (u32 at = state.find_dead_signer(agent, 1); at != 0 && rows <= kRows;
       at = state.next_agent(at))
    ++rows;
  EXPECT_EQ(rows, kRows);
}

TEST(HotState, PrefaultKeepsContentsAndReportsItsEnd) {
  HotState state(HotCapacity::small());
  HotWorld world(state);
  world.open(5, 2, 1);
  const Image image = image_of(state);
  u64 done = 0;
  u64 total = 0;
  state.prefault({4'000, 4'000, 1'000}, [&](u64 d, u64 t) {
    EXPECT_GE(d, done);
    done = d;
    total = t;
  });
  EXPECT_EQ(done, total);
  EXPECT_EQ(image_of(state), image);
}

}  // namespace
}  // namespace gavel::state
