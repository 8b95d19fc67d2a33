// Work: a long action between two units (docs/protocol/data.md, "Continuation record").
//
// What: the action's state and the receipt so far. Natively it stays in memory; in a dispute the
// cursor holds the hash of its canonical bytes. Bytes, big-endian: version 1 | kind | source kind |
// source 32 | state | receipt. State of a match: account u32, market u32, limit u32, side, stp,
// type, has_client_id, flags (u8 each; bit 0 reduce-only, bit 1 liquidation), lots u64, client_id
// 16, level_hint u32, account_prev u32; of a cancel_all: account u32, market u32, next u32; of a
// liquidate: target u32, market u32, matching u8, side u8, next u32, then that of a match.
#pragma once

#include "exchange/liquidation.hpp"
#include "stf/receipt.hpp"

namespace gavel::stf {

struct Work {
  enum class Kind : u8 { none = 0, match = 1, cancel_all = 2, liquidate = 3 };
  Kind kind = Kind::none;
  u8 source_kind = 0;  // 0 transaction, 1 message
  Hash32 source;       // tx_id or message hash
  exchange::Matching matching;
  exchange::CancelAll cancel_all;
  exchange::Liquidation liquidation;
  Receipt receipt;
};

inline constexpr u32 kMaxWorkBytes = 3 + 32 + 14 + 49 + kMaxReceiptBytes;
static_assert(kMaxWorkBytes <= 4'096);

// Returns the number of bytes; kind is not none.
u32 encode_work(const Work& work, std::span<u8> out);
// False unless the bytes are exactly what encode_work makes.
[[nodiscard]] bool decode_work(std::span<const u8> bytes, Work& out);

}  // namespace gavel::stf
