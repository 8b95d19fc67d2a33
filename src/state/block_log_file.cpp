#include "state/block_log_file.hpp"

#include <algorithm>
#include <cstring>

#include "base/check.hpp"

namespace gavel::state {

namespace {

template <class T>
BlockLogResult<T> on_disk(io::DiskResult<T> result) {
  if (!result.ok()) return BlockLogError::kDisk;
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return std::move(result).value();
  }
}

constexpr const char* kMarksName = "/acknowledged";
// The file begins anew at this size.
constexpr u64 kMarksBytes = kMarkBytes * 4'096;

// Is there, anywhere in these bytes, a record written when `block` was known to be durable?
bool knows_as_acknowledged(u64 salt, std::span<const u8> bytes, u64 block) {
  // Bounds the work of chance look-alikes; beyond it, damage is the safe answer.
  u64 budget = u64{1} << 30;
  for (u64 at = 0; at + kRecordHeadBytes <= bytes.size(); at += 8) {
    u32 magic;
    std::memcpy(&magic, bytes.data() + at, sizeof(magic));
    if (magic != kRecordMagic) continue;
    u32 length;
    std::memcpy(&length, bytes.data() + at + 4, sizeof(length));
    const u64 cost = std::min<u64>(length, bytes.size() - at);
    if (cost > budget) return true;
    budget -= cost;
    std::span<const u8> payload;
    const auto record = decode_record(salt, bytes.subspan(at), payload);
    if (record && record->acknowledged >= block) return true;
  }
  return false;
}

}  // namespace

std::string BlockLogFile::path_of(u64 first) const {
  return options_.directory + "/" + segment_name(first);
}

BlockLogResult<std::unique_ptr<BlockLogFile>> BlockLogFile::open(io::Disk& disk,
                                                                 const BlockLogOptions& options,
                                                                 BlockLogPlace* where) {
  std::unique_ptr<BlockLogFile> log(new BlockLogFile(disk, options));
  const auto recovered = log->recover();
  if (!recovered.ok() && where != nullptr) {
    *where = log->place_;
    where->block = log->next_block_;
  }
  GAVEL_TRY(recovered);
  return log;
}

BlockLogResult<void> BlockLogFile::recover() {
  GAVEL_TRY(on_disk(disk_.make_directory(options_.directory)));
  next_block_ = options_.first_block;
  chain_ = options_.salt;
  std::vector<u64> found;
  for (const std::string& name : GAVEL_TRY(on_disk(disk_.list(options_.directory)))) {
    if (const auto first = parse_segment_name(name)) found.push_back(*first);
  }
  std::sort(found.begin(), found.end());
  for (std::size_t i = 0; i < found.size(); ++i) {
    GAVEL_TRY(recover_segment(found[i], i + 1 == found.size()));
  }
  if (segments_.empty()) GAVEL_TRY(check_marks());
  durable_block_ = next_block_ - 1;
  start_marks();
  return {};
}

// That nothing is missing at the end of which the marks know; before anything is changed.
BlockLogResult<void> BlockLogFile::check_marks() {
  const std::string path = options_.directory + kMarksName;
  const auto bytes = io::read_file(disk_, path, 2 * kMarksBytes);
  if (bytes.ok()) {
    std::optional<u64> salt;
    if (!segments_.empty()) salt = options_.salt;
    const auto marked = highest_mark(*bytes, salt);
    if (marked && *marked >= next_block_) return BlockLogError::kCut;
  } else if (bytes.error() == io::DiskError::kIo) {
    return BlockLogError::kDisk;
  }
  return {};
}

void BlockLogFile::start_marks() {
  auto file = disk_.open(options_.directory + kMarksName, io::OpenMode::kWrite);
  if (!file.ok() || !(*file)->truncate(0).ok()) return;
  marks_ = std::move(*file);
  if (!segments_.empty()) mark();
}

// Marks are evidence, not promises: without room for them the log goes on.
void BlockLogFile::mark() {
  if (!marks_) return;
  if (marks_bytes_ >= kMarksBytes) {
    marks_bytes_ = 0;
    if (!marks_->truncate(0).ok()) return marks_.reset();
  }
  std::array<u8, kMarkBytes> bytes;
  encode_mark(options_.salt, durable_block_, bytes);
  if (!marks_->append(bytes).ok()) return marks_.reset();
  marks_bytes_ += kMarkBytes;
}

BlockLogResult<void> BlockLogFile::recover_segment(u64 first, bool last) {
  const std::string path = path_of(first);
  place_ = {path, 0, 0};
  std::unique_ptr<io::File> file = GAVEL_TRY(on_disk(disk_.open(path, io::OpenMode::kWrite)));
  std::vector<u8> bytes(GAVEL_TRY(on_disk(file->size())));
  const u64 read = GAVEL_TRY(on_disk(file->pread(0, bytes)));
  if (read != bytes.size()) return BlockLogError::kDisk;
  SegmentHead head;
  if (!decode_segment_head(bytes, head)) {
    // A head is durable before the first record is written: without one, the segment was only being
    // made. If the removal is lost, so is nothing else.
    if (!last || bytes.size() > kSegmentHeadBytes) return BlockLogError::kForeign;
    GAVEL_TRY(check_marks());
    return on_disk(disk_.remove(path));
  }
  if (head.first_block != first) return BlockLogError::kForeign;
  if (segments_.empty()) {
    options_.salt = head.salt;
    next_block_ = first;
    chain_ = head.chain;
  } else {
    if (head.salt != options_.salt) return BlockLogError::kForeign;
    if (first != next_block_ || head.chain != chain_) return BlockLogError::kHole;
  }
  u64 at = kSegmentHeadBytes;
  while (at < bytes.size()) {
    place_.offset = at;
    std::span<const u8> payload;
    const auto record =
        decode_record(options_.salt, std::span<const u8>(bytes).subspan(at), payload);
    if (!record) break;
    if (record->block != next_block_ || record->chain != chain_) return BlockLogError::kHole;
    chain_ = record->checksum;
    ++next_block_;
    at += record_bytes(payload.size());
  }
  place_.offset = at;
  if (at < bytes.size()) {
    const auto rest = std::span<const u8>(bytes).subspan(at);
    if (!last || knows_as_acknowledged(options_.salt, rest, next_block_))
      return BlockLogError::kCorrupt;
  }
  segments_.push_back(first);
  if (last) {
    GAVEL_TRY(check_marks());
    // Written anew, without the torn end: what a killed process had written, or had failed to sync,
    // may read well from the system's cache and yet never reach the disk, whatever a sync says now.
    GAVEL_TRY(
        on_disk(io::write_file_atomically(disk_, path, std::span<const u8>(bytes).first(at))));
    file = GAVEL_TRY(on_disk(disk_.open(path, io::OpenMode::kWrite)));
  }
  file_ = std::move(file);
  file_bytes_ = at;
  return {};
}

void BlockLogFile::append(std::span<const u8> payload) {
  const std::size_t at = pending_.size();
  pending_.resize(at + record_bytes(payload.size()));
  RecordHead head;
  head.block = next_block_++;
  head.acknowledged = durable_block_;
  head.chain = chain_;
  encode_record(options_.salt, head, payload, std::span(pending_).subspan(at));
  chain_ = head.checksum;
}

io::DiskResult<void> BlockLogFile::start_segment() {
  const u64 first = durable_block_ + 1;
  // The chain before the pending records is what the first of them names.
  SegmentHead head{options_.salt, first, 0};
  std::memcpy(&head.chain, pending_.data() + kRecordHeadBytes - 16, sizeof(head.chain));
  std::array<u8, kSegmentHeadBytes> bytes;
  encode_segment_head(head, bytes);
  file_ = GAVEL_TRY(disk_.open(path_of(first), io::OpenMode::kCreate));
  GAVEL_TRY(file_->append(bytes));
  GAVEL_TRY(file_->sync_data());
  GAVEL_TRY(disk_.sync_directory(options_.directory));
  segments_.push_back(first);
  file_bytes_ = kSegmentHeadBytes;
  return {};
}

io::DiskResult<void> BlockLogFile::write_pending() {
  if (!file_ || file_bytes_ >= options_.segment_bytes) GAVEL_TRY(start_segment());
  GAVEL_TRY(file_->append(pending_));
  return file_->sync_data();
}

BlockLogResult<u64> BlockLogFile::sync() {
  if (failed_) return BlockLogError::kDisk;
  if (pending_.empty()) return durable_block_;
  if (const auto written = write_pending(); !written.ok()) {
    failed_ = true;
    disk_error_ = written.error();
    return BlockLogError::kDisk;
  }
  file_bytes_ += pending_.size();
  pending_.clear();
  durable_block_ = next_block_ - 1;
  mark();
  return durable_block_;
}

BlockLogResult<void> BlockLogFile::drop_before(u64 block) {
  while (segments_.size() > 1 && segments_[1] <= block) {
    GAVEL_TRY(on_disk(disk_.remove(path_of(segments_.front()))));
    // One by one: a crash must not bring back an old segment without those after it.
    GAVEL_TRY(on_disk(disk_.sync_directory(options_.directory)));
    segments_.erase(segments_.begin());
  }
  return {};
}

}  // namespace gavel::state
