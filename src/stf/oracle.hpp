// Oracle: preimages of Keccak-256 hashes, the only way in which a dispute's run reaches data.
//
// What: get(hash, out) writes the first min(length, out.size()) bytes of the preimage and returns
// its length; 0 if it has none to give. Never more than one preimage of a hash can be known, so
// whoever answers cannot choose the answer.
// Why: the run that L1 judges may read only what a hash reachable from its cursor names; anything
// else would give two valid runs of one unit.
// Invariant: total; the same hash gives the same answer throughout a run. An answer of 0 or of an
// unexpected length ends the run in a panic, which is a defined end.
#pragma once

#include <concepts>
#include <span>

#include "base/types.hpp"

namespace gavel::stf {

template <class O>
concept Oracle = requires(O& oracle, const Hash32& hash, std::span<u8> out) {
  { oracle.get(hash, out) } -> std::same_as<u32>;
};

}  // namespace gavel::stf
