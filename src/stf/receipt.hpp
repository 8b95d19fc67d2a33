// Receipt: what a transaction or message did, as bytes (docs/protocol/transactions.md, "Receipts").
//
// What: the canonical encoding of exchange::Outcome, and the leaf that it gives in a block's tree.
// Invariant: decode accepts exactly what encode makes; a receipt's length follows from its event
// count.
#pragma once

#include <span>

#include "base/types.hpp"
#include "exchange/outcome.hpp"

namespace gavel::stf {

using Event = exchange::Event;
using Receipt = exchange::Outcome;

inline constexpr u32 kMaxEvents = exchange::kMaxEvents;
inline constexpr u32 kEventBytes = 25;
inline constexpr u32 kReceiptHeadBytes = 39;
inline constexpr u32 kMaxReceiptBytes = kReceiptHeadBytes + kMaxEvents * kEventBytes;
// `action` of an inbox message's receipt is this plus the message's kind, modulo 256.
inline constexpr u8 kMessageAction = 0x80;

// Returns the number of bytes; `out` has room for them (kMaxReceiptBytes always suffice).
u32 encode_receipt(const Receipt& receipt, std::span<u8> out);
// False, and `out` unspecified, if the bytes are not exactly one receipt.
[[nodiscard]] bool decode_receipt(std::span<const u8> bytes, Receipt& out);

// Leaf of the block's tree: H(kind || id || receipt); kind 0 transaction, 1 message. `receipt` has
// at most kMaxReceiptBytes.
Hash32 receipt_leaf(u8 kind, const Hash32& id, std::span<const u8> receipt);

}  // namespace gavel::stf
