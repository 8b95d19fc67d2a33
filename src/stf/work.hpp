// Work: a long action between two units (docs/protocol/data.md, "Continuation record").
//
// What: the action's state and the receipt so far. Natively it stays in memory; in a dispute the
// cursor holds the hash of its canonical bytes, whose layout is protocol.
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

inline constexpr u32 kMaxWorkBytes = 3 + 32 + 22 + 49 + kMaxReceiptBytes;
static_assert(kMaxWorkBytes <= 4'096);

// Returns the number of bytes; kind is not none.
u32 encode_work(const Work& work, std::span<u8> out);
// False unless the bytes are exactly what encode_work makes.
[[nodiscard]] bool decode_work(std::span<const u8> bytes, Work& out);

}  // namespace gavel::stf
