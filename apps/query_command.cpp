// gavel status, query and proof: questions to a node.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "command.hpp"
#include "node_client.hpp"

namespace gavel::apps {

namespace {

struct Options {
  std::string node = kDefaultNodeUrl;
  bool json = false;
  u64 index = 0;
  std::string owner;
  u64 depth = 20;
  u64 batch = 0;
  u64 first = 1;
  u64 count = 100;
  bool at_batch = false;
  std::string table;
};

Options& options() {
  static Options the;
  return the;
}

int ask(std::string_view verb, const std::string& target) {
  const auto client = NodeClient::connect(options().node);
  if (!client.ok()) return fail(verb, client.error(), kUsage);
  const auto answer = (*client)->json(target);
  if (!answer.ok()) return fail(verb, answer.error());
  if (options().json) {
    fmt::print("{}\n", std::string(simdjson::minify(*answer)));
  } else {
    fmt::print("{}", flatten(*answer));
  }
  return kOk;
}

CLI::App* add_question(CLI::App& parent, const char* name, const char* help) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->add_option("--node", options().node, "The node's query interface")
      ->capture_default_str();
  command->add_flag("--json", options().json, "The answer as JSON");
  return command;
}

std::string account_target() {
  return options().owner.empty() ? fmt::format("/v1/account?index={}", options().index)
                                 : "/v1/account?owner=" + options().owner;
}

}  // namespace

void add_query_commands(CLI::App& app, int& status) {
  CLI::App* state = add_question(app, "status", "Heads, rates and L1 business of a node");
  state->callback([&status] { status = ask("status", "/v1/status"); });

  CLI::App* query = app.add_subcommand(
      "query", "An account, order, market, book, block or the clearing of a node");
  query->require_subcommand(1);
  CLI::App* account =
      add_question(*query, "account", "An account by its index, or all of an owner");
  account->add_option("index", options().index, "The account's index");
  account->add_option("--owner", options().owner, "The owner's address");
  account->callback([&status] { status = ask("query", account_target()); });

  const auto by_number = [&](const char* name, const char* help, const char* what,
                             const char* target) {
    CLI::App* command = add_question(*query, name, help);
    command->add_option(what, options().index, "Its number")->required();
    command->callback(
        [&status, target] { status = ask("query", target + std::to_string(options().index)); });
    return command;
  };
  by_number("order", "A resting order", "order-id", "/v1/order?id=");
  by_number("market", "A market's parameters", "index", "/v1/market?index=");
  by_number("asset", "An asset", "index", "/v1/asset?index=");
  by_number("block", "Hash, time and size of a recent block", "number", "/v1/block?number=");
  by_number("batch", "What a batch ended with", "number", "/v1/batch?number=");
  add_question(*query, "clearing", "Collateral asset, vault, insurance fund and oracle set")
      ->callback([&status] { status = ask("query", "/v1/clearing"); });
  CLI::App* liquidatable = add_question(*query, "liquidatable",
                                        "Positions of accounts whose equity is below maintenance");
  liquidatable->add_option("--first", options().first, "The account to begin with")
      ->capture_default_str();
  liquidatable->add_option("--count", options().count, "At most so many")->capture_default_str();
  liquidatable->callback([&status] {
    status = ask("query", fmt::format("/v1/liquidatable?first={}&count={}", options().first,
                                      options().count));
  });
  CLI::App* book =
      add_question(*query, "book", "A market's levels: [price_ticks, lots, orders], best first");
  book->add_option("market", options().index, "The market's index")->required();
  book->add_option("--depth", options().depth, "Levels a side")->capture_default_str();
  book->callback([&status] {
    status =
        ask("query", fmt::format("/v1/book?market={}&depth={}", options().index, options().depth));
  });

  CLI::App* proof = add_question(app, "proof", "Proof of an object against a batch's state root");
  proof
      ->add_option("table", options().table,
                   "global, account, signer, nonces, market, level, order, outbox or asset")
      ->required();
  proof->add_option("index", options().index, "The object's index")->required();
  CLI::Option* batch =
      proof->add_option("--batch", options().batch, "The batch; the newest committed unless told");
  proof->callback([&status, batch] {
    std::string target =
        fmt::format("/v1/proof?table={}&index={}", options().table, options().index);
    if (batch->count() != 0) target += fmt::format("&batch={}", options().batch);
    status = ask("proof", target);
  });
}

}  // namespace gavel::apps
