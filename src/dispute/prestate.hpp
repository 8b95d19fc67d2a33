// Prestate: the state at the end of an older batch, while a deriver goes on with newer ones.
//
// What: an object's canonical bytes and any node of the tree, as they were at that batch's end; the
// root is compared with the batch's before anything is believed. Why: a dispute is about a batch of
// the last week, and the deriver that knows its start has derived hundreds since; a second copy of
// the state would cost as much as the exchange.
// Invariant: every answer belongs to the batch's end, or catch_up() says why there is none. Memory:
// the leaves that later batches wrote (state/undo_overlay.hpp); their bytes stay in the deriver's
// records. A record that was whole when it was absorbed and cannot be read later is a failed check:
// the program starts again and derives anew. Threads: the deriver's own; it may derive between two
// calls, not during one.
#pragma once

#include <memory>

#include "dispute/state_view.hpp"
#include "settle/deriver.hpp"

namespace gavel::dispute {

enum class TraceError : u8 {
  kNoSuchBatch,  // not derived yet, or 0
  kNoSuchUnit,   // beyond the 2^24 units of a batch
  kNotKept,      // too old: what later batches overwrote is not kept so far back
  kNoData,       // L1 does not give the batch's pages now
  kCorrupt,      // the disk's records do not lead to the state that the batch ended in
  kHistoryGone,  // L1 took back the history that was derived
};
const char* text_of(TraceError error);

template <class T>
using TraceResult = base::Result<T, TraceError>;

class Prestate : public StateView {
 public:
  // The state with this root, at the end of `batch`.
  static TraceResult<std::unique_ptr<Prestate>> open(std::weak_ptr<const settle::Deriver> deriver,
                                                     u64 batch, const Hash32& root);

  // To be called before reading, each time after the deriver may have gone on.
  TraceResult<void> catch_up();

  const state::TreeView& tree() const override { return overlay_; }
  u32 encode(exchange::Table table, u32 index, std::span<u8> out) const override;

 private:
  Prestate(std::weak_ptr<const settle::Deriver> deriver, state::UndoOverlay overlay,
           const Hash32& root)
      : deriver_(std::move(deriver)),
        overlay_(std::move(overlay)),
        readers_(overlay_.readers()),
        root_(root) {}

  std::weak_ptr<const settle::Deriver> deriver_;
  state::UndoOverlay overlay_;
  mutable state::RecordReaders readers_;
  Hash32 root_;
};

}  // namespace gavel::dispute
