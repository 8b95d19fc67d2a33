#include "state/block_log_reader.hpp"

#include <algorithm>
#include <cstring>

namespace gavel::state {

// True if the buffer holds that many bytes from buffer_at_ on; false at the file's end.
BlockLogResult<bool> BlockLogReader::fill(u64 bytes) {
  if (buffer_.size() - buffer_at_ >= bytes) return true;
  constexpr u64 kStepBytes = 1u << 20;
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(buffer_at_));
  buffer_at_ = 0;
  const std::size_t held = buffer_.size();
  buffer_.resize(held + std::max(bytes - held, kStepBytes));
  const auto read = file_->pread(file_at_, std::span(buffer_).subspan(held));
  buffer_.resize(held + (read.ok() ? *read : 0));
  if (!read.ok()) return BlockLogError::kDisk;
  file_at_ += *read;
  return buffer_.size() >= bytes;
}

// The segment that holds next_block_.
BlockLogResult<void> BlockLogReader::open_segment() {
  const auto names = disk_.list(directory_);
  if (!names.ok()) return BlockLogError::kDisk;
  u64 best = 0;
  bool found = false;
  for (const std::string& name : *names) {
    const auto first = parse_segment_name(name);
    if (first && *first <= next_block_ && (!found || *first > best)) {
      best = *first;
      found = true;
    }
  }
  if (!found) return BlockLogError::kNotHeld;
  auto file = disk_.open(directory_ + "/" + segment_name(best), io::OpenMode::kRead);
  if (!file.ok()) return BlockLogError::kDisk;
  file_ = std::move(file).value();
  file_at_ = 0;
  buffer_.clear();
  buffer_at_ = 0;
  const bool whole = GAVEL_TRY(fill(kSegmentHeadBytes));
  if (!whole || !decode_segment_head(buffer_, head_) || head_.first_block != best) {
    file_.reset();
    return BlockLogError::kForeign;
  }
  buffer_at_ = kSegmentHeadBytes;
  block_at_ = best;
  return {};
}

BlockLogResult<std::span<const u8>> BlockLogReader::read(u64 durable_block) {
  if (next_block_ > durable_block) return BlockLogError::kNotHeld;
  bool fresh = !file_;
  if (fresh) GAVEL_TRY(open_segment());
  for (;;) {
    const bool more = GAVEL_TRY(fill(kRecordHeadBytes));
    if (!more && buffer_.size() == buffer_at_) {
      // The end of a segment: the next one begins with the next block.
      if (fresh || block_at_ != next_block_) return BlockLogError::kHole;
      fresh = true;
      GAVEL_TRY(open_segment());
      if (block_at_ != next_block_) return BlockLogError::kHole;
      continue;
    }
    u32 length = 0;
    if (more) std::memcpy(&length, buffer_.data() + buffer_at_ + sizeof(u32), sizeof(length));
    if (!more || length > kMaxRecordPayload) return BlockLogError::kCorrupt;
    const bool whole = GAVEL_TRY(fill(record_bytes(length)));
    std::span<const u8> payload;
    const auto record =
        decode_record(head_.salt, std::span<const u8>(buffer_).subspan(buffer_at_), payload);
    if (!whole || !record) return BlockLogError::kCorrupt;
    if (record->block != block_at_) return BlockLogError::kHole;
    buffer_at_ += record_bytes(length);
    if (block_at_++ == next_block_) {
      ++next_block_;
      return payload;
    }
  }
}

}  // namespace gavel::state
