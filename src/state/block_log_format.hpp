// The block log's files: segments of records, one record a block.
//
// What: a segment is named by its first block, "<20 digits>.blocks". Little-endian, packed:
//   segment head  magic u64 | version u64 | salt u64 | first block u64 | chain u64 | checksum u64
//   record        magic u32 | length u32 | block u64 | acknowledged u64 | chain u64 | checksum u64
//                 | payload | zeros to a multiple of 8
// `chain` is the checksum of the record before (the salt if there is none), so records cannot be
// swapped or left out; `acknowledged` is the last block known to be on disk when the record was
// written. A checksum covers the salt, all before it in its head, and the payload.
// Why a salt, random a log: nobody can write bytes into a payload that read as a record.
// Why `acknowledged`: a record that does not read may be the torn end of a write that nobody relied
// on, or damage to something promised. A later record that knows of it as acknowledged tells the
// two apart.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/types.hpp"

namespace gavel::state {

enum class BlockLogError : u8 {
  kDisk,     // the disk failed; nothing is acknowledged any more
  kHole,     // blocks that the log once held are missing between others, or a whole segment
  kCut,      // blocks that were acknowledged are missing at the end
  kCorrupt,  // bytes that were acknowledged do not read
  kForeign,  // a file of this name that is no segment of this version and log
  kNotHeld,  // the block is before the log's first or after its last
};
[[nodiscard]] std::string_view name_of(BlockLogError error);

template <class T>
using BlockLogResult = base::Result<T, BlockLogError>;

// Where opening or reading a log found what is wrong.
struct BlockLogPlace {
  std::string file;  // its path; empty: the directory
  u64 offset = 0;    // of the first byte that is not right
  u64 block = 0;     // the block that is expected there
};

inline constexpr u32 kSegmentHeadBytes = 48;
inline constexpr u32 kMarkBytes = 24;
inline constexpr u32 kRecordHeadBytes = 40;
inline constexpr u32 kMaxRecordPayload = 32u << 20;
inline constexpr u32 kRecordMagic = 0x424c5652;

struct SegmentHead {
  u64 salt = 0;
  u64 first_block = 0;
  u64 chain = 0;
};
struct RecordHead {
  u32 length = 0;
  u64 block = 0;
  u64 acknowledged = 0;
  u64 chain = 0;
  u64 checksum = 0;
};

// Bytes of a record with this payload.
constexpr u64 record_bytes(u64 payload) { return (kRecordHeadBytes + payload + 7) / 8 * 8; }

void encode_segment_head(const SegmentHead& head, std::span<u8, kSegmentHeadBytes> out);
[[nodiscard]] bool decode_segment_head(std::span<const u8> bytes, SegmentHead& out);

// Fills in the checksum of `head`, and writes the record; `out` has record_bytes(payload.size()).
void encode_record(u64 salt, RecordHead& head, std::span<const u8> payload, std::span<u8> out);
// The head and payload of the record that starts at the bytes' start; nothing unless all of it is
// there and its checksum is right.
[[nodiscard]] std::optional<RecordHead> decode_record(u64 salt, std::span<const u8> bytes,
                                                      std::span<const u8>& payload);

// A mark says beside the segments that a block was acknowledged: block u64 | salt u64 | checksum
// u64.
void encode_mark(u64 salt, u64 block, std::span<u8, kMarkBytes> out);
// The highest block that a whole mark of this salt, or of any, names.
[[nodiscard]] std::optional<u64> highest_mark(std::span<const u8> bytes, std::optional<u64> salt);

[[nodiscard]] std::string segment_name(u64 first_block);
// Nothing for a name that segment_name() does not make.
[[nodiscard]] std::optional<u64> parse_segment_name(std::string_view name);

}  // namespace gavel::state
