#include "dispute/trace_source.hpp"

namespace gavel::dispute {

TraceResult<std::unique_ptr<BatchTrace>> open_trace(std::weak_ptr<const settle::Deriver> deriver,
                                                    const stf::Cursor& parent_end,
                                                    settle::BatchInput input, settle::Bytes config,
                                                    u32 threads, TraceHooks hooks) {
  auto prestate =
      GAVEL_TRY(Prestate::open(std::move(deriver), input.batch - 1, parent_end.state_root));
  const stf::Cursor first = stf::first_cursor(parent_end, input.batch, input.posted);
  auto posted = PostedBatch::open(std::move(input), parent_end.inbox_index);
  if (!posted) return TraceError::kNoData;
  if (stf::config_hash(std::span<const u8, stf::kConfigBytes>(config)) != first.config_hash) {
    return TraceError::kNoData;
  }
  return std::make_unique<BatchTrace>(std::move(prestate), first, std::move(*posted),
                                      std::move(config), threads, std::move(hooks));
}

TraceResult<std::unique_ptr<BatchTrace>> TraceSource::open(u64 batch, TraceHooks hooks) {
  if (batch == 0 || batch > verifier_.batches_derived() || batch > verifier_.batches_fixed()) {
    return TraceError::kNoSuchBatch;
  }
  auto config = verifier_.configuration_of(batch);
  if (!config.ok()) return TraceError::kNoData;
  auto input = verifier_.input_of(batch);
  if (!input.ok()) return TraceError::kNoData;
  return open_trace(verifier_.deriver_now(), verifier_.end_of(batch - 1), std::move(input).value(),
                    std::move(config).value(), threads_, std::move(hooks));
}

}  // namespace gavel::dispute
