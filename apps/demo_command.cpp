// gavel demo: the main job once, end to end, on this machine: L1, a node, ten thousand signed
// accounts, batches and claims on L1, a stranger who rebuilds all of it, one deposit in and one
// withdrawal out.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "command.hpp"
#include "contest_demo.hpp"
#include "exchange_session.hpp"
#include "key_file.hpp"
#include "leveraged_trade.hpp"
#include "live_line.hpp"
#include "replay/generator.hpp"
#include "withdrawal.hpp"

namespace gavel::apps {

namespace {

constexpr const char* kPerpetualSymbol = "BTC-PERP";

constexpr u64 kAllMessages = 400'000;
constexpr u32 kAllAccounts = 10'000;

struct Options {
  u64 messages = kAllMessages;
  u32 accounts = kAllAccounts;
  u64 seed = 1;
  bool keep = false;
};

// A line of the final table that must hold.
struct Check {
  std::string name;
  bool holds = false;
  std::string detail;
};

struct Outcome {
  replay::ReplayReport replay;
  u64 peak_tps = 0;
  std::vector<Check> checks;
  std::vector<std::pair<std::string, std::string>> figures;
};

class Demo {
 public:
  explicit Demo(const Options& options) : options_(options) {}

  AppResult<Outcome> run();

 private:
  AppResult<void> start(const std::string& directory);
  AppResult<void> trade();
  AppResult<void> compare_books() const;
  AppResult<void> liquidate();
  void read_perpetual();
  void settle();
  void read_figures();
  void check(const std::string& name, const AppResult<void>& result,
             const std::string& detail = {});
  void say(const std::string& what) const;
  std::vector<replay::MarketInput> markets() const;

  const Options& options_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::unique_ptr<ExchangeSession> session_;
  std::unique_ptr<DevnetVenue> venue_;
  std::unique_ptr<Withdrawal> withdrawal_;
  replay::ReplayOptions how_;
  u64 acknowledged_ = 0;  // the node's last block on disk before it is killed
  Outcome out_;
};

void Demo::say(const std::string& what) const {
  const auto passed =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began_);
  fmt::print(stderr, "[{:>3} s] {}\n", passed.count(), what);
}

void Demo::check(const std::string& name, const AppResult<void>& result,
                 const std::string& detail) {
  out_.checks.push_back({name, result.ok(), result.ok() ? detail : result.error()});
  say(fmt::format("{}: {}", name,
                  result.ok() ? (detail.empty() ? "ok" : detail) : "FAILED: " + result.error()));
}

// Two spot markets and a perpetual one of a busy venue's shape, from a seed; no data file is
// needed.
std::vector<replay::MarketInput> Demo::markets() const {
  std::vector<replay::MarketInput> out;
  u64 seed = options_.seed;
  for (const char* symbol : {"BTC-USD", "ETH-USD", kPerpetualSymbol}) {
    const bool perpetual = std::string_view(symbol) == kPerpetualSymbol;
    replay::GeneratorOptions generator;
    generator.seed = seed++;
    generator.events = perpetual ? options_.messages / 4 : options_.messages * 3 / 8;
    replay::MarketInput& market = out.emplace_back();
    market.symbol = symbol;
    market.open = replay::generated_tape(generator);
    market.perpetual = perpetual;
  }
  return out;
}

AppResult<void> Demo::start(const std::string& directory) {
  DevnetOptions net;
  net.directory = directory;
  net.tokens = {"USD"};
  net.batch_blocks = 50;
  net.window_s = 15;
  net.payout_delay_s = 3;
  net.inbox_depth = 3;
  net.snapshot_every_batches = 4;
  session_ = GAVEL_TRY(ExchangeSession::start(net, [this](const std::string& what) { say(what); }));
  constexpr u32 kMakerFeePpm = 100;
  constexpr u32 kTakerFeePpm = 400;
  venue_ =
      std::make_unique<DevnetVenue>(session_->net(), session_->node(), kMakerFeePpm, kTakerFeePpm);
  withdrawal_ = std::make_unique<Withdrawal>(*session_, session_->net().tokens().front());
  return {};
}

AppResult<void> Demo::trade() {
  replay::ReplayOptions& how = how_;
  how.port = session_->node().gateway_port();
  how.accounts = options_.accounts;
  how.seed = options_.seed;
  how.key_seed = new_key().secret.bytes;
  how.fresh_accounts = true;
  how.signing_threads = 2;
  how.sign_ahead = true;
  // All markets together stay below what the node queues: a busy node changes the tape's order.
  how.window = 4'096;
  const std::vector<replay::MarketInput> inputs = markets();
  replay::ReplayControl control;
  control.say = [this](const std::string& what) { say(what); };
  LiveLine line(control);
  out_.replay = GAVEL_TRY(replay::run_replay(how, inputs, *venue_, system_clock(), control));
  out_.peak_tps = line.peak_per_second();
  return {};
}

AppResult<void> Demo::compare_books() const {
  if (out_.replay.markets.empty()) return std::string("there is no market");
  for (const replay::MarketReport& market : out_.replay.markets) {
    if (!market.oracle_book.all_equal())
      return fmt::format("the book of {} differs: {} of {} levels, {} others", market.symbol,
                         market.oracle_book.equal, market.oracle_book.expected,
                         market.oracle_book.extra);
  }
  return {};
}

// After the order flow: one trader with ten times its money, a lower price, and the keeper.
AppResult<void> Demo::liquidate() {
  const u32 market = out_.replay.markets.empty() ? 0 : out_.replay.markets.back().market;
  LeveragedTrade trade(*session_, *venue_, how_, market);
  GAVEL_TRY(trade.deposit());
  GAVEL_TRY(venue_->wait_for_inbox());
  GAVEL_TRY(trade.open());
  GAVEL_TRY(trade.be_liquidated(std::chrono::seconds(20)));
  out_.replay.traffic.last_block = std::max(out_.replay.traffic.last_block, trade.block());
  out_.figures.push_back(
      {"liquidations", fmt::format("{}: account {} from {} lots to {}", trade.liquidations(),
                                   trade.account(), trade.opened_lots(), trade.left_lots())});
  return {};
}

void Demo::read_perpetual() {
  if (out_.replay.markets.empty()) return;
  const replay::MarketReport& traded = out_.replay.markets.back();
  const auto add = [this](const char* name, std::string value) {
    out_.figures.push_back({name, std::move(value)});
  };
  add("price reports", fmt::format("{} of {} accepted by {}", traded.outcome.reports_accepted,
                                   traded.outcome.reports, kPerpetualSymbol));
  auto& client = session_->node().client();
  const auto market = client.json(fmt::format("/v1/market?index={}", traded.market));
  if (market.ok()) {
    const auto number = [&](const char* name) {
      return number_at(*market, std::string("/perpetual/") + name).value_or(0);
    };
    add("index, mark price", fmt::format("{}, {}", number("index_price"), number("mark_price")));
    add("open interest", fmt::format("{} lots", number("open_interest")));
    add("funding", fmt::format("{} samples this hour; a long would pay {} micro-units a lot",
                               number("funding/samples"),
                               text_at(*market, "/perpetual/funding/next_micro_a_lot")));
  }
  const auto clearing = client.json("/v1/clearing");
  if (!clearing.ok()) return;
  add("clearing house", fmt::format("{} units in the vault, {} in the insurance fund",
                                    number_at(*clearing, "/vault").value_or(0),
                                    number_at(*clearing, "/insurance").value_or(0)));
}

// What happens on L1 after the traffic, and what a stranger makes of it.
void Demo::settle() {
  constexpr auto kPatience = std::chrono::seconds(150);
  say("waiting for the last batch's claim on L1");
  const auto batch = session_->wait_for_claim(out_.replay.traffic.last_block, kPatience);
  check("batches posted and claimed",
        batch.ok() ? AppResult<void>{} : AppResult<void>(batch.error()),
        batch.ok() ? fmt::format("{} batches", *batch) : "");
  if (batch.ok()) {
    say("a stranger rebuilds every batch from L1");
    const auto verdict = session_->verify(*batch);
    out_.replay.verifier = verdict.ok() ? verdict->text : verdict.error();
    const bool agrees = verdict.ok() && verdict->agrees;
    check("verifier", agrees ? AppResult<void>{} : AppResult<void>(out_.replay.verifier),
          out_.replay.verifier);
  }
  say("waiting for the withdrawal's window");
  check("withdrawal paid on L1", withdrawal_->collect(kPatience),
        fmt::format("{} units of {} from batch {}", withdrawal_->withdrawn_units(),
                    session_->net().tokens().front().symbol, withdrawal_->batch()));
}

void Demo::read_figures() {
  const auto status = session_->node().client().json("/v1/status");
  if (!status.ok()) return;
  const auto add = [this](const char* name, std::string value) {
    out_.figures.push_back({name, std::move(value)});
  };
  const auto latency = [&](const char* name) {
    const std::string base = fmt::format("/{}/", name);
    return fmt::format("p50 {:.2f} ms, p99 {:.2f} ms, max {:.2f} ms",
                       real_at(*status, base + "p50_ms"), real_at(*status, base + "p99_ms"),
                       real_at(*status, base + "max_ms"));
  };
  const u64 batches = std::max<u64>(1, number_at(*status, "/l1/batches_fixed").value_or(1));
  const u64 transactions = std::max<u64>(1, out_.replay.traffic.executed);
  const replay::ReplayReport& r = out_.replay;
  acknowledged_ = number_at(*status, "/durable_block").value_or(0);
  add("blocks", std::to_string(acknowledged_));
  add("batches on L1", std::to_string(batches));
  add("accounts", std::to_string(r.accounts));
  add("transactions", std::to_string(r.traffic.executed));
  add("fills", std::to_string(r.outcome.fills));
  std::string rejects = std::to_string(r.outcome.rejected);
  for (const replay::MarketReport& market : r.markets) {
    for (u32 i = 1; i < exchange::kRejectCount; ++i) {
      if (market.outcome.rejects[i] != 0)
        rejects += fmt::format("; {} {} {}", market.symbol, market.outcome.rejects[i],
                               exchange::name_of(static_cast<exchange::Reject>(i)));
    }
  }
  add("rejects", std::move(rejects));
  add("sustained", fmt::format("{:.0f} tx/s over {:.1f} s", r.tps, r.seconds));
  add("peak second", fmt::format("{} tx/s", std::max<u64>(out_.peak_tps, static_cast<u64>(r.tps))));
  add("block execution", latency("execution"));
  add("block interval", latency("interval"));
  add("log sync", latency("log_sync"));
  add("tree update", latency("tree_update"));
  add("answer", fmt::format("p50 {:.1f} ms, p99 {:.1f} ms",
                            static_cast<double>(r.traffic.answer_ns.p50()) / 1e6,
                            static_cast<double>(r.traffic.answer_ns.p99()) / 1e6));
  const double posted = static_cast<double>(number_at(*status, "/l1/posted_bytes").value_or(0));
  add("data",
      fmt::format("{:.1f} bytes a transaction", posted / static_cast<double>(transactions)));
  const u64 gas = number_at(*status, "/l1/poster_gas").value_or(0) +
                  number_at(*status, "/l1/claimer_gas").value_or(0);
  add("L1 gas", fmt::format("{} a batch", gas / batches));
}

AppResult<Outcome> Demo::run() {
  RunFolder folder = GAVEL_TRY(RunFolder::make("demo"));
  if (options_.keep) folder.keep();
  const AppResult<void> started = start(folder.path());
  if (!started.ok()) {
    folder.keep();
    return fmt::format("{} (logs are in {})", started.error(), folder.path());
  }
  check("deposit credited", withdrawal_->deposit(), "");
  check("withdrawal requested", withdrawal_->request(), "");
  check("order flow", trade(), "");
  if (!out_.replay.failure.empty()) check("order flow's end", AppResult<void>(out_.replay.failure));
  check("final books as predicted", compare_books());
  check("position liquidated", liquidate(), "");
  settle();
  read_figures();
  read_perpetual();
  say("killing the node (SIGKILL) and starting it again");
  check("killed node comes back", session_->kill_and_restart_node(acknowledged_),
        fmt::format("at block {} or later", acknowledged_));
  const std::optional<int> status = session_->stop_node();
  check("node stopped cleanly",
        status == std::optional<int>(kOk)
            ? AppResult<void>{}
            : AppResult<void>("exit status " + (status ? std::to_string(*status) : "none")));
  for (const Check& c : out_.checks) {
    if (!c.holds) {
      folder.keep();
      say("logs and data are kept in " + folder.path());
      break;
    }
  }
  return std::move(out_);
}

int print_table(const Outcome& outcome) {
  bool all = true;
  fmt::print("\n{:-<72}\n", "");
  for (const auto& [name, value] : outcome.figures) fmt::print("{:<28}{}\n", name, value);
  fmt::print("{:-<72}\n", "");
  for (const Check& c : outcome.checks) {
    fmt::print("{:<28}{}{}{}\n", c.name, c.holds ? "yes" : "NO", c.detail.empty() ? "" : "  ",
               c.detail);
    all = all && c.holds;
  }
  fmt::print("{:-<72}\n{}\n", "", all ? "all of it held" : "not all of it held");
  return all ? kOk : kFailed;
}

}  // namespace

void add_demo_command(CLI::App& app, int& status) {
  static Options options;
  CLI::App* demo =
      app.add_subcommand("demo", "The main job end to end on this machine, in a few minutes");
  demo->add_option("--messages", options.messages, "Messages of generated order flow")
      ->capture_default_str();
  demo->add_option("--accounts", options.accounts, "Signed accounts")->capture_default_str();
  demo->add_option("--seed", options.seed, "Of the generated order flow")->capture_default_str();
  demo->add_flag("--keep", options.keep, "Keep the folder with logs and data");
  static ContestDemoOptions contest;
  static std::string kind;
  const CLI::Validator known(
      [](const std::string& name) {
        if (find_cheat_kind(name) != nullptr) return std::string();
        return fmt::format("there is no kind {}\n{}", name, cheat_kinds_text());
      },
      "");
  CLI::Option* cheat = demo->add_option("--cheat", kind,
                                        "Instead: a dispute about a batch, played and told; KIND "
                                        "is one of those below")
                           ->type_name("KIND")
                           ->check(known);
  demo->footer("\n" + cheat_kinds_text());
  demo->add_option("--window", contest.window_s, "With --cheat: seconds that a claim must earn")
      ->needs(cheat)
      ->capture_default_str();
  demo->callback([&status, cheat] {
    if (cheat->count() != 0) {
      contest.kind = find_cheat_kind(kind);
      if (options.messages < kAllMessages) contest.messages = options.messages;
      if (options.accounts < kAllAccounts) contest.accounts = options.accounts;
      contest.seed = options.seed;
      contest.keep = options.keep;
      status = run_contest_demo(contest);
      return;
    }
    Demo run(options);
    const auto outcome = run.run();
    status = outcome.ok() ? print_table(*outcome) : fail("demo", outcome.error());
  });
}

}  // namespace gavel::apps
