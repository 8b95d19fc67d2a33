#include "dispute/witness_bytes.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace gavel::dispute {

namespace {

constexpr std::size_t kLengthBytes = 4;

}  // namespace

std::vector<u8> witness_bytes(const Hash32& start, const stf::MapOracle& preimages) {
  using Item = std::pair<const Hash32, std::vector<u8>>;
  std::vector<const Item*> items;
  for (const Item& item : preimages.preimages()) items.push_back(&item);
  std::ranges::sort(items, {}, [](const Item* item) { return item->first; });
  std::vector<u8> out(start.bytes.begin(), start.bytes.end());
  for (const Item* item : items) {
    const u32 size = static_cast<u32>(item->second.size());
    for (u32 shift = 32; shift > 0; shift -= 8) out.push_back(static_cast<u8>(size >> (shift - 8)));
    out.insert(out.end(), item->second.begin(), item->second.end());
  }
  return out;
}

std::optional<HandedWitness> read_witness(std::span<const u8> bytes) {
  HandedWitness out;
  const std::size_t head = out.start.bytes.size();
  if (bytes.size() < head) return std::nullopt;
  std::ranges::copy(bytes.first(head), out.start.bytes.begin());
  bytes = bytes.subspan(head);
  std::optional<Hash32> before;
  while (!bytes.empty()) {
    if (bytes.size() < kLengthBytes) return std::nullopt;
    base::ByteReader length(bytes.first(kLengthBytes));
    const u32 size = length.read_u32_be();
    bytes = bytes.subspan(kLengthBytes);
    if (size > bytes.size()) return std::nullopt;
    const Hash32 hash = out.preimages.add(bytes.first(size));
    if (before && !(*before < hash)) return std::nullopt;
    before = hash;
    bytes = bytes.subspan(size);
  }
  return out;
}

}  // namespace gavel::dispute
