// Translator: from a tape's events to messages for the exchange.
//
// What: one market's events in, messages out, in the order in which they must be executed. It keeps
// two views: what the tape says is left of each of its orders, and a naive book that executes the
// same messages.
//   add         a good-till-cancelled limit order
//   delete      a cancel by client id
//   reduce      a modify by client id, down to what the tape says is left (a cancel if nothing is)
//   remaining   the same with the size given; nothing to do if the order traded down to it
//   ioc         an immediate-or-cancel order with its own side and limit
//   execution   format lobster: consecutive executions of one time and side become one
//   immediate-or-cancel order on the other side,
//               at the worst of their prices; format orders: belongs to the ioc before it
// After an aggressor, an order that the tape executed further than the book did is brought down to
// what the tape says is left (`settle`): the tape's venue had traded it against something that the
// tape does not show. An aggressor with more fills than one transaction may have is sent in parts.
// Orders that the survey found to be older than their first row are placed where their number
// belongs, unless they would trade there. Accounts: an order's account is a hash of its number,
// moved on past the accounts that it would trade with. Invariant: if the exchange executes the
// messages in order, its book equals book() after each, whatever the tape holds.
#pragma once

#include <array>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "replay/message.hpp"
#include "replay/tape_survey.hpp"

namespace gavel::replay {

struct TranslatorOptions {
  u32 accounts =
      10'000;  // at least 1; more than max_fills so that no order trades with its own account
  u64 seed = 1;
  u32 max_fills = 64;  // of one transaction
  bool settle = true;
};

// Rows that gave no message of their own, by reason, and other remarkable ones.
struct TranslatorCounts {
  u64 messages = 0;
  u64 executions = 0;         // rows
  u64 hidden_executions = 0;  // no effect on the visible book
  u64 auction_crosses = 0;
  u64 halts = 0;
  u64 duplicate_adds = 0;       // of an order that is still open
  u64 unknown_orders = 0;       // rows of an order never added, and not placed as an older one
  u64 informational = 0;        // deletions and sizes that the book had reached by trading
  u64 older_placed = 0;         // orders placed where their number belongs
  u64 older_rows_absorbed = 0;  // add rows of orders that had been so placed
  u64 older_dropped = 0;        // would have traded there, or were named too early
  u64 split_parts = 0;          // additional messages of aggressors with too many fills
  u64 settled = 0;              // messages that bring an order down to the tape
  u64 self_trades_avoided = 0;  // orders given to another account than their hash's
};

class Translator {
 public:
  // `survey` must be of the tape that is given to take().
  Translator(TranslatorOptions options, TapeFormat format, TapeSurvey survey);

  // Appends the messages that can be made after this event; an aggressor waits for the event after
  // its executions.
  void take(const TapeEvent& event, std::vector<Message>& out);
  // The end of the tape: appends what waited.
  void finish(std::vector<Message>& out);

  const NaiveBook& book() const { return book_; }
  const TranslatorCounts& counts() const { return counts_; }
  const TapeScale& scale() const { return scale_; }
  // Executions of orders older than the window that no message stands for.
  const std::vector<ExecutionGroup::Row>& lost_executions() const { return lost_; }

 private:
  struct TapeOrder {
    u64 lots = 0;  // left, as the tape says
    u64 price = 0;
    u32 account = 0;
    Side side = Side::bid;
  };
  struct OpenGroup {
    TapeEvent first;
    bool has_ioc = false;
    std::vector<TapeEvent> executions;
  };

  void add(const TapeEvent& event, std::vector<Message>& out);
  void remove(const TapeEvent& event, std::vector<Message>& out);
  void shrink(const TapeEvent& event, std::vector<Message>& out);
  void execution(const TapeEvent& event);
  bool extends_group(const TapeEvent& event) const;
  void close_group(std::vector<Message>& out);
  void settle(u64 order_id, std::vector<Message>& out);
  void place_older(u64 below_id, std::vector<Message>& out);
  void place(const TapeEvent& event, MessageKind kind, u64 price, u64 lots,
             const std::shared_ptr<ExecutionGroup>& group, std::vector<Message>& out);
  void cancel(u64 order_id, u32 account, const TapeEvent& event, bool settles,
              std::vector<Message>& out);
  void reduce(u64 order_id, const TapeOrder& order, const TapeEvent& event, bool settles,
              std::vector<Message>& out);
  Message message(MessageKind kind, const TapeEvent& event, u32 account) const;
  u32 account_of(u64 number) const;
  u32 account_for(u64 number, const std::vector<Fill>& fills);
  std::shared_ptr<ExecutionGroup> make_group(Side aggressor, std::vector<u64>& lots_before);

  TranslatorOptions options_;
  bool synthesise_;       // aggressors from executions
  bool reports_fills_;    // the tape tells sizes after fills, so a deletion may be one
  bool forgive_unknown_;  // rows of unknown orders are sent and rejected (format orders)
  TapeScale scale_;
  std::vector<OlderOrder> older_;
  std::size_t next_older_ = 0;
  std::unordered_set<u64> older_passed_;
  std::unordered_set<u64> older_placed_;
  u64 highest_id_ = 0;
  std::unordered_map<u64, TapeOrder> tape_;
  NaiveBook book_;
  OpenGroup group_;
  bool group_open_ = false;
  TapeEvent last_;
  std::vector<Fill> preview_;
  TranslatorCounts counts_;
  std::vector<ExecutionGroup::Row> lost_;
};

}  // namespace gavel::replay
