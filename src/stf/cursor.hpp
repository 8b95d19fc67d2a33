// Cursor: where a batch stands between two units, in 32 words (docs/protocol/data.md, "The
// cursor").
//
// What: the struct, its 1,024 canonical bytes and hash. L1 builds the first cursor of a batch and
// checks its last.
// Invariant: encode is injective; decode accepts exactly what encode makes (numbers within their
// width, unused words zero).
#pragma once

#include <span>

#include "base/types.hpp"

namespace gavel::stf {

inline constexpr u32 kCursorBytes = 1024;
inline constexpr u32 kUnitsPerBatch = 1u << 24;
inline constexpr u32 kBlockTreeDepth = 14;

enum class Phase : u8 { rows = 0, forced = 1, finished = 2 };
enum class Status : u8 { run = 0, skip = 1 };

struct Cursor {
  u64 unit = 0;
  u64 batch = 0;
  Hash32 data_commitment;
  u64 data_len = 0;
  u64 page = 0;
  u64 offset = 0;
  u64 block_number = 0;
  u64 timestamp_ms = 0;
  u64 opening_timestamp_ms = 0;
  Hash32 prev_hash;
  u64 tx_index = 0;
  Hash32 tx_frontier;
  Hash32 diff_acc;
  Phase phase = Phase::rows;
  Hash32 work;
  Hash32 state_root;
  u64 inbox_index = 0;
  Hash32 inbox_root;
  u64 inbox_must = 0;
  u64 l1_time_ms = 0;
  Hash32 l1_block_hash;
  Hash32 config_hash;
  Status status = Status::run;
  Hash32 block_frontier;

  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// What L1 fixes when a batch's data is complete (docs/protocol/l1.md, "Posts").
struct Posted {
  Hash32 data_commitment;
  u64 data_len = 0;
  Hash32 inbox_root;
  u64 inbox_must = 0;
  u64 l1_time_ms = 0;
  Hash32 l1_block_hash;
  Hash32 config_hash;

  friend bool operator==(const Posted&, const Posted&) = default;
};

void encode_cursor(const Cursor& cursor, std::span<u8, kCursorBytes> out);
[[nodiscard]] bool decode_cursor(std::span<const u8, kCursorBytes> bytes, Cursor& out);
Hash32 cursor_hash(const Cursor& cursor);

// H of 448 zero bytes: the frontier of an empty block tree.
const Hash32& empty_frontier_hash();
Cursor first_cursor(const Cursor& parent_end, u64 batch, const Posted& posted);
// The end cursor of "batch 0".
Cursor genesis_cursor(const Hash32& state_root, const Hash32& config_hash);
// failed(c): the end of a unit that panics or does not halt.
Cursor failed_cursor(const Cursor& cursor);

// data_commitment = H(word(mode) || data_root || word(pages)).
Hash32 data_commitment(u64 mode, const Hash32& data_root, u64 pages);
// inbox_root = H(word(count) || tree_root).
Hash32 inbox_snapshot(u64 count, const Hash32& tree_root);
// H(word(number) || word(timestamp_ms) || prev_hash || word(tx_count) || tx_root || diff).
Hash32 block_hash(u64 number, u64 timestamp_ms, const Hash32& prev, u64 tx_count,
                  const Hash32& tx_root, const Hash32& diff);

}  // namespace gavel::stf
