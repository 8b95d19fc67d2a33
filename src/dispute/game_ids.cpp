#include "dispute/game_ids.hpp"

#include <algorithm>

#include "crypto/keccak.hpp"
#include "vm/state.hpp"

namespace gavel::dispute {

namespace {

Hash32 word(u64 value) { return base::to_bytes32(base::U256::from_u64(value)); }

Hash32 hash_words(std::span<const Hash32> words) {
  std::vector<u8> bytes;
  bytes.reserve(words.size() * 32);
  for (const Hash32& w : words) bytes.insert(bytes.end(), w.bytes.begin(), w.bytes.end());
  return crypto::keccak256(bytes);
}

}  // namespace

Hash32 dispute_id(const DisputeKey& key) {
  const std::array<Hash32, 4> words{word(key.level), key.start, word(key.position), key.parent};
  return hash_words(words);
}

Hash32 claim_id(const Hash32& dispute, const Hash32& list_root, const Hash32& end) {
  const std::array<Hash32, 3> words{dispute, list_root, end};
  return hash_words(words);
}

Hash32 machine_first_state(const Hash32& image, const Hash32& cursor) {
  return vm::first_state(image, cursor).hash();
}

DisputeKey child_key(const GameShape& shape, const Hash32& image, const DisputeKey& dispute,
                     std::span<const Hash32> list, u32 k) {
  DisputeKey child;
  child.level = dispute.level + 1;
  child.parent = dispute_id(dispute);
  child.start = k == 0 ? dispute.start : list[k - 1];
  if (child.level == shape.run_level) {
    child.start = shape.first_state(image, child.start);
  } else {
    child.position = dispute.position + k * shape.part(dispute.level);
  }
  return child;
}

}  // namespace gavel::dispute
