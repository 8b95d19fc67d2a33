// Power cuts and failing disks over the whole store of a node.
// One thread: nothing for the thread sanitizer to see.
#if !__has_feature(thread_sanitizer)
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cstdlib>
#include <set>

#include "sequencer/store_life_test.hpp"

namespace gavel::sequencer {
namespace {

using io::DiskFate;
using io::DiskOperation;

constexpr io::DiskFaults kTorn{.torn_sectors = true, .torn_names = true};

bool is_sync(DiskOperation operation) {
  return operation == DiskOperation::kSync || operation == DiskOperation::kSyncDirectory ||
         operation == DiskOperation::kMakeDirectory;
}

// A disk on which things happen at the n-th operation.
struct BadDisk {
  explicit BadDisk(u64 seed) : disk(seed, kTorn) {
    disk.watch([this](DiskOperation operation, const std::string& site) {
      if (dead) return DiskFate::kIo;
      if (is_sync(operation)) sites.insert(site);
      if (operations++ == cut_at) {
        dead = true;
        if (!killed) disk.power_cut();
        return DiskFate::kIo;
      }
      if (operations > fail_from && operations <= fail_to) {
        ++failed[operation];
        return fate;
      }
      if (is_sync(operation) && site == skipped_site) return DiskFate::kSkipped;
      return DiskFate::kDone;
    });
  }
  void recover() {
    dead = false;
    operations = 0;
    cut_at = fail_from = fail_to = ~u64{0};
  }

  io::FakeDisk disk;
  std::set<std::string> sites;
  std::string skipped_site;
  u64 operations = 0;
  u64 cut_at = ~u64{0};
  bool killed = false;  // the process alone ends there; what it wrote is in the system's cache
  u64 fail_from = ~u64{0};
  u64 fail_to = ~u64{0};
  DiskFate fate = DiskFate::kIo;
  std::map<DiskOperation, u64> failed;
  bool dead = false;
};

u64 seed_of_the_day() {
  const char* text = std::getenv("GAVEL_DAYS_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
}
u64 times() {
  const char* text = std::getenv("GAVEL_DAYS_TIMES");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
}

// Reads that fail now and then: a start that cannot read refuses, and takes nothing away.
TEST(StoreDays, AStartThatCannotReadChangesNothing) {
  u64 refused = 0;
  for (u64 seed = seed_of_the_day(); seed < seed_of_the_day() + 4; ++seed) {
    io::FakeDisk disk(seed, kTorn);
    io::SeededRandom random(seed);
    Truth truth;
    Rederivation again;
    for (u32 number = 0; number < 40; ++number) {
      io::DiskFaults faults = kTorn;
      faults.failed_read_ppm = number == 0 ? 0 : 30'000;
      disk.set_faults(faults);
      StoreLife life(disk, truth, random);
      const auto opened = life.open();
      disk.set_faults(kTorn);
      refused += opened.ok() ? 0 : 1;
      if (!opened.ok()) continue;
      ASSERT_EQ(violation_of(life, truth, again), "") << "seed " << seed;
      for (u32 i = 0; i < 20; ++i) ASSERT_TRUE(life.step());
    }
    StoreLife life(disk, truth, random);
    ASSERT_TRUE(life.open().ok());
    ASSERT_EQ(violation_of(life, truth, again, ~u64{0}), "") << "seed " << seed;
  }
  EXPECT_GT(refused, 20u);
}

constexpr u32 kLivesOfADisk = 25;
constexpr u32 kStepsOfALife = 120;

struct Cuts {
  u64 count = 0;
  u64 in_starts = 0;  // of them, during a start
  u64 blocks = 0;
  u64 batches = 0;
  u64 snapshots = 0;
  std::set<std::string> sites;
  std::string violation;  // the first, with its seed
};

// Lives on one disk, each ended by a power cut, or by a kill that a later cut follows.
void cut_again_and_again(u64 seed, const std::string& skipped_site, Cuts& cuts) {
  BadDisk bad(seed);
  bad.skipped_site = skipped_site;
  io::SeededRandom random(seed);
  Truth truth;
  Rederivation again;
  for (u32 number = 0; number <= kLivesOfADisk && cuts.violation.empty(); ++number) {
    bad.recover();
    if (truth.opened && !bad.disk.contents().contains("data/chain")) {
      cuts.violation = "the file chain is gone";
    }
    const bool last = number == kLivesOfADisk;
    bad.killed = random.chance(250'000);
    if (!last) bad.cut_at = random.below(random.chance(150'000) ? 12 : 240);
    StoreLife life(bad.disk, truth, random);
    const auto opened = life.open();
    if (!opened.ok() && !bad.dead) cuts.violation = opened.error();
    if (opened.ok() && !bad.dead) {
      const std::string violation = violation_of(life, truth, again, last ? ~u64{0} : 3);
      if (!violation.empty()) cuts.violation = violation;
    }
    if (last) cuts.batches += opened.ok() ? life.stores().tree->newest()->batch : 0;
    cuts.in_starts += !opened.ok() ? 1 : 0;
    for (u32 i = 0; opened.ok() && !last && !bad.dead && i < kStepsOfALife; ++i)
      static_cast<void>(life.step());
    if (opened.ok()) cuts.snapshots += life.snapshots_sealed();
    if (!bad.dead && !last) {
      bad.killed = false;
      bad.disk.power_cut();
    }
    cuts.count += last || bad.killed ? 0 : 1;
  }
  if (!cuts.violation.empty()) cuts.violation += " (seed " + std::to_string(seed) + ")";
  cuts.blocks += truth.blocks.size();
  cuts.sites.insert(bad.sites.begin(), bad.sites.end());
}

// A thousand power cuts in four parts.
class StorePowerCuts : public testing::TestWithParam<u64> {};

TEST_P(StorePowerCuts, LoseNothingAcknowledged) {
  Cuts cuts;
  const u64 first = seed_of_the_day() + 1'000 * GetParam();
  for (u64 seed = first; cuts.count < 250 * times(); ++seed) {
    cut_again_and_again(seed, {}, cuts);
    ASSERT_EQ(cuts.violation, "");
  }
  EXPECT_GT(cuts.in_starts, 20u);
  EXPECT_GT(cuts.blocks, 1'500u);
  EXPECT_GT(cuts.batches, 400u);
  EXPECT_GT(cuts.snapshots, 50u);
  std::printf("%s", fmt::format("{} cuts from seed {}, {} in starts; {} blocks, {} batches, {} "
                                "snapshots\n",
                                cuts.count, first, cuts.in_starts, cuts.blocks, cuts.batches,
                                cuts.snapshots)
                        .c_str());
}

INSTANTIATE_TEST_SUITE_P(Days, StorePowerCuts, testing::Range(u64{0}, u64{4}));

// The test of the test: every sync is there for something that it sees.
TEST(StoreDays, WithoutAnyOneSyncTheyDoLose) {
  Cuts cuts;
  for (u64 seed = 1; seed <= 4; ++seed) cut_again_and_again(seed, {}, cuts);
  EXPECT_EQ(cuts.sites.size(), 19u) << "another site: say here that it was looked at";
  for (const std::string& site : cuts.sites) {
    Cuts without;
    for (u64 seed = 1; seed <= 40 && without.violation.empty(); ++seed)
      cut_again_and_again(seed, site, without);
    EXPECT_NE(without.violation, "") << "nobody misses " << site;
    std::printf("%s",
                fmt::format("{} -> cut {}: {}\n", site, without.count, without.violation).c_str());
  }
}

// No room, or a device that fails, from some operation on, for a while: the node stops, and comes
// back with everything when the disk is well, with or without a power cut.
TEST(StoreDays, AFullOrFailingDiskLosesNothingAcknowledged) {
  std::map<DiskOperation, u64> failed;
  u64 stopped = 0;
  u64 not_opened = 0;
  for (u64 seed = seed_of_the_day(); seed < seed_of_the_day() + 12 * times(); ++seed) {
    BadDisk bad(seed);
    io::SeededRandom random(seed);
    Truth truth;
    Rederivation again;
    for (u32 number = 0; number < 12; ++number) {
      bad.recover();
      bad.fate = random.chance(500'000) ? DiskFate::kNoSpace : DiskFate::kIo;
      bad.fail_from = random.below(number == 0 || random.chance(200'000) ? 12 : 160);
      bad.fail_to = bad.fail_from + (random.chance(500'000) ? 1 : 1'000'000);
      {
        StoreLife life(bad.disk, truth, random);
        const auto opened = life.open();
        not_opened += opened.ok() ? 0 : 1;
        bool goes_on = opened.ok();
        for (u32 i = 0; goes_on && i < kStepsOfALife; ++i) goes_on = life.step();
        stopped += opened.ok() && !goes_on ? 1 : 0;
      }
      bad.recover();
      if (random.chance(300'000)) bad.disk.power_cut();
      StoreLife life(bad.disk, truth, random);
      const auto opened = life.open();
      ASSERT_TRUE(opened.ok()) << opened.error() << " (seed " << seed << ")";
      ASSERT_EQ(violation_of(life, truth, again), "") << "seed " << seed;
      for (u32 i = 0; i < 10; ++i) ASSERT_TRUE(life.step());
    }
    for (const auto& [operation, count] : bad.failed) failed[operation] += count;
  }
  EXPECT_GT(stopped, 40u);
  EXPECT_GT(not_opened, 10u);
  EXPECT_EQ(failed.size(), 8u) << "each kind of operation has failed";
}

}  // namespace
}  // namespace gavel::sequencer
#endif
