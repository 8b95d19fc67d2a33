#include "state/snapshot.hpp"

#include <algorithm>

namespace gavel::state {
namespace {

constexpr u64 kPauseBytes = u64{1} << 20;
constexpr u32 kSlice = 1024;

}  // namespace

JournalResult<SnapshotWriter> SnapshotWriter::create(io::Disk& disk, const std::string& directory,
                                                     u64 base, const Hash32& base_root) {
  StateFileWriter file = GAVEL_TRY(StateFileWriter::create(disk, snapshot_path(directory, base),
                                                           {FileKind::kSnapshot, base, base_root}));
  return SnapshotWriter(std::move(file), base);
}

JournalResult<void> SnapshotWriter::copy(ObjectSource& source, u8 table, u32 first, u32 last) {
  std::array<u8, tree::kMaxEncodingBytes> buffer;
  for (u32 index = first; index < last; ++index) {
    const u32 bytes = source.encode(table, index, buffer);
    GAVEL_CHECK(bytes <= buffer.size());
    if (bytes == 0) continue;
    GAVEL_TRY(file_.append({table, EntryKind::kAfter, index, std::span(buffer).first(bytes)}));
  }
  return {};
}

JournalResult<void> SnapshotWriter::copy_all(ObjectSource& source,
                                             const std::function<void()>& pause) {
  u64 paused_at = 0;
  for (u8 table = 0; table < tree::kTables; ++table) {
    // The extent may grow meanwhile; what is created after it was read is in the records.
    const u32 extent = source.extent(table);
    for (u32 first = 0; first < extent;) {
      const u32 last = first + std::min(kSlice, extent - first);
      GAVEL_TRY(copy(source, table, first, last));
      first = last;
      if (!pause || file_.bytes() - paused_at < kPauseBytes) continue;
      paused_at = file_.bytes();
      pause();
    }
  }
  return {};
}

JournalResult<void> SnapshotWriter::seal(u64 exact_at, const Hash32& root, u64 objects_checksum) {
  return file_.seal({root, exact_at, 0, objects_checksum});
}

}  // namespace gavel::state
