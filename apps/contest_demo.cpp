#include "contest_demo.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "command.hpp"
#include "contest_bystander.hpp"
#include "contest_report.hpp"
#include "exchange_session.hpp"
#include "key_file.hpp"
#include "live_line.hpp"
#include "replay/generator.hpp"
#include "withdrawal.hpp"

namespace gavel::apps {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kPlentyWei = "0x56bc75e2d63100000";  // 100 ETH

class ContestDemo {
 public:
  explicit ContestDemo(const ContestDemoOptions& options) : options_(options) {}

  // True if all of it held.
  AppResult<bool> run();

 private:
  AppResult<void> start();
  AppResult<void> trade();
  AppResult<Address> start_party(const char* name, std::vector<std::string> arguments,
                                 std::optional<ChildProcess>& child);
  AppResult<void> start_liar();
  void read_liar();
  // Until the contest is decided, confirmed and paid out.
  AppResult<void> watch();
  void tell(const ContestReport& contest);
  void tell_depth(const ContestReport& contest);
  void tell_clocks(const ContestReport& contest);
  bool is_over(const ContestReport& contest) const;
  bool print_verdict();
  std::string party(const Address& who) const;
  void say(const std::string& what);
  double seconds() const { return std::chrono::duration<double>(Clock::now() - began_).count(); }

  const ContestDemoOptions& options_;
  Clock::time_point began_ = Clock::now();
  std::optional<RunFolder> folder_;
  std::unique_ptr<ExchangeSession> session_;
  std::optional<ChildProcess> challenger_;
  std::optional<ChildProcess> liar_;
  Address challenger_address_;
  Address liar_address_;
  std::unique_ptr<ContestWatch> watch_;
  std::unique_ptr<ContestBystander> bystander_;
  std::set<Address> claims_of_node_;
  std::map<std::string, std::string> lie_;  // what the liar says of itself
  u64 batch_ = 0;
  double contested_at_ = 0;
  double decided_at_ = 0;
  u32 told_level_ = 0;
  bool told_contest_ = false;
  bool told_step_ = false;
  bool told_decision_ = false;
  bool line_open_ = false;
  int last_clock_ = -1;
  std::optional<ContestReport> last_;
};

void ContestDemo::say(const std::string& what) {
  if (line_open_) fmt::print(stderr, "\r\033[K");
  line_open_ = false;
  fmt::print(stderr, "[{:>5.1f} s] {}\n", seconds(), what);
}

std::string ContestDemo::party(const Address& who) const {
  if (who == liar_address_) return "the liar";
  if (who == challenger_address_) return "the challenger";
  return claims_of_node_.contains(who) ? "the node" : hex_of(who);
}

AppResult<void> ContestDemo::start() {
  folder_.emplace(GAVEL_TRY(RunFolder::make("contest")));
  if (options_.keep) folder_->keep();
  DevnetOptions net;
  net.directory = folder_->path();
  net.tokens = {"USD"};
  net.batch_blocks = 100;
  net.window_s = options_.window_s;
  net.payout_delay_s = 3;
  net.inbox_depth = 3;
  net.snapshot_every_batches = 4;
  net.stakes.settle_delay_s = 3;
  session_ = GAVEL_TRY(ExchangeSession::start(net, [this](const std::string& w) { say(w); }));
  std::vector<std::string> arguments = {std::filesystem::read_symlink("/proc/self/exe").string(),
                                        "challenger",
                                        "--poll",
                                        "200",
                                        "--threads",
                                        "1",
                                        "--max-bonds",
                                        "50",
                                        "--work",
                                        folder_->path()};
  challenger_address_ = GAVEL_TRY(start_party("challenger", std::move(arguments), challenger_));
  say("a challenger watches L1: " + hex_of(challenger_address_));
  return {};
}

// A process with a key of its own and money; its address.
AppResult<Address> ContestDemo::start_party(const char* name, std::vector<std::string> arguments,
                                            std::optional<ChildProcess>& child) {
  const std::string key_file = fmt::format("{}/keys/{}.key", folder_->path(), name);
  const crypto::KeyPair key = new_key();
  GAVEL_TRY(write_key_file(key_file, key));
  GAVEL_TRY(session_->net().link().raw(
      "anvil_setBalance", fmt::format(R"(["{}","{}"])", hex_of(key.address), kPlentyWei)));
  for (const std::string& more :
       {std::string("--l1"), session_->net().l1_url(), std::string("--registry"),
        hex_of(session_->net().contracts().registry), std::string("--key-file"), key_file}) {
    arguments.push_back(more);
  }
  auto started = ChildProcess::start(arguments, fmt::format("{}/{}.log", folder_->path(), name));
  if (!started.ok()) return started.error();
  child.emplace(std::move(*started));
  return key.address;
}

// What makes blocks of about a thousand transactions.
AppResult<void> ContestDemo::trade() {
  constexpr u32 kMakerFeePpm = 100;
  constexpr u32 kTakerFeePpm = 400;
  DevnetVenue venue(session_->net(), session_->node(), kMakerFeePpm, kTakerFeePpm);
  replay::ReplayOptions how;
  how.port = session_->node().gateway_port();
  how.accounts = options_.accounts;
  how.seed = options_.seed;
  how.key_seed = new_key().secret.bytes;
  how.fresh_accounts = true;
  how.signing_threads = 2;
  how.sign_ahead = true;
  how.window = 4'096;
  std::vector<replay::MarketInput> markets;
  u64 seed = options_.seed;
  for (const char* symbol : {"BTC-USD", "BTC-PERP"}) {
    replay::GeneratorOptions generator;
    generator.seed = seed++;
    generator.events = options_.messages / 2;
    replay::MarketInput& market = markets.emplace_back();
    market.symbol = symbol;
    market.open = replay::generated_tape(generator);
    market.perpetual = std::string_view(symbol) == "BTC-PERP";
  }
  replay::ReplayControl control;
  control.say = [this](const std::string& what) { say(what); };
  LiveLine line(control);
  const replay::ReplayReport report =
      GAVEL_TRY(replay::run_replay(how, markets, venue, system_clock(), control));
  if (!report.failure.empty()) return report.failure;
  say(fmt::format("{} transactions, {:.0f} a second", report.traffic.executed, report.tps));
  if (options_.kind == "withdrawal") {
    Withdrawal withdrawal(*session_, session_->net().tokens().front());
    GAVEL_TRY(withdrawal.deposit());
    GAVEL_TRY(withdrawal.request());
    say("a trader withdraws");
  }
  GAVEL_TRY(session_->wait_for_claim(report.traffic.last_block, std::chrono::seconds(60)));
  return {};
}

AppResult<void> ContestDemo::start_liar() {
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
  const std::string program = (self.parent_path() / "test/cheats/gavel_rogue").string();
  if (!std::filesystem::exists(program)) {
    return "there is no " + program + "; run ./gavel build gavel_rogue";
  }
  std::error_code ignored;
  std::filesystem::create_directories(folder_->path() + "/liar", ignored);
  std::vector<std::string> arguments = {program, "--dir", folder_->path() + "/liar"};
  for (const std::string& more : options_.liar) arguments.push_back(more);
  liar_address_ = GAVEL_TRY(start_party("liar", std::move(arguments), liar_));
  say("a liar looks for a batch to lie about: " + hex_of(liar_address_));
  const auto until = Clock::now() + std::chrono::seconds(60);
  while (Clock::now() < until) {
    read_liar();
    if (lie_.contains("what")) return {};
    if (!liar_->running()) return "the liar has ended: " + liar_->log_tail();
    if (interrupted()) return std::string("interrupted");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return std::string("the liar found no occasion for his lie");
}

void ContestDemo::read_liar() {
  std::ifstream in(liar_->log_file());
  for (std::string text; std::getline(in, text);) {
    const std::size_t at = text.find('=');
    if (at != std::string::npos && text.find(' ') > at)
      lie_.emplace(text.substr(0, at), text.substr(at + 1));
  }
}

AppResult<void> ContestDemo::watch() {
  L1Link& link = session_->net().link();
  const Address registry = session_->net().contracts().registry;
  watch_ = GAVEL_TRY(ContestWatch::start(link, registry));
  batch_ = std::strtoull(lie_["batch"].c_str(), nullptr, 10);
  say(fmt::format("the liar claims that batch {} ends with {}", batch_, lie_["end"]));
  say(fmt::format("his lie: {}{}", lie_.contains("unit") ? "unit " + lie_["unit"] + ": " : "",
                  lie_["what"]));
  bystander_ = GAVEL_TRY(ContestBystander::start(link, registry, folder_->path() + "/bystander"));
  GAVEL_TRY(bystander_->open(batch_));
  say(fmt::format("a bystander derives {} units from L1: the batch ends with {}",
                  bystander_->units(), hex_of(bystander_->end())));
  const auto until = Clock::now() + std::chrono::seconds(3 * options_.window_s + 60);
  while (Clock::now() < until) {
    if (interrupted()) return std::string("interrupted");
    if (!challenger_->running()) return "the challenger has ended: " + challenger_->log_tail();
    GAVEL_TRY(watch_->catch_up());
    for (const ContestReport& contest : GAVEL_TRY(watch_->contests())) {
      if (contest.batch != batch_) continue;
      last_ = contest;
      last_->deepest = nullptr;  // of a view that may go
      tell(contest);
      if (is_over(contest)) return {};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
  return std::string("the contest did not end in time");
}

bool ContestDemo::is_over(const ContestReport& contest) const {
  const bool confirmed = std::ranges::any_of(contest.claims, &ReportedClaim::confirmed);
  const auto paid = std::ranges::find(contest.accounts, challenger_address_, &ReportedAccount::who);
  return contest.resolved && confirmed && paid != contest.accounts.end() && paid->collected &&
         watch_->confirmed_batches() > batch_;
}

void ContestDemo::tell(const ContestReport& contest) {
  if (!told_contest_) {
    told_contest_ = true;
    contested_at_ = seconds();
    say(fmt::format("CONTEST: {} claims on one parent; whoever earns {} s first has it",
                    contest.claims.size(), contest.window_s));
    for (const ReportedClaim& c : contest.claims) {
      if (c.claimer != liar_address_ && c.claimer != challenger_address_) {
        claims_of_node_.insert(c.claimer);
      }
      say(fmt::format("  {} claims {}{}", party(c.claimer), hex_of(c.end),
                      c.end == bystander_->end() ? " (so it is)" : " (so it is not)"));
    }
  }
  tell_depth(contest);
  if (!contest.resolved) return tell_clocks(contest);
  if (told_decision_) return;
  told_decision_ = true;
  decided_at_ = seconds();
  say(fmt::format("DECIDED by {} for {}: {} s earned{}", party(contest.resolved->by),
                  hex_of(contest.resolved->end), contest.resolved->earned,
                  contest.resolved->end == bystander_->end() ? "" : "; THIS IS WRONG"));
}

void ContestDemo::tell_depth(const ContestReport& contest) {
  const dispute::DisputeKey& key = contest.deepest->key;
  if (key.level > told_level_) {
    told_level_ = key.level;
    const u64 size = u64{1} << (6 * ((key.level < 4 ? 4 : 8) - key.level));
    if (key.level < 4) {
      say(fmt::format("level {}: they differ within {} units from unit {} on", key.level, size,
                      key.position));
    } else if (key.level == 4) {
      say(fmt::format("level 4: it is unit {}: {}", contest.unit,
                      bystander_->describe_unit(contest.unit)));
    } else if (key.level < 8) {
      say(fmt::format("level {}: in its run, {} machine steps from step {} on", key.level, size,
                      key.position));
    } else {
      say(fmt::format("level 8: it is step {}: {}", key.position,
                      bystander_->describe_step(contest.unit, key.position)));
    }
  }
  if (contest.stepped && !told_step_) {
    told_step_ = true;
    say("L1 has judged the step");
  }
}

void ContestDemo::tell_clocks(const ContestReport& contest) {
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  const int now = static_cast<int>(seconds()) / (terminal ? 1 : 10);
  if (now == last_clock_) return;
  last_clock_ = now;
  std::string text = "earned:";
  for (const ReportedClaim& c : contest.claims) {
    text += fmt::format(" {} {} s,", party(c.claimer), std::min(c.earned_s, contest.window_s));
  }
  text += fmt::format(" of {} s", contest.window_s);
  if (!terminal) return say(text);
  fmt::print(stderr, "\r\033[K          {}", text);
  std::fflush(stderr);
  line_open_ = true;
}

bool ContestDemo::print_verdict() {
  const ContestReport& c = *last_;
  const bool right = c.resolved->end == bystander_->end();
  fmt::print("\n{:-<72}\n", "");
  const auto row = [](const std::string& name, const std::string& value) {
    fmt::print("{:<28}{}\n", name, value);
  };
  row("lie", options_.kind + ": " + lie_["what"]);
  row("contest", fmt::format("{:.1f} s, window {} s", decided_at_ - contested_at_, c.window_s));
  u32 disputes = 0;
  for (const u32 n : c.disputes) disputes += n;
  row("disputes", fmt::format("{} opened, over {} levels", disputes, told_level_ + 1));
  for (const ReportedAccount& a : c.accounts) {
    row(party(a.who), fmt::format("{} transactions, {} gas, bonds {}{}", a.transactions, a.gas,
                                  eth(a.bonds_wei), a.collected ? ", has collected" : ""));
  }
  fmt::print("{:-<72}\n", "");
  bool all = true;
  const auto check = [&](const std::string& name, bool holds) {
    all = all && holds;
    row(name, holds ? "yes" : "NO");
  };
  check("decided for the truth", right);
  check("no wrong claim confirmed", std::ranges::none_of(c.claims, [&](const ReportedClaim& claim) {
          return claim.confirmed && claim.end != bystander_->end();
        }));
  check("the chain goes on", watch_->confirmed_batches() > batch_);
  check("the challenger is paid", is_over(c));
  row("all of it", fmt::format("{:.0f} s", seconds()));
  fmt::print("{:-<72}\n{}\n", "", all ? "all of it held" : "not all of it held");
  return all;
}

AppResult<bool> ContestDemo::run() {
  const auto ran = [this]() -> AppResult<void> {
    GAVEL_TRY(start());
    GAVEL_TRY(trade());
    GAVEL_TRY(start_liar());
    return watch();
  }();
  bool all = false;
  if (ran.ok()) all = print_verdict();
  if (!all && folder_) folder_->keep();
  if (!ran.ok()) {
    return fmt::format("{} (logs are in {})", ran.error(), folder_ ? folder_->path() : "no folder");
  }
  return all;
}

}  // namespace

int run_contest_demo(const ContestDemoOptions& options) {
  ContestDemo demo(options);
  const auto ran = demo.run();
  if (!ran.ok()) return fail("demo", ran.error());
  return *ran ? kOk : kFailed;
}

}  // namespace gavel::apps
