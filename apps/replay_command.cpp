// gavel replay: recorded order flow through a node's gateway as signed accounts, on a devnet of its
// own.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>

#include "command.hpp"
#include "exchange_session.hpp"
#include "keeper_process.hpp"
#include "key_file.hpp"
#include "live_line.hpp"
#include "replay/generator.hpp"
#include "replay/tape_columns.hpp"

namespace gavel::apps {

namespace {

struct Options {
  std::string format = "orders";
  std::vector<std::string> markets;
  std::vector<std::string> expected;
  std::vector<std::string> scales;
  std::string speed = "max";
  std::string report;
  std::string data = "local";
  u32 accounts = 10'000;
  u64 seed = 1;
  u32 connections = 1;
  u32 signing_threads = 1;
  u64 window = 8'192;
  bool no_verify = false;
  bool no_settle = false;
  bool sign_ahead = false;
  bool keep = false;
  std::vector<std::string> generated;
  u64 generator_seed = 1;
  bool perpetual = false;
  std::vector<std::string> prices;
  u32 price_decimals = 2;
  u32 oracles = 3;
  u32 collateral_ppm = replay::kWholeValuePpm;
};

struct Pair {
  std::string name;
  std::string value;
};
AppResult<Pair> split(const std::string& text, const char* option, const char* form) {
  const std::size_t at = text.find('=');
  if (at == 0 || at == std::string::npos || at + 1 == text.size()) {
    return fmt::format("{} takes {}, not {}", option, form, text);
  }
  return Pair{text.substr(0, at), text.substr(at + 1)};
}

// Markets without a tape: the generator's order flow.
AppResult<void> add_generated(const Options& options, std::vector<replay::MarketInput>& markets) {
  u64 seed = options.generator_seed;
  for (const std::string& text : options.generated) {
    const Pair pair = GAVEL_TRY(split(text, "--generate", "SYMBOL=EVENTS"));
    replay::GeneratorOptions generator;
    generator.seed = seed++;
    if (!replay::parse_u64(pair.value, generator.events) || generator.events == 0)
      return fmt::format("--generate takes SYMBOL=EVENTS, not {}", text);
    replay::MarketInput& market = markets.emplace_back();
    market.symbol = pair.name;
    market.open = replay::generated_tape(generator);
  }
  return {};
}

// With --perpetual all markets are, and have what oracles report.
AppResult<void> add_prices(const Options& options, std::vector<replay::MarketInput>& markets) {
  if (!options.perpetual && !options.prices.empty())
    return std::string("--prices is for --perpetual markets");
  for (replay::MarketInput& market : markets) {
    market.perpetual = options.perpetual;
    market.price_decimals = options.price_decimals;
  }
  for (const std::string& text : options.prices) {
    const Pair pair = GAVEL_TRY(split(text, "--prices", "SYMBOL=FILE"));
    if (!std::filesystem::exists(pair.value)) return "there is no file " + pair.value;
    const auto market = std::find_if(markets.begin(), markets.end(),
                                     [&](const auto& m) { return m.symbol == pair.name; });
    if (market == markets.end()) return fmt::format("--prices {}: there is no such market", text);
    market->price_path = pair.value;
  }
  return {};
}

AppResult<std::vector<replay::MarketInput>> read_markets(const Options& options) {
  replay::TapeFormat format{};
  if (!replay::parse_format(options.format, format))
    return std::string("--format is lobster or orders");
  std::vector<replay::MarketInput> markets;
  for (const std::string& text : options.markets) {
    const Pair pair = GAVEL_TRY(split(text, "--market", "SYMBOL=FILE"));
    if (!std::filesystem::exists(pair.value)) return "there is no file " + pair.value;
    replay::MarketInput& market = markets.emplace_back();
    market.symbol = pair.name;
    market.format = format;
    market.open = replay::tape_file(pair.value, format);
  }
  GAVEL_TRY(add_generated(options, markets));
  GAVEL_TRY(add_prices(options, markets));
  for (const std::string& text : options.expected) {
    std::string symbol = markets.size() == 1 ? markets[0].symbol : "";
    std::string file = text;
    if (text.find('=') != std::string::npos) {
      const Pair pair = GAVEL_TRY(split(text, "--expect-book", "SYMBOL=FILE"));
      symbol = pair.name;
      file = pair.value;
    }
    if (!std::filesystem::exists(file)) return "there is no file " + file;
    // Without a symbol the files belong to the markets in their order.
    const std::size_t at = static_cast<std::size_t>(&text - options.expected.data());
    bool found = false;
    for (std::size_t i = 0; i < markets.size(); ++i) {
      if (symbol.empty() ? i != at : markets[i].symbol != symbol) continue;
      markets[i].expected_book = file;
      found = true;
    }
    if (!found) return fmt::format("--expect-book {}: there is no such market", text);
  }
  return markets;
}

AppResult<replay::ReplayOptions> replay_options(const Options& options, u16 port) {
  replay::ReplayOptions out;
  if (!replay::parse_speed(options.speed, out.speed))
    return std::string("--speed is max, 1x or a multiple such as 10x");
  out.port = port;
  out.accounts = options.accounts;
  out.seed = options.seed;
  out.key_seed = new_key().secret.bytes;
  out.fresh_accounts = true;
  out.connections_per_market = options.connections;
  out.signing_threads = options.signing_threads;
  out.sign_ahead = options.sign_ahead;
  out.settle = !options.no_settle;
  out.window = options.window;
  out.oracles = options.oracles;
  out.collateral_ppm = options.collateral_ppm;
  return out;
}

// Waits until the last block is claimed, and lets a stranger judge all of it.
AppResult<void> settle_and_verify(const Options& options, ExchangeSession& session,
                                  replay::ReplayReport& report, const Say& say) {
  constexpr auto kPatience = std::chrono::seconds(300);
  say("waiting for the last batch's claim on L1");
  const u64 batch = GAVEL_TRY(session.wait_for_claim(report.traffic.last_block, kPatience));
  const auto end =
      GAVEL_TRY(session.node().client().json(fmt::format("/v1/batch?number={}", batch)));
  report.state_root = text_at(end, "/state_root");
  if (options.no_verify) return {};
  say(fmt::format("verifying {} batches from L1", batch));
  const ExchangeSession::Verdict verdict = GAVEL_TRY(session.verify(batch));
  report.verifier = verdict.agrees ? "agree" : verdict.text;
  if (!verdict.agrees && report.failure.empty()) report.failure = "the verifier does not agree";
  return {};
}

AppResult<replay::ReplayReport> run(const Options& options) {
  std::vector<replay::MarketInput> markets = GAVEL_TRY(read_markets(options));
  RunFolder folder = GAVEL_TRY(RunFolder::make("replay"));
  if (options.keep) folder.keep();
  const Say say = [](const std::string& what) { fmt::print(stderr, "gavel replay: {}\n", what); };
  DevnetOptions net;
  net.directory = folder.path();
  net.tokens.clear();
  net.data_mode = options.data;
  const std::unique_ptr<ExchangeSession> session = GAVEL_TRY(ExchangeSession::start(net, say));
  DevnetVenue venue(session->net(), session->node(), 0, 0);
  const replay::ReplayOptions how =
      GAVEL_TRY(replay_options(options, session->node().gateway_port()));
  replay::ReplayControl control;
  control.say = say;
  replay::ReplayReport report;
  std::unique_ptr<KeeperProcess> keeper;
  if (options.perpetual && options.collateral_ppm < replay::kWholeValuePpm)
    keeper = GAVEL_TRY(KeeperProcess::start(*session));
  {
    LiveLine line(control);
    report = GAVEL_TRY(replay::run_replay(how, markets, venue, system_clock(), control));
  }
  if (keeper) {
    const auto ended = keeper->stop();
    say("keeper: " + keeper->last_words());
    if (!ended.ok() && report.failure.empty()) report.failure = ended.error();
  }
  const auto settled = settle_and_verify(options, *session, report, say);
  if (!settled.ok() && report.failure.empty()) report.failure = settled.error();
  if (!report.failure.empty()) {
    folder.keep();
    say("logs and data are kept in " + folder.path());
  }
  session->stop_node();
  return report;
}

int finish(const Options& options, const replay::ReplayReport& report) {
  fmt::print("{}", replay::summary(report));
  if (!options.report.empty()) {
    std::ofstream out(options.report, std::ios::trunc);
    out << replay::to_json(report) << "\n";
    out.close();
    if (!out) return fail("replay", "cannot write " + options.report);
  }
  return report.good() && report.failure.empty() ? kOk : kFailed;
}

}  // namespace

void add_replay_command(CLI::App& app, int& status) {
  static Options o;
  CLI::App* replay = app.add_subcommand(
      "replay",
      "A recorded order flow through a node's gateway, as signed accounts, on a devnet of its own");
  replay
      ->add_option("--format", o.format,
                   "lobster (executions are the truth) or orders (aggressors have rows)")
      ->capture_default_str();
  replay->add_option("--market", o.markets,
                     "SYMBOL=FILE, plain, .gz, .xz or .zst; several times for several markets");
  replay->add_option("--generate", o.generated,
                     "SYMBOL=EVENTS: a market of generated order flow, without a file");
  replay->add_option("--generator-seed", o.generator_seed, "Of the first generated market")
      ->capture_default_str();
  replay->add_flag("--perpetual", o.perpetual,
                   "Perpetual markets: collateral first, and oracles' reports among the orders");
  replay->add_option("--prices", o.prices,
                     "SYMBOL=FILE: what oracles report, \"milliseconds,price\" lines or recorded "
                     "markPriceUpdate or bookTicker events; else the middle of the tape's book");
  replay
      ->add_option("--price-decimals", o.price_decimals,
                   "The tape's price unit is 10^-N of that of --prices")
      ->check(CLI::Range(replay::kMaxPriceDecimals))
      ->capture_default_str();
  replay->add_option("--oracles", o.oracles, "Members of the oracle set")->capture_default_str();
  replay
      ->add_option("--collateral-ppm", o.collateral_ppm,
                   "Millionths of the value of all orders of an account; below 1000000 predictions "
                   "are not checked, and a keeper liquidates")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  replay->add_option("--expect-book", o.expected,
                     "[SYMBOL=]FILE: the L2 file whose levels the final book must have");
  replay->add_option("--speed", o.speed, "max, 1x, or a multiple")->capture_default_str();
  replay->add_option("--report", o.report, "Write the report as JSON to this file");
  replay->add_option("--accounts", o.accounts, "Signed accounts over all markets")
      ->capture_default_str();
  replay->add_option("--seed", o.seed, "Of the orders' distribution over accounts")
      ->capture_default_str();
  replay
      ->add_option("--connections", o.connections,
                   "A market; more than one gives up the tape's order")
      ->capture_default_str();
  replay->add_option("--signing-threads", o.signing_threads, "Threads that sign")
      ->capture_default_str();
  replay->add_option("--window", o.window, "Messages unanswered at a time and connection")
      ->capture_default_str();
  replay->add_flag("--sign-ahead", o.sign_ahead,
                   "Sign everything before the first message is sent");
  replay->add_flag("--no-settle", o.no_settle,
                   "Do not bring orders down to what the tape says is left");
  replay->add_option("--data", o.data, "Where batches' pages go: local or calldata")
      ->check(CLI::IsMember({"local", "calldata"}))
      ->capture_default_str();
  replay->add_flag("--no-verify", o.no_verify, "Without the verifier at the end");
  replay->add_flag("--keep", o.keep, "Keep the folder with logs and data");
  replay->callback([&status] {
    if (o.markets.empty() && o.generated.empty()) {
      status = fail("replay", "a market is needed: --market or --generate", kUsage);
      return;
    }
    const auto report = run(o);
    status = report.ok() ? finish(o, *report) : fail("replay", report.error());
  });
}

}  // namespace gavel::apps
