#include "state/block_record.hpp"

#include <cstring>

namespace gavel::state {

void BlockRecordWriter::open(u64 timestamp_ms) {
  std::memcpy(bytes_.data(), &timestamp_ms, sizeof(timestamp_ms));
  size_ = sizeof(timestamp_ms);
  context_ = {};
}

bool BlockRecordWriter::add(const stf::Row& row) {
  const u32 length =
      stf::encode_row(row, context_, {bytes_.data() + size_, bytes_.capacity() - size_});
  size_ += length;
  return length != 0;
}

bool BlockRecordWriter::add_message(std::span<const u8> message) {
  const u64 room = stf::kMaxRowBytes + sizeof(u16) + message.size();
  if (message.size() > stf::kMaxMessageBytes || bytes_.capacity() - size_ < room) return false;
  stf::Row row;
  row.kind = stf::RowKind::message;
  if (!add(row)) return false;
  const u16 length = static_cast<u16>(message.size());
  std::memcpy(bytes_.data() + size_, &length, sizeof(length));
  size_ += sizeof(length);
  if (length != 0) std::memcpy(bytes_.data() + size_, message.data(), length);
  size_ += length;
  return true;
}

BlockRecordReader::BlockRecordReader(std::span<const u8> bytes)
    : malformed_(bytes.size() < sizeof(u64)) {
  if (malformed_) return;
  std::memcpy(&timestamp_ms_, bytes.data(), sizeof(timestamp_ms_));
  rest_ = bytes.subspan(sizeof(timestamp_ms_));
}

BlockRecordReader::Item BlockRecordReader::next(stf::Row& row, std::span<const u8>& message) {
  if (malformed_) return Item::malformed;
  if (rest_.empty()) return Item::end;
  malformed_ = true;  // unless the item is whole
  const u32 length = stf::decode_row(rest_, context_, row);
  if (length == 0 || row.kind == stf::RowKind::open_block ||
      row.kind == stf::RowKind::close_block) {
    return Item::malformed;
  }
  rest_ = rest_.subspan(length);
  if (row.kind != stf::RowKind::message) {
    malformed_ = false;
    return Item::row;
  }
  u16 bytes = 0;
  if (rest_.size() < sizeof(bytes)) return Item::malformed;
  std::memcpy(&bytes, rest_.data(), sizeof(bytes));
  if (bytes > stf::kMaxMessageBytes || rest_.size() - sizeof(bytes) < bytes) return Item::malformed;
  message = rest_.subspan(sizeof(bytes), bytes);
  rest_ = rest_.subspan(sizeof(bytes) + bytes);
  malformed_ = false;
  return Item::message;
}

}  // namespace gavel::state
