// gavel keeper: asks a node which accounts may be liquidated, and liquidates them.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <thread>

#include "command.hpp"
#include "key_file.hpp"
#include "node_client.hpp"
#include "signer_options.hpp"

namespace gavel::apps {

namespace {

struct Options {
  SignerOptions signer;
  std::string node = kDefaultNodeUrl;
  u64 poll_ms = 500;
  bool once = false;
};

struct Target {
  u32 account = 0;
  u32 market = 0;
  std::string why;
};

struct Tally {
  u64 sent = 0;
  u64 closed = 0;  // transactions that closed lots
};

void say(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

// A page of the node's list from account `first` on; `first` becomes where to go on, 0 at the end.
AppResult<void> read_page(NodeClient& node, u64& first, std::vector<Target>& targets) {
  const auto answer =
      GAVEL_TRY(node.json(fmt::format("/v1/liquidatable?first={}&count=100", first)));
  simdjson::dom::array list;
  if (answer.at_pointer("/accounts").get(list) != simdjson::SUCCESS)
    return std::string("the node does not tell which accounts may be liquidated");
  first = number_at(answer, "/next").value_or(0);
  for (const simdjson::dom::element entry : list) {
    Target target;
    target.account = static_cast<u32>(number_at(entry, "/account").value_or(0));
    target.market = static_cast<u32>(number_at(entry, "/market").value_or(0));
    target.why = fmt::format("size {}, equity {} below maintenance {}", text_at(entry, "/size"),
                             text_at(entry, "/equity"), text_at(entry, "/maintenance"));
    if (target.account == 0 || target.market == 0)
      return std::string("the node names an account that may be liquidated without its index");
    targets.push_back(std::move(target));
  }
  return {};
}

AppResult<std::vector<Target>> read_targets(NodeClient& node) {
  constexpr std::size_t kMostTargets = 1'000;  // a look; what is left is there at the next one
  std::vector<Target> targets;
  for (u64 first = 1; first != 0 && targets.size() < kMostTargets;)
    GAVEL_TRY(read_page(node, first, targets));
  return targets;
}

std::string outcome_of(const AppResult<replay::ResultFrame>& result, Tally& tally) {
  if (!result.ok()) return result.error();
  const stf::Receipt& receipt = result->receipt;
  if (receipt.result != exchange::Reject::ok)
    return std::string("rejected: ") + exchange::name_of(receipt.result);
  if (receipt.filled_lots == 0 && receipt.resting_lots == 0)
    return fmt::format(
        "ok, block {}, but nothing to close it with; {} orders outside the band removed",
        result->block, receipt.events.size());
  ++tally.closed;
  return fmt::format("ok, block {}, closed {} lots for {}, deficit covered {}", result->block,
                     receipt.filled_lots, receipt.value, receipt.resting_lots);
}

// A wrong key is told now, not at the first liquidation.
AppResult<void> check_owner(NodeClient& node, const SignedClient& client) {
  const auto answer = GAVEL_TRY(node.json(fmt::format("/v1/account?index={}", client.account())));
  const std::string owner = text_at(answer, "/owner");
  const std::string ours = hex_of(client.address());
  if (owner == ours) return {};
  return fmt::format("account {} belongs to {}, not to the key's address {}", client.account(),
                     owner, ours);
}

// One look at the node, one transaction for each account that it names.
AppResult<void> look(NodeClient& node, SignedClient& client, Tally& tally) {
  for (const Target& target : GAVEL_TRY(read_targets(node))) {
    if (interrupted()) return {};
    stf::Transaction tx;
    tx.action = stf::Action::liquidate;
    tx.target = target.account;
    tx.market = target.market;
    const auto result = client.execute(tx);
    ++tally.sent;
    say(fmt::format("liquidate account={} market={} ({}): {}", target.account, target.market,
                    target.why, outcome_of(result, tally)));
    if (!result.ok()) return result.error();
  }
  return {};
}

AppResult<void> run(const Options& options) {
  SignedClient client = GAVEL_TRY(options.signer.open());
  const auto node = GAVEL_TRY(NodeClient::connect(options.node));
  GAVEL_TRY(check_owner(*node, client));
  GAVEL_TRY(read_targets(*node));
  Tally tally;
  std::string trouble;
  while (!interrupted()) {
    const auto looked = look(*node, client, tally);
    if (options.once && !looked.ok()) return looked.error();
    // A node that is away is told once, not at every look.
    const std::string now = looked.ok() ? "" : looked.error();
    if (now != trouble) say(now.empty() ? "the node answers again" : "waiting: " + now);
    trouble = now;
    if (options.once) break;
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(options.poll_ms);
    while (!interrupted() && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  say(fmt::format("end: {} liquidations sent, {} closed lots", tally.sent, tally.closed));
  return {};
}

}  // namespace

void add_keeper_command(CLI::App& app, int& status) {
  static Options options;
  CLI::App* keeper = app.add_subcommand(
      "keeper", "Liquidates the accounts whose equity is below maintenance, until SIGTERM");
  options.signer.add_to(*keeper);
  keeper->add_option("--node", options.node, "The node's query interface")->capture_default_str();
  keeper->add_option("--poll", options.poll_ms, "Milliseconds from look to look")
      ->check(CLI::Range(10, 3'600'000))
      ->capture_default_str();
  keeper->add_flag("--once", options.once, "One look, then end");
  keeper->callback([&status] {
    const auto ran = run(options);
    status = ran.ok() ? kOk : fail("keeper", ran.error());
  });
}

}  // namespace gavel::apps
