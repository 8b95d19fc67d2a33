// Any bytes as a unit's witness: read only if they are the one form of what they hold.
#include <algorithm>

#include "dispute/witness_bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const gavel::u8* data, std::size_t size) {
  using namespace gavel;
  const std::span<const u8> bytes(data, size);
  const auto read = dispute::read_witness(bytes);
  if (!read) return 0;
  GAVEL_CHECK(std::ranges::equal(dispute::witness_bytes(read->start, read->preimages), bytes));
  return 0;
}
