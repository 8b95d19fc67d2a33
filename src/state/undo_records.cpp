#include "state/undo_records.hpp"

#include <algorithm>

#include "state/tree_journal.hpp"

namespace gavel::state {

JournalResult<void> UndoRecords::remove_leftovers() {
  if (!disk_->make_directory(directory_).ok()) return JournalError::kDisk;
  const StateFiles files = GAVEL_TRY(list_state_files(*disk_, directory_));
  for (const u64 batch : files.batches) {
    if (!disk_->remove(batch_path(directory_, batch)).ok()) return JournalError::kDisk;
  }
  return {};
}

JournalResult<void> UndoRecords::write(u64 batch, const Hash32& root_before,
                                       const Hash32& root_after, const TreePlan& plan) {
  if (newest_ == 0) {
    GAVEL_TRY(remove_leftovers());
    first_ = batch;
  }
  StateFileWriter record = GAVEL_TRY(StateFileWriter::create(
      *disk_, batch_path(directory_, batch), {FileKind::kBatch, batch, root_before}));
  GAVEL_TRY(append_touches(record, plan));
  GAVEL_TRY(record.seal({root_after, batch, 0, 0}));
  newest_ = batch;
  if (batch >= batches_) forget_before(batch - batches_ + 1);
  return {};
}

// A record that cannot be removed costs its bytes until the next start, nothing else.
void UndoRecords::forget_before(u64 batch) {
  for (; first_ < std::min(batch, newest_ + 1); ++first_) {
    static_cast<void>(disk_->remove(batch_path(directory_, first_)).ok());
  }
}

}  // namespace gavel::state
