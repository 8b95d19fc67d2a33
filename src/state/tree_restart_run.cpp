#include "state/tree_restart_run.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>

#include "base/check.hpp"
#include "state/commit_store.hpp"

namespace gavel::state {
namespace {

constexpr u8 kTable = 1;  // ACCOUNT
constexpr u32 kEncodingBytes = 83;

// Wall clock and processor time, of all threads, of a piece of work.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  double core_seconds() const {
    return static_cast<double>(std::clock() - core_start_) / CLOCKS_PER_SEC;
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::clock_t core_start_ = std::clock();
};

class SyntheticAccounts final : public ObjectSource {
 public:
  explicit SyntheticAccounts(u64 accounts) : accounts_(accounts) {}
  u32 extent(u8 table) override { return table == kTable ? static_cast<u32>(accounts_) : 0; }
  u32 encode(u8, u32 index, std::span<u8> out) override {
    std::memset(out.data(), static_cast<u8>(index * 7), kEncodingBytes);
    std::memcpy(out.data(), &index, sizeof(index));
    return kEncodingBytes;
  }

 private:
  u64 accounts_;
};

class CountingSink final : public ObjectSink {
 public:
  bool load(u8, u32, std::span<const u8> encoding) override {
    bytes += encoding.size();
    return true;
  }
  u64 bytes = 0;
};

void remove_state_files(io::Disk& disk, const std::string& directory) {
  const auto files = list_state_files(disk, directory);
  if (!files.ok()) return;
  for (const u64 batch : files->batches) {
    static_cast<void>(disk.remove(batch_path(directory, batch)).ok());
  }
  for (const u64 base : files->snapshots) {
    static_cast<void>(disk.remove(snapshot_path(directory, base)).ok());
  }
}

// The root that the accounts have: what a running node would know.
Hash32 root_of(const TreeConfig& config, SyntheticAccounts& source, u64 accounts) {
  LiveTree tree(config);
  std::vector<u8> stream;
  std::array<u8, tree::kMaxEncodingBytes> buffer{};
  TreePlan plan;
  for (u64 index = 0; index < accounts;) {
    stream.clear();
    for (const u64 end = std::min(accounts, index + 65'536); index < end; ++index) {
      const u32 bytes = source.encode(kTable, static_cast<u32>(index), buffer);
      append_entry(stream, kTable, EntryKind::kAfter, static_cast<u32>(index),
                   std::span(buffer).first(bytes));
    }
    const std::array<std::span<const u8>, 1> streams = {stream};
    GAVEL_CHECK(tree.plan(streams, plan).ok());
    tree.load_leaves(plan);
  }
  tree.rebuild();
  return tree.state_root();
}

JournalResult<u64> write_snapshot(io::Disk& disk, const RestartBenchOptions& options,
                                  SyntheticAccounts& source, const Hash32& root) {
  SnapshotWriter writer = GAVEL_TRY(SnapshotWriter::create(disk, options.directory, 0, root));
  GAVEL_TRY(writer.copy_all(source));
  GAVEL_TRY(writer.seal(0, root, 0));
  return writer.bytes();
}

}  // namespace

RestartBenchResult bench_restart(const RestartBenchOptions& options) {
  GAVEL_CHECK(options.accounts > 0 && options.accounts <= u64{1} << 31);
  RestartBenchResult result;
  result.options = options;
  io::SystemDisk disk;
  CommitConfig config;
  config.tree.capacity[kTable] = static_cast<u32>(options.accounts);
  config.tree.threads = options.threads;
  config.directory = options.directory;
  if (!disk.make_directory(options.directory).ok()) return result;
  remove_state_files(disk, options.directory);
  SyntheticAccounts source(options.accounts);
  const Hash32 root = root_of(config.tree, source, options.accounts);

  const Stopwatch writing;
  const auto written = write_snapshot(disk, options, source, root);
  if (!written.ok()) return result;
  result.snapshot_bytes = *written;
  result.write_s = writing.seconds();
  result.write_core_s = writing.core_seconds();

  CountingSink sink;
  RecoveryReport report;
  const Stopwatch opening;
  const auto store = CommitStore::open(disk, config, sink, report);
  result.open_s = opening.seconds();
  result.open_core_s = opening.core_seconds();
  result.ok = store.ok() && report.objects == options.accounts;
  remove_state_files(disk, options.directory);
  return result;
}

std::string to_text(const RestartBenchResult& r) {
  if (!r.ok) return fmt::format("restart: {} cannot be used\n", r.options.directory);
  const double megabytes = static_cast<double>(r.snapshot_bytes) / 1e6;
  return fmt::format(
      "restart: {} accounts, snapshot {:.0f} MB, {} threads\n"
      "  write {:.2f} s ({:.0f} MB/s, {:.2f} core-s), open to a checked root {:.2f} s ({:.0f} "
      "MB/s, "
      "{:.1f} million accounts/s, {:.2f} core-s)\n",
      r.options.accounts, megabytes, r.options.threads, r.write_s, megabytes / r.write_s,
      r.write_core_s, r.open_s, megabytes / r.open_s,
      static_cast<double>(r.options.accounts) / r.open_s / 1e6, r.open_core_s);
}

std::string to_json(const RestartBenchResult& r) {
  return fmt::format(
      "{{\"bench\":\"restart\",\"ok\":{},\"accounts\":{},\"threads\":{},\"snapshot_bytes\":{},"
      "\"write_s\":{:.3f},\"open_s\":{:.3f},\"write_core_s\":{:.3f},\"open_core_s\":{:.3f}}}",
      r.ok, r.options.accounts, r.options.threads, r.snapshot_bytes, r.write_s, r.open_s,
      r.write_core_s, r.open_core_s);
}

}  // namespace gavel::state
