// Poster: puts the data of finished batches on L1, in order, and fixes them.
//
// What: reads L1's own counters (next batch, pages so far, post chain), takes what is missing from
// the batch store, and sends posts of as many pages as a transaction carries, then the fix. It
// keeps no state of its own: after a restart, a revert or a reorg it reads the counters again and
// goes on from there. Invariant: every transaction is at most 128 KiB and 16,777,216 gas; nothing
// is posted for a batch that is not on disk. Threads: none of its own; tick() does one bounded
// step.
#pragma once

#include <optional>
#include <string>

#include "da/batch_configs.hpp"
#include "da/batch_store.hpp"
#include "l1/submitter.hpp"
#include "settle/contracts.hpp"

namespace gavel::settle {

enum class DataMode : u8 { calldata = 0, local = 4 };

struct PosterOptions {
  DataMode mode = DataMode::calldata;
  u64 max_post_bytes = 120'000;  // of pages in one transaction
  // A batch whose blocks are further ahead of L1's time than this waits: its rows would do nothing.
  // 0: none waits.
  u64 future_window_ms = 0;
  // In place of that, the batch's own: what L1 names another configuration for is not posted.
  // Null: whatever L1 names.
  da::MadeUnder made_under{};
};

struct PosterStatus {
  u64 next_batch = 1;  // that L1 waits for
  bool known = false;  // L1 has said so
  u64 posted_bytes = 0;
  u64 gas_used = 0;
  u64 posts = 0;
  u64 fixed = 0;
  std::string last_error;
};

class Poster {
 public:
  Poster(l1::Rpc& rpc, l1::Submitter& submitter, const Contracts& contracts,
         da::BatchStore& batches, PosterOptions options);

  void tick();
  const PosterStatus& status() const { return status_; }
  // Nothing is on its way and L1 has every batch up to `batch`.
  bool posted_up_to(u64 batch) const { return submitter_.idle() && status_.next_batch > batch; }

 private:
  void take_outcomes();
  [[nodiscard]] l1::Result<void> send_next();
  // That L1's time has come for the batch.
  [[nodiscard]] l1::Result<void> check_time(const da::BatchEnd& end);
  // The hash that L1 names for the batch, which is that of what it was made under.
  [[nodiscard]] l1::Result<Hash32> check_config(u64 batch);
  // That the pages which L1 has of the batch already are the first of ours.
  [[nodiscard]] l1::Result<void> check_begun(std::span<const std::span<const u8>> pages,
                                             const PostingState& state);
  [[nodiscard]] l1::Result<void> send_calldata(const da::StoredBatch& batch,
                                               const PostingState& state, const Hash32& config);
  [[nodiscard]] l1::Result<void> send_external(const da::StoredBatch& batch,
                                               const PostingState& state, const Hash32& config);
  [[nodiscard]] l1::Result<void> submit(Bytes data, u64 gas_limit, std::string label);

  l1::Rpc& rpc_;
  l1::Submitter& submitter_;
  Contracts contracts_;
  da::BatchStore& batches_;
  PosterOptions options_;
  PosterStatus status_;
};

}  // namespace gavel::settle
