#include "replay/translator.hpp"

#include <gtest/gtest.h>

#include "replay/tape_text_test.hpp"

namespace gavel::replay {
namespace {

constexpr TapeFormat kLobster = TapeFormat::lobster;
constexpr TapeFormat kOrders = TapeFormat::orders;

struct Translation {
  std::vector<Message> messages;
  TranslatorCounts counts;
  std::vector<BookLevel> levels;
  std::vector<ExecutionGroup::Row> lost;
};

Translation translate(const std::string& text, TapeFormat format, TranslatorOptions options = {}) {
  const TapeOpener open = tape_of(text, format);
  const auto first = open();
  const auto survey = survey_tape(**first, format, {1, 1});
  EXPECT_TRUE(survey.ok());
  auto second = open();
  TapeStream stream(std::move(*second), options, format, *survey);
  Translation out;
  while (*stream.next(out.messages)) {
  }
  out.counts = stream.translator().counts();
  out.levels = stream.translator().book().levels();
  out.lost = stream.translator().lost_executions();
  return out;
}

// "place 1 B 5@100", "ioc S 5@100 (1x3 2x2)", "cancel 1 (refused)", "settle ..." for messages made
// from executions.
std::string text_of(const Message& m) {
  std::string out = m.settles ? "settle " : "";
  const std::string at = std::to_string(m.lots) + "@" + std::to_string(m.price);
  const std::string side = m.side == Side::bid ? "B " : "S ";
  switch (m.kind) {
    case MessageKind::place:
      out += "place " + std::to_string(m.order_id) + " " + side + at;
      break;
    case MessageKind::ioc:
      out += "ioc " + side + at;
      break;
    case MessageKind::cancel:
      out += "cancel " + std::to_string(m.order_id);
      break;
    case MessageKind::reduce:
      out += "reduce " + std::to_string(m.order_id) + " to " + at;
      break;
    case MessageKind::margin:  // not a tape's
    case MessageKind::report:
      out += "no order";
      break;
  }
  if (!m.accepted) out += " (refused)";
  for (const Fill& fill : m.fills)
    out += " " + std::to_string(fill.maker) + "x" + std::to_string(fill.lots);
  return out;
}
std::vector<std::string> texts(const std::string& tape, TapeFormat format,
                               TranslatorOptions options = {}) {
  std::vector<std::string> out;
  for (const Message& m : translate(tape, format, options).messages) out.push_back(text_of(m));
  return out;
}
using Texts = std::vector<std::string>;

TEST(Translator, Orders) {
  EXPECT_EQ(texts("A 1 B 100 5;A 2 B 100 4;R 1 B 100 2;I 7 S 99 5;D 2 B 100 2", kOrders),
            (Texts{"place 1 B 5@100", "place 2 B 4@100", "reduce 1 to 3@100", "ioc S 5@99 1x3 2x2",
                   "cancel 2"}));
}

TEST(Translator, AReductionToNothingIsACancel) {
  EXPECT_EQ(texts("A 1 B 100 5;R 1 B 100 5", kOrders), (Texts{"place 1 B 5@100", "cancel 1"}));
  EXPECT_EQ(texts("A 1 B 100 5;R 1 B 100 9", kOrders), (Texts{"place 1 B 5@100", "cancel 1"}));
}

TEST(Translator, AReductionNeverRaises) {
  // The book has 1 lot left of order 1, the tape 3.
  EXPECT_EQ(texts("A 1 B 100 5;I 7 S 100 4;R 1 B 100 2", kOrders),
            (Texts{"place 1 B 5@100", "ioc S 4@100 1x4", "reduce 1 to 1@100"}));
}

TEST(Translator, WhatIsGoneIsStillAskedFor) {
  EXPECT_EQ(texts("A 1 B 100 5;I 7 S 100 5;R 1 B 100 1;D 1 B 100 4;D 9 B 100 1", kOrders),
            (Texts{"place 1 B 5@100", "ioc S 5@100 1x5", "reduce 1 to 4@100 (refused)",
                   "cancel 1 (refused)", "cancel 9 (refused)"}));
}

TEST(Translator, ExecutionsSettleWhatTheBookDidOtherwise) {
  // The tape traded 2, the book traded the older 1: 2's owner takes its order out; 1 stays as the
  // book has it.
  const Translation t = translate("A 1 B 100 5;A 2 B 100 5;I 7 S 100 5;E 2 B 100 5", kOrders);
  ASSERT_EQ(t.messages.size(), 4u);
  EXPECT_EQ(text_of(t.messages[3]), "settle cancel 2");
  EXPECT_EQ(t.messages[2].group->rows[0].predicted, ExecutionVerdict::other_order_first);
  EXPECT_EQ(t.counts.settled, 1u);
  EXPECT_EQ(texts("A 1 B 100 5;A 2 B 100 5;I 7 S 100 3;E 2 B 100 3", kOrders).back(),
            "settle reduce 2 to 2@100");
  EXPECT_EQ(
      texts("A 1 B 100 5;A 2 B 100 5;I 7 S 100 5;E 2 B 100 5", kOrders, {.settle = false}).size(),
      3u);
  EXPECT_EQ(texts("A 1 B 100 5;I 7 S 100 5;E 1 B 100 5", kOrders).size(), 2u);
}

TEST(Translator, LobsterExecutionsBecomeOneAggressor) {
  EXPECT_EQ(
      texts("A 1 S 101 5;A 2 S 102 5;@9 E 1 S 101 5;@9 H 0 S 101 7;@9 E 2 S 102 2;@10 E 2 S 102 1",
            kLobster),
      (Texts{"place 1 S 5@101", "place 2 S 5@102", "ioc B 7@102 1x5 2x2", "ioc B 1@102 2x1"}));
}

TEST(Translator, ExecutionsOfBothSidesAreTwoAggressors) {
  EXPECT_EQ(texts("A 1 S 101 5;A 2 B 100 5;@9 E 1 S 101 5;@9 E 2 B 100 2", kLobster),
            (Texts{"place 1 S 5@101", "place 2 B 5@100", "ioc B 5@101 1x5", "ioc S 2@100 2x2"}));
}

TEST(Translator, VerdictsSayWhy) {
  struct Case {
    const char* tape;
    ExecutionVerdict verdict;
  };
  const Case cases[] = {
      {"A 1 S 101 5;E 1 S 101 5", ExecutionVerdict::matched},
      {"A 1 S 101 5;A 2 S 101 5;E 2 S 101 5", ExecutionVerdict::other_order_first},
      {"A 1 S 100 5;A 2 S 101 5;E 2 S 101 5", ExecutionVerdict::better_price_on_book},
      {"A 1 S 101 5;A 3 B 101 5;E 1 S 101 5", ExecutionVerdict::already_gone},
  };
  for (const Case& c : cases) {
    const Translation t = translate(c.tape, kLobster);
    ASSERT_FALSE(t.messages.empty());
    const auto ioc = std::find_if(t.messages.begin(), t.messages.end(),
                                  [](const Message& m) { return m.kind == MessageKind::ioc; });
    ASSERT_NE(ioc, t.messages.end()) << c.tape;
    EXPECT_EQ(ioc->group->rows.at(0).predicted, c.verdict) << c.tape;
  }
}

TEST(Translator, RowsOfUnknownOrders) {
  // Numbers that do not rise tell nothing about 5, so its rows are only counted.
  const Translation t = translate(
      "A 9 S 101 5;A 3 S 101 5;A 2 S 101 5;D 5 S 101 1;E 5 S 101 2;E 9 S 101 5", kLobster);
  EXPECT_EQ(t.counts.unknown_orders, 2u);
  ASSERT_EQ(t.lost.size(), 1u);
  EXPECT_EQ(t.lost[0].predicted, ExecutionVerdict::older_than_window);
  EXPECT_EQ(text_of(t.messages.back()), "ioc B 5@101 9x5");
}

TEST(Translator, OlderOrdersStandWhereTheirNumberBelongs) {
  std::string tape = "A 10 S 101 5;";
  for (u32 id = 12; id < 50; ++id) tape += "A " + std::to_string(id) + " B 50 1;";
  // 11 is never added, yet executed before 12's younger neighbour at 101.
  tape += "A 50 S 101 5;A 5 S 101 2;E 5 S 101 2;E 10 S 101 5;E 11 S 101 3;";
  const Translation t = translate(tape, kLobster);
  EXPECT_EQ(text_of(t.messages[0]), "place 5 S 2@101");
  EXPECT_EQ(text_of(t.messages[2]), "place 11 S 3@101");
  EXPECT_EQ(t.counts.older_placed, 2u);
  EXPECT_EQ(t.counts.older_rows_absorbed, 1u);
  EXPECT_EQ(t.counts.settled, 0u);
  const std::size_t n = t.messages.size();
  EXPECT_EQ(text_of(t.messages[n - 3]), "ioc B 2@101 5x2");
  EXPECT_EQ(text_of(t.messages[n - 2]), "ioc B 5@101 10x5");
  EXPECT_EQ(text_of(t.messages[n - 1]), "ioc B 3@101 11x3");
}

TEST(Translator, AnOlderOrderThatWouldTradeIsDropped) {
  std::string tape;
  for (u32 id = 12; id < 50; ++id) tape += "A " + std::to_string(id) + " B 101 1;";
  const Translation t = translate(tape + "A 60 S 150 1;D 55 S 101 2;", kLobster);
  EXPECT_EQ(t.counts.older_dropped, 1u);
  EXPECT_EQ(t.counts.unknown_orders, 1u);
}

TEST(Translator, SizesThatTheBookReachedByTradingNeedNothing) {
  EXPECT_EQ(
      texts("A 1 S 101 5;A 2 B 101 3;M 1 S 101 2;D 2 B 101 0;M 1 S 101 1;D 1 S 101 0", kLobster),
      (Texts{"place 1 S 5@101", "place 2 B 3@101 1x3", "reduce 1 to 1@101", "cancel 1"}));
  EXPECT_EQ(texts("A 1 S 101 5;M 1 S 101 0", kLobster), (Texts{"place 1 S 5@101", "cancel 1"}));
}

TEST(Translator, DuplicateAddsAreCounted) {
  const Translation t = translate("A 1 S 101 5;A 1 S 102 5", kOrders);
  EXPECT_EQ(t.messages.size(), 1u);
  EXPECT_EQ(t.counts.duplicate_adds, 1u);
}

TEST(Translator, AnAggressorWithTooManyFillsGoesInParts) {
  std::string tape;
  for (u32 id = 1; id <= 5; ++id) tape += "A " + std::to_string(id) + " S 101 2;";
  const TranslatorOptions two{.max_fills = 2};
  const Texts immediate = texts(tape + "I 9 B 101 9", kOrders, two);
  EXPECT_EQ(Texts(immediate.begin() + 5, immediate.end()),
            (Texts{"ioc B 4@101 1x2 2x2", "ioc B 4@101 3x2 4x2", "ioc B 1@101 5x1"}));
  const Texts resting = texts(tape + "A 9 B 101 12", kOrders, two);
  EXPECT_EQ(Texts(resting.begin() + 5, resting.end()),
            (Texts{"ioc B 4@101 1x2 2x2", "ioc B 4@101 3x2 4x2", "place 9 B 4@101 5x2"}));
}

TEST(Translator, NobodyTradesWithThemselves) {
  std::string tape;
  for (u32 id = 1; id <= 30; ++id) tape += "A " + std::to_string(id) + " S 101 1;";
  for (u32 id = 31; id <= 60; ++id) tape += "I " + std::to_string(id) + " B 101 1;";
  const Translation t = translate(tape, kOrders, {.accounts = 2, .max_fills = 1});
  EXPECT_GT(t.counts.self_trades_avoided, 0u);
  for (const Message& m : t.messages) {
    for (const Fill& fill : m.fills) EXPECT_NE(fill.account, m.account);
  }
}

TEST(Translator, OrdersKeepTheirAccount) {
  const Translation t =
      translate("A 1 S 101 9;A 2 S 103 9;R 1 S 101 3;D 1 S 101 6;D 2 S 103 9", kOrders);
  EXPECT_EQ(t.messages[2].account, t.messages[0].account);
  EXPECT_EQ(t.messages[3].account, t.messages[0].account);
  EXPECT_EQ(t.messages[4].account, t.messages[1].account);
}

TEST(TapePlan, AddsUpWhatAccountsNeed) {
  const auto plan =
      plan_tape(tape_of("A 1 B 100 5;A 2 S 120 4;I 3 B 110 2;D 1 B 100 5", kOrders), kOrders, {});
  ASSERT_TRUE(plan.ok());
  u64 base = 0;
  u64 quote = 0;
  for (const AccountNeed& need : plan->needs) {
    base += need.base_lots;
    quote += need.quote_tick_lots;
  }
  // One tick is 10 here.
  EXPECT_EQ(plan->survey.scale.tick, 10u);
  EXPECT_EQ(base, 4u);
  EXPECT_EQ(quote, 10u * 5 + 11 * 2);
  EXPECT_EQ(plan->messages, 4u);
}

}  // namespace
}  // namespace gavel::replay
