// Message: one thing that a replayed tape asks the exchange to do, and what should come of it.
//
// What: prices in ticks, sizes in lots, orders by the tape's own numbers, accounts by slot (0 ..
// accounts - 1 of this replay). The prediction is the naive book's; the execution group is the
// tape's own account of the same moment.
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "replay/naive_book.hpp"

namespace gavel::replay {

enum class MessageKind : u8 {
  place,   // good till cancelled
  ioc,     // immediate or cancel
  cancel,  // by client id
  reduce,  // modify by client id to fewer lots at the same price
  margin,  // `lots` units of collateral into the account's margin
  report,  // `price` by the oracle set's member `account`; signed when it is sent
};
// An order or something about one; the others are what a perpetual market needs beside them.
constexpr bool is_order_flow(MessageKind kind) {
  return kind != MessageKind::margin && kind != MessageKind::report;
}

// Why an execution of the tape was not repeated by the exchange.
enum class ExecutionVerdict : u8 {
  matched,               // the fills name the order, with the same size
  older_than_window,     // the tape names an order that it never added
  better_price_on_book,  // the exchange's book held a better price than the tape executed at
  other_order_first,     // an older order at the same price, which the tape passed over
  already_gone,          // an earlier difference had taken the order, or part of it
  split_differs,         // the right orders, but other sizes
  rejected,              // the exchange rejected or never answered the aggressor
  differs_from_oracle,   // the naive book matches the tape here, the exchange does not
};
inline constexpr u32 kVerdictCount = 8;
[[nodiscard]] std::string_view name_of(ExecutionVerdict verdict);

// Executions of one aggressor, and the fills of the messages that stand for it.
struct ExecutionGroup {
  struct Row {
    u64 line = 0;
    u64 order_id = 0;
    u64 price = 0;  // ticks
    u64 lots = 0;
    ExecutionVerdict predicted = ExecutionVerdict::matched;
  };
  std::vector<Row> rows;
  std::vector<Fill> fills;  // by the exchange, as results arrive
  u32 messages_left = 0;
};

struct Message {
  u64 ts_ns = 0;
  u64 line = 0;
  u64 order_id = 0;  // the tape's; the line for an immediate order made up for executions
  u64 price = 0;     // ticks
  u64 lots = 0;
  u32 account = 0;
  MessageKind kind = MessageKind::place;
  Side side = Side::bid;
  bool settles = false;     // brings an order down to what the tape says is left of it
  bool accepted = true;     // predicted
  std::vector<Fill> fills;  // predicted
  std::shared_ptr<ExecutionGroup> group;  // of an aggressor that the tape has executions for
};

// Lots that the fills, or the rows, give one order.
[[nodiscard]] u64 lots_of(const std::vector<Fill>& fills, u64 order_id);
[[nodiscard]] u64 lots_of(const std::vector<ExecutionGroup::Row>& rows, u64 order_id);

// Whether the fills took from the row's order what all of the group's rows say. O(rows + fills).
[[nodiscard]] bool row_matches(const ExecutionGroup& group, const ExecutionGroup::Row& row,
                               const std::vector<Fill>& fills);

// Sets each row's predicted verdict from the naive book's fills. lots_before[i]: what stood in the
// book of row i's order before.
void predict_verdicts(ExecutionGroup& group, Side aggressor, const std::vector<Fill>& fills,
                      const std::vector<u64>& lots_before);

}  // namespace gavel::replay
