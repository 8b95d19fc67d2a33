// gavel_cheat: a sequencer on a devnet that tells one lie in its second batch and stands by it.
//
// Prints what a verifier must find, as NAME=VALUE lines, the last of which is its own address;
// then it answers queries until SIGTERM.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cheats/cheat_chain.hpp"
#include "cheats/shown_server.hpp"
#include "command.hpp"

namespace gavel::cheats {

namespace {

struct Options {
  std::string l1;
  std::string registry;
  std::string devnet;
  std::string lie = "none";
  std::string data;
};

constexpr u32 kMarket = 1;
constexpr u32 kQuote = 1;
constexpr u32 kBase = 2;
constexpr u64 kFunds = 1'000'000'000'000;
constexpr u64 kLateDeposit = 777;
constexpr u64 kPatienceMs = 60'000;

void print(const char* name, u64 value) { fmt::print("{}={}\n", name, value); }

void print_facts(const Liar& liar) {
  const LieFacts& facts = liar.facts();
  print("batches", liar.last_batch());
  if (facts.batch != 0) print("batch", facts.batch);
  if (facts.block != 0) print("block", facts.block);
  if (facts.transaction) print("transaction", *facts.transaction);
  if (facts.account != 0) print("account", facts.account);
  if (facts.asset != 0) print("asset", facts.asset);
  if (facts.claimed_price != 0) print("claimed_price", facts.claimed_price);
  if (facts.right_price != 0) print("right_price", facts.right_price);
}

// Not a sequencer of its own, but a stranger who disputes another's newest claim.
AppResult<void> dispute(const Options& options) {
  const auto chain = GAVEL_TRY(CheatChain::connect(options.l1, options.registry, options.devnet));
  const u64 batch = GAVEL_TRY(chain->claim_rival());
  print("batch", batch);
  return {};
}

AppResult<void> cheat(const Options& options, Lie lie) {
  const auto chain = GAVEL_TRY(CheatChain::connect(options.l1, options.registry, options.devnet));
  Liar liar(chain->config(), lie, kMarket, options.data);
  settle::PosterOptions posting;
  if (!options.data.empty()) posting.mode = settle::DataMode::local;
  GAVEL_TRY(chain->start_posting(liar, {.confirmations = 1, .poll_ms = 10}, posting));
  // Batch 1: accounts and funds. An account must be there before its second asset can go into it.
  GAVEL_TRY(chain->fund(liar, kBase, true, kFunds));
  GAVEL_TRY(chain->deliver(liar));
  liar.make_message_block(GAVEL_TRY(chain->now_ms()), false);
  GAVEL_TRY(chain->fund(liar, kQuote, false, kFunds));
  GAVEL_TRY(chain->deliver(liar));
  liar.make_message_block(GAVEL_TRY(chain->now_ms()), true);
  GAVEL_TRY(chain->settle(1, kPatienceMs));
  GAVEL_TRY(chain->claim_anyway(liar, 1));
  // Batch 2, with the lie, and batch 3 on top of it.
  GAVEL_TRY(chain->deposit(liar, Liar::kVictim, kQuote, kLateDeposit));
  GAVEL_TRY(chain->deliver(liar));
  if (lie == Lie::skip_message) GAVEL_TRY(chain->make_overdue());
  for (u64 batch = 2; batch <= 3; ++batch) {
    liar.make_trading_batch(GAVEL_TRY(chain->now_ms()));
    GAVEL_TRY(chain->settle(batch, kPatienceMs));
    GAVEL_TRY(chain->claim_anyway(liar, batch));
  }
  print_facts(liar);
  auto server = io::start_http_server(
      {}, [&liar](const io::HttpRequest& request) { return answer(liar, request); });
  if (!server.ok()) return std::string("no port to answer on");
  fmt::print("node=http://127.0.0.1:{}\n", (*server)->port());
  std::fflush(stdout);
  while (!apps::interrupted()) apps::system_clock().sleep_for_ns(20'000'000);
  return {};
}

}  // namespace

}  // namespace gavel::cheats

int main(int argc, char** argv) {
  using namespace gavel;  // NOLINT: a program
  CLI::App app("A sequencer that lies, for the tests of the verifier", "gavel_cheat");
  cheats::Options options;
  app.add_option("--l1", options.l1, "L1 of a devnet")->required();
  app.add_option("--registry", options.registry)->required();
  app.add_option("--devnet", options.devnet, "The devnet's folder, for its keys")->required();
  app.add_option("--lie", options.lie)->required();
  app.add_option("--data", options.data, "Keep the pages in this folder, and only roots on L1");
  CLI11_PARSE(app, argc, argv);
  apps::interrupted();
  const bool rival = options.lie == "rival";
  const auto lie = cheats::parse_lie(options.lie);
  if (!lie && !rival) {
    fmt::print(stderr, "gavel_cheat: there is no lie {}\n", options.lie);
    return 2;
  }
  const auto ran = rival ? cheats::dispute(options) : cheats::cheat(options, *lie);
  if (ran.ok()) return 0;
  fmt::print(stderr, "gavel_cheat: {}\n", ran.error());
  return 1;
}
