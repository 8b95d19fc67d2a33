#include "settle/inbox_journal.hpp"

#include <algorithm>

namespace gavel::settle {

namespace {

constexpr u64 kHashBytes = sizeof(Hash32);

}  // namespace

io::DiskResult<std::unique_ptr<InboxJournal>> InboxJournal::open(io::Disk& disk,
                                                                 const std::string& path,
                                                                 u64 executed) {
  auto file = GAVEL_TRY(disk.open(path, io::OpenMode::kWrite));
  GAVEL_TRY(disk.sync_directory(io::directory_of(path)));
  std::unique_ptr<InboxJournal> journal(new InboxJournal(std::move(file)));
  // A torn hash at the end belongs to a message that was not delivered.
  const u64 count = std::min(GAVEL_TRY(journal->file_->size()) / kHashBytes, executed);
  std::vector<u8> bytes(static_cast<std::size_t>(count * kHashBytes));
  const u64 read = GAVEL_TRY(journal->file_->pread(0, bytes));
  if (read != bytes.size()) return io::DiskError::kIo;
  journal->hashes_.resize(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < journal->hashes_.size(); ++i) {
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * kHashBytes), kHashBytes,
                journal->hashes_[i].bytes.begin());
  }
  GAVEL_TRY(journal->cut(count));
  return journal;
}

io::DiskResult<void> InboxJournal::append(const Hash32& hash) {
  GAVEL_TRY(file_->append(hash.bytes));
  GAVEL_TRY(file_->sync_data());
  hashes_.push_back(hash);
  return {};
}

io::DiskResult<void> InboxJournal::cut(u64 count) {
  if (count < hashes_.size()) hashes_.resize(static_cast<std::size_t>(count));
  if (GAVEL_TRY(file_->size()) > count * kHashBytes) {
    GAVEL_TRY(file_->truncate(count * kHashBytes));
    GAVEL_TRY(file_->sync_data());
  }
  return {};
}

}  // namespace gavel::settle
