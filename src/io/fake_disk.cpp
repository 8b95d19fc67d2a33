#include "io/fake_disk.hpp"

#include <algorithm>
#include <set>

#include "base/check.hpp"

namespace gavel::io {

struct FakeDisk::Inode {
  std::vector<u8> seen;    // what readers get
  std::vector<u8> synced;  // what a power cut leaves
  // Where a failed sync lost bytes: readers still see them, but no later sync saves them.
  std::vector<std::pair<u64, u64>> lost{};
  // So many leading bytes are the same in both, so that a long log is not copied at each sync.
  u64 same = 0;
};

struct FakeDisk::State {
  using Names = std::map<std::string, std::shared_ptr<Inode>>;

  SeededRandom random;
  DiskFaults faults;
  Names names;
  Names synced_names;
  std::set<std::string> directories{".", "/"};
  u64 epoch = 0;  // power cuts so far; a File of an earlier epoch is dead
  u64 syncs = 0;

  State(u64 seed, const DiskFaults& f) : random(seed), faults(f) {}

  u64 used() const {
    u64 total = 0;
    for (const auto& [name, inode] : names) total += inode->seen.size();
    return total;
  }
};

class FakeFile final : public File {
 public:
  FakeFile(std::shared_ptr<FakeDisk::State> state, std::shared_ptr<FakeDisk::Inode> inode,
           bool writable)
      : state_(std::move(state)),
        inode_(std::move(inode)),
        epoch_(state_->epoch),
        writable_(writable) {}

  DiskResult<void> append(std::span<const u8> bytes) override {
    if (dead()) return DiskError::kIo;
    if (!writable_) return DiskError::kAccess;
    const u64 used = state_->used();
    const u64 room =
        state_->faults.capacity_bytes > used ? state_->faults.capacity_bytes - used : 0;
    u64 take = std::min<u64>(bytes.size(), room);
    const bool fault = state_->random.chance(state_->faults.short_append_ppm);
    if (fault) take = state_->random.below(take + 1);
    inode_->seen.insert(inode_->seen.end(), bytes.begin(),
                        bytes.begin() + static_cast<std::ptrdiff_t>(take));
    if (fault) return DiskError::kIo;
    if (take < bytes.size()) return DiskError::kNoSpace;
    return {};
  }

  DiskResult<u64> pread(u64 offset, std::span<u8> out) override {
    if (dead() || state_->random.chance(state_->faults.failed_read_ppm)) return DiskError::kIo;
    if (offset >= inode_->seen.size()) return u64{0};
    const u64 n = std::min<u64>(out.size(), inode_->seen.size() - offset);
    std::copy_n(inode_->seen.begin() + static_cast<std::ptrdiff_t>(offset), n, out.begin());
    return n;
  }

  DiskResult<void> sync_data() override {
    if (dead()) return DiskError::kIo;
    if (state_->random.chance(state_->faults.failed_sync_ppm)) {
      if (inode_->seen.size() > inode_->synced.size()) {
        inode_->lost.emplace_back(inode_->synced.size(), inode_->seen.size());
      }
      return DiskError::kIo;
    }
    const u64 same = inode_->lost.empty() ? inode_->same : 0;
    inode_->synced.resize(same);
    inode_->synced.insert(inode_->synced.end(),
                          inode_->seen.begin() + static_cast<std::ptrdiff_t>(same),
                          inode_->seen.end());
    inode_->same = inode_->seen.size();
    for (const auto& [begin, end] : inode_->lost) {
      const u64 last = std::min<u64>(end, inode_->synced.size());
      for (u64 at = begin; at < last; ++at) inode_->synced[at] = 0;
    }
    ++state_->syncs;
    return {};
  }

  DiskResult<void> truncate(u64 length) override {
    if (dead()) return DiskError::kIo;
    if (!writable_) return DiskError::kAccess;
    inode_->seen.resize(length);
    inode_->same = std::min(inode_->same, length);
    // What is cut off and written again is new data.
    for (auto& range : inode_->lost) range.second = std::min(range.second, length);
    std::erase_if(inode_->lost, [](const auto& range) { return range.first >= range.second; });
    return {};
  }

  DiskResult<u64> size() override {
    if (dead()) return DiskError::kIo;
    return u64{inode_->seen.size()};
  }

 private:
  bool dead() const { return epoch_ != state_->epoch; }

  std::shared_ptr<FakeDisk::State> state_;
  std::shared_ptr<FakeDisk::Inode> inode_;
  u64 epoch_;
  bool writable_;
};

FakeDisk::FakeDisk(u64 seed, DiskFaults faults) : state_(std::make_shared<State>(seed, faults)) {}
FakeDisk::~FakeDisk() = default;

DiskResult<std::unique_ptr<File>> FakeDisk::open(const std::string& path, OpenMode mode) {
  if (!state_->directories.contains(directory_of(path))) return DiskError::kNotFound;
  auto at = state_->names.find(path);
  if (at != state_->names.end() && mode == OpenMode::kCreate) return DiskError::kExists;
  if (at == state_->names.end()) {
    if (mode == OpenMode::kRead) return DiskError::kNotFound;
    at = state_->names.emplace(path, std::make_shared<Inode>()).first;
  }
  return std::unique_ptr<File>(
      std::make_unique<FakeFile>(state_, at->second, mode != OpenMode::kRead));
}

DiskResult<void> FakeDisk::rename(const std::string& from, const std::string& to) {
  const auto at = state_->names.find(from);
  if (at == state_->names.end() || !state_->directories.contains(directory_of(to)))
    return DiskError::kNotFound;
  const std::shared_ptr<Inode> inode = at->second;
  state_->names.erase(at);
  state_->names[to] = inode;
  return {};
}

DiskResult<void> FakeDisk::remove(const std::string& path) {
  if (state_->names.erase(path) == 0) return DiskError::kNotFound;
  return {};
}

DiskResult<std::vector<std::string>> FakeDisk::list(const std::string& directory) {
  if (!state_->directories.contains(directory)) return DiskError::kNotFound;
  std::vector<std::string> out;
  for (const auto& [path, inode] : state_->names) {
    if (directory_of(path) == directory) out.push_back(path.substr(path.rfind('/') + 1));
  }
  return out;
}

DiskResult<void> FakeDisk::make_directory(const std::string& path) {
  if (state_->names.contains(path)) return DiskError::kNotADirectory;
  for (std::string part = path; state_->directories.insert(part).second;) part = directory_of(part);
  return {};
}

DiskResult<void> FakeDisk::sync_directory(const std::string& path) {
  if (!state_->directories.contains(path)) return DiskError::kNotFound;
  const auto inside = [&path](const auto& entry) { return directory_of(entry.first) == path; };
  std::erase_if(state_->synced_names, inside);
  for (const auto& entry : state_->names) {
    if (inside(entry)) state_->synced_names.insert(entry);
  }
  ++state_->syncs;
  return {};
}

void FakeDisk::power_cut() {
  State& state = *state_;
  ++state.epoch;
  state.names = state.synced_names;
  for (auto& [name, inode] : state.names) {
    const std::vector<u8>& before = inode->seen;
    std::vector<u8> after = inode->synced;
    const bool grew =
        before.size() > after.size() && std::equal(after.begin(), after.end(), before.begin());
    if (state.faults.torn_tail && grew) {
      const u64 base = after.size();
      const u64 kept = state.random.below(before.size() - base + 1);
      after.insert(after.end(), before.begin() + static_cast<std::ptrdiff_t>(base),
                   before.begin() + static_cast<std::ptrdiff_t>(base + kept));
      // Half of the time the last sector that was on its way holds rubbish.
      if (kept > 0 && state.random.chance(500'000)) {
        const u64 last_sector =
            (after.size() - 1) / state.faults.sector_bytes * state.faults.sector_bytes;
        state.random.fill(std::span(after).subspan(std::max(last_sector, base)));
      }
    }
    inode = std::make_shared<Inode>(Inode{after, after, {}, after.size()});
  }
  state.synced_names = state.names;
}

std::unique_ptr<FakeDisk> FakeDisk::survivor() const {
  auto out = std::make_unique<FakeDisk>();
  for (const auto& [name, inode] : state_->synced_names) {
    const auto& bytes = inode->synced;
    out->state_->names[name] = std::make_shared<Inode>(Inode{bytes, bytes, {}, bytes.size()});
  }
  out->state_->synced_names = out->state_->names;
  out->state_->directories = state_->directories;
  return out;
}

void FakeDisk::set_faults(const DiskFaults& faults) { state_->faults = faults; }
u64 FakeDisk::used_bytes() const { return state_->used(); }
u64 FakeDisk::sync_count() const { return state_->syncs; }

}  // namespace gavel::io
