// The pages of a batch whose data is not on L1, from a folder of batches; whether they are the
// right ones is for whoever derives to find out.
#pragma once

#include <optional>

#include "da/batch_store.hpp"
#include "l1/transaction.hpp"

namespace gavel::apps {

[[nodiscard]] std::optional<std::vector<l1::Bytes>> pages_of(const da::BatchStore& store,
                                                             u64 batch);

}  // namespace gavel::apps
