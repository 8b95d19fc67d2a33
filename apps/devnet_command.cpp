// gavel devnet: L1, contracts and a node on this machine, until Ctrl-C.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "command.hpp"
#include "devnet.hpp"
#include "node_process.hpp"

namespace gavel::apps {

namespace {

struct Options {
  DevnetOptions net;
  bool no_node = false;
  bool check = false;
};

const MarketSpec kMarkets[] = {
    {.symbol = "BTC-USD", .base = 2, .quote = 1, .base_per_lot = 1'000, .quote_per_tick_lot = 100,
     .maker_fee_ppm = 100, .taker_fee_ppm = 400},
    {.symbol = "ETH-USD", .base = 3, .quote = 1, .base_per_lot = 10'000, .quote_per_tick_lot = 100,
     .maker_fee_ppm = 100, .taker_fee_ppm = 400},
};

AppResult<void> run(const Options& options) {
  for (const u16 port : {options.net.gateway_port, options.net.http_port}) {
    if (!options.no_node && port != 0 && port_is_busy(port)) {
      return fmt::format("port {} is busy; stop what holds it, or give another with --gateway-port or --http-port", port);
    }
  }
  const auto say = [](const std::string& what) { fmt::print(stderr, "gavel devnet: {}\n", what); };
  const std::unique_ptr<Devnet> net = GAVEL_TRY(Devnet::start(options.net, say));
  GAVEL_TRY(net->create_markets(kMarkets));
  std::unique_ptr<NodeProcess> node;
  if (!options.no_node) {
    say("starting a node");
    node = GAVEL_TRY(NodeProcess::start(net->node_config_file(), options.net.directory + "/node.log"));
  }
  fmt::print("{}", net->screen());
  if (node) {
    fmt::print("gateway         127.0.0.1:{}\nqueries         http://127.0.0.1:{}\nnode log        {}/node.log\n",
               node->gateway_port(), node->http_port(), options.net.directory);
  }
  fmt::print("Ctrl-C ends it.\n");
  std::fflush(stdout);
  while (!options.check && !interrupted()) {
    if (!net->l1_running()) return std::string("anvil has ended; see anvil.log in " + options.net.directory);
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
  CLI::App* devnet = app.add_subcommand("devnet", "L1 (anvil), contracts and a node on this machine, until Ctrl-C");
  devnet->add_option("--dir", options.net.directory, "Folder for keys, logs, settings and data; a fresh one unless told");
  devnet->add_option("--port", options.net.l1_port, "L1's port; 0: a free one")->capture_default_str();
  devnet->add_option("--gateway-port", options.net.gateway_port, "The node's gateway; 0: a free one")
      ->capture_default_str();
  devnet->add_option("--http-port", options.net.http_port, "The node's queries; 0: a free one")->capture_default_str();
  devnet->add_option("--block-time", options.net.l1_block_seconds, "Seconds from one L1 block to the next")
      ->capture_default_str();
  devnet->add_option("--window", options.net.window_s, "Seconds that a claim must stand unrivalled")->capture_default_str();
  devnet->add_flag("--no-node", options.no_node, "L1 and contracts only");
  devnet->add_flag("--check", options.check, "End as soon as everything answers");
  devnet->callback([&status] {
    if (options.net.directory.empty()) {
      options.net.directory = fmt::format("{}/gavel-devnet-{}", std::filesystem::temp_directory_path().string(), ::getpid());
    }
    const auto ran = run(options);
    status = ran.ok() ? kOk : fail("devnet", ran.error());
  });
}

}  // namespace gavel::apps
