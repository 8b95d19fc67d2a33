#include "dispute/witness_bytes.hpp"

#include <algorithm>

namespace gavel::dispute {

std::vector<u8> witness_bytes(const UnitWitness& witness) {
  using Item = std::pair<const Hash32, std::vector<u8>>;
  std::vector<const Item*> items;
  for (const Item& item : witness.preimages.preimages()) items.push_back(&item);
  std::ranges::sort(items, {}, [](const Item* item) { return item->first; });
  std::vector<u8> out(witness.start_hash.bytes.begin(), witness.start_hash.bytes.end());
  for (const Item* item : items) {
    const u32 size = static_cast<u32>(item->second.size());
    for (u32 shift = 32; shift > 0; shift -= 8) out.push_back(static_cast<u8>(size >> (shift - 8)));
    out.insert(out.end(), item->second.begin(), item->second.end());
  }
  return out;
}

}  // namespace gavel::dispute
