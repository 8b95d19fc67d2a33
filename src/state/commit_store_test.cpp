#include "state/commit_store.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "io/fake_disk.hpp"
#include "state/commit_world_test.hpp"

namespace gavel::state {
namespace {

using io::FakeDisk;

std::unique_ptr<CommitStore> fresh_store(io::Disk& disk,
                                         const CommitConfig& config = config_in("d")) {
  auto opened = open_store(disk, config);
  EXPECT_TRUE(opened.ok());
  return std::move(opened.value().store);
}

TEST(CommitStore, EveryCommitGivesTheRootOfTheModel) {
  FakeDisk disk;
  const auto store = fresh_store(disk);
  EXPECT_FALSE(store->newest().has_value());
  World world(1);
  for (u64 batch = 0; batch < 8; ++batch) {
    const auto done = commit_some(*store, world, batch == 3 ? 0 : 300);
    ASSERT_TRUE(done.ok());
    EXPECT_EQ(*done, (Commitment{batch, naive_root(world.objects)}));
    EXPECT_EQ(store->newest(), *done);
    MapSource source(world.objects);
    EXPECT_TRUE(store->check_objects(source).ok());
  }
}

TEST(CommitStore, ProvesAtTheNewestRoot) {
  FakeDisk disk;
  const auto store = fresh_store(disk);
  EXPECT_EQ(store->prove(1, 1).error(), CommitError::kNotKept);
  World world(2);
  for (u32 i = 0; i < 3; ++i) ASSERT_TRUE(commit_some(*store, world, 200).ok());
  for (const u32 index : {1u, 7u, 59u, 4000u, 0xffffffffu}) {
    const auto proved = store->prove(5, index);
    ASSERT_TRUE(proved.ok());
    EXPECT_EQ(proved->at, *store->newest());
    EXPECT_TRUE(tree::verify_object(proved->at.root, proved->proof, proved->leaf).ok());
  }
  const std::vector<ObjectKey> keys = {{1, 2}, {1, 3}, {5, 9}, {9, 1}};
  const auto many = store->prove_many(keys);
  ASSERT_TRUE(many.ok());
  EXPECT_TRUE(tree::verify_multiproof(many->multiproof, many->at.root).ok());
}

void expect_old_state(OldState& old, const Objects& objects, u64 batch) {
  EXPECT_EQ(old.at(), (Commitment{batch, naive_root(objects)}));
  std::vector<ObjectKey> keys;
  for (u32 index = 1; index < 70; index += 3) {
    for (const u8 table : {u8{1}, u8{5}}) {
      const auto proved = old.prove(table, index);
      ASSERT_TRUE(proved.ok());
      const auto held = objects.find({table, index});
      const Bytes expected = held == objects.end() ? Bytes{} : held->second;
      EXPECT_EQ(proved->leaf, tree::hash_leaf(expected));
      EXPECT_TRUE(tree::verify_object(old.at().root, proved->proof, proved->leaf).ok());
      const auto encoding = old.encoding(table, index);
      ASSERT_TRUE(encoding.ok());
      if (encoding->has_value()) EXPECT_EQ(**encoding, expected);
    }
    keys.push_back({1, index});
  }
  const auto many = old.prove_many(keys);
  ASSERT_TRUE(many.ok());
  EXPECT_TRUE(tree::verify_multiproof(many->multiproof, old.at().root).ok());
}

TEST(CommitStore, OpensEveryOldRootAndKeepsItWhileBatchesGoOn) {
  FakeDisk disk;
  const auto store = fresh_store(disk);
  World world(3);
  std::vector<std::unique_ptr<OldState>> opened;
  for (u64 batch = 0; batch < 7; ++batch) {
    ASSERT_TRUE(commit_some(*store, world, 150).ok());
    auto old = store->open_at(batch);
    ASSERT_TRUE(old.ok());
    opened.push_back(std::move(old).value());
    for (u64 earlier = 0; earlier <= batch; ++earlier) {
      expect_old_state(*opened[earlier], world.history[earlier], earlier);
    }
  }
  for (u64 batch = 0; batch < 7; ++batch) {
    auto old = store->open_at(batch);
    ASSERT_TRUE(old.ok());
    expect_old_state(**old, world.history[batch], batch);
  }
  EXPECT_EQ(store->open_at(7).error(), CommitError::kNotKept);
}

TEST(CommitStore, AnOldEncodingIsOnlyAnsweredFromTheRecords) {
  FakeDisk disk;
  const auto store = fresh_store(disk);
  World world(4);
  world.write({1, 5}, {1});
  world.write({1, 6}, {1});
  ASSERT_TRUE(commit_some(*store, world, 0).ok());
  world.write({1, 5}, {2});
  world.write({1, 7}, {2});
  ASSERT_TRUE(commit_some(*store, world, 0).ok());
  auto old = store->open_at(0);
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(*(**old).encoding(1, 5), Bytes{1});
  EXPECT_EQ(*(**old).encoding(1, 6), std::nullopt);  // unchanged since
  EXPECT_EQ(*(**old).encoding(1, 7), Bytes{});       // absent then
}

TEST(CommitStore, RefusesWhatIsNotTheNextBatchAndGoesOn) {
  FakeDisk disk;
  const auto store = fresh_store(disk);
  World world(5);
  EXPECT_EQ(store->commit(1, {}).error(), CommitError::kWrongBatch);
  ASSERT_TRUE(commit_some(*store, world, 100).ok());
  EXPECT_EQ(store->commit(0, {}).error(), CommitError::kWrongBatch);
  Bytes stream;
  append_entry(stream, 1, EntryKind::kAfter, world.objects.begin()->first.index, Bytes{1});
  std::vector<std::span<const u8>> streams = {stream};
  EXPECT_EQ(store->commit(1, streams).error(), CommitError::kMissingBefore);
  stream[0] = 2;
  EXPECT_EQ(store->commit(1, streams).error(), CommitError::kBeyondCapacity);
  stream[1] = 0;
  EXPECT_EQ(store->commit(1, streams).error(), CommitError::kMalformed);
  stream.clear();
  append_entry(stream, 1, EntryKind::kBefore, 3999, Bytes{9});
  append_entry(stream, 1, EntryKind::kAfter, 3999, Bytes{1});
  streams = {stream};
  EXPECT_EQ(store->commit(1, streams).error(), CommitError::kDiverged);
  EXPECT_EQ(store->newest()->batch, 0u);
  EXPECT_TRUE(commit_some(*store, world, 100).ok());
}

TEST(CommitStore, FindsObjectsThatDifferFromTheTree) {
  FakeDisk disk;
  const auto store = fresh_store(disk);
  World world(6);
  ASSERT_TRUE(commit_some(*store, world, 100).ok());
  const auto check = [&](const Objects& objects) {
    MapSource source(objects);
    return store->check_objects(source).ok();
  };
  EXPECT_TRUE(check(world.objects));
  Objects changed = world.objects;
  changed.begin()->second.push_back(0);
  EXPECT_FALSE(check(changed));
  Objects lost = world.objects;
  lost.erase(std::prev(lost.end()));
  EXPECT_FALSE(check(lost));
  Objects gained = world.objects;
  gained[{5, 4001}] = {1};
  EXPECT_FALSE(check(gained));
}

TEST(CommitStore, StartsWhereItStopped) {
  FakeDisk disk;
  World world(7);
  for (u64 round = 0; round < 4; ++round) {
    auto opened = open_store(disk, config_in("d"));
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->objects, world.objects);
    EXPECT_EQ(opened->report.replayed, round * 2);
    EXPECT_EQ(opened->report.dropped, 0u);
    MapSource source(world.objects);
    if (round > 0) EXPECT_TRUE(opened->store->check_objects(source).ok());
    for (u32 i = 0; i < 2; ++i) ASSERT_TRUE(commit_some(*opened->store, world, 100).ok());
  }
}

TEST(CommitStore, ASinkThatRefusesAnObjectStopsTheStart) {
  FakeDisk disk;
  World world(8);
  ASSERT_TRUE(commit_some(*fresh_store(disk), world, 10).ok());
  MapSink sink;
  sink.refuse = true;
  RecoveryReport report;
  EXPECT_EQ(CommitStore::open(disk, config_in("d"), sink, report).error(), CommitError::kBadObject);
}

TEST(CommitStore, ReadersAndCommitsGoOnSideBySide) {
  FakeDisk disk;
  const auto store = fresh_store(disk);
  World world(9);
  ASSERT_TRUE(commit_some(*store, world, 100).ok());
  std::atomic<bool> done{false};
  std::atomic<u64> bad{0};
  std::thread reader([&] {
    for (u32 i = 0; !done.load(); ++i) {
      const auto proved = store->prove(1, i % 70);
      const bool good =
          proved.ok() && tree::verify_object(proved->at.root, proved->proof, proved->leaf).ok();
      if (!good) ++bad;
    }
  });
  for (u32 i = 0; i < 10; ++i) EXPECT_TRUE(commit_some(*store, world, 100).ok());
  done.store(true);
  reader.join();
  EXPECT_EQ(bad.load(), 0u);
}

}  // namespace
}  // namespace gavel::state
