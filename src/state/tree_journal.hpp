// The state directory: one record a batch and the snapshots, by name.
//
// What: where records and snapshots lie, what is there, and writing a planned batch as a record.
// The entries of a record are, ascending by (table, index), the object before the batch (kind 1,
// empty if it was absent) and after it (kind 2).
// Why: one file is both the journal (entries of kind 2, replayed at a start) and the undo log
// (entries of kind 1, read to open an old root); a file that is renamed into place cannot be half
// there.
// Invariant: records form a chain: each names the root before it and the root after it.
#pragma once

#include <string>
#include <vector>

#include "state/tree_journal_file.hpp"
#include "state/tree_plan.hpp"

namespace gavel::state {

std::string batch_path(const std::string& directory, u64 batch);
// A snapshot's name carries the batch it starts from.
std::string snapshot_path(const std::string& directory, u64 batch);

struct StateFiles {
  std::vector<u64> batches;             // ascending
  std::vector<u64> snapshots;           // ascending
  std::vector<std::string> unfinished;  // paths of "*.tmp"
};
// Files with other names are not ours and are left alone.
JournalResult<StateFiles> list_state_files(io::Disk& disk, const std::string& directory);

// Appends both entries of every touch, and returns how the sum of object checksums changes.
JournalResult<u64> append_touches(StateFileWriter& writer, const TreePlan& plan);

}  // namespace gavel::state
