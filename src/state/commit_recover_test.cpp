#include <gtest/gtest.h>

#include "io/fake_disk.hpp"
#include "state/commit_stop_disk_test.hpp"
#include "state/commit_world_test.hpp"

namespace gavel::state {
namespace {

using io::DiskFaults;
using io::FakeDisk;

constexpr const char* kDirectory = "state/tree";

CommitConfig config() { return config_in(kDirectory); }

Bytes contents(io::Disk& disk, const std::string& path) {
  const auto bytes = io::read_file(disk, path, u64{1} << 30);
  EXPECT_TRUE(bytes.ok()) << path;
  return bytes.ok() ? *bytes : Bytes{};
}

void replace(io::Disk& disk, const std::string& path, const Bytes& bytes) {
  EXPECT_TRUE(io::write_file_atomically(disk, path, bytes).ok());
}

// The state must be exactly that of one of the model's batches; the world goes back to it.
void expect_batch(const Opened& opened, World& world, std::size_t batches) {
  ASSERT_LE(batches, world.history.size());
  world.go_back_to(batches);
  EXPECT_EQ(opened.objects, world.objects);
  if (batches == 0) {
    EXPECT_FALSE(opened.store->newest().has_value());
    return;
  }
  EXPECT_EQ(opened.store->newest(), (Commitment{batches - 1, naive_root(world.objects)}));
}

TEST(Recovery, ACommittedBatchSurvivesAPowerCut) {
  FakeDisk disk(11);
  World world(11);
  for (u64 round = 0; round < 6; ++round) {
    auto opened = open_store(disk, config());
    ASSERT_TRUE(opened.ok());
    expect_batch(*opened, world, round);
    ASSERT_TRUE(commit_some(*opened->store, world, 50).ok());
    disk.power_cut();
  }
}

// A commit that fails anywhere, then a power cut: the root before or the root after, and on it
// goes.
TEST(Recovery, AFaultAnywhereGivesTheRootBeforeOrTheRootAfter) {
  for (u64 seed = 1; seed <= 60; ++seed) {
    FakeDisk disk(seed);
    World world(seed);
    {
      auto opened = open_store(disk, config());
      ASSERT_TRUE(opened.ok());
      ASSERT_TRUE(commit_some(*opened->store, world, 30).ok());
      DiskFaults faults;
      faults.short_append_ppm = seed % 3 == 0 ? 300'000 : 0;
      faults.failed_sync_ppm = seed % 3 == 1 ? 300'000 : 0;
      if (seed % 3 == 2) faults.capacity_bytes = disk.used_bytes() + 500 * seed;
      disk.set_faults(faults);
      for (u32 i = 0; i < 20; ++i) {
        world.write_some(30);
        const bool done = opened->store->commit(world.next_batch(), world.streams()).ok();
        world.end_batch();
        if (done) continue;
        // Nothing is answered from a tree that may be ahead of the disk.
        EXPECT_EQ(opened->store->prove(1, 1).error(), CommitError::kStopped);
        EXPECT_EQ(opened->store->commit(world.next_batch(), {}).error(), CommitError::kStopped);
        break;
      }
    }
    disk.power_cut();
    disk.set_faults({});
    auto opened = open_store(disk, config());
    ASSERT_TRUE(opened.ok()) << seed;
    const u64 batches = opened->store->newest()->batch + 1;
    const std::size_t tried = world.history.size();
    EXPECT_GE(batches + 1, tried);
    expect_batch(*opened, world, batches);
    EXPECT_TRUE(commit_some(*opened->store, world, 30).ok());
  }
}

// Every operation of a commit, of a snapshot's seal and of forgetting old files: killed just before
// it or just after it, with the machine going on or losing power.
TEST(Recovery, KilledAtAnyOperationItIsTheRootBeforeOrTheRootAfter) {
  std::array<u32, 2> seen{};
  bool finished = false;
  for (u64 stop_at = 0; !finished; ++stop_at) {
    for (const auto& [effect, power_cut] :
         {std::pair{false, false}, {false, true}, {true, false}, {true, true}}) {
      FakeDisk disk(stop_at + 1);
      World world(31);
      CommitConfig small = config();
      small.retained_batches = 1;
      small.retained_snapshots = 1;
      const auto run = [&](CommitStore& store) -> CommitResult<Commitment> {
        auto writer = GAVEL_TRY(store.begin_snapshot());
        MapSource source(world.objects);
        if (!writer.copy_all(source).ok()) return CommitError::kDisk;
        GAVEL_TRY(store.finish_snapshot(std::move(writer), world.next_batch()));
        world.write_some(30);
        const auto done = store.commit(world.next_batch(), world.streams());
        world.end_batch();
        return done;
      };
      {
        auto opened = open_store(disk, small);
        for (u32 i = 0; i < 2; ++i) ASSERT_TRUE(commit_some(*opened->store, world, 30).ok());
        ASSERT_TRUE(run(*opened->store).ok());
      }
      const std::size_t committed = world.history.size();
      StopDisk stopping(disk, stop_at, effect);
      {
        auto opened = open_store(stopping, small);
        if (opened.ok()) static_cast<void>(run(*opened->store).ok());
      }
      finished = !stopping.stopped();
      if (power_cut) disk.power_cut();
      auto opened = open_store(disk, small);
      ASSERT_TRUE(opened.ok()) << stop_at;
      const u64 batches = opened->store->newest()->batch + 1;
      ASSERT_GE(batches, committed) << stop_at;
      ++seen[batches - committed];
      expect_batch(*opened, world, batches);
      EXPECT_TRUE(run(*opened->store).ok()) << stop_at;
    }
  }
  EXPECT_GT(seen[0], 0u);
  EXPECT_GT(seen[1], 0u);
}

TEST(Recovery, ADamagedLastRecordIsDroppedWhereverTheBitIs) {
  FakeDisk disk(12);
  World world(12);
  {
    auto opened = open_store(disk, config());
    for (u32 i = 0; i < 3; ++i) ASSERT_TRUE(commit_some(*opened->store, world, 20).ok());
  }
  const std::string path = batch_path(kDirectory, 2);
  const Bytes good = contents(disk, path);
  World two = world;
  two.go_back_to(2);
  for (std::size_t at = 0; at < good.size(); at += at < 64 || at + 90 > good.size() ? 1 : 37) {
    Bytes bad = good;
    bad[at] ^= static_cast<u8>(1u << (at % 8));
    replace(disk, path, bad);
    auto opened = open_store(disk, config());
    ASSERT_TRUE(opened.ok()) << at;
    EXPECT_EQ(opened->report.dropped, 1u) << at;
    EXPECT_EQ(opened->objects, two.objects) << at;
    EXPECT_EQ(opened->store->newest()->batch, 1u) << at;
  }
  // A record that ends too early is no better.
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, good.size() - 1}) {
    replace(disk, path, Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_EQ(open_store(disk, config())->store->newest()->batch, 1u) << size;
  }
  replace(disk, path, good);
  EXPECT_EQ(open_store(disk, config())->store->newest()->batch, 2u);
}

TEST(Recovery, WhatFollowsADamagedRecordIsDroppedToo) {
  FakeDisk disk(13);
  World world(13);
  {
    auto opened = open_store(disk, config());
    for (u32 i = 0; i < 5; ++i) ASSERT_TRUE(commit_some(*opened->store, world, 20).ok());
  }
  Bytes bad = contents(disk, batch_path(kDirectory, 2));
  bad[100] ^= 1;
  replace(disk, batch_path(kDirectory, 2), bad);
  auto opened = open_store(disk, config());
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->report.dropped, 3u);
  expect_batch(*opened, world, 2);
  ASSERT_TRUE(commit_some(*opened->store, world, 20).ok());
  EXPECT_EQ(open_store(disk, config())->store->newest()->batch, 2u);
}

TEST(Recovery, ARecordOfAnotherHistoryDoesNotFollow) {
  FakeDisk disk(14);
  World world(14);
  World other(15);
  {
    auto opened = open_store(disk, config());
    for (u32 i = 0; i < 2; ++i) ASSERT_TRUE(commit_some(*opened->store, world, 20).ok());
    auto elsewhere = open_store(disk, config_in("other"));
    for (u32 i = 0; i < 2; ++i) ASSERT_TRUE(commit_some(*elsewhere->store, other, 20).ok());
  }
  replace(disk, batch_path(kDirectory, 1), contents(disk, batch_path("other", 1)));
  auto opened = open_store(disk, config());
  ASSERT_TRUE(opened.ok());
  expect_batch(*opened, world, 1);
}

TEST(Recovery, WithoutAnyGoodStartItIsAnError) {
  FakeDisk disk(16);
  World world(16);
  {
    auto opened = open_store(disk, config());
    for (u32 i = 0; i < 2; ++i) ASSERT_TRUE(commit_some(*opened->store, world, 20).ok());
  }
  ASSERT_TRUE(disk.remove(batch_path(kDirectory, 0)).ok());
  EXPECT_EQ(open_store(disk, config()).error(), CommitError::kCorrupt);
}

// A record that is intact but whose root its entries do not give: a bug, not a torn tail.
TEST(Recovery, ARootThatTheEntriesDoNotGiveStopsTheStart) {
  FakeDisk disk(17);
  {
    auto writer =
        StateFileWriter::create(disk, batch_path(kDirectory, 0), {FileKind::kBatch, 0, {}});
    ASSERT_FALSE(writer.ok());  // no directory yet
  }
  ASSERT_TRUE(disk.make_directory(kDirectory).ok());
  auto writer = StateFileWriter::create(disk, batch_path(kDirectory, 0), {FileKind::kBatch, 0, {}});
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(writer->append({1, EntryKind::kAfter, 1, Bytes{1}}).ok());
  Hash32 root;
  root.bytes[0] = 1;
  ASSERT_TRUE(writer->seal({root, 0, 0, 0}).ok());
  EXPECT_EQ(open_store(disk, config()).error(), CommitError::kRootMismatch);
}

TEST(Recovery, AnUnreadableDiskIsAnErrorAndDropsNothing) {
  FakeDisk disk(18);
  World world(18);
  {
    auto opened = open_store(disk, config());
    for (u32 i = 0; i < 3; ++i) ASSERT_TRUE(commit_some(*opened->store, world, 20).ok());
  }
  DiskFaults faults;
  faults.failed_read_ppm = 1'000'000;
  disk.set_faults(faults);
  EXPECT_EQ(open_store(disk, config()).error(), CommitError::kDisk);
  disk.set_faults({});
  auto opened = open_store(disk, config());
  ASSERT_TRUE(opened.ok());
  expect_batch(*opened, world, 3);
}

}  // namespace
}  // namespace gavel::state
