// The bytes in which a unit's witness is handed over: the start cursor's hash, then the preimages.
//
// What: 32 bytes, then for each preimage, ascending by hash, a big-endian u32 length and its bytes
// (guest/preimage_bag.hpp reads them). Why: hashes of preimages need no mention, whoever reads them
// hashes anyway. Invariant: one witness has one form.
#pragma once

#include "dispute/batch_trace.hpp"

namespace gavel::dispute {

std::vector<u8> witness_bytes(const UnitWitness& witness);

}  // namespace gavel::dispute
