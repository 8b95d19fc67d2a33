// Claimer: puts a bonded claim on each batch that L1 has fixed, and confirms claims whose time is
// earned.
//
// What: follows L1, computes the end cursor of each fixed batch from the batch store and the posted
// words, and claims on its own line. What it has claimed it reads from L1, so a restart needs
// nothing. Invariant: it claims only ends that this node computed itself, and only while L1 fixed
// the data and the configuration that they come from and its obligation (inbox_must) was met by
// the rows; otherwise it stops and says so: what L1 fixed gives another end, and the node's later
// blocks are not the chain's. Threads: none of its own; tick() does one bounded step.
#pragma once

#include <string>

#include "da/batch_configs.hpp"
#include "da/batch_store.hpp"
#include "l1/submitter.hpp"
#include "settle/l1_feed.hpp"

namespace gavel::settle {

struct ClaimerStatus {
  u64 claimed = 0;    // batches with our claim on L1
  u64 confirmed = 0;  // newest batch confirmed on our line
  u64 gas_used = 0;
  bool diverged = false;
  u64 troubles_logged = 0;  // lines, not ticks
  std::string last_error;
};

// A line of claims: ids and cursors by batch, from the genesis on.
struct ClaimLine {
  std::vector<Hash32> ids;
  std::vector<Hash32> first_hashes;
  std::vector<stf::Cursor> ends;
};

// Whether L1 fixed a batch with the data that this node sealed and the configuration that it ran
// under. It need not be so: anyone may fix a batch without rows when the sequencer is late, pages
// may follow those of another poster, and a configuration changes by the batch.
bool fixed_as_sealed(const stf::Posted& posted, const da::StoredBatch& sealed,
                     const Hash32& config_hash);

// True if every block of the batch lies in the window around the L1 time at which it was fixed: the
// rows of one outside end there for every judge. `parent_timestamp_ms`: of the last block before
// it.
bool within_windows(const stf::Posted& posted, const stf::Config& config, u64 parent_timestamp_ms,
                    const da::StoredBatch& sealed);

class Claimer {
 public:
  Claimer(l1::Rpc& rpc, l1::Submitter& submitter, const Contracts& contracts,
          da::BatchStore& batches, const stf::Cursor& genesis_end, da::MadeUnder made_under = {});

  void tick();
  const ClaimerStatus& status() const { return status_; }
  const ClaimLine& line() const { return line_; }

 private:
  void take_outcomes();
  [[nodiscard]] l1::Result<void> extend_line();
  [[nodiscard]] l1::Error diverged(u64 batch, const char* why);
  void count_claimed();
  // True if a transaction was sent.
  [[nodiscard]] l1::Result<bool> claim_next();
  [[nodiscard]] l1::Result<bool> confirm_next();
  bool is_claimed(const Hash32& id) const;

  l1::Rpc& rpc_;
  l1::Submitter& submitter_;
  Contracts contracts_;
  da::BatchStore& batches_;
  da::MadeUnder made_under_;  // null: the genesis' configuration
  L1Feed feed_;
  ClaimLine line_;
  ClaimerStatus status_;
};

}  // namespace gavel::settle
