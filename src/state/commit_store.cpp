#include "state/commit_store.hpp"

#include <algorithm>
#include <mutex>

namespace gavel::state {
namespace {

template <class T, class E>
CommitResult<T> translated(base::Result<T, E> result) {
  if (!result.ok()) return commit_error(result.error());
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return std::move(result).value();
  }
}

}  // namespace

CommitError commit_error(TreeError error) {
  switch (error) {
    case TreeError::kMalformed:
      return CommitError::kMalformed;
    case TreeError::kBeyondCapacity:
      return CommitError::kBeyondCapacity;
    case TreeError::kTooManyEntries:
      return CommitError::kTooManyEntries;
    case TreeError::kMissingBefore:
      return CommitError::kMissingBefore;
    case TreeError::kDiverged:
      break;
  }
  return CommitError::kDiverged;
}

CommitError commit_error(JournalError error) {
  switch (error) {
    case JournalError::kDisk:
      return CommitError::kDisk;
    case JournalError::kMissing:
      return CommitError::kNotKept;
    case JournalError::kCorrupt:
      break;
  }
  return CommitError::kCorrupt;
}

CommitStore::CommitStore(io::Disk& disk, const CommitConfig& config)
    : disk_(&disk), config_(config), tree_(config.tree) {}

CommitResult<std::unique_ptr<CommitStore>> CommitStore::open(io::Disk& disk,
                                                             const CommitConfig& config,
                                                             ObjectSink& sink,
                                                             RecoveryReport& report) {
  std::unique_ptr<CommitStore> store(new CommitStore(disk, config));
  GAVEL_TRY(store->recover(sink, report));
  return store;
}

std::optional<Commitment> CommitStore::newest() const {
  const std::shared_lock lock(mutex_);
  return newest_;
}

CommitResult<Commitment> CommitStore::readable() const {
  if (stopped_) return CommitError::kStopped;
  if (!newest_) return CommitError::kNotKept;
  return *newest_;
}

CommitResult<Commitment> CommitStore::commit(u64 batch,
                                             std::span<const std::span<const u8>> streams) {
  if (stopped_) return CommitError::kStopped;
  if (batch != (newest_ ? newest_->batch + 1 : 0)) return CommitError::kWrongBatch;
  GAVEL_TRY(translated(tree_.plan(streams, plan_)));
  if (config_.check_before) GAVEL_TRY(translated(tree_.check_before(plan_)));
  const CommitResult<Commitment> done = write_and_apply(batch);
  if (!done.ok()) {
    const std::unique_lock lock(mutex_);
    stopped_ = true;
    return done.error();
  }
  // The batch is committed; old files that cannot be removed now are removed after the next one.
  if (waiting_ && batch >= waiting_->exact_at) {
    if (const auto sealed = seal_waiting_snapshot(); !sealed.ok()) waiting_.reset();
  }
  static_cast<void>(forget_old().ok());
  return *done;
}

CommitResult<Commitment> CommitStore::write_and_apply(u64 batch) {
  GAVEL_TRY(set_aside_leftovers());
  const Hash32 root_before = newest_ ? newest_->root : Hash32{};
  StateFileWriter record = GAVEL_TRY(translated(StateFileWriter::create(
      *disk_, batch_path(config_.directory, batch), {FileKind::kBatch, batch, root_before})));
  const u64 checksum = objects_checksum_ + GAVEL_TRY(translated(append_touches(record, plan_)));
  // The bulk goes to the disk while readers still read; what is left inside the lock is short.
  GAVEL_TRY(translated(record.sync_written()));
  const std::unique_lock lock(mutex_);
  tree_.apply(plan_);
  const Commitment done{batch, tree_.state_root()};
  GAVEL_TRY(translated(record.seal({done.root, batch, 0, checksum})));
  newest_ = done;
  objects_checksum_ = checksum;
  return done;
}

CommitResult<ProvedObject> CommitStore::prove(u8 table, u32 index) const {
  GAVEL_CHECK(table < tree::kTables);
  const std::shared_lock lock(mutex_);
  const Commitment at = GAVEL_TRY(readable());
  return ProvedObject{at, tree_.leaf(table, index), tree_.prove(table, index)};
}

CommitResult<ProvedObjects> CommitStore::prove_many(std::span<const ObjectKey> keys) const {
  const std::shared_lock lock(mutex_);
  const Commitment at = GAVEL_TRY(readable());
  return ProvedObjects{at, tree_.prove_many(keys)};
}

CommitResult<std::unique_ptr<OldState>> CommitStore::open_at(u64 batch) const {
  std::unique_ptr<OldState> old(
      new OldState(*this, UndoOverlay(*disk_, config_.directory, tree_, batch)));
  const std::shared_lock lock(mutex_);
  const Commitment newest = GAVEL_TRY(readable());
  if (batch > newest.batch) return CommitError::kNotKept;
  old->at_ = {batch, newest.root};
  if (batch < newest.batch) {
    const StateFileReader next = GAVEL_TRY(translated(
        StateFileReader::open(*disk_, batch_path(config_.directory, batch + 1), FileKind::kBatch)));
    old->at_.root = next.head().root;
  }
  GAVEL_TRY(old->catch_up());
  return old;
}

// Called with the store's lock held.
CommitResult<void> OldState::catch_up() {
  const Commitment newest = GAVEL_TRY(store_->readable());
  if (overlay_.absorbed() == newest.batch) return {};
  GAVEL_TRY(translated(overlay_.catch_up(newest.batch)));
  return overlay_.state_root() == at_.root ? CommitResult<void>{} : CommitError::kRootMismatch;
}

CommitResult<ProvedObject> OldState::prove(u8 table, u32 index) {
  GAVEL_CHECK(table < tree::kTables);
  const std::shared_lock lock(store_->mutex_);
  GAVEL_TRY(catch_up());
  return ProvedObject{at_, overlay_.leaf(table, index), overlay_.prove(table, index)};
}

CommitResult<ProvedObjects> OldState::prove_many(std::span<const ObjectKey> keys) {
  const std::shared_lock lock(store_->mutex_);
  GAVEL_TRY(catch_up());
  return ProvedObjects{at_, overlay_.prove_many(keys)};
}

CommitResult<std::optional<std::vector<u8>>> OldState::encoding(u8 table, u32 index) {
  GAVEL_CHECK(table < tree::kTables);
  const std::shared_lock lock(store_->mutex_);
  GAVEL_TRY(catch_up());
  return translated(overlay_.encoding(table, index));
}

CommitResult<SnapshotWriter> CommitStore::begin_snapshot() {
  const Commitment base = GAVEL_TRY(readable());
  GAVEL_TRY(set_aside_leftovers());
  waiting_.reset();
  return translated(SnapshotWriter::create(*disk_, config_.directory, base.batch, base.root));
}

CommitResult<void> CommitStore::finish_snapshot(SnapshotWriter writer, u64 batch_in_progress) {
  GAVEL_CHECK(!waiting_ && newest_ && writer.base() <= newest_->batch);
  waiting_.emplace(WaitingSnapshot{std::move(writer), batch_in_progress});
  if (newest_->batch < batch_in_progress) return {};
  return seal_waiting_snapshot();
}

CommitResult<void> CommitStore::seal_waiting_snapshot() {
  const auto sealed = waiting_->writer.seal(newest_->batch, newest_->root, objects_checksum_);
  waiting_.reset();
  return translated(sealed);
}

// Keeps the newest snapshots, the records that any of them needs, and the window of open_at.
CommitResult<void> CommitStore::forget_old() {
  const StateFiles files = GAVEL_TRY(translated(list_state_files(*disk_, config_.directory)));
  const u64 keep = std::max(config_.retained_snapshots, 1u);
  if (files.snapshots.size() < keep) return {};
  const u64 oldest_base = files.snapshots[files.snapshots.size() - keep];
  for (const u64 base : files.snapshots) {
    if (base >= oldest_base) continue;
    if (!disk_->remove(snapshot_path(config_.directory, base)).ok()) return CommitError::kDisk;
  }
  for (const u64 batch : files.batches) {
    if (batch > oldest_base || batch + config_.retained_batches > newest_->batch) break;
    if (!disk_->remove(batch_path(config_.directory, batch)).ok()) return CommitError::kDisk;
  }
  return {};
}

CommitResult<void> CommitStore::check_objects(ObjectSource& source) const {
  const std::shared_lock lock(mutex_);
  GAVEL_TRY(readable());
  std::array<u8, tree::kMaxEncodingBytes> buffer;
  u64 checksum = 0;
  for (u8 table = 0; table < tree::kTables; ++table) {
    const u64 extent = std::max<u64>(source.extent(table), tree_.extent(table));
    for (u64 i = 0; i < extent; ++i) {
      const u32 index = static_cast<u32>(i);
      const u32 bytes = index < source.extent(table) ? source.encode(table, index, buffer) : 0;
      GAVEL_CHECK(bytes <= buffer.size());
      const std::span<const u8> encoding = std::span(buffer).first(bytes);
      if (tree::hash_leaf(encoding) != tree_.leaf(table, index)) return CommitError::kDiverged;
      checksum += object_checksum(table, index, encoding);
    }
  }
  return checksum == objects_checksum_ ? CommitResult<void>{} : CommitError::kDiverged;
}

}  // namespace gavel::state
