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

namespace gavel::apps {

namespace {

struct Options {
  DevnetOptions net;
  bool no_node = false;
  bool check = false;
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

// Two owners with an account and plenty of every token each, to try orders with.
struct Trader {
  const char* name;
  u32 account = 0;
  crypto::KeyPair key;
};
constexpr u32 kFirstTraderAccount = 2;  // account 1 is the chain owner's
constexpr u64 kUnitsPerToken = 100'000'000;
constexpr u64 kTraderTokens[] = {1'000'000, 100, 1'000};  // USD, BTC, ETH
constexpr auto kInboxPatience = std::chrono::minutes(1);

AppResult<std::vector<Trader>> fund_traders(Devnet& net) {
  std::vector<Trader> traders = {{.name = "alice", .key = new_key()},
                                 {.name = "bob", .key = new_key()}};
  for (u32 i = 0; i < traders.size(); ++i) {
    traders[i].account = kFirstTraderAccount + i;
    const std::string path =
        fmt::format("{}/keys/{}.key", net.options().directory, traders[i].name);
    std::filesystem::remove(path);
    GAVEL_TRY(write_key_file(path, traders[i].key));
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
  if (!options.no_node) {
    traders = GAVEL_TRY(fund_traders(*net));
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
