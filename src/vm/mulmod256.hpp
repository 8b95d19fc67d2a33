// a * b mod m for any 256-bit numbers: what the machine's call mulmod256 computes.
//
// What: the remainder of the 512-bit product, 0 for m = 0. Why: the same function as the EVM's
// MULMOD, which judges the call on L1. Invariant: total. Source: Knuth, TAOCP vol. 2, 4.3.1,
// algorithm D with 64-bit digits; the digit estimate is base's div_2by1.
#pragma once

#include "base/types.hpp"

namespace gavel::vm {

u256 mulmod256(const u256& a, const u256& b, const u256& m);

}  // namespace gavel::vm
