#include "io/disk.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <set>

#include "io/fake_disk.hpp"

namespace gavel::io {
namespace {

std::vector<u8> text(std::string_view s) { return {s.begin(), s.end()}; }

std::vector<u8> content(Disk& disk, const std::string& path) {
  return read_file(disk, path, 1 << 20).value();
}

// One behaviour, two implementations.
class EitherDisk : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) {
      std::string pattern = ::testing::TempDir() + "gavel_disk_XXXXXX";
      root_ = mkdtemp(pattern.data());
      disk_ = std::make_unique<SystemDisk>();
    } else {
      root_ = "root";
      disk_ = std::make_unique<FakeDisk>(1);
      ASSERT_TRUE(disk_->make_directory(root_).ok());
    }
  }
  void TearDown() override {
    if (GetParam()) std::filesystem::remove_all(root_);
  }
  std::string root_;
  std::unique_ptr<Disk> disk_;
};

TEST_P(EitherDisk, AppendsAndReadsAtOffsets) {
  auto file = disk_->open(root_ + "/a", OpenMode::kCreate).value();
  ASSERT_TRUE(file->append(text("hello ")).ok());
  ASSERT_TRUE(file->append(text("world")).ok());
  std::vector<u8> out(5);
  EXPECT_EQ(file->pread(6, out).value(), 5u);
  EXPECT_EQ(out, text("world"));
  EXPECT_EQ(file->pread(9, out).value(), 2u);
  EXPECT_EQ(file->pread(11, out).value(), 0u);
  EXPECT_EQ(file->size().value(), 11u);
  ASSERT_TRUE(file->truncate(3).ok());
  ASSERT_TRUE(file->append(text("!")).ok());
  ASSERT_TRUE(file->sync_data().ok());
  EXPECT_EQ(content(*disk_, root_ + "/a"), text("hel!"));
}

TEST_P(EitherDisk, NamesItsErrors) {
  EXPECT_EQ(disk_->open(root_ + "/none", OpenMode::kRead).error(), DiskError::kNotFound);
  EXPECT_EQ(disk_->open(root_ + "/no/dir", OpenMode::kWrite).error(), DiskError::kNotFound);
  ASSERT_TRUE(disk_->open(root_ + "/a", OpenMode::kCreate).ok());
  EXPECT_EQ(disk_->open(root_ + "/a", OpenMode::kCreate).error(), DiskError::kExists);
  EXPECT_EQ(disk_->remove(root_ + "/none").error(), DiskError::kNotFound);
  EXPECT_EQ(disk_->rename(root_ + "/none", root_ + "/b").error(), DiskError::kNotFound);
  EXPECT_EQ(disk_->list(root_ + "/none").error(), DiskError::kNotFound);
  EXPECT_EQ(disk_->make_directory(root_ + "/a").error(), DiskError::kNotADirectory);
  EXPECT_EQ(read_file(*disk_, root_ + "/none", 10).error(), DiskError::kNotFound);
}

TEST_P(EitherDisk, ListsSortedFilesOnly) {
  ASSERT_TRUE(disk_->make_directory(root_ + "/sub/deep").ok());
  for (const char* name : {"b", "a", "c"})
    ASSERT_TRUE(disk_->open(root_ + '/' + name, OpenMode::kWrite).ok());
  ASSERT_TRUE(disk_->remove(root_ + "/b").ok());
  EXPECT_EQ(disk_->list(root_).value(), (std::vector<std::string>{"a", "c"}));
}

TEST_P(EitherDisk, AtomicWriteReplaces) {
  ASSERT_TRUE(write_file_atomically(*disk_, root_ + "/f", text("one")).ok());
  ASSERT_TRUE(write_file_atomically(*disk_, root_ + "/f", text("two!")).ok());
  EXPECT_EQ(content(*disk_, root_ + "/f"), text("two!"));
  EXPECT_EQ(disk_->list(root_).value(), (std::vector<std::string>{"f"}));
  EXPECT_EQ(read_file(*disk_, root_ + "/f", 3).error(), DiskError::kNoSpace);
}

INSTANTIATE_TEST_SUITE_P(Disk, EitherDisk, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "System" : "Fake"; });

TEST(FakeDisk, APowerCutKeepsOnlyWhatWasPromised) {
  FakeDisk disk(1, {.torn_tail = false});
  auto file = disk.open("log", OpenMode::kCreate).value();
  ASSERT_TRUE(file->append(text("safe")).ok());
  ASSERT_TRUE(file->sync_data().ok());
  ASSERT_TRUE(disk.sync_directory(".").ok());
  ASSERT_TRUE(file->append(text(" lost")).ok());
  ASSERT_TRUE(disk.open("unnamed", OpenMode::kCreate).ok());
  disk.power_cut();
  EXPECT_EQ(content(disk, "log"), text("safe"));
  EXPECT_EQ(disk.open("unnamed", OpenMode::kRead).error(), DiskError::kNotFound);
  EXPECT_EQ(file->append(text("x")).error(), DiskError::kIo);
  EXPECT_EQ(file->size().error(), DiskError::kIo);
}

TEST(FakeDisk, ASyncedFileWithoutItsNameIsLost) {
  FakeDisk disk(1);
  auto file = disk.open("log", OpenMode::kCreate).value();
  ASSERT_TRUE(file->append(text("safe")).ok());
  ASSERT_TRUE(file->sync_data().ok());
  disk.power_cut();
  EXPECT_EQ(disk.open("log", OpenMode::kRead).error(), DiskError::kNotFound);
}

TEST(FakeDisk, ARenameIsUndoneUnlessTheDirectoryWasSynced) {
  FakeDisk disk(1, {.torn_tail = false});
  ASSERT_TRUE(write_file_atomically(disk, "f", text("old")).ok());
  {
    auto file = disk.open("g", OpenMode::kCreate).value();
    ASSERT_TRUE(file->append(text("new")).ok());
    ASSERT_TRUE(file->sync_data().ok());
  }
  ASSERT_TRUE(disk.rename("g", "f").ok());
  EXPECT_EQ(content(disk, "f"), text("new"));
  disk.power_cut();
  EXPECT_EQ(content(disk, "f"), text("old"));
}

TEST(FakeDisk, ATornTailIsAPrefixUpToItsLastSector) {
  u32 shorter = 0;
  u32 rubbish = 0;
  for (u64 seed = 1; seed <= 200; ++seed) {
    FakeDisk disk(seed);
    auto file = disk.open("log", OpenMode::kCreate).value();
    std::vector<u8> bytes(2000);
    std::iota(bytes.begin(), bytes.end(), u8{0});
    ASSERT_TRUE(file->append(std::span(bytes).first(700)).ok());
    ASSERT_TRUE(file->sync_data().ok());
    ASSERT_TRUE(disk.sync_directory(".").ok());
    ASSERT_TRUE(file->append(std::span(bytes).subspan(700)).ok());
    disk.power_cut();
    const std::vector<u8> left = content(disk, "log");
    ASSERT_GE(left.size(), 700u);
    ASSERT_LE(left.size(), 2000u);
    const size_t trusted = std::max<size_t>(700, (left.size() - 1) / 512 * 512);
    ASSERT_TRUE(std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(trusted),
                           bytes.begin()));
    shorter += left.size() < 2000;
    rubbish += !std::equal(left.begin(), left.end(), bytes.begin());
  }
  EXPECT_GT(shorter, 150u);
  EXPECT_GT(rubbish, 40u);
}

TEST(FakeDisk, FaultsComeFromTheSeed) {
  const auto run = [](u64 seed) {
    FakeDisk disk(
        seed,
        {.short_append_ppm = 200'000, .failed_sync_ppm = 200'000, .failed_read_ppm = 200'000});
    auto file = disk.open("log", OpenMode::kCreate).value();
    std::string trace;
    std::vector<u8> out(4);
    for (int i = 0; i < 100; ++i) {
      trace += file->append(text("abcd")).ok() ? 'a' : '-';
      trace += file->sync_data().ok() ? 's' : '-';
      trace += file->pread(0, out).ok() ? 'r' : '-';
      trace += std::to_string(file->size().value());
    }
    return trace;
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
  EXPECT_NE(run(7).find('-'), std::string::npos);
}

TEST(FakeDisk, WhatAFailedSyncLostNoLaterSyncSaves) {
  FakeDisk disk(1, {.torn_tail = false});
  auto file = disk.open("log", OpenMode::kCreate).value();
  ASSERT_TRUE(disk.sync_directory(".").ok());
  ASSERT_TRUE(file->append(text("safe")).ok());
  ASSERT_TRUE(file->sync_data().ok());
  ASSERT_TRUE(file->append(text("lost")).ok());
  disk.set_faults({.failed_sync_ppm = 1'000'000, .torn_tail = false});
  EXPECT_EQ(file->sync_data().error(), DiskError::kIo);
  disk.set_faults({.torn_tail = false});
  ASSERT_TRUE(file->append(text("more")).ok());
  ASSERT_TRUE(file->sync_data().ok());
  EXPECT_EQ(content(disk, "log"), text("safelostmore"));
  disk.power_cut();
  EXPECT_EQ(content(disk, "log"), text(std::string_view("safe\0\0\0\0more", 12)));
}

TEST(FakeDisk, WritingAgainAfterAFailedSyncIsSaved) {
  FakeDisk disk(1, {.failed_sync_ppm = 1'000'000, .torn_tail = false});
  auto file = disk.open("log", OpenMode::kCreate).value();
  ASSERT_TRUE(disk.sync_directory(".").ok());
  ASSERT_TRUE(file->append(text("lost")).ok());
  EXPECT_FALSE(file->sync_data().ok());
  disk.set_faults({.torn_tail = false});
  ASSERT_TRUE(file->truncate(0).ok());
  ASSERT_TRUE(file->append(text("kept")).ok());
  ASSERT_TRUE(file->sync_data().ok());
  disk.power_cut();
  EXPECT_EQ(content(disk, "log"), text("kept"));
}

TEST(FakeDisk, FullIsNamedAndWritesWhatFits) {
  FakeDisk disk(1, {.capacity_bytes = 6});
  auto file = disk.open("log", OpenMode::kCreate).value();
  ASSERT_TRUE(file->append(text("abcd")).ok());
  EXPECT_EQ(file->append(text("efgh")).error(), DiskError::kNoSpace);
  EXPECT_EQ(content(disk, "log"), text("abcdef"));
  EXPECT_EQ(disk.used_bytes(), 6u);
}

// With torn_names any of the unsynced changes survives, or does not; synced ones always do.
TEST(FakeDisk, NamesTearOneByOne) {
  std::set<std::vector<std::string>> seen;
  for (u64 seed = 1; seed <= 200; ++seed) {
    FakeDisk disk(seed, {.torn_names = true});
    for (const char* name : {"a", "b"}) ASSERT_TRUE(disk.open(name, OpenMode::kCreate).ok());
    ASSERT_TRUE(disk.sync_directory(".").ok());
    ASSERT_TRUE(disk.remove("a").ok());
    ASSERT_TRUE(disk.open("c", OpenMode::kCreate).ok());
    ASSERT_TRUE(disk.rename("b", "d").ok());
    disk.power_cut();
    const auto names = disk.list(".").value();
    const auto has = [&](const char* name) { return std::ranges::count(names, name) == 1; };
    EXPECT_NE(has("b"), has("d")) << "a rename is whole";
    seen.insert(names);
  }
  EXPECT_EQ(seen.size(), 8u);
}

// With torn_sectors a lost sector of unsynced bytes reads as zeros; synced bytes never change.
TEST(FakeDisk, SectorsTearOneByOne) {
  u32 holes = 0;
  for (u64 seed = 1; seed <= 200; ++seed) {
    FakeDisk disk(seed, {.torn_sectors = true});
    auto file = disk.open("log", OpenMode::kCreate).value();
    ASSERT_TRUE(disk.sync_directory(".").ok());
    ASSERT_TRUE(file->append(std::vector<u8>(700, 1)).ok());
    ASSERT_TRUE(file->sync_data().ok());
    ASSERT_TRUE(file->append(std::vector<u8>(4'000, 2)).ok());
    disk.power_cut();
    const std::vector<u8> left = content(disk, "log");
    EXPECT_TRUE(std::all_of(left.begin(), left.begin() + 700, [](u8 b) { return b == 1; }));
    const auto zero = std::find(left.begin() + 700, left.end(), u8{0});
    holes += std::find(zero, left.end(), u8{2}) != left.end();
  }
  EXPECT_GT(holes, 40u);
}

TEST(FakeDisk, ADirectoryIsDurableWhenMadeAndTakesItsFilesWithItOtherwise) {
  for (const bool synced : {true, false}) {
    FakeDisk disk(1);
    disk.watch([&](DiskOperation operation, const std::string&) {
      return operation == DiskOperation::kMakeDirectory && !synced ? DiskFate::kSkipped
                                                                   : DiskFate::kDone;
    });
    ASSERT_TRUE(disk.make_directory("a/b").ok());
    ASSERT_TRUE(write_file_atomically(disk, "a/b/f", text("x")).ok());
    disk.power_cut();
    EXPECT_EQ(disk.open("a/b/f", OpenMode::kRead).ok(), synced);
  }
}

TEST(FakeDisk, AWatchSeesWhatEachOperationIsFor) {
  FakeDisk disk(1);
  std::vector<std::string> sites;
  DiskFate fate = DiskFate::kDone;
  disk.watch([&](DiskOperation, const std::string& site) {
    sites.push_back(site);
    return fate;
  });
  ASSERT_TRUE(write_file_atomically(disk, "f12", text("x")).ok());
  EXPECT_EQ(sites, (std::vector<std::string>{"create fN.new", "truncate fN.new", "append fN.new",
                                             "sync_data fN.new: new", "rename to fN",
                                             "sync_directory .: rename to fN"}));
  auto file = disk.open("f12", OpenMode::kWrite).value();
  fate = DiskFate::kNoSpace;
  EXPECT_EQ(file->append(text("y")).error(), DiskError::kNoSpace);
  EXPECT_EQ(disk.open("g", OpenMode::kWrite).error(), DiskError::kNoSpace);
  EXPECT_EQ(disk.rename("f12", "g").error(), DiskError::kNoSpace);
  fate = DiskFate::kSkipped;
  EXPECT_TRUE(file->append(text("z")).ok());
  EXPECT_TRUE(file->sync_data().ok());
  disk.set_faults({.torn_tail = false});
  disk.power_cut();
  EXPECT_EQ(content(disk, "f12"), text("x"));
}

TEST(FakeDisk, AReaderCannotWrite) {
  FakeDisk disk(1);
  ASSERT_TRUE(disk.open("log", OpenMode::kCreate).ok());
  auto file = disk.open("log", OpenMode::kRead).value();
  EXPECT_EQ(file->append(text("x")).error(), DiskError::kAccess);
  EXPECT_EQ(file->truncate(0).error(), DiskError::kAccess);
}

}  // namespace
}  // namespace gavel::io
