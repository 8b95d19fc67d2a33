// Addresses, names and times that the samples share.
//
// What: the first two keys of a local chain, and values whose bytes all differ.
// Invariant: committed vectors hold them; changing one changes the files.
#pragma once

#include "base/hex.hpp"
#include "exchange/objects.hpp"

namespace gavel::stf::samples {

inline constexpr Address kOwner = base::address_hex("f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
inline constexpr Address kAgent = base::address_hex("70997970c51812dc3a010c7d01b50e0d17dc79c8");
inline constexpr exchange::ClientId kClientId =
    base::hex_bytes<16>("00112233445566778899aabbccddeeff");
inline constexpr exchange::Symbol kSymbol{'E', 'T', 'H', '-', 'U', 'S', 'D'};
inline constexpr u64 kOrderId = exchange::make_order_id(77, 3);
inline constexpr u64 kNow = 1'700'000'000'123;

inline Hash32 hash(u8 fill) {
  Hash32 out;
  for (u32 i = 0; i < 32; ++i) out.bytes[i] = static_cast<u8>(fill + i);
  return out;
}
inline Address address(u8 fill) {
  Address out;
  for (u32 i = 0; i < 20; ++i) out.bytes[i] = static_cast<u8>(fill + i);
  return out;
}

}  // namespace gavel::stf::samples
