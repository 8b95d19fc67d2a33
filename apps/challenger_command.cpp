// gavel challenger, gavel defender: parties to contests on L1, until SIGTERM.
#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <cmath>
#include <filesystem>
#include <thread>

#include "batch_pages.hpp"
#include "chain_options.hpp"
#include "command.hpp"
#include "contest_report.hpp"
#include "dispute/actor.hpp"
#include "dispute/actor_budget.hpp"
#include "io/http.hpp"
#include "key_file.hpp"
#include "known_images.hpp"
#include "ops/log.hpp"

namespace gavel::apps {

namespace {

struct Options {
  std::vector<std::string> l1;
  std::string registry;
  std::string key_file;
  std::string images;
  std::string data;
  std::vector<std::string> same_rules;
  std::string work;
  double max_bonds_eth = 10;
  u64 max_fee_gwei = 100;
  u64 urgent_fee_gwei = 500;
  std::optional<u64> raise_before_s;  // a twentieth of the window unless told
  u64 bump_after_s = 36;
  u64 poll_ms = 1'000;
  u64 status_s = 60;
  std::optional<u16> http_port;
  u32 threads = 2;
  u32 confirmations = 1;
  bool dry_run = false;
};

constexpr u64 kWeiPerGwei = 1'000'000'000;
// Three weeks at 100 s: a contest may last two windows.
constexpr u32 kUndoBatches = 18'144;

// Where the deriver keeps what it overwrites: a folder of this run alone, since everything is
// derived again by the next.
class WorkFolder {
 public:
  explicit WorkFolder(const std::string& named)
      : path_(fmt::format("{}/gavel-{}",
                          named.empty() ? std::filesystem::temp_directory_path().string() : named,
                          ::getpid())) {}
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  ~WorkFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Below it an amount in billionths of an ether is exact and fits the u64 that it goes through.
constexpr double kMostEther = 1e6;

std::string ether_check(const std::string& text) {
  double eth = 0;
  const bool good = CLI::detail::lexical_cast(text, eth) && eth >= 0 && eth <= kMostEther;
  return good ? "" : text + " is no amount of ETH: 0 to 1000000 is expected";
}

u128 wei_of(double eth) {
  return u128{static_cast<u64>(std::llround(eth * 1e9))} * u128{kWeiPerGwei};
}

class ActorRun {
 public:
  ActorRun(const Options& options, const std::string& role)
      : options_(options), role_(role), folder_(options.work), store_(disk_, options.data) {}

  AppResult<int> run() {
    if (options_.max_fee_gwei > options_.urgent_fee_gwei) {
      return fail(role_, "--max-fee-gwei is above --urgent-fee-gwei", kUsage);
    }
    Address registry;
    if (!parse_hex(options_.registry, registry.bytes)) {
      return options_.registry + " is no address";
    }
    const crypto::KeyPair key = GAVEL_TRY(read_key_file(options_.key_file));
    const std::unique_ptr<L1Link> link = GAVEL_TRY(L1Link::connect(options_.l1, &metrics_));
    const auto chain = link->rpc().chain_id();
    if (!chain.ok()) {
      return fail(role_, describe("L1 does not answer", chain.error()), kMissing);
    }
    auto signer = l1::SigningKey::from_hex(hex_of(key.secret.bytes));
    if (!signer.ok()) return std::string("the key file holds no key");
    const std::vector<Hash32> known = GAVEL_TRY(known_images(options_.same_rules));
    dispute::Actor actor(link->rpc(), system_clock(), std::move(signer).value(),
                         settings(*chain, known), &metrics_);
    GAVEL_TRY(actor.start(registry));
    const u64 window = actor.court().window;
    actor.raise_before(options_.raise_before_s.value_or(window / 20));
    ops::log_info(role_, "ready",
                  {{"account", hex_of(actor.address())},
                   {"window_s", window},
                   {"dry_run", options_.dry_run}});
    warn_of_means(link->rpc(), actor);
    std::unique_ptr<io::HttpServer> server;
    if (options_.http_port) server = GAVEL_TRY(serve_metrics(*options_.http_port));
    return follow(actor);
  }

 private:
  // What would be told only in a contest, when less time is left to mend it.
  void warn_of_means(l1::Rpc& rpc, const dispute::Actor& actor) const {
    const dispute::Stakes& stakes = actor.court().stakes;
    const u128 line = stakes.contest_bond + dispute::line_rest({}, stakes, 0, true);
    if (line > wei_of(options_.max_bonds_eth)) {
      ops::log_warn(role_, "--max-bonds has no room for one line of answers",
                    {{"line", eth(line)}, {"limit", eth(wei_of(options_.max_bonds_eth))}});
    }
    const auto balance = rpc.balance(actor.address(), l1::BlockTag::kLatest);
    if (balance.ok() && line > *balance) {
      ops::log_warn(role_, "the account has less than one line of answers takes",
                    {{"line", eth(line)}, {"has", eth(*balance)}});
    }
  }

  AppResult<std::unique_ptr<io::HttpServer>> serve_metrics(u16 port) {
    auto server = io::start_http_server({.port = port}, [this](const io::HttpRequest& request) {
      const std::string_view path = io::path_of(request.target);
      if (path == "/healthz") return io::HttpResponse{.body = "ok\n"};
      if (path != "/metrics") return io::HttpResponse{.status = 404, .body = "see /metrics\n"};
      return io::HttpResponse{.content_type = "text/plain; version=0.0.4",
                              .body = metrics_.expose()};
    });
    if (!server.ok()) {
      return fmt::format("cannot listen on port {} ({}): is it busy? --http-port gives another",
                         port, io::name_of(server.error()));
    }
    ops::log_info(role_, "metrics", {{"port", (*server)->port()}});
    return std::move(server).value();
  }

  dispute::ActorSettings settings(u64 chain_id, const std::vector<Hash32>& known) {
    dispute::ActorSettings s;
    s.role = role_;
    s.player.rival_wrong_claims = role_ == "challenger";
    s.max_bonds_wei = wei_of(options_.max_bonds_eth);
    s.max_fee_wei = u128{options_.max_fee_gwei} * u128{kWeiPerGwei};
    s.urgent_fee_wei = u128{options_.urgent_fee_gwei} * u128{kWeiPerGwei};
    s.dry_run = options_.dry_run;
    s.threads = options_.threads;
    s.confirmations = options_.confirmations;
    s.image_directory = options_.images;
    s.same_rules = known;
    s.undo = {.disk = &disk_, .directory = folder_.path(), .batches = kUndoBatches};
    if (!options_.data.empty()) {
      s.external = [this](u64 batch, const stf::Posted&) { return pages_of(store_, batch); };
    }
    s.submitter.chain_id = chain_id;
    s.submitter.confirmations = options_.confirmations;
    s.submitter.poll_ms = options_.poll_ms;
    s.submitter.bump_after_ms = options_.bump_after_s * 1'000;
    s.submitter.max_fee_wei = s.max_fee_wei;
    return s;
  }

  AppResult<int> follow(dispute::Actor& actor) {
    using Clock = std::chrono::steady_clock;
    std::string told;
    auto tell_at = Clock::now();
    while (!interrupted()) {
      const dispute::ActorState state = actor.tick();
      const std::string line = actor.status().text();
      if (Clock::now() >= tell_at && line != told) {
        fmt::print("{}: {}\n", role_, line);
        std::fflush(stdout);
        told = line;
        tell_at = Clock::now() + std::chrono::seconds(options_.status_s);
      }
      if (state == dispute::ActorState::failed) return actor.error();
      const bool hurry = state == dispute::ActorState::behind && actor.status().trouble.empty();
      if (!hurry) pause();
    }
    fmt::print("{}: end: {}\n", role_, actor.status().text());
    return kOk;
  }

  void pause() const {
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.poll_ms);
    while (!interrupted() && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  const Options& options_;
  std::string role_;
  io::SystemDisk disk_;
  WorkFolder folder_;
  da::BatchStore store_;
  ops::MetricsRegistry metrics_;
};

void add_verb(CLI::App& app, int& status, const std::string& role, const std::string& about) {
  static std::map<std::string, Options> all;
  Options& options = all[role];
  CLI::App* verb = app.add_subcommand(role, about);
  add_chain_options(*verb, options.l1, options.registry);
  verb->add_option("--key-file", options.key_file, "Key of the account that pays")->required();
  verb->add_option("--images", options.images,
                   "Folder with other images of the fault proof program, named ROOT.elf")
      ->check(CLI::ExistingDirectory);
  add_deriving_options(*verb, options.same_rules, options.data);
  verb->add_option("--work", options.work, "Folder for temporary records (default: the system's)");
  verb->add_option(
          "--max-bonds", options.max_bonds_eth,
          "Bonds at stake at any time, in ETH; a line of answers is begun only if all of it "
          "fits")
      ->check(ether_check)
      ->capture_default_str();
  verb->add_option("--max-fee-gwei", options.max_fee_gwei, "Highest gas price while there is time")
      ->capture_default_str();
  verb->add_option("--urgent-fee-gwei", options.urgent_fee_gwei,
                   "Highest gas price when a deadline is near")
      ->capture_default_str();
  verb->add_option("--raise-before", options.raise_before_s,
                   "Seconds before a contest ends to bring up claims of ours that it does not hang "
                   "on (default: a twentieth of the window)");
  verb->add_option(
          "--bump-after", options.bump_after_s,
          "Seconds after which a transaction that is not mined is priced anew, and a nonce "
          "of an earlier life is used up: three blocks of L1")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  verb->add_option("--poll", options.poll_ms, "Milliseconds from look to look")
      ->check(CLI::Range(10, 3'600'000))
      ->capture_default_str();
  verb->add_option("--status-every", options.status_s, "Seconds from status line to status line")
      ->capture_default_str();
  verb->add_option(
      "--http-port", options.http_port,
      "Answer /metrics and /healthz on this port of the machine itself; 0: a free one");
  verb->add_option("--threads", options.threads, "Threads for signatures and tree")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  verb->add_option("--confirmations", options.confirmations,
                   "Blocks after which an event of L1 counts")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  verb->add_flag("--dry-run", options.dry_run, "Say what would be done and why; send nothing");
  verb->callback([&status, &options, role] {
    const auto ran = ActorRun(options, role).run();
    status = ran.ok() ? *ran : fail(role, ran.error());
  });
}

}  // namespace

void add_challenger_commands(CLI::App& app, int& status) {
  add_verb(app, status, "challenger",
           "Contest wrong claims on L1: claims, seals, steps and resolves until SIGTERM");
  add_verb(app, status, "defender",
           "Defend right claims that are contested on L1, and claim nothing, until SIGTERM");
}

}  // namespace gavel::apps
