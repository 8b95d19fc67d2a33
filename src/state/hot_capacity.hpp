// HotCapacity: how much address space the hot state's tables reserve.
//
// What: the greatest index of each table. From a batch's configuration for a node; small for tests
// and tools.
// Invariant: at least the capacity that the rules enforce (exchange::Limits), else an input could
// reach a failed check.
#pragma once

#include <array>

#include "exchange/objects.hpp"
#include "stf/config.hpp"

namespace gavel::state {

struct HotCapacity {
  std::array<u32, exchange::kTableCount> objects{};

  [[nodiscard]] u32 of(exchange::Table table) const { return objects[static_cast<u8>(table)]; }

  static HotCapacity of_config(const stf::Config& config) { return {config.capacity}; }
  // For tests: a few MiB of address space. The configuration under test must not allow more.
  static HotCapacity small() { return {{1, 4'096, 1'024, 4'096, 64, 4'096, 16'384, 4'096, 256}}; }
};

}  // namespace gavel::state
