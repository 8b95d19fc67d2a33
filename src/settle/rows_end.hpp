// RowsEnd: why a batch's rows ended while data was left (docs/protocol/data.md, "Pages and rows").
//
// What: for reports. The rules only say that rows end there; whoever reads a verdict wants to know
// what was wrong with the bytes.
// Invariant: RowsEnd::none exactly if the last unit consumed a row.
#pragma once

#include <span>

#include "stf/cursor.hpp"
#include "stf/execute.hpp"

namespace gavel::settle {

enum class RowsEnd : u8 {
  none,
  page,        // longer than a page, empty, or of another version
  row,         // bytes that are no row
  open_block,  // a block is open already, or its time is outside the window
  place,       // a row where none is allowed: no block is open, it is full, or no message is there
  units,       // the batch has used up the units that its rows may take
};
// A sentence fragment for people.
const char* text_of(RowsEnd why);

// Where the rows stood before a unit.
struct RowsPlace {
  u64 unit = 0;
  u64 page = 0;
  u64 offset = 0;
  u64 block_number = 0;  // of the last closed block
  u64 tx_index = 0;      // transactions in the open block
  stf::PageContext context;
};

// `page`: the bytes of page before.page. To be asked when a unit has moved the place from there to
// the end of the data; `after` is the cursor behind that unit.
RowsEnd why_rows_ended(const RowsPlace& before, std::span<const u8> page, const stf::Cursor& after,
                       const stf::Rules& rules);

}  // namespace gavel::settle
