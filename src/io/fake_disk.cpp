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
  bool anew = true;  // since the last sync its content began
  // So many leading bytes are the same in both, so that a long log is not copied at each sync.
  u64 same = 0;
};

namespace {

// A change of names since the last sync of its directory; from and to are of one directory.
template <class InodePtr>
struct NameChange {
  std::string what;
  std::string removed;  // empty: none
  std::string added;    // empty: none
  InodePtr inode;

  const std::string& path() const { return added.empty() ? removed : added; }
};

std::string pattern_of(const std::string& path) {
  std::string out;
  for (const char c : path) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !out.empty() && out.back() == 'N') continue;
    out += digit ? 'N' : c;
  }
  return out;
}

std::string name_in(const std::string& path) {
  return pattern_of(path.substr(path.rfind('/') + 1));
}

}  // namespace

struct FakeDisk::State {
  using Names = std::map<std::string, std::shared_ptr<Inode>>;

  SeededRandom random;
  DiskFaults faults;
  DiskWatch watch;
  Names names;
  Names synced_names;
  std::vector<NameChange<std::shared_ptr<Inode>>> changes;
  std::set<std::string> directories{".", "/"};
  std::set<std::string> synced_directories{".", "/"};
  u64 epoch = 0;  // power cuts so far; a File of an earlier epoch is dead
  u64 syncs = 0;

  State(u64 seed, const DiskFaults& f) : random(seed), faults(f) {}

  u64 used() const {
    u64 total = 0;
    for (const auto& [name, inode] : names) total += inode->seen.size();
    return total;
  }
  DiskFate fate(DiskOperation operation, const std::string& site) const {
    return watch ? watch(operation, site) : DiskFate::kDone;
  }
  // An error unless the change may go on. A power cut during the watch ends it, too.
  DiskResult<void> allow(DiskOperation operation, const std::string& site) const {
    const u64 before = epoch;
    const DiskFate fate_of_it = fate(operation, site);
    if (fate_of_it == DiskFate::kNoSpace) return DiskError::kNoSpace;
    if (fate_of_it == DiskFate::kIo || epoch != before) return DiskError::kIo;
    return {};
  }
  void tear_names();
  void tear_tail(const std::vector<u8>& before, std::vector<u8>& after);
};

class FakeFile final : public File {
 public:
  FakeFile(std::shared_ptr<FakeDisk::State> state, std::shared_ptr<FakeDisk::Inode> inode,
           std::string path, bool writable)
      : state_(std::move(state)),
        inode_(std::move(inode)),
        path_(std::move(path)),
        epoch_(state_->epoch),
        writable_(writable) {}

  DiskResult<void> append(std::span<const u8> bytes) override {
    if (dead()) return DiskError::kIo;
    if (!writable_) return DiskError::kAccess;
    const DiskResult<void> allowed = state_->allow(DiskOperation::kAppend, site("append"));
    if (dead()) return DiskError::kIo;
    const u64 used = state_->used();
    const u64 room =
        state_->faults.capacity_bytes > used ? state_->faults.capacity_bytes - used : 0;
    u64 take = std::min<u64>(bytes.size(), room);
    const bool fault = state_->random.chance(state_->faults.short_append_ppm);
    if (fault || !allowed.ok()) take = state_->random.below(take + 1);
    inode_->seen.insert(inode_->seen.end(), bytes.begin(),
                        bytes.begin() + static_cast<std::ptrdiff_t>(take));
    if (!allowed.ok()) return allowed.error();
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
    const DiskFate fate = state_->fate(DiskOperation::kSync,
                                       site("sync_data") + (inode_->anew ? ": new" : ": grown"));
    if (dead()) return DiskError::kIo;
    if (fate == DiskFate::kSkipped) return {};
    if (fate != DiskFate::kDone || state_->random.chance(state_->faults.failed_sync_ppm)) {
      if (inode_->seen.size() > inode_->synced.size()) {
        inode_->lost.emplace_back(inode_->synced.size(), inode_->seen.size());
      }
      return fate == DiskFate::kNoSpace ? DiskError::kNoSpace : DiskError::kIo;
    }
    const u64 same = inode_->lost.empty() ? inode_->same : 0;
    inode_->synced.resize(same);
    inode_->synced.insert(inode_->synced.end(),
                          inode_->seen.begin() + static_cast<std::ptrdiff_t>(same),
                          inode_->seen.end());
    inode_->same = inode_->seen.size();
    inode_->anew = false;
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
    GAVEL_TRY(state_->allow(DiskOperation::kTruncate, site("truncate")));
    inode_->seen.resize(length);
    inode_->anew = length == 0;
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
  std::string site(const char* operation) const {
    return state_->watch ? operation + (' ' + pattern_of(path_)) : std::string();
  }

  std::shared_ptr<FakeDisk::State> state_;
  std::shared_ptr<FakeDisk::Inode> inode_;
  std::string path_;
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
    GAVEL_TRY(state_->allow(DiskOperation::kCreate, "create " + pattern_of(path)));
    at = state_->names.emplace(path, std::make_shared<Inode>()).first;
    state_->changes.push_back({"create " + name_in(path), {}, path, at->second});
  }
  return std::unique_ptr<File>(
      std::make_unique<FakeFile>(state_, at->second, path, mode != OpenMode::kRead));
}

DiskResult<void> FakeDisk::rename(const std::string& from, const std::string& to) {
  if (!state_->names.contains(from) || !state_->directories.contains(directory_of(to)))
    return DiskError::kNotFound;
  GAVEL_TRY(state_->allow(DiskOperation::kRename, "rename to " + pattern_of(to)));
  const auto at = state_->names.find(from);
  const std::shared_ptr<Inode> inode = at->second;
  state_->names.erase(at);
  state_->names[to] = inode;
  state_->changes.push_back({"rename to " + name_in(to), from, to, inode});
  return {};
}

DiskResult<void> FakeDisk::remove(const std::string& path) {
  if (!state_->names.contains(path)) return DiskError::kNotFound;
  GAVEL_TRY(state_->allow(DiskOperation::kRemove, "remove " + pattern_of(path)));
  state_->names.erase(path);
  state_->changes.push_back({"remove " + name_in(path), path, {}, nullptr});
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
  if (state_->synced_directories.contains(path)) return {};
  const u64 before = state_->epoch;
  const DiskFate fate = state_->fate(DiskOperation::kMakeDirectory, "make_directory " + path);
  if (fate == DiskFate::kNoSpace) return DiskError::kNoSpace;
  if (fate == DiskFate::kIo || state_->epoch != before) return DiskError::kIo;
  for (std::string part = path; !state_->synced_directories.contains(part);) {
    const bool made = state_->directories.insert(part).second;
    // Skipped: its entry in the directory above was not synced.
    if (fate == DiskFate::kDone && (made || part == path)) state_->synced_directories.insert(part);
    part = directory_of(part);
  }
  return {};
}

DiskResult<void> FakeDisk::sync_directory(const std::string& path) {
  if (!state_->directories.contains(path)) return DiskError::kNotFound;
  const auto inside = [&path](const std::string& entry) { return directory_of(entry) == path; };
  if (state_->watch) {
    std::string what = "nothing";
    for (const auto& change : state_->changes) {
      if (inside(change.path())) what = change.what;
    }
    const u64 before = state_->epoch;
    const DiskFate fate =
        state_->fate(DiskOperation::kSyncDirectory, "sync_directory " + path + ": " + what);
    if (fate == DiskFate::kSkipped) return {};
    if (fate == DiskFate::kNoSpace) return DiskError::kNoSpace;
    if (fate == DiskFate::kIo || state_->epoch != before) return DiskError::kIo;
  }
  std::erase_if(state_->synced_names, [&](const auto& entry) { return inside(entry.first); });
  for (const auto& entry : state_->names) {
    if (inside(entry.first)) state_->synced_names.insert(entry);
  }
  std::erase_if(state_->changes, [&](const auto& change) { return inside(change.path()); });
  ++state_->syncs;
  return {};
}

// Any of the changes since the last sync of their directory, in their order.
void FakeDisk::State::tear_names() {
  for (const auto& change : changes) {
    if (!random.chance(500'000)) continue;
    if (!change.removed.empty()) names.erase(change.removed);
    if (!change.added.empty()) names[change.added] = change.inode;
  }
}

void FakeDisk::State::tear_tail(const std::vector<u8>& before, std::vector<u8>& after) {
  const u64 sector = faults.sector_bytes;
  const u64 base = after.size();
  const u64 kept = random.below(before.size() - base + 1);
  after.insert(after.end(), before.begin() + static_cast<std::ptrdiff_t>(base),
               before.begin() + static_cast<std::ptrdiff_t>(base + kept));
  if (kept == 0) return;
  const u64 last_sector = (after.size() - 1) / sector * sector;
  if (faults.torn_sectors && random.chance(500'000)) {
    for (u64 at = base / sector * sector; at <= last_sector; at += sector) {
      const u64 end = std::min<u64>(at + sector, after.size());
      if (random.chance(300'000))
        std::fill(after.begin() + static_cast<std::ptrdiff_t>(std::max(at, base)),
                  after.begin() + static_cast<std::ptrdiff_t>(end), u8{0});
    }
  }
  // Half of the time the last sector that was on its way holds rubbish.
  if (random.chance(500'000)) random.fill(std::span(after).subspan(std::max(last_sector, base)));
}

void FakeDisk::power_cut() {
  State& state = *state_;
  ++state.epoch;
  state.names = state.synced_names;
  if (state.faults.torn_names) state.tear_names();
  state.changes.clear();
  const auto gone = [&state](std::string directory) {
    for (; directory != "." && directory != "/"; directory = directory_of(directory)) {
      if (!state.synced_directories.contains(directory)) return true;
    }
    return false;
  };
  std::erase_if(state.directories, gone);
  std::erase_if(state.names, [&](const auto& entry) {
    return !state.directories.contains(directory_of(entry.first));
  });
  for (auto& [name, inode] : state.names) {
    const std::vector<u8>& before = inode->seen;
    std::vector<u8> after = inode->synced;
    const bool grew =
        before.size() > after.size() && std::equal(after.begin(), after.end(), before.begin());
    if (state.faults.torn_tail && grew) state.tear_tail(before, after);
    inode = std::make_shared<Inode>(Inode{after, after, {}, after.empty(), after.size()});
  }
  state.synced_names = state.names;
}

std::map<std::string, std::vector<u8>> FakeDisk::contents() const {
  std::map<std::string, std::vector<u8>> out;
  for (const auto& [path, inode] : state_->names) out[path] = inode->seen;
  return out;
}

void FakeDisk::restore(const std::map<std::string, std::vector<u8>>& contents) {
  ++state_->epoch;
  state_->names.clear();
  state_->changes.clear();
  for (const auto& [path, bytes] : contents) {
    for (std::string part = directory_of(path); state_->directories.insert(part).second;)
      part = directory_of(part);
    state_->names[path] = std::make_shared<Inode>(Inode{bytes, bytes, {}, false, bytes.size()});
  }
  state_->synced_names = state_->names;
  state_->synced_directories = state_->directories;
}

std::unique_ptr<FakeDisk> FakeDisk::survivor() const {
  auto out = std::make_unique<FakeDisk>();
  for (const auto& [name, inode] : state_->synced_names) {
    const auto& bytes = inode->synced;
    out->state_->names[name] =
        std::make_shared<Inode>(Inode{bytes, bytes, {}, bytes.empty(), bytes.size()});
  }
  out->state_->synced_names = out->state_->names;
  out->state_->directories = state_->directories;
  return out;
}

void FakeDisk::set_faults(const DiskFaults& faults) { state_->faults = faults; }
void FakeDisk::watch(DiskWatch watch) { state_->watch = std::move(watch); }
u64 FakeDisk::used_bytes() const { return state_->used(); }
u64 FakeDisk::sync_count() const { return state_->syncs; }

}  // namespace gavel::io
