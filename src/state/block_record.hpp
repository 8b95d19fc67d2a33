// A block as the block log holds it: its rows, and the bytes of the inbox messages that its message
// rows stand for.
//
// What: `timestamp_ms u64 | rows`, little-endian; rows as in a page (docs/protocol/data.md) but
// with one context from the block's start to its end and without open_block and close_block; behind
// a message row `length u16 | the message's bytes`.
// Why: all that is needed to execute the block again after a restart, and the form in which it goes
// out in a batch.
// Invariant: a reader is total; what a writer wrote reads back as it was given.
#pragma once

#include <span>

#include "state/table_memory.hpp"
#include "stf/message.hpp"
#include "stf/row.hpp"

namespace gavel::state {

class BlockRecordWriter {
 public:
  // Room for the longest block; address space until used.
  explicit BlockRecordWriter(u64 max_bytes = u64{32} << 20) : bytes_(max_bytes) {}

  void open(u64 timestamp_ms);
  // A transaction or a reclaim. False, and nothing added, if there is no room.
  [[nodiscard]] bool add(const stf::Row& row);
  // The next inbox message; at most stf::kMaxMessageBytes.
  [[nodiscard]] bool add_message(std::span<const u8> message);
  [[nodiscard]] std::span<const u8> bytes() const { return {bytes_.data(), size_}; }

 private:
  MappedArray<u8> bytes_;
  u64 size_ = 0;
  stf::PageContext context_;
};

class BlockRecordReader {
 public:
  enum class Item : u8 { end, row, message, malformed };

  explicit BlockRecordReader(std::span<const u8> bytes);

  [[nodiscard]] u64 timestamp_ms() const { return timestamp_ms_; }
  // Fills `row`, or for a message row `message`, which lies in the record.
  [[nodiscard]] Item next(stf::Row& row, std::span<const u8>& message);

 private:
  std::span<const u8> rest_;
  u64 timestamp_ms_ = 0;
  bool malformed_ = false;
  stf::PageContext context_;
};

}  // namespace gavel::state
