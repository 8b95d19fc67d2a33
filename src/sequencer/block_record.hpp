// Block records: what the block log keeps of a block, and executing it again.
//
// What: a record is the block's slice of the batch's page stream with the inbox messages that it
// executed: all that is needed to run it again from the state before it. Replay goes through the
// same BlockBuilder, and what it writes must be the record, byte for byte. Bytes, big-endian:
// version 1 | number u64 | timestamp u64 | batch u64 | flags u8 (1 first, 2 last of its batch) |
// starts u32 | each u32 | data u32 | bytes | messages u32 | bytes (each: length u16 little-endian,
// bytes).
#pragma once

#include <span>

#include "base/result.hpp"
#include "sequencer/block_builder.hpp"

namespace gavel::sequencer {

void encode_block_record(const SealedBlock& block, std::vector<u8>& out);

enum class RecordError : u8 {
  kMalformed,   // not a record
  kOutOfOrder,  // not the block after the builder's last
  kBadRow,      // a row or message that does not decode
  kDiverged,    // executing it gave another block
};
const char* name_of(RecordError error);

// Number and batch of the block without decoding the rest.
struct RecordHead {
  u64 number = 0;
  u64 timestamp_ms = 0;
  u64 batch = 0;
  bool first_of_batch = false;
  bool last_of_batch = false;
};
base::Result<RecordHead, RecordError> decode_record_head(std::span<const u8> record);

// How many inbox messages the block executed; not read from what follows the block's data.
base::Result<u64, RecordError> count_record_messages(std::span<const u8> record);

// Executes a record's block into `out`. The signatures were checked when the block was made; nobody
// waits for its results. After an error the state is of no use.
base::Result<void, RecordError> replay_block(std::span<const u8> record, const stf::Rules& rules,
                                             state::HotState& state, BlockBuilder& builder,
                                             SealedBlock& out);

}  // namespace gavel::sequencer
