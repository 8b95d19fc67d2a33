// Fuzzers' inputs as batches: what the fuzzers of this folder make of their bytes, for whoever else
// judges the same.
//
// What: pages_of() reads pages behind those of a founded exchange (batch_fuzz), play() a trader's
// choices (model_fuzz). Why: the corpora lead to the rules' corners, whichever judge runs them.
// Invariant: total, deterministic. Transactions are as unsigned as the bytes leave them.
#pragma once

#include <functional>

#include "model/byte_choices.hpp"

namespace gavel::model {

struct FuzzedBatch {
  stf::Config config;
  std::vector<Bytes> pages, messages;
  std::size_t founding_pages = 0;  // those before the input's own
  u64 now_ms = 0;                  // of the last block
};

// Byte 0 chooses among the small exchanges; then pages, each a length u16 (its low 12 bits and one)
// and so many bytes; what is missing at the end is missing from the last page. No bytes are no
// page.
FuzzedBatch pages_of(std::span<const u8> data);

// A founded exchange and up to 150 actions by these choices; `after_each` sees the twin after each
// action, with its number, and ends it by returning false.
using AfterEach = std::function<bool(Twin&, u32 action)>;
std::unique_ptr<Twin> play(std::span<const u8> data, const AfterEach& after_each = {});
// What play() does, as a batch.
FuzzedBatch actions_of(std::span<const u8> data);

}  // namespace gavel::model
