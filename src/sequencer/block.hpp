// Blocks on their way from execution to disk, to clients and to the state tree.
//
// What: Submission is a transaction whose signature was looked at; SealedBlock is a closed block
// with all that later stages need, in a few flat buffers that are reused: nothing is allocated for
// a transaction. Invariant: SealedBlock.data is the block's slice of its batch's page stream, byte
// for byte what L1 will get.
#pragma once

#include <vector>

#include "base/types.hpp"
#include "da/page_writer.hpp"
#include "stf/transaction.hpp"

namespace gavel::sequencer {

struct Submission {
  stf::Transaction tx;
  Hash32 tx_id;
  Address signed_by;  // zero: nobody's valid signature
  u64 request_id = 0;
  u32 connection = 0;  // 0: nobody waits for the result
};

// Why a transaction is in no block (docs/protocol/gateway.md).
enum class Refusal : u8 {
  none = 0,
  malformed = 1,
  unknown_account = 2,
  unknown_signer = 3,
  bad_signature = 4,
  nonce_out_of_window = 5,
  nonce_used = 6,
  busy = 7,
  shutting_down = 8,
  nonce_table_full = 9,
  halted = 10,
};
inline constexpr u32 kRefusalCount = 11;
const char* name_of(Refusal refusal);

// One transaction or message of a block; its receipt is bytes [receipt_at, receipt_at +
// receipt_size) of SealedBlock.receipts.
struct Executed {
  Hash32 id;
  u64 request_id = 0;
  u32 connection = 0;
  u32 receipt_at = 0;
  u16 receipt_size = 0;
  u8 kind = 0;  // 0 transaction, 1 message
};

// What an event did to a resting order: for its owner's feed.
struct MakerEvent {
  u64 order_id = 0;
  u64 lots = 0;
  u64 remaining_lots = 0;
  u32 account = 0;
  u32 market = 0;
  u32 price_ticks = 0;
  u32 index = 0;  // of the transaction in the block
  u8 kind = 0;    // exchange::Event::Kind
};

struct SealedBlock {
  u64 number = 0;
  u64 timestamp_ms = 0;
  u64 batch = 0;
  bool first_of_batch = false;
  bool last_of_batch = false;
  u64 units = 0;        // of this block: its opening, rows, continuations and closing
  u64 inbox_index = 0;  // messages executed so far
  da::PageStream data;
  std::vector<u8> messages;  // each: length u16 little-endian, bytes
  std::vector<Executed> executed;
  std::vector<u8> receipts;
  std::vector<MakerEvent> maker_events;
  u64 execution_ns = 0;  // time spent executing

  void clear();
};

}  // namespace gavel::sequencer
