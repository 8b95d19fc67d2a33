// The nonce window: which nonces of a signer were used (docs/protocol/transactions.md, "Nonces").
//
// What: the highest nonce and up to 27 more below it. A nonce is fresh if it is not kept and, once
// the window is full, above the lowest kept. Dropping one that is 2^32 or more below the highest
// forgets nothing: such a nonce is never fresh. Invariant: below[0..count) is strictly ascending
// and positive; the rest is zero.
#pragma once

#include "exchange/objects.hpp"

namespace gavel::stf {

// O(27).
inline bool nonce_is_fresh(const exchange::Nonces& window, u64 nonce) {
  if (nonce > window.highest) return true;
  const u64 distance = window.highest - nonce;
  if (distance == 0 || distance > 0xffffffff) return false;
  const u32 d = static_cast<u32>(distance);
  if (window.count == exchange::Nonces::kBelow && d > window.below[window.count - 1]) return false;
  for (u32 i = 0; i < window.count; ++i) {
    if (window.below[i] == d) return false;
  }
  return true;
}

// Keeps a fresh nonce. O(27).
inline void use_nonce(exchange::Nonces& window, u64 nonce) {
  constexpr u32 kBelow = exchange::Nonces::kBelow;
  if (nonce < window.highest) {
    const u32 d = static_cast<u32>(window.highest - nonce);
    u32 at = window.count < kBelow ? window.count : kBelow - 1;
    for (; at > 0 && window.below[at - 1] > d; --at) window.below[at] = window.below[at - 1];
    window.below[at] = d;
    if (window.count < kBelow) ++window.count;
    return;
  }
  const u64 rise = nonce - window.highest;
  u32 kept = 0;
  if (rise <= 0xffffffff) {
    // How many stay within 2^32; the list is ascending.
    while (kept < window.count && window.below[kept] + rise <= 0xffffffff) ++kept;
    if (kept == kBelow) --kept;
    for (u32 i = kept; i > 0; --i) window.below[i] = window.below[i - 1] + static_cast<u32>(rise);
    window.below[0] = static_cast<u32>(rise);
    ++kept;
  }
  for (u32 i = kept; i < window.count; ++i) window.below[i] = 0;
  window.count = static_cast<u8>(kept);
  window.highest = nonce;
}

// A window for its first nonce.
inline exchange::Nonces first_nonce(u8 owner_kind, u32 owner, u64 nonce) {
  exchange::Nonces window;
  window.state = 1;
  window.owner_kind = owner_kind;
  window.owner = owner;
  window.highest = nonce;
  return window;
}

}  // namespace gavel::stf
