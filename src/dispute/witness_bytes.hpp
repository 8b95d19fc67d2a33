// The bytes in which a unit's witness is handed over: the start cursor's hash, then the preimages.
//
// What: 32 bytes, then for each preimage, ascending by hash, a big-endian u32 length and its bytes
// (guest/preimage_bag.hpp reads them too). Why: hashes of preimages need no mention, whoever reads
// them hashes anyway. Invariant: one witness has one form, and bytes of another form are refused.
#pragma once

#include <optional>

#include "dispute/batch_trace.hpp"

namespace gavel::dispute {

std::vector<u8> witness_bytes(const Hash32& start, const stf::MapOracle& preimages);
inline std::vector<u8> witness_bytes(const UnitWitness& witness) {
  return witness_bytes(witness.start_hash, witness.preimages);
}

struct HandedWitness {
  Hash32 start;
  stf::MapOracle preimages;
};
// Total. Nothing if the bytes are no witness's. O(bytes) hashing.
std::optional<HandedWitness> read_witness(std::span<const u8> bytes);

}  // namespace gavel::dispute
