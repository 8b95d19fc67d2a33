#include "state/snapshot.hpp"

#include <gtest/gtest.h>

#include "io/fake_disk.hpp"
#include "state/commit_world_test.hpp"

namespace gavel::state {
namespace {

using io::FakeDisk;

CommitConfig config() {
  CommitConfig out = config_in("d");
  out.retained_batches = 3;
  return out;
}

// Objects of which every read first lets the hot path go on: no two are of one moment.
class MovingSource final : public ObjectSource {
 public:
  explicit MovingSource(World& world) : world_(world) {}
  u32 extent(u8 table) override { return MapSource(world_.objects).extent(table); }
  u32 encode(u8 table, u32 index, std::span<u8> out) override {
    world_.write_some(2);
    return MapSource(world_.objects).encode(table, index, out);
  }

 private:
  World& world_;
};

struct Running {
  FakeDisk disk{21};
  World world{21};
  std::unique_ptr<CommitStore> store;

  explicit Running(u32 batches) {
    store = std::move(open_store(disk, config()).value().store);
    for (u32 i = 0; i < batches; ++i) EXPECT_TRUE(commit_some(*store, world, 100).ok());
  }
  void snapshot() {
    auto writer = store->begin_snapshot();
    ASSERT_TRUE(writer.ok());
    MapSource source(world.objects);
    ASSERT_TRUE(writer->copy_all(source).ok());
    ASSERT_TRUE(store->finish_snapshot(std::move(writer).value(), store->newest()->batch).ok());
  }
  StateFiles files() { return list_state_files(disk, "d").value(); }
};

TEST(Snapshot, AStartReadsItInsteadOfTheRecordsBeforeIt) {
  Running run(5);
  run.snapshot();
  for (u32 i = 0; i < 2; ++i) ASSERT_TRUE(commit_some(*run.store, run.world, 50).ok());
  run.store.reset();
  run.disk.power_cut();
  auto opened = open_store(run.disk, config());
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->report.snapshot, 4u);
  EXPECT_EQ(opened->report.replayed, 2u);
  EXPECT_EQ(opened->objects, run.world.objects);
  EXPECT_EQ(opened->store->newest(), (Commitment{6, naive_root(run.world.objects)}));
  MapSource source(run.world.objects);
  EXPECT_TRUE(opened->store->check_objects(source).ok());
}

TEST(Snapshot, TakenWhileEverythingMovesItIsExactAfterTheBatchInProgress) {
  Running run(4);
  auto writer = run.store->begin_snapshot();
  ASSERT_TRUE(writer.ok());
  MovingSource source(run.world);
  ASSERT_TRUE(writer->copy(source, 1, 0, 30).ok());
  ASSERT_TRUE(
      commit_some(*run.store, run.world, 0).ok());  // batch 4 ends in the middle of the copy
  ASSERT_TRUE(writer->copy(source, 1, 30, source.extent(1)).ok());
  ASSERT_TRUE(writer->copy(source, 5, 0, source.extent(5)).ok());
  ASSERT_TRUE(run.store->finish_snapshot(std::move(writer).value(), 5).ok());
  EXPECT_TRUE(run.files().snapshots.empty());  // batch 5 is not committed yet
  ASSERT_TRUE(commit_some(*run.store, run.world, 40).ok());
  ASSERT_EQ(run.files().snapshots, std::vector<u64>{3});
  for (u64 batch = 0; batch < 4; ++batch) ASSERT_TRUE(run.disk.remove(batch_path("d", batch)).ok());
  auto opened = open_store(run.disk, config());
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->report.snapshot, 3u);
  EXPECT_EQ(opened->objects, run.world.objects);
  EXPECT_EQ(opened->store->newest(), (Commitment{5, naive_root(run.world.objects)}));
}

TEST(Snapshot, WithoutTheRecordsThatMakeItExactItIsNotUsed) {
  Running run(2);
  auto writer = run.store->begin_snapshot();
  MovingSource source(run.world);
  ASSERT_TRUE(writer->copy_all(source).ok());
  ASSERT_TRUE(run.store->finish_snapshot(std::move(writer).value(), 2).ok());
  ASSERT_TRUE(commit_some(*run.store, run.world, 40).ok());
  ASSERT_TRUE(run.disk.remove(batch_path("d", 2)).ok());
  auto opened = open_store(run.disk, config());  // from the records alone
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->report.snapshot, std::nullopt);
  EXPECT_EQ(opened->store->newest()->batch, 1u);
  EXPECT_EQ(opened->objects, run.world.history[1]);
}

TEST(Snapshot, ADamagedOneIsPassedOver) {
  Running run(3);
  run.snapshot();
  ASSERT_TRUE(commit_some(*run.store, run.world, 50).ok());
  run.snapshot();
  const std::string path = snapshot_path("d", 3);
  Bytes bytes = io::read_file(run.disk, path, 1 << 30).value();
  bytes[bytes.size() / 2] ^= 4;
  ASSERT_TRUE(io::write_file_atomically(run.disk, path, bytes).ok());
  auto opened = open_store(run.disk, config());
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->report.snapshot, 2u);
  EXPECT_EQ(opened->objects, run.world.objects);
  EXPECT_EQ(run.files().snapshots, std::vector<u64>{2});
}

void damage(FakeDisk& disk, const std::string& path) {
  Bytes bytes = io::read_file(disk, path, 1 << 30).value();
  bytes[bytes.size() / 2] ^= 4;
  ASSERT_TRUE(io::write_file_atomically(disk, path, bytes).ok());
}

// Without a whole snapshot the records do, as long as they reach back to the first batch.
TEST(Snapshot, WithAllOfThemDamagedTheRecordsDecide) {
  for (const bool all_records : {true, false}) {
    Running run(3);
    run.snapshot();
    ASSERT_TRUE(commit_some(*run.store, run.world, 50).ok());
    run.snapshot();
    for (const u64 base : {2, 3}) damage(run.disk, snapshot_path("d", base));
    if (!all_records) ASSERT_TRUE(run.disk.remove(batch_path("d", 0)).ok());
    MapSink sink;
    RecoveryReport report;
    const auto opened = CommitStore::open(run.disk, config(), sink, report);
    ASSERT_EQ(report.damaged.size(), 2u);
    EXPECT_EQ(report.damaged[0].path, snapshot_path("d", 3));
    EXPECT_EQ(report.damaged[1].path, snapshot_path("d", 2));
    EXPECT_EQ(opened.ok(), all_records);
    if (opened.ok()) EXPECT_EQ(sink.objects, run.world.objects);
    if (!opened.ok()) EXPECT_EQ(opened.error(), CommitError::kCorrupt);
  }
}

// A start does not need it; who asks for a state before it is told.
TEST(Snapshot, ADamagedRecordBeforeItClosesOldRootsOnly) {
  Running run(4);
  run.snapshot();
  damage(run.disk, batch_path("d", 2));
  auto opened = open_store(run.disk, config());
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->objects, run.world.objects);
  EXPECT_EQ(opened->store->open_at(1).error(), CommitError::kCorrupt);
  EXPECT_TRUE(opened->store->open_at(2).ok());
}

TEST(Snapshot, OneThatWasNotFinishedIsRemovedAtTheNextStart) {
  Running run(2);
  {
    auto writer = run.store->begin_snapshot();
    ASSERT_TRUE(writer.ok());
  }
  EXPECT_EQ(run.files().unfinished.size(), 1u);
  ASSERT_TRUE(open_store(run.disk, config()).ok());
  EXPECT_TRUE(run.files().unfinished.empty());
}

TEST(Snapshot, OldFilesGoWhenNothingNeedsThem) {
  Running run(2);
  for (u32 i = 0; i < 4; ++i) {
    run.snapshot();
    for (u32 k = 0; k < 2; ++k) ASSERT_TRUE(commit_some(*run.store, run.world, 50).ok());
  }
  // Newest 9, window 3: records 7, 8, 9; snapshots of 5 and 7 need records from 6 on.
  EXPECT_EQ(run.files().snapshots, (std::vector<u64>{5, 7}));
  EXPECT_EQ(run.files().batches, (std::vector<u64>{6, 7, 8, 9}));
  EXPECT_TRUE(run.store->open_at(6).ok());
  EXPECT_EQ(run.store->open_at(4).error(), CommitError::kNotKept);
  auto opened = open_store(run.disk, config());
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->objects, run.world.objects);
}

}  // namespace
}  // namespace gavel::state
