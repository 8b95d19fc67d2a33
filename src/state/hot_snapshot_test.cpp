#include "state/hot_snapshot.hpp"

#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "state/hot_world_test.hpp"

namespace gavel::state {
namespace {

using exchange::Table;

using Image = std::map<std::pair<u8, u32>, std::vector<u8>>;

Image image_of(ObjectSource& source) {
  Image image;
  std::vector<u8> bytes(stf::kLongestObjectBytes);
  for (u8 table = 0; table < exchange::kTableCount; ++table) {
    const u32 extent = source.extent(table);
    for (u32 i = 1; i < extent; ++i) {
      const u32 size = source.encode(table, i, bytes);
      if (size != 0) image[{table, i}] = std::vector<u8>(bytes.begin(), bytes.begin() + size);
    }
  }
  return image;
}

class Direct final : public ObjectSource {
 public:
  explicit Direct(const HotState& state) : state_(state) {}
  u32 extent(u8 table) override { return table == 0 ? 2 : state_.peek_global().tables[table].next; }
  u32 encode(u8 table, u32 index, std::span<u8> out) override {
    return state_.encode(static_cast<Table>(table), index, out);
  }

 private:
  const HotState& state_;
};

// The copy sees only states between blocks: each account's encoding, of which the executing thread
// changes two fields together.
TEST(SnapshotTap, GivesWholeObjectsWhileTheStateChanges) {
  HotState state(HotCapacity::small());
  HotWorld world(state);
  world.open(2'000, 1, 0);
  SnapshotTap tap;
  std::atomic<bool> done{false};
  std::thread copier([&] {
    for (u32 round = 0; round < 3; ++round) {
      const Image image = image_of(tap);
      EXPECT_EQ(image.size(), 2'000u + 1 + 1);
      for (const auto& [key, bytes] : image) {
        if (key.first != 1) continue;
        exchange::Account account;
        stf::BalanceList balances;
        stf::MarginList margin;
        ASSERT_TRUE(stf::decode_object(bytes, account, balances, margin));
        EXPECT_EQ(account.registered_prev, account.registered_next);
      }
    }
    done = true;
  });
  for (u32 block = 1; !done; ++block) {
    for (u32 i = 1; i <= 2'000; ++i) {
      state.account_mut(i).registered_prev = block;
      state.account_mut(i).registered_next = block;
    }
    state.seal_block(block);
    tap.serve(state);
  }
  copier.join();
}

// More than a slice holds, of objects nearly as long as there are.
TEST(SnapshotTap, LongObjectsFillSlices) {
  HotState state(HotCapacity::small());
  stf::Config config = small_config();
  config.new_asset_quota = exchange::kMaxBalances;
  HotWorld world(state, config);
  world.open(500, exchange::kMaxBalances, 0);
  Direct direct(state);
  const Image expected = image_of(direct);
  ASSERT_EQ(expected.at({1, 500}).size(),
            stf::kAccountHeadBytes + exchange::kMaxBalances * stf::kBalanceBytes + 1);
  SnapshotTap tap;
  std::atomic<bool> done{false};
  std::thread copier([&] {
    EXPECT_EQ(image_of(tap), expected);
    done = true;
  });
  while (!done) {
    tap.serve(state);
    std::this_thread::yield();
  }
  copier.join();
}

TEST(SnapshotTap, AnEndedNodeEndsTheCopy) {
  SnapshotTap tap;
  std::thread copier([&] {
    std::vector<u8> bytes(stf::kLongestObjectBytes);
    EXPECT_EQ(tap.encode(1, 1, bytes), 0u);
    EXPECT_EQ(tap.extent(1), 0u);
    EXPECT_TRUE(tap.closed());
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  tap.close();
  copier.join();
}

// Through slices, and in at the other end: objects several times and in any order, and absent ones.
TEST(HotObjectSink, TakesWhatASourceGives) {
  HotState state(HotCapacity::small());
  HotWorld world(state);
  world.open(10, 12, 2);
  RandomTraffic traffic(state, 21);
  HotState copy(HotCapacity::small());
  HotObjectSink sink(copy);
  Direct direct(state);
  for (u32 round = 0; round < 3; ++round) {
    for (u32 i = 0; i < 1'500; ++i) world.run(traffic.next(world.fresh_nonce()));
    for (const auto& [key, bytes] : image_of(direct))
      ASSERT_TRUE(sink.load(key.first, key.second, bytes));
  }
  ASSERT_TRUE(copy.rebuild_indexes());
  Direct copied(copy);
  EXPECT_EQ(image_of(copied), image_of(direct));
  EXPECT_FALSE(sink.load(9, 1, {}));
  EXPECT_FALSE(sink.load(200, 1, {}));
  EXPECT_TRUE(sink.load(1, 3, {}));
  EXPECT_EQ(copy.peek_account(3).owner, Address{});
}

}  // namespace
}  // namespace gavel::state
