// TraceSource: opens the trace of any batch that a verifier derived and can reopen.
//
// What: open() rebuilds what a BatchTrace needs: the state at the batch's start from the deriver's
// records, its data and configuration from L1. Why: whoever disputes has nothing but L1, and must
// answer about any batch that is not confirmed while newer ones come. Invariant: a trace's first
// cursor is the one that the verifier derived the batch from. A trace stays usable while the
// verifier goes on; after a reorganisation that reached derived batches its answers are
// kHistoryGone.
#pragma once

#include "dispute/batch_trace.hpp"
#include "settle/verifier.hpp"

namespace gavel::dispute {

class TraceSource {
 public:
  // The verifier keeps undo records (VerifierOptions::undo) and outlives the source.
  TraceSource(settle::Verifier& verifier, u32 threads) : verifier_(verifier), threads_(threads) {}

  TraceResult<std::unique_ptr<BatchTrace>> open(u64 batch, TraceHooks hooks = {});
  // Why L1 did not give what open() asked for.
  const std::string& error() const { return verifier_.error(); }
  // Batches up to this one are confirmed: they are not opened any more.
  void confirmed(u64 batch) { verifier_.forget_before(batch + 1); }

 private:
  settle::Verifier& verifier_;
  u32 threads_;
};

// A trace from a deriver alone; `parent_end`: where the batch before ended.
TraceResult<std::unique_ptr<BatchTrace>> open_trace(std::weak_ptr<const settle::Deriver> deriver,
                                                    const stf::Cursor& parent_end,
                                                    settle::BatchInput input, settle::Bytes config,
                                                    u32 threads, TraceHooks hooks = {});

}  // namespace gavel::dispute
