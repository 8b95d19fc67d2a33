// The start of a CommitStore: which files to trust, and the state that they give.
#include <algorithm>

#include "state/commit_store.hpp"

namespace gavel::state {

// Records that follow from a snapshot, or from nothing, each intact and each on the one before.
struct CommitStore::Chain {
  std::optional<u64> snapshot;
  std::optional<u64> first;  // record to replay; the last is newest.batch
  std::optional<Commitment> newest;
  u64 checksum = 0;
};

namespace {

// A record that is there and intact; empty if it is not. Only the disk is an error.
CommitResult<std::optional<StateFileReader>> intact(io::Disk& disk, const std::string& path,
                                                    FileKind kind, RecoveryReport& report) {
  u64 bad_at = 0;
  auto file = StateFileReader::open(disk, path, kind, &bad_at);
  JournalResult<void> verified;
  if (file.ok()) {
    verified = file.value().verify(&bad_at);
    if (verified.ok()) return std::optional<StateFileReader>(std::move(file).value());
  } else {
    verified = file.error();
  }
  if (verified.error() == JournalError::kDisk) return CommitError::kDisk;
  const bool known =
      std::ranges::find(report.damaged, path, &DamagedFile::path) != report.damaged.end();
  if (verified.error() == JournalError::kCorrupt && !known)
    report.damaged.push_back({path, bad_at});
  return std::optional<StateFileReader>{};
}

}  // namespace

CommitResult<CommitStore::Chain> CommitStore::follow(u64 first, const Hash32& root_before,
                                                     RecoveryReport& report) const {
  Chain chain;
  Hash32 root = root_before;
  for (u64 batch = first;; ++batch) {
    const auto record =
        GAVEL_TRY(intact(*disk_, batch_path(config_.directory, batch), FileKind::kBatch, report));
    if (!record || record->head().batch != batch || record->tail().batch != batch ||
        record->head().root != root) {
      return chain;
    }
    if (!chain.first) chain.first = first;
    root = record->tail().root;
    chain.newest = {batch, root};
    chain.checksum = record->tail().objects_checksum;
  }
}

CommitResult<std::optional<CommitStore::Chain>> CommitStore::chain_of_snapshot(
    u64 base, RecoveryReport& report) const {
  const auto file = GAVEL_TRY(
      intact(*disk_, snapshot_path(config_.directory, base), FileKind::kSnapshot, report));
  if (!file || file->head().batch != base) return std::optional<Chain>{};
  Chain chain = GAVEL_TRY(follow(base + 1, file->head().root, report));
  chain.snapshot = base;
  if (!chain.newest) {
    chain.newest = {base, file->head().root};
    chain.checksum = file->tail().objects_checksum;
  }
  if (chain.newest->batch < file->tail().batch) return std::optional<Chain>{};
  return std::optional<Chain>(chain);
}

CommitResult<CommitStore::Chain> CommitStore::choose_chain(const std::vector<u64>& snapshots,
                                                           RecoveryReport& report) const {
  for (auto base = snapshots.rbegin(); base != snapshots.rend(); ++base) {
    const std::optional<Chain> chain = GAVEL_TRY(chain_of_snapshot(*base, report));
    if (chain) return *chain;
  }
  return follow(0, Hash32{}, report);
}

CommitResult<void> CommitStore::load(const std::string& path, FileKind kind, ObjectSink& sink,
                                     RecoveryReport& report) {
  auto file = StateFileReader::open(*disk_, path, kind);
  if (!file.ok()) return commit_error(file.error());
  std::optional<CommitError> failed;
  const auto visited = file.value().for_each_stream([&](std::span<const u8> entries, u64) {
    const std::array<std::span<const u8>, 1> streams = {entries};
    if (const auto planned = tree_.plan(streams, plan_); !planned.ok()) {
      failed = commit_error(planned.error());
      return false;
    }
    tree_.load_leaves(plan_);
    WriteSetReader reader(entries);
    while (const u8* at = reader.next()) {
      const WriteEntry entry = entry_at(at);
      if (entry.kind != EntryKind::kAfter) continue;
      ++report.objects;
      if (sink.load(entry.table, entry.index, entry.encoding)) continue;
      failed = CommitError::kBadObject;
      return false;
    }
    return true;
  });
  if (failed) return *failed;
  if (!visited.ok()) return commit_error(visited.error());
  return {};
}

// Records beyond the chain and snapshots newer than the one chosen cannot be trusted or continued:
// they keep their bytes under another name.
CommitResult<void> CommitStore::set_aside(const StateFiles& files, const Chain& chain,
                                          RecoveryReport& report) {
  std::vector<std::string> paths;
  for (const u64 batch : files.batches) {
    if (batch <= chain.newest->batch) continue;
    paths.push_back(batch_path(config_.directory, batch));
    ++report.dropped;
  }
  for (const u64 base : files.snapshots) {
    if (!chain.snapshot || base > *chain.snapshot) {
      paths.push_back(snapshot_path(config_.directory, base));
    }
  }
  // Not synced: the next record's name is, and before that they would be set aside again.
  for (const std::string& path : paths) {
    if (!disk_->rename(path, path + ".damaged").ok()) return CommitError::kDisk;
  }
  return {};
}

CommitResult<void> CommitStore::recover(ObjectSink& sink, RecoveryReport& report) {
  report = {};
  if (!disk_->make_directory(config_.directory).ok()) return CommitError::kDisk;
  const auto files = list_state_files(*disk_, config_.directory);
  if (!files.ok()) return commit_error(files.error());
  for (const std::string& path : files->unfinished) {
    if (!disk_->remove(path).ok()) return CommitError::kDisk;
  }
  if (files->batches.empty() && files->snapshots.empty()) return {};

  const Chain chain = GAVEL_TRY(choose_chain(files->snapshots, report));
  if (!chain.newest) return CommitError::kCorrupt;
  if (chain.snapshot) {
    GAVEL_TRY(
        load(snapshot_path(config_.directory, *chain.snapshot), FileKind::kSnapshot, sink, report));
  }
  for (u64 batch = chain.first.value_or(chain.newest->batch + 1); batch <= chain.newest->batch;
       ++batch) {
    GAVEL_TRY(load(batch_path(config_.directory, batch), FileKind::kBatch, sink, report));
    ++report.replayed;
  }
  tree_.rebuild();
  if (tree_.state_root() != chain.newest->root) return CommitError::kRootMismatch;
  GAVEL_TRY(set_aside(*files, chain, report));
  report.snapshot = chain.snapshot;
  newest_ = chain.newest;
  objects_checksum_ = chain.checksum;
  return {};
}

}  // namespace gavel::state
