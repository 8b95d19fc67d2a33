// ReplayReport: what a replay did, for people and as JSON for machines.
//
// What: counts over all markets and for each, how the tape's executions and the expected books
// compare, rates and latencies. state_root and verifier are filled in by whoever asks the node and
// runs the verifier.
#pragma once

#include <string>
#include <vector>

#include "replay/l2_book.hpp"
#include "replay/lane.hpp"
#include "replay/outcome_checker.hpp"
#include "replay/translator.hpp"

namespace gavel::replay {

// Names and values.
using MarketFigures = std::vector<std::pair<std::string, std::string>>;

struct MarketReport {
  std::string symbol;
  u32 market = 0;
  TapeSurvey survey;
  TranslatorCounts translator;
  OutcomeCounts outcome;
  bool has_expected_book = false;
  BookComparison expected_book;  // the exchange's book against the L2 file
  BookComparison oracle_book;    // the exchange's book against the naive book
  MarketFigures at_end;          // what the node says of a perpetual market
};

struct ReplayReport {
  u64 accounts = 0;
  u64 connections = 0;
  double sign_ahead_seconds = 0;  // before the first message is sent
  double seconds = 0;             // from the first message sent to the last answer
  double tps = 0;                 // executed messages a second
  LaneStats traffic;
  OutcomeCounts outcome;  // all markets
  std::vector<MarketReport> markets;
  std::string state_root;  // hex, or empty
  std::string verifier;    // its verdict, or empty
  std::string failure;     // why it ended early, or empty

  u64 book_levels_expected() const;
  u64 book_levels_equal() const;
  // Everything was answered, every price report was taken, every expected level is there and no
  // other.
  bool good() const;
};

// One JSON object, two spaces of indentation.
[[nodiscard]] std::string to_json(const ReplayReport& report);
// A few lines for a terminal.
[[nodiscard]] std::string summary(const ReplayReport& report);

}  // namespace gavel::replay
