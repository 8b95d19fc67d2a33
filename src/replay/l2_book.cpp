#include "replay/l2_book.hpp"

#include <functional>
#include <map>

#include "replay/line_reader.hpp"
#include "replay/tape_columns.hpp"

namespace gavel::replay {
namespace {

constexpr std::size_t kShownDifferences = 20;

struct Columns {
  u32 event = kMaxTapeColumns, side = kMaxTapeColumns, price = kMaxTapeColumns;
  u32 qty = kMaxTapeColumns, seq = kMaxTapeColumns;
  u32 count = 0;
};

struct Row {
  char event = 0;
  Side side = Side::bid;
  u64 price = 0;
  u64 qty = 0;
  u64 seq = 0;
};

using Levels = std::map<std::pair<Side, u64>, u64>;

TapeResult<Columns> read_header(LineReader& lines) {
  std::string_view line;
  if (!GAVEL_TRY(lines.next(line))) return TapeError{lines.name(), 0, 0, "the file is empty"};
  Fields fields;
  if (!split_fields(line, fields)) return TapeError{lines.name(), 1, 0, "too many columns"};
  Columns columns;
  columns.count = fields.count;
  for (u32 i = 0; i < fields.count; ++i) {
    const std::string_view name = fields.at[i];
    if (name == "event")
      columns.event = i;
    else if (name == "side")
      columns.side = i;
    else if (name.starts_with("price"))
      columns.price = i;
    else if (name.starts_with("qty"))
      columns.qty = i;
    else if (name == "seq")
      columns.seq = i;
  }
  for (const u32 place : {columns.event, columns.side, columns.price, columns.qty, columns.seq}) {
    if (place == kMaxTapeColumns) {
      return TapeError{lines.name(), 1, 0, "the header lacks one of event, side, price, qty, seq"};
    }
  }
  return columns;
}

TapeResult<Row> parse_row(const LineReader& lines, std::string_view line, const Columns& columns) {
  const auto wrong = [&lines](u32 index, const char* name, std::string_view found) {
    return TapeError{lines.name(), lines.number(), index + 1,
                     "(" + std::string(name) + "): " + quoted(found) + " is not valid here"};
  };
  Fields fields;
  if (!split_fields(line, fields) || fields.count != columns.count) {
    return TapeError{lines.name(), lines.number(), 0,
                     "expected " + std::to_string(columns.count) + " columns"};
  }
  Row row;
  const std::string_view event = fields.at[columns.event];
  if (event != "S" && event != "L" && event != "T") return wrong(columns.event, "event", event);
  row.event = event[0];
  const std::string_view side = fields.at[columns.side];
  if (side != "B" && side != "S") return wrong(columns.side, "side", side);
  row.side = side == "B" ? Side::bid : Side::ask;
  if (!parse_u64(fields.at[columns.price], row.price)) {
    return wrong(columns.price, "price", fields.at[columns.price]);
  }
  if (!parse_u64(fields.at[columns.qty], row.qty)) {
    return wrong(columns.qty, "qty", fields.at[columns.qty]);
  }
  if (!parse_u64(fields.at[columns.seq], row.seq)) {
    return wrong(columns.seq, "seq", fields.at[columns.seq]);
  }
  return row;
}

TapeResult<bool> for_each_row(const std::string& path,
                              const std::function<bool(const Row&)>& visit) {
  LineReader lines = GAVEL_TRY(open_lines(path));
  const Columns columns = GAVEL_TRY(read_header(lines));
  std::string_view line;
  while (GAVEL_TRY(lines.next(line))) {
    if (line.empty()) continue;
    if (!visit(GAVEL_TRY(parse_row(lines, line, columns)))) {
      return TapeError{path, lines.number(), 0, "the book has too many levels"};
    }
  }
  return true;
}

std::vector<BookLevel> sorted(const Levels& levels) {
  std::vector<BookLevel> out;
  for (auto it = levels.rbegin(); it != levels.rend(); ++it) {
    if (it->first.first == Side::bid) out.push_back({Side::bid, it->first.second, it->second});
  }
  for (const auto& [key, lots] : levels) {
    if (key.first == Side::ask) out.push_back({Side::ask, key.second, lots});
  }
  return out;
}

}  // namespace

TapeResult<std::vector<BookLevel>> read_l2_book(const std::string& path) {
  Levels levels;
  bool has_snapshot = false;
  u64 snapshot_seq = 0;
  GAVEL_TRY(for_each_row(path, [&](const Row& row) {
    if (row.event != 'S') return true;
    // A later snapshot replaces an earlier one.
    if (!has_snapshot || row.seq != snapshot_seq) levels.clear();
    has_snapshot = true;
    snapshot_seq = row.seq;
    if (row.qty > 0) levels[{row.side, row.price}] = row.qty;
    return levels.size() <= kMaxL2Levels;
  }));
  GAVEL_TRY(for_each_row(path, [&](const Row& row) {
    if (row.event != 'L' || (has_snapshot && row.seq <= snapshot_seq)) return true;
    if (row.qty > 0)
      levels[{row.side, row.price}] = row.qty;
    else
      levels.erase({row.side, row.price});
    return levels.size() <= kMaxL2Levels;
  }));
  return sorted(levels);
}

BookComparison compare_books(const std::vector<BookLevel>& expected,
                             const std::vector<BookLevel>& actual) {
  const auto as_map = [](const std::vector<BookLevel>& book) {
    Levels out;
    for (const BookLevel& level : book) out[{level.side, level.price}] += level.lots;
    return out;
  };
  const Levels want = as_map(expected);
  const Levels have = as_map(actual);
  BookComparison result;
  const auto differ = [&result](const auto& key, u64 got, u64 wanted) {
    if (result.differences.size() == kShownDifferences) return;
    result.differences.push_back(std::string(key.first == Side::bid ? "bid " : "ask ") +
                                 std::to_string(key.second) + ": " + std::to_string(got) +
                                 " instead of " + std::to_string(wanted));
  };
  result.expected = want.size();
  for (const auto& [key, lots] : want) {
    const auto found = have.find(key);
    if (found != have.end() && found->second == lots)
      ++result.equal;
    else
      differ(key, found == have.end() ? 0 : found->second, lots);
  }
  for (const auto& [key, lots] : have) {
    if (want.contains(key)) continue;
    ++result.extra;
    differ(key, lots, 0);
  }
  return result;
}

}  // namespace gavel::replay
