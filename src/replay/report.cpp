#include "replay/report.hpp"

#include <cstdio>

#include "replay/json_writer.hpp"

namespace gavel::replay {
namespace {

void write_comparison(JsonWriter& json, std::string_view key, const BookComparison& book) {
  json.begin_object(key);
  json.number("levels_expected", book.expected);
  json.number("levels_equal", book.equal);
  json.number("levels_extra", book.extra);
  json.begin_list("differences");
  for (const std::string& line : book.differences) json.text({}, line);
  json.end_list();
  json.end_object();
}

void write_verdicts(JsonWriter& json, const OutcomeCounts& outcome) {
  json.begin_object("tape_executions_unmatched_by_reason");
  for (u32 i = 1; i < kVerdictCount; ++i) {
    if (outcome.verdicts[i] == 0) continue;
    json.number(name_of(static_cast<ExecutionVerdict>(i)), outcome.verdicts[i]);
  }
  json.end_object();
}

void write_rejects(JsonWriter& json, const OutcomeCounts& outcome) {
  json.begin_object("rejects");
  for (u32 i = 1; i < exchange::kRejectCount; ++i) {
    if (outcome.rejects[i] == 0) continue;
    json.number(exchange::name_of(static_cast<exchange::Reject>(i)), outcome.rejects[i]);
  }
  json.end_object();
}

void write_translator(JsonWriter& json, const TranslatorCounts& counts) {
  json.begin_object("tape");
  json.number("messages", counts.messages);
  json.number("executions", counts.executions);
  json.number("hidden_executions", counts.hidden_executions);
  json.number("auction_crosses", counts.auction_crosses);
  json.number("halts", counts.halts);
  json.number("duplicate_adds", counts.duplicate_adds);
  json.number("rows_of_unknown_orders", counts.unknown_orders);
  json.number("informational_rows", counts.informational);
  json.number("older_orders_placed", counts.older_placed);
  json.number("older_orders_dropped", counts.older_dropped);
  json.number("older_rows_absorbed", counts.older_rows_absorbed);
  json.number("split_parts", counts.split_parts);
  json.number("settling_messages", counts.settled);
  json.number("self_trades_avoided", counts.self_trades_avoided);
  json.end_object();
}

void write_market(JsonWriter& json, const MarketReport& market) {
  json.begin_object();
  json.text("symbol", market.symbol);
  json.number("market", market.market);
  json.number("tick", market.survey.scale.tick);
  json.number("lot", market.survey.scale.lot);
  json.number("rows", market.survey.rows);
  json.number("rows_naming_older_orders", market.survey.rows_naming_older_orders);
  json.number("max_live_orders", market.survey.max_live_orders);
  json.number("busiest_100ms", market.survey.busiest_100ms);
  json.number("busiest_second", market.survey.busiest_second);
  json.number("accepted", market.outcome.accepted);
  json.number("rejected", market.outcome.rejected);
  json.number("fills", market.outcome.fills);
  json.number("oracle_mismatches", market.outcome.oracle_mismatches);
  json.number("tape_executions", market.outcome.executions);
  json.number("tape_executions_matched", market.outcome.matched());
  write_verdicts(json, market.outcome);
  write_translator(json, market.translator);
  json.number("price_reports", market.outcome.reports);
  json.number("price_reports_accepted", market.outcome.reports_accepted);
  if (!market.at_end.empty()) {
    json.begin_object("perpetual");
    for (const auto& [name, value] : market.at_end) json.text(name, value);
    json.end_object();
  }
  if (market.has_expected_book) write_comparison(json, "expected_book", market.expected_book);
  write_comparison(json, "oracle_book", market.oracle_book);
  json.begin_list("unmatched_executions");
  for (const UnmatchedExecution& row : market.outcome.unmatched) {
    json.begin_object();
    json.number("line", row.line);
    json.number("order_id", row.order_id);
    json.text("reason", name_of(row.verdict));
    json.end_object();
  }
  json.end_list();
  json.end_object();
}

void write_latency(JsonWriter& json, const LaneStats& traffic) {
  const auto ms = [](u64 ns) { return static_cast<double>(ns) / 1e6; };
  json.begin_object("answer_ms");
  json.fraction("p50", ms(traffic.answer_ns.p50()));
  json.fraction("p99", ms(traffic.answer_ns.p99()));
  json.fraction("max", ms(traffic.answer_ns.max()));
  json.end_object();
}

}  // namespace

u64 ReplayReport::book_levels_expected() const {
  u64 sum = 0;
  for (const MarketReport& market : markets) sum += market.expected_book.expected;
  return sum;
}

u64 ReplayReport::book_levels_equal() const {
  u64 sum = 0;
  for (const MarketReport& market : markets) sum += market.expected_book.equal;
  return sum;
}

bool ReplayReport::good() const {
  for (const MarketReport& market : markets) {
    if (market.has_expected_book && !market.expected_book.all_equal()) return false;
    if (market.outcome.reports_accepted != market.outcome.reports) return false;
  }
  return failure.empty() && traffic.unanswered == 0;
}

std::string to_json(const ReplayReport& report) {
  JsonWriter json;
  json.begin_object();
  json.number("messages", report.traffic.submitted);
  json.number("accepted", report.outcome.accepted);
  json.number("rejected", report.outcome.rejected);
  json.number("refused", report.traffic.refused);
  json.number("unanswered", report.traffic.unanswered);
  json.number("fills", report.outcome.fills);
  json.fraction("seconds", report.seconds);
  json.fraction("tps", report.tps);
  json.number("tape_executions", report.outcome.executions);
  json.number("tape_executions_matched", report.outcome.matched());
  json.number("book_levels_expected", report.book_levels_expected());
  json.number("book_levels_equal", report.book_levels_equal());
  json.text("state_root", report.state_root);
  json.text("verifier", report.verifier);
  json.text("failure", report.failure);
  json.number("accounts", report.accounts);
  json.number("connections", report.connections);
  json.fraction("sign_ahead_seconds", report.sign_ahead_seconds);
  json.number("busy_answers", report.traffic.busy);
  json.number("first_block", report.traffic.first_block);
  json.number("last_block", report.traffic.last_block);
  json.number("oracle_mismatches", report.outcome.oracle_mismatches);
  write_latency(json, report.traffic);
  write_rejects(json, report.outcome);
  json.begin_object("refusals");
  for (u32 i = 1; i < kRefusalCount; ++i) {
    if (report.traffic.refusals[i] == 0) continue;
    json.number(name_of_refusal(static_cast<u8>(i)), report.traffic.refusals[i]);
  }
  json.end_object();
  write_verdicts(json, report.outcome);
  json.begin_list("markets");
  for (const MarketReport& market : report.markets) write_market(json, market);
  json.end_list();
  json.end_object();
  return json.take() + "\n";
}

std::string summary(const ReplayReport& report) {
  std::array<char, 256> line{};
  std::string out;
  const auto say = [&](const char* format, auto... values) {
    std::snprintf(line.data(), line.size(), format, values...);
    out += line.data();
  };
  using Long = unsigned long long;
  say("%llu messages, %llu accepted, %llu rejected, %llu fills in %.1f s: %.0f transactions a "
      "second\n",
      Long{report.traffic.submitted}, Long{report.outcome.accepted}, Long{report.outcome.rejected},
      Long{report.outcome.fills}, report.seconds, report.tps);
  for (const MarketReport& market : report.markets) {
    say("%s: %llu of %llu tape executions name the same orders", market.symbol.c_str(),
        Long{market.outcome.matched()}, Long{market.outcome.executions});
    for (u32 i = 1; i < kVerdictCount; ++i) {
      if (market.outcome.verdicts[i] == 0) continue;
      out += ", " + std::to_string(market.outcome.verdicts[i]) + " " +
             std::string(name_of(static_cast<ExecutionVerdict>(i)));
    }
    if (market.has_expected_book) {
      say("; %llu of %llu expected book levels equal, %llu others",
          Long{market.expected_book.equal}, Long{market.expected_book.expected},
          Long{market.expected_book.extra});
    }
    say("; %llu of %llu levels as the naive book\n", Long{market.oracle_book.equal},
        Long{market.oracle_book.expected});
    if (market.outcome.reports == 0) continue;
    say("%s: %llu of %llu price reports accepted", market.symbol.c_str(),
        Long{market.outcome.reports_accepted}, Long{market.outcome.reports});
    for (const auto& [name, value] : market.at_end) out += "; " + name + " " + value;
    out += "\n";
  }
  if (!report.failure.empty()) out += "ended early: " + report.failure + "\n";
  return out;
}

}  // namespace gavel::replay
