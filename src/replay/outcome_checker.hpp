// OutcomeChecker: what the exchange did, held against what the naive book predicted and what the
// tape recorded.
//
// What: takes each message's receipt in the order of execution, counts, translates makers' exchange
// ids into the tape's numbers, and judges the tape's executions. Invariant: every execution row of
// a tape that was sent whole gets exactly one verdict, when its last message is answered or given
// up. `strict`: messages of a market are executed in the tape's order, so predictions hold;
// otherwise only counts are kept.
#pragma once

#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "exchange/reject.hpp"
#include "replay/message.hpp"
#include "stf/receipt.hpp"

namespace gavel::replay {

// An execution of the tape that the exchange did not repeat, and why.
struct UnmatchedExecution {
  u64 line = 0;
  u64 order_id = 0;
  ExecutionVerdict verdict{};

  friend bool operator==(const UnmatchedExecution&, const UnmatchedExecution&) = default;
};
inline constexpr u64 kMaxListedExecutions = 10'000;

struct OutcomeCounts {
  u64 accepted = 0;
  u64 rejected = 0;
  std::array<u64, exchange::kRejectCount> rejects{};
  u64 fills = 0;
  u64 filled_lots = 0;
  u64 reports = 0;  // of prices, by oracles
  u64 reports_accepted = 0;
  u64 oracle_mismatches = 0;  // messages that did not do what the naive book predicted
  u64 executions = 0;         // rows judged
  std::array<u64, kVerdictCount> verdicts{};
  std::vector<UnmatchedExecution> unmatched;  // the first kMaxListedExecutions

  void add(const OutcomeCounts& other);
  u64 matched() const { return verdicts[static_cast<u32>(ExecutionVerdict::matched)]; }
};

class OutcomeChecker {
 public:
  explicit OutcomeChecker(bool strict) : strict_(strict) {}

  // The message was executed.
  void take(const Message& message, const stf::Receipt& receipt);
  // The same when makers are already the tape's numbers, without a receipt.
  void take(const Message& message, exchange::Reject result, const std::vector<Fill>& fills);
  // The message was never executed.
  void give_up(const Message& message);
  // Executions for which there is no message.
  void take_lost(const std::vector<ExecutionGroup::Row>& rows);

  const OutcomeCounts& counts() const { return counts_; }

 private:
  struct Resting {
    u64 tape_id = 0;
    u64 lots = 0;
  };
  void close(ExecutionGroup& group);
  void judge(u64 line, u64 order_id, ExecutionVerdict verdict);

  bool strict_;
  std::unordered_map<u64, Resting> resting_;  // by the exchange's order id
  OutcomeCounts counts_;
};

}  // namespace gavel::replay
