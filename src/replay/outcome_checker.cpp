#include "replay/outcome_checker.hpp"

#include <algorithm>

namespace gavel::replay {
namespace {

bool same_fills(const std::vector<Fill>& a, const std::vector<Fill>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Fill& x, const Fill& y) {
    return x.maker == y.maker && x.price == y.price && x.lots == y.lots;
  });
}

}  // namespace

void OutcomeCounts::add(const OutcomeCounts& other) {
  accepted += other.accepted;
  rejected += other.rejected;
  for (u32 i = 0; i < exchange::kRejectCount; ++i) rejects[i] += other.rejects[i];
  fills += other.fills;
  filled_lots += other.filled_lots;
  oracle_mismatches += other.oracle_mismatches;
  reports += other.reports;
  reports_accepted += other.reports_accepted;
  executions += other.executions;
  for (u32 i = 0; i < kVerdictCount; ++i) verdicts[i] += other.verdicts[i];
  for (const UnmatchedExecution& row : other.unmatched) {
    if (unmatched.size() < kMaxListedExecutions) unmatched.push_back(row);
  }
}

void OutcomeChecker::take(const Message& message, const stf::Receipt& receipt) {
  std::vector<Fill> fills;
  for (const stf::Event& event : receipt.events) {
    const auto found = resting_.find(event.maker_order_id);
    const u64 tape_id = found == resting_.end() ? 0 : found->second.tape_id;
    if (event.kind == stf::Event::Kind::fill) {
      fills.push_back({tape_id, 0, event.price_ticks, event.lots});
    }
    if (found == resting_.end()) continue;
    found->second.lots -= std::min(found->second.lots, event.lots);
    if (found->second.lots == 0 || event.kind != stf::Event::Kind::fill) resting_.erase(found);
  }
  take(message, receipt.result, fills);
  if (message.kind == MessageKind::report) {
    ++counts_.reports;
    if (receipt.result == exchange::Reject::ok) ++counts_.reports_accepted;
  }
  if (receipt.result != exchange::Reject::ok || !is_order_flow(message.kind)) return;
  if (message.kind == MessageKind::cancel) {
    resting_.erase(receipt.order_id);
  } else if (message.kind == MessageKind::reduce) {
    resting_[receipt.order_id] = {message.order_id, message.lots};
  } else if (receipt.resting_lots > 0) {
    resting_[receipt.order_id] = {message.order_id, receipt.resting_lots};
  }
}

void OutcomeChecker::take(const Message& message, exchange::Reject result,
                          const std::vector<Fill>& fills) {
  const bool ok = result == exchange::Reject::ok;
  ++(ok ? counts_.accepted : counts_.rejected);
  const u32 code = static_cast<u32>(result);
  if (!ok && code < exchange::kRejectCount) ++counts_.rejects[code];
  counts_.fills += fills.size();
  for (const Fill& fill : fills) counts_.filled_lots += fill.lots;
  if (strict_ && (ok != message.accepted || !same_fills(fills, message.fills))) {
    ++counts_.oracle_mismatches;
  }
  if (message.group == nullptr) return;
  ExecutionGroup& group = *message.group;
  group.fills.insert(group.fills.end(), fills.begin(), fills.end());
  if (--group.messages_left == 0) close(group);
}

void OutcomeChecker::give_up(const Message& message) {
  if (message.group != nullptr && --message.group->messages_left == 0) close(*message.group);
}

void OutcomeChecker::close(ExecutionGroup& group) {
  for (const ExecutionGroup::Row& row : group.rows) {
    ExecutionVerdict verdict = row.predicted;
    if (row_matches(group, row, group.fills)) {
      verdict = ExecutionVerdict::matched;
    } else if (verdict == ExecutionVerdict::matched) {
      verdict =
          group.fills.empty() ? ExecutionVerdict::rejected : ExecutionVerdict::differs_from_oracle;
    }
    judge(row.line, row.order_id, verdict);
  }
}

void OutcomeChecker::take_lost(const std::vector<ExecutionGroup::Row>& rows) {
  for (const ExecutionGroup::Row& row : rows) {
    judge(row.line, row.order_id,
          row.predicted == ExecutionVerdict::matched ? ExecutionVerdict::rejected : row.predicted);
  }
}

void OutcomeChecker::judge(u64 line, u64 order_id, ExecutionVerdict verdict) {
  ++counts_.executions;
  ++counts_.verdicts[static_cast<u32>(verdict)];
  if (verdict == ExecutionVerdict::matched || counts_.unmatched.size() >= kMaxListedExecutions)
    return;
  counts_.unmatched.push_back({line, order_id, verdict});
}

}  // namespace gavel::replay
