// gavel devnet: L1, contracts and a node on this machine, until Ctrl-C.
#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <thread>

#include "command.hpp"
#include "devnet.hpp"
#include "key_file.hpp"
#include "node_process.hpp"
#include "oracle_feeder.hpp"
#include "replay/price_path.hpp"

namespace gavel::apps {

namespace {

struct Options {
  DevnetOptions net;
  bool no_node = false;
  bool check = false;
  bool no_oracle = false;
  std::vector<std::string> oracle_tapes;
  u32 oracle_decimals = 0;
};

const MarketSpec kMarkets[] = {
    {.symbol = "BTC-USD",
     .base = 2,
     .quote = 1,
     .base_per_lot = 1'000,
     .quote_per_tick_lot = 100,
     .maker_fee_ppm = 100,
     .taker_fee_ppm = 400},
    {.symbol = "ETH-USD",
     .base = 3,
     .quote = 1,
     .base_per_lot = 10'000,
     .quote_per_tick_lot = 100,
     .maker_fee_ppm = 100,
     .taker_fee_ppm = 400},
};

// A tick is a dollar, a lot a thousandth of a bitcoin.
const PerpetualSpec kPerpetual = {.symbol = "BTC-PERP",
                                  .quote = 1,
                                  .quote_per_tick_lot = 100'000,
                                  .maker_fee_ppm = 100,
                                  .taker_fee_ppm = 400,
                                  .impact_lots = 10,
                                  .max_position_lots = 50'000,
                                  .max_price_ticks = 600'000};
constexpr u32 kOracles = 3;
constexpr u32 kOracleQuorum = 2;
constexpr u32 kFirstPriceTicks = 60'000;

// Two owners with an account and plenty of every token each, to try orders with.
struct Trader {
  std::string name;
  u32 account = 0;
  crypto::KeyPair key;
};
constexpr u32 kFirstTraderAccount = 2;  // account 1 is the chain owner's
constexpr u64 kUnitsPerToken = 100'000'000;
constexpr u64 kTraderTokens[] = {1'000'000, 100, 1'000};  // USD, BTC, ETH
constexpr auto kInboxPatience = std::chrono::minutes(1);

AppResult<void> write_key(const Devnet& net, const Trader& trader) {
  const std::string path = fmt::format("{}/keys/{}.key", net.options().directory, trader.name);
  std::filesystem::remove(path);
  return write_key_file(path, trader.key);
}

AppResult<std::vector<Trader>> fund_traders(Devnet& net) {
  std::vector<Trader> traders = {{.name = "alice", .key = new_key()},
                                 {.name = "bob", .key = new_key()}};
  for (u32 i = 0; i < traders.size(); ++i) {
    traders[i].account = kFirstTraderAccount + i;
    GAVEL_TRY(write_key(net, traders[i]));
  }
  for (u32 token = 0; token < net.tokens().size(); ++token) {
    std::vector<Devnet::Deposit> deposits;
    for (const Trader& t : traders) {
      // The first deposit opens the account, the others name it.
      deposits.push_back(
          {t.key.address, token == 0 ? 0 : t.account, kTraderTokens[token] * kUnitsPerToken});
    }
    GAVEL_TRY(net.deposit(net.tokens()[token], deposits));
  }
  return traders;
}

// Accounts of the oracle set's members and of a keeper; the set is made once these are open.
AppResult<std::vector<Trader>> found_perpetual(Devnet& net, u32 first_account) {
  std::vector<Trader> members;
  std::vector<Devnet::Deposit> deposits;
  std::vector<u32> accounts;
  for (u32 i = 0; i <= kOracles; ++i) {
    const bool keeper = i == kOracles;
    members.push_back({.name = keeper ? "keeper" : fmt::format("oracle-{}", i + 1),
                       .account = first_account + i,
                       .key = new_key()});
    GAVEL_TRY(write_key(net, members.back()));
    deposits.push_back({members.back().key.address, 0, kUnitsPerToken});
    if (!keeper) accounts.push_back(first_account + i);
  }
  GAVEL_TRY(net.deposit(net.tokens()[0], deposits));
  GAVEL_TRY(net.create_perpetual(kPerpetual));
  GAVEL_TRY(net.set_oracle_set(kOracleQuorum, accounts));
  return members;
}

// Until the node has executed every message that L1 has now.
AppResult<void> wait_for_inbox(Devnet& net, NodeProcess& node) {
  const u64 count = GAVEL_TRY(net.message_count());
  const auto until = std::chrono::steady_clock::now() + kInboxPatience;
  while (std::chrono::steady_clock::now() < until) {
    const auto status = GAVEL_TRY(node.client().json("/v1/status"));
    if (number_at(status, "/inbox_index").value_or(0) >= count) return {};
    if (interrupted()) return std::string("interrupted");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return fmt::format("the node has not executed the inbox's {} messages: {}", count,
                     node.log_tail());
}

u64 new_seed() {
  io::EntropyRandom random;
  return random.next();
}

// Returns when every member's first report was taken, so that the market trades.
AppResult<std::unique_ptr<OracleFeeder>> start_feeder(NodeProcess& node,
                                                      std::span<const OracleMember> members,
                                                      u32 market, PriceSource price) {
  auto feeder = std::make_unique<OracleFeeder>(GatewayAddress{"127.0.0.1", node.gateway_port()},
                                               members, market, std::move(price));
  const auto until = std::chrono::steady_clock::now() + kInboxPatience;
  while (feeder->accepted() < members.size()) {
    if (interrupted()) return std::string("interrupted");
    if (std::chrono::steady_clock::now() > until)
      return std::string("the oracles' reports are not taken");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return feeder;
}

AppResult<void> check_ports(const Options& options) {
  struct Port {
    u16 number;
    const char* flag;
  };
  std::vector<Port> ports = {{options.net.l1_port, "--port"}};
  if (!options.no_node) {
    ports.push_back({options.net.gateway_port, "--gateway-port"});
    ports.push_back({options.net.http_port, "--http-port"});
  }
  for (const Port& port : ports) {
    if (port.number == 0 || !port_is_busy(port.number)) continue;
    return fmt::format("port {} is busy; stop what holds it, or give another with {}", port.number,
                       port.flag);
  }
  return {};
}

AppResult<void> run(const Options& options) {
  GAVEL_TRY(check_ports(options));
  const auto say = [](const std::string& what) { fmt::print(stderr, "gavel devnet: {}\n", what); };
  const std::unique_ptr<Devnet> net = GAVEL_TRY(Devnet::start(options.net, say));
  GAVEL_TRY(net->create_markets(kMarkets));
  std::unique_ptr<NodeProcess> node;
  std::vector<Trader> traders;
  std::vector<OracleMember> oracles;
  PriceSource price = walking_price(new_seed(), kFirstPriceTicks);
  if (!options.oracle_tapes.empty())
    price = GAVEL_TRY(taped_price(options.oracle_tapes, options.oracle_decimals));
  if (!options.no_node) {
    traders = GAVEL_TRY(fund_traders(*net));
    const u32 first_member = kFirstTraderAccount + static_cast<u32>(traders.size());
    for (const Trader& member : GAVEL_TRY(found_perpetual(*net, first_member))) {
      if (oracles.size() < kOracles) oracles.push_back({member.account, member.key});
      traders.push_back(member);
    }
    say("starting a node");
    node =
        GAVEL_TRY(NodeProcess::start(net->node_config_file(), options.net.directory + "/node.log"));
    GAVEL_TRY(wait_for_inbox(*net, *node));
  }
  fmt::print("{}", net->screen());
  for (const Trader& t : traders) {
    fmt::print("{:<16}{}  {}/keys/{}.key  account {}\n", t.name, hex_of(t.key.address),
               options.net.directory, t.name, t.account);
  }
  if (node) {
    fmt::print(
        "gateway         127.0.0.1:{}\nqueries         http://127.0.0.1:{}\nnode log        "
        "{}/node.log\n",
        node->gateway_port(), node->http_port(), options.net.directory);
  }
  std::unique_ptr<OracleFeeder> feeder;
  if (node) {
    fmt::print("perpetual       {}  market {}, {} of {} oracles, {}\n", kPerpetual.symbol,
               net->markets(), kOracleQuorum, kOracles,
               options.no_oracle ? "nobody reports its price" : "a report a second each");
    if (!options.no_oracle)
      feeder = GAVEL_TRY(start_feeder(*node, oracles, net->markets(), std::move(price)));
  }
  fmt::print("Ctrl-C ends it.\n");
  std::fflush(stdout);
  while (!options.check && !interrupted()) {
    if (!net->l1_running())
      return std::string("anvil has ended; see anvil.log in " + options.net.directory);
    if (node && !node->running()) return "the node has ended: " + node->log_tail();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return {};
}

constexpr const char* kCourtHelp = R"(
Trying the court's terms on a running devnet (`gavel disputes` shows all of them):
  a pause     cast send --rpc-url L1 --private-key $(cat DIR/keys/guardian.key)
              SuperchainConfig 'pause(uint64)' SECONDS: no claim earns time, nothing is paid
  a proof     of a claim is lane N's signature, by DIR/keys/lane-N.key, of what is claimed; it goes
              to BatchRegistry or to a game with prove(...): contracts/README.md
  a contest   gavel demo --cheat KIND plays one; refunds come with `collect`)";

// Who may stop time, what else counts, what is paid.
void add_court_options(CLI::App& devnet, DevnetOptions& net) {
  const auto add = [&](const char* flag, u64& value, const char* about) {
    devnet.add_option(flag, value, about)->capture_default_str();
  };
  add("--pause-budget", net.pause_budget_s, "Seconds of all pauses by the guardian together");
  devnet
      .add_option("--test-lane", net.lane_credits_s,
                  "A proof lane of a key's word, worth so many seconds; given twice, two lanes")
      ->expected(1)
      ->take_all();
  DevnetStakes& stakes = net.stakes;
  add("--contest-bond", stakes.contest_bond_wei, "Wei, for an end in a contest");
  add("--claim-bond", stakes.claim_bond_wei, "Wei, for another claim in a contest");
  add("--open-bond", stakes.open_bond_wei, "Wei, for opening a dispute");
  add("--claim-refund", stakes.claim_refund_wei, "Wei, for a claim on the winning line");
  add("--open-refund", stakes.open_refund_wei, "Wei, for opening a dispute on it");
  add("--step-refund", stakes.step_refund_wei, "Wei, for proving the step");
  add("--prove-refund", stakes.prove_refund_wei, "Wei, for a lane's proof");
  add("--resolve-refund", stakes.resolve_refund_wei, "Wei, for the decision");
  add("--settle-delay", stakes.settle_delay_s,
      "Seconds from a contest's end until its money is collected");
  devnet.footer(kCourtHelp);
}

}  // namespace

void add_devnet_command(CLI::App& app, int& status) {
  static Options options;
  options.net.l1_port = 8'545;
  options.net.gateway_port = 7'100;
  options.net.http_port = 7'180;
  CLI::App* devnet = app.add_subcommand(
      "devnet", "L1 (anvil), contracts and a node on this machine, until Ctrl-C");
  devnet->add_option("--dir", options.net.directory,
                     "Folder for keys, logs, settings and data; a fresh one unless told");
  devnet->add_option("--port", options.net.l1_port, "L1's port; 0: a free one")
      ->capture_default_str();
  devnet
      ->add_option("--gateway-port", options.net.gateway_port, "The node's gateway; 0: a free one")
      ->capture_default_str();
  devnet->add_option("--http-port", options.net.http_port, "The node's queries; 0: a free one")
      ->capture_default_str();
  devnet
      ->add_option("--block-time", options.net.l1_block_seconds,
                   "Seconds from one L1 block to the next")
      ->capture_default_str();
  devnet->add_option("--window", options.net.window_s, "Seconds that a claim must stand unrivalled")
      ->capture_default_str();
  devnet->add_option("--batch-blocks", options.net.batch_blocks, "Blocks of a batch")
      ->check(CLI::Range(u64{1}, u64{10'000}))
      ->capture_default_str();
  add_court_options(*devnet, options.net);
  CLI::Option* tape = devnet->add_option(
      "--oracle-tape", options.oracle_tapes,
      "Files of what the oracles report for BTC-PERP, as gavel oracle --tape; else a random walk");
  devnet
      ->add_option("--oracle-decimals", options.oracle_decimals,
                   "Of the tape's prices: a tick is 10^-N of its unit")
      ->check(CLI::Range(replay::kMaxPriceDecimals))
      ->capture_default_str();
  devnet->add_flag("--no-oracle", options.no_oracle, "Nobody reports prices; gavel oracle does")
      ->excludes(tape);
  devnet->add_flag("--no-node", options.no_node, "L1 and contracts only");
  devnet->add_flag("--check", options.check, "End as soon as everything answers");
  devnet->callback([&status] {
    if (options.net.directory.empty()) {
      options.net.directory = fmt::format(
          "{}/gavel-devnet-{}", std::filesystem::temp_directory_path().string(), ::getpid());
    }
    const auto ran = run(options);
    status = ran.ok() ? kOk : fail("devnet", ran.error());
  });
}

}  // namespace gavel::apps
