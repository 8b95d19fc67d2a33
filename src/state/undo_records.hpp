// UndoRecords: what each batch overwrote, on disk, for a tree that needs no journal.
//
// What: writes one record a batch in the form of tree_journal.hpp, which UndoOverlay reads, and
// removes those that nobody will ask for. Why: whoever derives the chain from L1 can begin again at
// any time, so nothing here must survive a crash; but a dispute about an older batch needs the
// state at its start while newer ones are derived already. Cost: 16 bytes and two encodings an
// object that the batch wrote; in memory nothing. Invariant: the records kept are those of
// consecutive batches up to the newest, at most `batches` of them; what an earlier run left in the
// directory is removed before the first is written.
#pragma once

#include "state/undo_overlay.hpp"

namespace gavel::state {

class UndoRecords {
 public:
  UndoRecords(io::Disk& disk, std::string directory, u32 batches)
      : disk_(&disk), directory_(std::move(directory)), batches_(batches) {}

  // After the tree took the plan, whose streams must still be there. Batches come in order.
  JournalResult<void> write(u64 batch, const Hash32& root_before, const Hash32& root_after,
                            const TreePlan& plan);
  // Records of batches before `batch` may go.
  void forget_before(u64 batch);

  // Whether the tree at the end of `batch` can be opened.
  bool reaches(u64 batch) const { return batch + 1 >= first_; }

  // The tree as it was at the end of `batch`; to be caught up to the newest one.
  UndoOverlay open(const LiveTree& live, u64 batch) const {
    return UndoOverlay(*disk_, directory_, live, batch);
  }

 private:
  JournalResult<void> remove_leftovers();

  io::Disk* disk_;
  std::string directory_;
  u32 batches_;
  u64 first_ = 0;   // of those kept
  u64 newest_ = 0;  // 0: none was written yet
};

}  // namespace gavel::state
