#include "replay/message.hpp"

#include <algorithm>

namespace gavel::replay {

std::string_view name_of(ExecutionVerdict verdict) {
  switch (verdict) {
    case ExecutionVerdict::matched:
      return "matched";
    case ExecutionVerdict::older_than_window:
      return "older_than_window";
    case ExecutionVerdict::better_price_on_book:
      return "better_price_on_book";
    case ExecutionVerdict::other_order_first:
      return "other_order_first";
    case ExecutionVerdict::already_gone:
      return "already_gone";
    case ExecutionVerdict::split_differs:
      return "split_differs";
    case ExecutionVerdict::rejected:
      return "rejected";
    case ExecutionVerdict::differs_from_oracle:
      return "differs_from_oracle";
  }
  return "unknown";
}

u64 lots_of(const std::vector<Fill>& fills, u64 order_id) {
  u64 lots = 0;
  for (const Fill& fill : fills) lots += fill.maker == order_id ? fill.lots : 0;
  return lots;
}

u64 lots_of(const std::vector<ExecutionGroup::Row>& rows, u64 order_id) {
  u64 lots = 0;
  for (const auto& row : rows) lots += row.order_id == order_id ? row.lots : 0;
  return lots;
}

bool row_matches(const ExecutionGroup& group, const ExecutionGroup::Row& row,
                 const std::vector<Fill>& fills) {
  return lots_of(fills, row.order_id) == lots_of(group.rows, row.order_id);
}

void predict_verdicts(ExecutionGroup& group, Side aggressor, const std::vector<Fill>& fills,
                      const std::vector<u64>& lots_before) {
  const auto named = [&group](const Fill& fill) {
    return std::any_of(group.rows.begin(), group.rows.end(),
                       [&fill](const auto& row) { return row.order_id == fill.maker; });
  };
  for (std::size_t i = 0; i < group.rows.size(); ++i) {
    ExecutionGroup::Row& row = group.rows[i];
    if (row.predicted == ExecutionVerdict::older_than_window || row_matches(group, row, fills))
      continue;
    bool better = false;
    bool other = false;
    for (const Fill& fill : fills) {
      if (named(fill)) continue;
      better |= aggressor == Side::bid ? fill.price < row.price : fill.price > row.price;
      other |= fill.price == row.price;
    }
    if (lots_before[i] < lots_of(group.rows, row.order_id))
      row.predicted = ExecutionVerdict::already_gone;
    else if (better)
      row.predicted = ExecutionVerdict::better_price_on_book;
    else if (other)
      row.predicted = ExecutionVerdict::other_order_first;
    else
      row.predicted = ExecutionVerdict::split_differs;
  }
}

}  // namespace gavel::replay
