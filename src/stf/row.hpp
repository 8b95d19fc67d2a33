// Rows: how a batch's pages carry blocks and transactions (docs/protocol/data.md, "Pages and
// rows").
//
// What: one row in and out of a page, relative to the page's context. Decoding is total: any bytes
// give a row or "ends".
// Invariant: decode(encode(row)) == row for every row whose unused fields are zero, and
// encode(decode(bytes)) == bytes for every row that decodes. Both move the context alike, and
// neither moves it when it fails.
#pragma once

#include <span>

#include "base/types.hpp"
#include "stf/transaction.hpp"

namespace gavel::stf {

inline constexpr u32 kMaxPageBytes = 4'096;
inline constexpr u8 kPageVersion = 1;
// No row is longer, not even one with each varint at its ten bytes.
inline constexpr u32 kMaxRowBytes = 256;

enum class RowKind : u8 {
  open_block = 1,
  close_block = 2,
  message = 3,
  reclaim = 4,
  transaction = 0x40
};

// Places that the sequencer found for a transaction, checked by every judge; which action uses
// which: data.md.
struct Hints {
  u32 level = 0;
  u32 client_id = 0;  // place: predecessor in the account's list; others by client id: the order or
                      // the predecessor
  u32 signer = 0;     // agents: place in the list of live signers
  u32 registered = 0;   // place in the list of registered accounts
  u32 dead_signer = 0;  // approve_agent: a dead row of this address to reuse

  friend bool operator==(const Hints&, const Hints&) = default;
};

struct Row {
  RowKind kind{};
  u64 dt_ms = 0;   // open_block
  u32 nonces = 0;  // reclaim
  Transaction tx;
  Hints hints;

  friend bool operator==(const Row&, const Row&) = default;
};

// What a row is relative to; fresh at each page's start. `account` is the last transaction's: rows
// write accounts absolutely.
struct PageContext {
  u32 account = 0;
  u64 nonce = 0;
  u32 market = 0;
  u32 price_ticks = 0;

  friend bool operator==(const PageContext&, const PageContext&) = default;
};

// Decodes the row at `bytes`'s start. Returns its length, and moves the context; 0 if there is no
// valid row (`out` is then unspecified).
u32 decode_row(std::span<const u8> bytes, PageContext& context, Row& out);
// Appends a row. Returns its length, and moves the context; 0 (context unmoved) if it does not fit
// into `out` or a place has a side, type or stp that is not defined. Other fields that the row's
// kind does not carry are not written.
u32 encode_row(const Row& row, PageContext& context, std::span<u8> out);

}  // namespace gavel::stf
