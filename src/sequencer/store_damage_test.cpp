// Files of a node's store that were damaged while it was away: it comes back with everything that
// was acknowledged, or it says what is wrong where, and changes nothing that was promised. The
// table of docs/operations.md ("Damaged files") is the one below.
// One thread: nothing for the thread sanitizer to see.
#if !__has_feature(thread_sanitizer)
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include "sequencer/store_life_test.hpp"

namespace gavel::sequencer {
namespace {

using Files = std::map<std::string, Bytes>;

// A store at rest, with all kinds of files, everything in it acknowledged.
struct Rested {
  // `reaches`: the log still has the newest batch's blocks.
  Rested(u64 seed, bool reaches) : disk(seed), random(seed) {
    StoreLife life(disk, truth, random);
    GAVEL_CHECK(life.open().ok());
    const auto enough = [&] {
      const Files now = disk.contents();
      u64 segments = 0;
      for (const auto& [path, bytes] : now) segments += path.ends_with(".blocks") ? 1 : 0;
      const NodeStores& stores = life.stores();
      const u64 newest = stores.tree->newest()->batch;
      return segments > 1 && life.snapshots_sealed() > 3 && newest > last_snapshot(now) + 1 &&
             (stores.blocks->first_block() <= stores.batches->get_end(newest)->first_block) ==
                 reaches;
    };
    do {
      for (u32 i = 0; i < 10; ++i) GAVEL_CHECK(life.step());
      GAVEL_CHECK(life.settle());
    } while (!enough());
    newest_batch = life.stores().tree->newest()->batch;
    files = disk.contents();
    GAVEL_CHECK(again.advance(truth).empty());
  }
  static u64 last_snapshot(const Files& all) {
    const auto after = all.lower_bound("data/state/snapshot-a");
    return number_of(std::prev(after)->first);
  }
  static u64 number_of(const std::string& path) {
    return std::strtoull(path.c_str() + path.find_first_of("0123456789"), nullptr, 10);
  }
  // The n-th from the end of the files whose path has both.
  std::string file(const std::string& begin, const std::string& end, u32 from_end) const {
    std::vector<std::string> found;
    for (const auto& [path, bytes] : files) {
      const bool finished = !path.ends_with(".tmp") && !path.ends_with(".new");
      if (finished && path.starts_with(begin) && path.ends_with(end)) found.push_back(path);
    }
    GAVEL_CHECK(from_end < found.size());
    return found[found.size() - 1 - from_end];
  }

  io::FakeDisk disk;
  io::SeededRandom random;
  Truth truth;
  Rederivation again;
  u64 newest_batch = 0;
  Files files;
};

enum class Outcome : u8 {
  kRecovers,  // with everything acknowledged
  kRefuses,   // names the file, and says what to do
  kLater,     // starts; whoever reads that file is told that it is damaged
  kEither,    // recovers if the block log reaches back far enough, refuses otherwise
};

void flip(Bytes& bytes, io::Random& random) {
  bytes[random.below(bytes.size())] ^= static_cast<u8>(1u << random.below(8));
}
void zero_sector(Bytes& bytes, io::Random& random) {
  const u64 at = random.below(bytes.size()) / 512 * 512;
  for (u64 i = at; i < std::min<u64>(at + 512, bytes.size()); ++i) bytes[i] = 0;
}
void rubbish(Bytes& bytes, io::Random& random) {
  const u64 at = random.below(bytes.size()) / 512 * 512;
  random.fill(std::span(bytes).subspan(at, std::min<u64>(512, bytes.size() - at)));
}
void cut(Bytes& bytes, io::Random& random) { bytes.resize(random.below(bytes.size())); }
void empty(Bytes& bytes, io::Random&) { bytes.clear(); }
void grow(Bytes& bytes, io::Random& random) {
  bytes.resize(bytes.size() + 1 + random.below(600));
  bytes.back() = 1;
}
void take_away(Bytes&, io::Random&) {}

struct Damage {
  const char* name;
  void (*apply)(Bytes&, io::Random&);
};
constexpr Damage kDamages[] = {{"bit flipped", flip},
                               {"sector of zeros", zero_sector},
                               {"sector of rubbish", rubbish},
                               {"cut off", cut},
                               {"empty", empty},
                               {"longer", grow},
                               {"missing", take_away}};

constexpr Outcome kR = Outcome::kRecovers;
constexpr Outcome kN = Outcome::kRefuses;
constexpr Outcome kL = Outcome::kLater;
constexpr Outcome kE = Outcome::kEither;

struct Kind {
  const char* name;
  std::function<std::string(const Rested&)> file;
  Outcome outcomes[std::size(kDamages)];
};

// Opens what the disk holds; the error, or nothing and everything is as promised.
std::string opened_or_error(Rested& store, const std::string& path, Outcome& outcome) {
  StoreLife life(store.disk, store.truth, store.random);
  const auto opened = life.open();
  if (!opened.ok()) {
    outcome = Outcome::kRefuses;
    return opened.error();
  }
  outcome = Outcome::kRecovers;
  const std::string violation = violation_of(life, store.truth, store.again, 0);
  EXPECT_EQ(violation, "") << path;
  // Older batches are only read when L1 or a client wants them.
  for (u64 batch = 1; batch <= store.newest_batch; ++batch) {
    const auto ours = life.stores().batches->get(batch);
    const auto root = life.stores().batches->get_root(batch);
    const auto theirs = store.again.batches().get(batch);
    if (ours.ok()) EXPECT_EQ(ours->pages.bytes, theirs->pages.bytes) << path;
    if (root.ok()) EXPECT_EQ(*root, store.again.roots()[batch]) << path;
    if (!ours.ok() || !root.ok()) outcome = Outcome::kLater;
  }
  for (u64 batch = store.newest_batch - 1; batch <= store.newest_batch; ++batch) {
    const auto old = life.stores().tree->open_at(batch);
    if (old.ok()) EXPECT_EQ((*old)->at().root, store.again.roots()[batch]) << path;
    if (!old.ok()) outcome = Outcome::kLater;
  }
  // And it goes on.
  EXPECT_TRUE(life.settle());
  return {};
}

// A store whose log reaches back to the newest batch, or does not.
class StoreDamage : public testing::TestWithParam<bool> {};

TEST_P(StoreDamage, EachFileInEachWay) {
  const auto at = [](const char* begin, const char* end, u32 from_end) {
    return [=](const Rested& store) { return store.file(begin, end, from_end); };
  };
  const Kind kinds[] = {
      // bit, zeros, rubbish, cut, empty, longer, missing
      {"chain", at("data/chain", "", 0), {kN, kN, kN, kN, kN, kN, kR}},
      {"blocks, newest", at("data/blocks/", ".blocks", 0), {kN, kN, kN, kN, kN, kR, kN}},
      {"blocks, older", at("data/blocks/", ".blocks", 1), {kN, kN, kN, kN, kN, kN, kE}},
      {"acknowledged", at("data/blocks/ack", "", 0), {kR, kR, kR, kR, kR, kR, kR}},
      {"record, newest", at("data/state/batch-", "", 0), {kE, kE, kE, kE, kE, kE, kE}},
      {"record, older", at("data/state/batch-", "", 1), {kE, kE, kE, kE, kE, kE, kE}},
      {"snapshot", at("data/state/snapshot-", "", 0), {kN, kN, kN, kN, kN, kN, kN}},
      {"pages, newest", at("data/batches/", ".batch", 0), {kN, kN, kN, kN, kN, kN, kN}},
      {"pages, older", at("data/batches/", ".batch", 2), {kL, kL, kL, kL, kL, kL, kL}},
      {"root, newest", at("data/batches/", ".root", 0), {kR, kR, kR, kR, kR, kR, kR}},
      {"root, older", at("data/batches/", ".root", 2), {kL, kL, kL, kL, kL, kL, kL}},
  };
  constexpr const char* kNames[] = {"recovers", "refuses", "later", "either"};
  std::map<std::string, std::map<Outcome, u64>> seen;
  for (u64 seed = 1; seed <= 2; ++seed) {
    Rested store(seed, GetParam());
    for (const Kind& kind : kinds) {
      const std::string path = kind.file(store);
      for (u32 d = 0; d < std::size(kDamages); ++d) {
        for (u32 repeat = 0; repeat < (d < 4 ? 3u : 1u); ++repeat) {
          Files files = store.files;
          Bytes& bytes = files[path];
          kDamages[d].apply(bytes, store.random);
          if (bytes == store.files[path] && kDamages[d].apply != take_away) continue;
          if (kDamages[d].apply == take_away) files.erase(path);
          store.disk.restore(files);
          Outcome outcome{};
          const std::string error = opened_or_error(store, path, outcome);
          ++seen[kind.name][outcome];
          const Outcome expected = kind.outcomes[d];
          EXPECT_TRUE(outcome == expected ||
                      (expected == Outcome::kEither && outcome != Outcome::kLater))
              << kNames[static_cast<u8>(outcome)] << ": " << kind.name << ", " << kDamages[d].name
              << ", seed " << seed << ": " << error;
          if (outcome != Outcome::kRefuses) continue;
          EXPECT_TRUE(error.find(path) != std::string::npos ||
                      error.find(io::directory_of(path)) != std::string::npos)
              << error;
          EXPECT_TRUE(error.find("restore") != std::string::npos ||
                      error.find("start again") != std::string::npos ||
                      error.find("data.directory") != std::string::npos)
              << error;
        }
      }
    }
  }
  const Outcome other = GetParam() ? Outcome::kRefuses : Outcome::kRecovers;
  EXPECT_EQ(seen["record, newest"][other], 0u);
}

INSTANTIATE_TEST_SUITE_P(Log, StoreDamage, testing::Bool(),
                         [](const auto& info) { return info.param ? "Reaches" : "DoesNotReach"; });

}  // namespace
}  // namespace gavel::sequencer
#endif
