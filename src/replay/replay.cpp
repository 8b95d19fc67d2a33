#include "replay/replay.hpp"

#include <algorithm>
#include <thread>

#include "replay/market_run.hpp"
#include "stf/transaction.hpp"

namespace gavel::replay {
namespace {

constexpr u64 kConnectTimeoutNs = 5'000'000'000;
constexpr u32 kMinAccountsPerMarket = 128;

using Runs = std::vector<std::unique_ptr<MarketRun>>;

void say(const ReplayControl& control, const std::string& text) {
  if (control.say) control.say(text);
}

ReplayResult<Runs> plan(const ReplayOptions& options, std::span<const MarketInput> markets,
                        ReplayControl& control) {
  const u32 accounts =
      std::max<u32>(options.accounts / static_cast<u32>(markets.size()), kMinAccountsPerMarket);
  Runs runs;
  for (u32 i = 0; i < markets.size(); ++i) {
    say(control, "reading " + markets[i].symbol);
    auto run = std::make_unique<MarketRun>(options, markets[i], accounts, i * accounts);
    const auto planned = run->plan();
    if (!planned.ok()) return planned.error().text();
    control.progress.total += run->messages();
    runs.push_back(std::move(run));
  }
  return runs;
}

// Keys and ACCOUNT indexes of all markets' slots, in one table.
ReplayResult<std::vector<ReplayAccount>> open_accounts(const ReplayOptions& options, Runs& runs,
                                                       Venue& venue, ReplayControl& control) {
  std::vector<ReplayAccount> accounts;
  std::vector<Funding> funding;
  for (const auto& run : runs) {
    for (const AccountNeed& need : run->needs()) {
      ReplayAccount account;
      account.key = crypto::derive_keypair(options.key_seed, accounts.size());
      funding.push_back({account.key.address, run->market(), need});
      accounts.push_back(account);
    }
  }
  say(control, "funding " + std::to_string(accounts.size()) + " accounts");
  const std::vector<u32> indexes = GAVEL_TRY(venue.open_accounts(funding));
  if (indexes.size() != accounts.size()) return std::string("the venue opened too few accounts");
  for (std::size_t i = 0; i < accounts.size(); ++i) accounts[i].account = indexes[i];
  return accounts;
}

// The oracle set of the perpetual markets, if there are any.
ReplayResult<std::vector<ReplayAccount>> open_oracles(const ReplayOptions& options,
                                                      std::span<const MarketInput> markets,
                                                      Venue& venue, ReplayControl& control) {
  std::vector<ReplayAccount> members;
  if (std::none_of(markets.begin(), markets.end(), [](const auto& m) { return m.perpetual; }))
    return members;
  say(control, "making the oracle set");
  std::vector<Address> owners;
  for (u32 i = 0; i < options.oracles; ++i) {
    members.push_back({oracle_key(options, i), 0});
    owners.push_back(members.back().key.address);
  }
  const std::vector<u32> indexes = GAVEL_TRY(venue.open_oracles(owners, options.oracles / 2 + 1));
  if (indexes.size() != members.size()) return std::string("the venue opened too few oracles");
  for (std::size_t i = 0; i < members.size(); ++i) members[i].account = indexes[i];
  return members;
}

ReplayResult<Welcome> connect_all(const ReplayOptions& options, Runs& runs) {
  Welcome welcome;
  for (const auto& run : runs) {
    for (u32 i = 0; i < options.connections_per_market; ++i) {
      auto client = GatewayClient::connect(options.host, options.port, kConnectTimeoutNs);
      if (!client.ok()) {
        return std::string(text_of(client.error())) + " at " + options.host + ":" +
               std::to_string(options.port);
      }
      welcome = (*client)->welcome();
      run->add_lane(std::move(*client));
    }
  }
  return welcome;
}

// The tapes' common beginning if they are of the same day, so that markets keep their distance in
// time.
std::vector<u64> origins_of(const Runs& runs) {
  constexpr u64 kDayNs = 86'400'000'000'000;
  u64 first = ~u64{0};
  u64 last = 0;
  for (const auto& run : runs) {
    first = std::min(first, run->survey().first_ts_ns);
    last = std::max(last, run->survey().first_ts_ns);
  }
  std::vector<u64> origins;
  for (const auto& run : runs) {
    origins.push_back(last - first < kDayNs ? first : run->survey().first_ts_ns);
  }
  return origins;
}

void send_all(const ReplayOptions& options, Runs& runs, SigningPool& pool, PriceReporter& reporter,
              io::Clock& clock, u64 now_ms, ReplayControl& control, ReplayReport& report) {
  const u64 signing_ns = clock.monotonic_ns();
  std::vector<std::thread> producers;
  for (const auto& run : runs) {
    producers.emplace_back(
        [&run, &pool, &control, now_ms] { run->produce(pool, now_ms, control.stop); });
  }
  if (options.sign_ahead) {
    say(control, "signing " + std::to_string(control.progress.total.load()) + " transactions");
    for (const auto& run : runs) run->wait_signed();
  }
  const u64 start_ns = clock.monotonic_ns();
  report.sign_ahead_seconds = static_cast<double>(start_ns - signing_ns) / 1e9;
  say(control, "sending");
  const std::vector<u64> origins = origins_of(runs);
  std::vector<std::thread> senders;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    LaneOptions lane{options.speed, options.window, options.stall_timeout_ns,
                     origins[i],    start_ns,       &reporter};
    runs[i]->start_lanes(lane, clock, control, senders);
  }
  for (std::thread& thread : senders) thread.join();
  for (std::thread& thread : producers) thread.join();
}

void compare_final_books(Runs& runs, Venue& venue, ReplayReport& report) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto actual = venue.book(runs[i]->market());
    if (!actual.ok()) {
      if (report.failure.empty()) report.failure = actual.error();
      continue;
    }
    runs[i]->compare_book(*actual, report.markets[i]);
    const auto figures = venue.figures(runs[i]->market());
    if (figures.ok()) report.markets[i].at_end = *figures;
    if (!figures.ok() && report.failure.empty()) report.failure = figures.error();
  }
}

void collect(const Runs& runs, ReplayReport& report) {
  for (const auto& run : runs) {
    report.markets.push_back(run->report());
    report.outcome.add(report.markets.back().outcome);
    report.traffic.add(run->traffic());
    if (report.failure.empty()) report.failure = run->failure();
  }
  const LaneStats& traffic = report.traffic;
  if (traffic.last_answer_ns > traffic.first_send_ns) {
    report.seconds = static_cast<double>(traffic.last_answer_ns - traffic.first_send_ns) / 1e9;
    report.tps = static_cast<double>(traffic.executed) / report.seconds;
  }
}

}  // namespace

crypto::KeyPair oracle_key(const ReplayOptions& options, u32 i) {
  constexpr u64 kFirstOracleKey = u64{1} << 40;  // beyond every account's
  return crypto::derive_keypair(options.key_seed, kFirstOracleKey + i);
}

ReplayResult<ReplayReport> run_replay(const ReplayOptions& options,
                                      std::span<const MarketInput> markets, Venue& venue,
                                      io::Clock& clock, ReplayControl& control) {
  if (markets.empty()) return std::string("no market was given");
  if (options.oracles == 0 || options.oracles > exchange::kMaxOracles) {
    return "an oracle set has 1 to " + std::to_string(exchange::kMaxOracles) + " members";
  }
  if (options.connections_per_market == 0) return std::string("at least one connection is needed");
  Runs runs = GAVEL_TRY(plan(options, markets, control));
  for (const auto& run : runs) GAVEL_TRY(run->open_market(venue));
  std::vector<ReplayAccount> oracles = GAVEL_TRY(open_oracles(options, markets, venue, control));
  const std::vector<ReplayAccount> accounts =
      GAVEL_TRY(open_accounts(options, runs, venue, control));
  const Welcome welcome = GAVEL_TRY(connect_all(options, runs));
  ReplayReport report;
  report.accounts = accounts.size();
  report.connections = runs.size() * options.connections_per_market;
  {
    PriceReporter reporter(domain_of(welcome), std::move(oracles), clock);
    SigningPool pool(options.signing_threads, domain_of(welcome), accounts);
    send_all(options, runs, pool, reporter, clock, welcome.time_ms, control, report);
  }
  collect(runs, report);
  compare_final_books(runs, venue, report);
  return report;
}

TapeResult<MarketReport> run_direct(const TapeOpener& open, TapeFormat format,
                                    const TranslatorOptions& options, const DirectEngine& engine,
                                    TapeScale fixed) {
  MarketReport report;
  {
    const auto tape = GAVEL_TRY(open());
    report.survey = GAVEL_TRY(survey_tape(*tape, format, fixed));
  }
  TapeStream stream(GAVEL_TRY(open()), options, format, report.survey);
  OutcomeChecker checker(true);
  std::vector<Message> messages;
  while (GAVEL_TRY(stream.next(messages))) {
    for (const Message& message : messages) {
      const DirectOutcome outcome = engine(message);
      checker.take(message, outcome.result, outcome.fills);
    }
    messages.clear();
  }
  checker.take_lost(stream.translator().lost_executions());
  report.translator = stream.translator().counts();
  report.outcome = checker.counts();
  return report;
}

}  // namespace gavel::replay
