// BlockBuilder: the one thread's view of the sequencer: transactions in, sealed blocks out.
//
// What: executes submissions against the hot state in the order in which they come, writes their
// rows with the hints that the judges will check, and cuts batches. No clock, no lock, no I/O; the
// caller decides when a block opens and closes. Invariant: running the batches' pages through
// stf::UnitRunner from the same state gives the same state, receipts and block hashes: the builder
// only ever does what a row will make a judge do.
#pragma once

#include <optional>
#include <span>

#include "sequencer/block.hpp"
#include "state/hot_state.hpp"
#include "stf/execute.hpp"

namespace gavel::sequencer {

struct BatchLimits {
  u32 max_blocks = 1'000;
  u32 max_pages = 1u << 18;
  // Rows of a block that begins below this may still be written, so it lies a block's worth below
  // the configuration's rows_end_unit.
  u32 max_units = (1u << 24) - (1u << 22) - (1u << 21);
};

// The same, cut to what a configuration allows; nothing if it leaves no room for a block of the
// largest size.
std::optional<BatchLimits> limits_under(const BatchLimits& limits, const stf::Config& config);

// Where the chain stands between two blocks.
struct ChainHead {
  u64 block_number = 0;
  u64 timestamp_ms = 0;
  u64 inbox_index = 0;
  u64 batch = 1;  // the batch that the next block belongs to
  u32 batch_blocks = 0;
  u32 batch_pages = 0;
  u64 batch_units = 0;
  u32 page_used = stf::kMaxPageBytes;
  stf::PageContext page_context;
};

class BlockBuilder {
 public:
  BlockBuilder(state::HotState& state, const stf::Rules& rules, const BatchLimits& limits,
               const ChainHead& head);

  // Opens the next block into `out` (cleared). timestamp_ms must exceed the last block's.
  void open(u64 timestamp_ms, SealedBlock& out);
  bool is_open() const { return out_ != nullptr; }
  bool full() const;

  // Executes a transaction into the open, not full block. A refusal changed nothing.
  Refusal execute(const Submission& submission);
  // Starts loading what the submissions some way behind position i will touch. Call for each i
  // before executing it.
  void fetch_ahead(std::span<const Submission> pending, std::size_t i) const;
  // Executes the next inbox message: its canonical bytes.
  void execute_message(std::span<const u8> bytes);
  // Whether reclaim() would free this window now, without noting an access.
  bool is_idle(const exchange::Nonces& window) const;
  // Frees an idle nonce window; false if it is not idle.
  bool reclaim(u32 nonces_slot);

  // Closes the block: its row, the state's log of it. A block is the last of its batch if a limit
  // is reached or `end_batch`.
  void close(bool end_batch);

  const ChainHead& head() const { return head_; }
  // Holds from the next block's end on. Between two blocks.
  void set_limits(const BatchLimits& limits) { limits_ = limits; }

 private:
  void finish(exchange::Verdict verdict, const Submission* submission);
  void note_maker(const stf::Event& event, u32 index);
  void add_row();
  stf::BlockContext context() const { return {head_.block_number + 1, timestamp_ms_}; }

  state::HotState& state_;
  const stf::Rules& rules_;
  BatchLimits limits_;
  ChainHead head_;
  da::PageWriter pages_;
  SealedBlock* out_ = nullptr;
  u64 timestamp_ms_ = 0;
  stf::Row row_;
  stf::Work work_;
};

}  // namespace gavel::sequencer
