// The replay: tapes through a node's gateway as signed accounts, and what came of it.
//
// What: run_replay plans each tape, asks its Venue for markets and funded accounts, signs and
// sends, checks every answer, then compares the final books. run_direct gives a tape's messages to
// code in this process instead, for tests and benchmarks. Why a Venue: markets, deposits and
// queries are L1's and the node's business; the caller wires them (apps/), tests fake them.
// Invariant: each market has its own accounts, and with one connection a market the node executes
// the tape's order. In a perpetual market the same connection first moves every account's
// collateral into margin, and carries the oracles' reports at their own times among the orders.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "replay/report.hpp"
#include "replay/tape_stream.hpp"

namespace gavel::replay {

template <class T>
using ReplayResult = base::Result<T, std::string>;  // the error is one line for people

// What a perpetual market must carry for a tape, in ticks and lots.
struct PerpetualRequest {
  u64 max_price_ticks = 0;
  u64 max_position_lots = 0;  // bounded by what the rules allow at that price
};

struct MarketRequest {
  std::string symbol;
  TapeSurvey survey;  // tick, lot and the largest price and size, in the tape's units
  std::optional<PerpetualRequest> perpetual;
};

// What one account must own at least: lots and ticks * lots of its market; in a perpetual market
// units of collateral (where a tick and lot is one unit).
struct Funding {
  Address owner;
  u32 market = 0;
  AccountNeed need;
};

class Venue {
 public:
  virtual ~Venue() = default;
  // The index of an active market with min_lots 1 and max_lots of at least max_qty / lot; made if
  // there is none.
  [[nodiscard]] virtual ReplayResult<u32> open_market(const MarketRequest& request) = 0;
  // One ACCOUNT of each owner, credited with base_lots * base_per_lot and quote_tick_lots *
  // quote_per_tick_lot; their indexes in the same order. Returns when the node has credited all.
  [[nodiscard]] virtual ReplayResult<std::vector<u32>> open_accounts(
      std::span<const Funding> funding) = 0;
  // An account each, which are the oracle set with this quorum when open_accounts() returns, which
  // is called after it; their indexes in the same order.
  [[nodiscard]] virtual ReplayResult<std::vector<u32>> open_oracles(std::span<const Address>, u32) {
    return std::string("there are no perpetual markets here");
  }
  // What the node says of a perpetual market, name and value.
  [[nodiscard]] virtual ReplayResult<MarketFigures> figures(u32) { return MarketFigures{}; }
  // The market's levels in ticks and lots, as of the last result that the node has sent.
  [[nodiscard]] virtual ReplayResult<std::vector<BookLevel>> book(u32 market) = 0;
};

struct MarketInput {
  std::string symbol;
  TapeFormat format = TapeFormat::orders;
  TapeOpener open;
  TapeScale fixed{};                         // zeros: derived
  std::optional<std::string> expected_book;  // path of an L2 file
  bool perpetual = false;
  // Of what the oracles report, with the decimals of the tape's unit; without it they report the
  // middle of the book that the tape makes.
  std::optional<std::string> price_path{};
  u32 price_decimals = 2;
};

inline constexpr u32 kWholeValuePpm = 1'000'000;

struct ReplayOptions {
  std::string host = "127.0.0.1";
  u16 port = 0;
  u32 accounts = 10'000;  // over all markets; at least 128 a market
  Hash32 key_seed{};      // of the accounts' keys; as secret as what they own
  u64 seed = 1;           // of the orders' distribution over accounts
  // No order of theirs can rest from an earlier run, so client ids are the tape's numbers alone:
  // shorter rows.
  bool fresh_accounts = false;
  Speed speed{};
  u32 connections_per_market =
      1;  // more: throughput rather than the tape's order; predictions are not checked
  u32 signing_threads = 1;
  bool sign_ahead = false;  // everything before the first message is sent
  bool settle = true;
  u32 oracles = 3;  // of the perpetual markets; the quorum is the smallest majority
  // Of perpetual markets, in millionths of the value of all orders of an account. Below the whole
  // of it orders may be rejected and positions liquidated: predictions are not checked.
  u32 collateral_ppm = kWholeValuePpm;
  u64 window = 8'192;
  u32 max_fills = 64;
  u64 stall_timeout_ns = 30'000'000'000;
};

// Outlives the run; any thread may read progress and set stop.
struct ReplayControl {
  ReplayProgress progress;
  std::atomic<bool> stop{false};
  // Told what is being done, in a few words.
  std::function<void(const std::string&)> say;
};

// The key of the i-th member of the oracle set.
[[nodiscard]] crypto::KeyPair oracle_key(const ReplayOptions& options, u32 i);

// An error means that nothing was sent; what goes wrong later is in the report's `failure`.
[[nodiscard]] ReplayResult<ReplayReport> run_replay(const ReplayOptions& options,
                                                    std::span<const MarketInput> markets,
                                                    Venue& venue, io::Clock& clock,
                                                    ReplayControl& control);

// What an engine in this process did with one message; makers by the tape's order ids.
struct DirectOutcome {
  exchange::Reject result = exchange::Reject::ok;
  std::vector<Fill> fills;
};
using DirectEngine = std::function<DirectOutcome(const Message&)>;

// Gives each message of the tape to the engine, in order. The report has counts, executions and
// rates, no books.
[[nodiscard]] TapeResult<MarketReport> run_direct(const TapeOpener& open, TapeFormat format,
                                                  const TranslatorOptions& options,
                                                  const DirectEngine& engine, TapeScale fixed = {});

}  // namespace gavel::replay
