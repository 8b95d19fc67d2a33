#include "dispute/prestate.hpp"

#include <algorithm>

namespace gavel::dispute {

namespace {

TraceError error_of(state::JournalError error) {
  return error == state::JournalError::kMissing ? TraceError::kNotKept : TraceError::kCorrupt;
}

}  // namespace

const char* text_of(TraceError error) {
  switch (error) {
    case TraceError::kNoSuchBatch:
      return "there is no such batch yet";
    case TraceError::kNoSuchUnit:
      return "a batch has 2^24 units, numbered from 0";
    case TraceError::kNotKept:
      return "what later batches overwrote is not kept so far back";
    case TraceError::kNoData:
      return "L1 does not give the batch's data";
    case TraceError::kCorrupt:
      return "the records on disk do not lead back to the batch's first state";
    case TraceError::kHistoryGone:
      return "L1 took back the history that the batch was derived on";
  }
  return "unknown";
}

TraceResult<std::unique_ptr<Prestate>> Prestate::open(std::weak_ptr<const settle::Deriver> deriver,
                                                      u64 batch, const Hash32& root) {
  const auto now = deriver.lock();
  if (!now) return TraceError::kHistoryGone;
  if (batch > now->end().batch) return TraceError::kNoSuchBatch;
  auto overlay = now->tree_at(batch);
  if (!overlay.ok()) return error_of(overlay.error());
  if (overlay.value().state_root() != root) return TraceError::kCorrupt;
  return std::unique_ptr<Prestate>(
      new Prestate(std::move(deriver), std::move(overlay).value(), root));
}

TraceResult<void> Prestate::catch_up() {
  const auto now = deriver_.lock();
  if (!now) return TraceError::kHistoryGone;
  if (!now->reaches(overlay_.batch())) return TraceError::kNotKept;
  if (overlay_.absorbed() == now->end().batch) return {};
  const auto caught_up = overlay_.catch_up(now->end().batch);
  if (!caught_up.ok()) return error_of(caught_up.error());
  if (overlay_.state_root() != root_) return TraceError::kCorrupt;
  return {};
}

u32 Prestate::encode(exchange::Table table, u32 index, std::span<u8> out) const {
  const auto now = deriver_.lock();
  GAVEL_CHECK(now != nullptr && overlay_.absorbed() == now->end().batch);
  const auto undone = overlay_.encoding(static_cast<u8>(table), index, readers_);
  GAVEL_CHECK(undone.ok());
  if (!undone.value()) return now->state().encode(table, index, out);
  const std::vector<u8>& bytes = *undone.value();
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return static_cast<u32>(bytes.size());
}

}  // namespace gavel::dispute
