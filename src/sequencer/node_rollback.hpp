// Rolling a data directory back to before an inbox message or a batch: what an operator orders
// after a reorg of L1 that took a message which was executed, or where a batch was made under
// another configuration than L1 names for it (docs/operations.md).
//
// What: drops every block from the one that executed the message, or is the batch's first, on, and
// with them the batches that hold them; keeps what lies before. Nothing is deleted: what goes is
// renamed. Why here: blocks, batches and state must go back to the same moment. Invariant: a run
// that is cut short leaves a directory that a node refuses and that another run finishes. One
// thread, no node running.
#pragma once

#include "sequencer/node_recovery.hpp"

namespace gavel::sequencer {

struct Rollback {
  u64 first_dropped_block = 0;  // 0: nothing had to go
  u64 last_dropped_block = 0;
  u64 first_dropped_batch = 0;  // 0: no finished batch had to go
  u64 messages = 0;             // executed in what is left
};

// Where a message was executed, for people; empty if it was not.
std::string describe_message_place(const da::BatchStore& batches, u64 newest_batch, u64 message,
                                   u64 head_block);

// `next_batch_on_l1`: L1 has the batches before it for good, so a rollback that would drop one of
// them is refused.
[[nodiscard]] NodeResult<Rollback> roll_back_before_message(const NodeOptions& options,
                                                            io::Disk& disk, u64 message,
                                                            u64 next_batch_on_l1,
                                                            const NodeProgress& say);

// The same from the first block of a batch on.
[[nodiscard]] NodeResult<Rollback> roll_back_before_batch(const NodeOptions& options,
                                                          io::Disk& disk, u64 batch,
                                                          u64 next_batch_on_l1,
                                                          const NodeProgress& say);

// Whether a rollback was begun and not finished: no node may start then.
bool rollback_is_unfinished(const NodeOptions& options, io::Disk& disk);

}  // namespace gavel::sequencer
