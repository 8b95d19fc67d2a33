#include "settle/rows_end.hpp"

namespace gavel::settle {

const char* text_of(RowsEnd why) {
  switch (why) {
    case RowsEnd::none:
      return "they do not";
    case RowsEnd::page:
      return "this is no page";
    case RowsEnd::row:
      return "these bytes are no row";
    case RowsEnd::open_block:
      return "a block that may not open here, or not at this time";
    case RowsEnd::place:
      return "a row that may not stand here";
    case RowsEnd::units:
      return "the batch has used up its units";
  }
  return "unknown";
}

RowsEnd why_rows_ended(const RowsPlace& before, std::span<const u8> page, const stf::Cursor& after,
                       const stf::Rules& rules) {
  if (before.unit + 1 > rules.config.rows_end_unit) return RowsEnd::units;
  u64 offset = before.offset;
  stf::PageContext context = before.context;
  if (offset == 0) {
    if (page.size() < 2 || page.size() > stf::kMaxPageBytes || page[0] != stf::kPageVersion) {
      return RowsEnd::page;
    }
    offset = 1;
    context = {};
  }
  stf::Row row;
  const auto bytes = page.subspan(static_cast<std::size_t>(offset));
  if (stf::decode_row(bytes, context, row) == 0) return RowsEnd::row;
  // A row that is refused closes the open block or, without one, ends the phase.
  const bool closed = after.block_number != before.block_number;
  const bool consumed =
      after.phase == stf::Phase::rows && (!closed || row.kind == stf::RowKind::close_block);
  if (consumed) return RowsEnd::none;
  return row.kind == stf::RowKind::open_block ? RowsEnd::open_block : RowsEnd::place;
}

}  // namespace gavel::settle
