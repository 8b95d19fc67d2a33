#include "replay/outcome_checker.hpp"

#include <gtest/gtest.h>

namespace gavel::replay {
namespace {

using exchange::Reject;

Message place(u64 id, u64 lots) {
  Message m;
  m.order_id = id;
  m.price = 100;
  m.lots = lots;
  return m;
}

Message ioc(u64 lots, std::vector<Fill> predicted, std::vector<ExecutionGroup::Row> rows) {
  Message m = place(0, lots);
  m.kind = MessageKind::ioc;
  m.fills = std::move(predicted);
  if (!rows.empty()) {
    m.group = std::make_shared<ExecutionGroup>();
    m.group->rows = std::move(rows);
    m.group->messages_left = 1;
  }
  return m;
}

stf::Receipt rested(u64 exchange_id, u64 lots) {
  stf::Receipt receipt;
  receipt.order_id = exchange_id;
  receipt.resting_lots = lots;
  return receipt;
}

stf::Receipt filled(std::initializer_list<std::pair<u64, u64>> makers) {
  stf::Receipt receipt;
  for (const auto& [id, lots] : makers) {
    stf::Event event;
    event.maker_order_id = id;
    event.price_ticks = 100;
    event.lots = lots;
    receipt.events.push_back(event);
    receipt.filled_lots += lots;
  }
  return receipt;
}

u64 verdicts(const OutcomeChecker& checker, ExecutionVerdict verdict) {
  return checker.counts().verdicts[static_cast<u32>(verdict)];
}

TEST(OutcomeChecker, NamesMakersByTheTapesNumbers) {
  OutcomeChecker checker(true);
  checker.take(place(7, 5), rested(7'001, 5));
  checker.take(place(8, 5), rested(7'002, 5));
  checker.take(ioc(6, {{7, 0, 100, 5}, {8, 0, 100, 1}}, {{1, 7, 100, 5}, {2, 8, 100, 1}}),
               filled({{7'001, 5}, {7'002, 1}}));
  EXPECT_EQ(checker.counts().oracle_mismatches, 0u);
  EXPECT_EQ(checker.counts().matched(), 2u);
  EXPECT_EQ(checker.counts().fills, 2u);
  EXPECT_EQ(checker.counts().filled_lots, 6u);
}

TEST(OutcomeChecker, AnotherMakerIsAMismatch) {
  OutcomeChecker checker(true);
  checker.take(place(7, 5), rested(7'001, 5));
  checker.take(place(8, 5), rested(7'002, 5));
  checker.take(ioc(5, {{7, 0, 100, 5}}, {{3, 7, 100, 5}}), filled({{7'002, 5}}));
  EXPECT_EQ(checker.counts().oracle_mismatches, 1u);
  EXPECT_EQ(verdicts(checker, ExecutionVerdict::differs_from_oracle), 1u);
  EXPECT_EQ(checker.counts().unmatched,
            (std::vector<UnmatchedExecution>{{3, 7, ExecutionVerdict::differs_from_oracle}}));
}

TEST(OutcomeChecker, PredictedReasonsStandUnlessTheExchangeMatched) {
  OutcomeChecker checker(true);
  checker.take(place(7, 5), rested(7'001, 5));
  checker.take(ioc(2, {{7, 0, 100, 2}}, {{3, 9, 100, 2, ExecutionVerdict::other_order_first}}),
               filled({{7'001, 2}}));
  EXPECT_EQ(verdicts(checker, ExecutionVerdict::other_order_first), 1u);
  checker.take(ioc(2, {}, {{4, 7, 100, 2, ExecutionVerdict::other_order_first}}),
               filled({{7'001, 2}}));
  EXPECT_EQ(checker.counts().matched(), 1u);
}

TEST(OutcomeChecker, RejectionsAreCountedByName) {
  OutcomeChecker checker(true);
  stf::Receipt receipt;
  receipt.result = Reject::insufficient_balance;
  checker.take(ioc(2, {{7, 0, 100, 2}}, {{4, 7, 100, 2}}), receipt);
  EXPECT_EQ(checker.counts().rejected, 1u);
  EXPECT_EQ(checker.counts().rejects[static_cast<u32>(Reject::insufficient_balance)], 1u);
  EXPECT_EQ(checker.counts().oracle_mismatches, 1u);
  EXPECT_EQ(verdicts(checker, ExecutionVerdict::rejected), 1u);
}

TEST(OutcomeChecker, APredictedRejectionIsNoMismatch) {
  OutcomeChecker checker(true);
  Message cancel = place(7, 0);
  cancel.kind = MessageKind::cancel;
  cancel.accepted = false;
  stf::Receipt receipt;
  receipt.result = Reject::unknown_client_id;
  checker.take(cancel, receipt);
  EXPECT_EQ(checker.counts().oracle_mismatches, 0u);
  EXPECT_EQ(checker.counts().rejected, 1u);
}

TEST(OutcomeChecker, GroupsWaitForTheirLastMessage) {
  OutcomeChecker checker(true);
  checker.take(place(7, 5), rested(7'001, 5));
  Message first = ioc(2, {{7, 0, 100, 2}}, {{4, 7, 100, 5}});
  first.group->messages_left = 2;
  Message second = first;
  second.fills = {{7, 0, 100, 3}};
  checker.take(first, filled({{7'001, 2}}));
  EXPECT_EQ(checker.counts().executions, 0u);
  checker.take(second, filled({{7'001, 3}}));
  EXPECT_EQ(checker.counts().executions, 1u);
  EXPECT_EQ(checker.counts().matched(), 1u);
}

TEST(OutcomeChecker, WhatWasNeverExecutedIsNoMatch) {
  OutcomeChecker checker(true);
  checker.give_up(ioc(2, {{7, 0, 100, 2}}, {{4, 7, 100, 2}}));
  checker.take_lost({{5, 9, 100, 1, ExecutionVerdict::older_than_window}});
  EXPECT_EQ(verdicts(checker, ExecutionVerdict::rejected), 1u);
  EXPECT_EQ(verdicts(checker, ExecutionVerdict::older_than_window), 1u);
}

TEST(OutcomeChecker, ReducedOrdersKeepTheirName) {
  OutcomeChecker checker(true);
  checker.take(place(7, 5), rested(7'001, 5));
  Message reduce = place(7, 3);
  reduce.kind = MessageKind::reduce;
  checker.take(reduce, rested(7'001, 3));
  checker.take(ioc(3, {{7, 0, 100, 3}}, {}), filled({{7'001, 3}}));
  EXPECT_EQ(checker.counts().oracle_mismatches, 0u);
}

TEST(OutcomeChecker, OnlyStrictOnesComparePredictions) {
  OutcomeChecker checker(false);
  checker.take(ioc(3, {{7, 0, 100, 3}}, {}), filled({}));
  EXPECT_EQ(checker.counts().oracle_mismatches, 0u);
}

}  // namespace
}  // namespace gavel::replay
