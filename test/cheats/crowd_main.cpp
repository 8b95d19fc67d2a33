// gavel_crowd: two traders who keep a devnet's first market busy, with orders that rest and fill
// and now and then a withdrawal, until SIGTERM.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <thread>

#include "command.hpp"
#include "key_file.hpp"
#include "signed_client.hpp"

namespace gavel::cheats {

namespace {

using apps::AppResult;

struct Options {
  std::string gateway;
  std::string devnet;
  u64 pause_ms = 100;
};

constexpr u32 kMarket = 1;
constexpr u32 kQuote = 1;
constexpr u32 kFirstAccount = 2;
constexpr u32 kPriceTicks = 60'000;

stf::Transaction order(exchange::Side side, stf::OrderType type, u32 price_ticks, u64 lots) {
  stf::Transaction tx;
  tx.action = stf::Action::place;
  tx.market = kMarket;
  tx.side = static_cast<u8>(side);
  tx.type = static_cast<u8>(type);
  tx.price_ticks = price_ticks;
  tx.lots = lots;
  return tx;
}

AppResult<void> trade(const Options& o) {
  const apps::GatewayAddress gateway = GAVEL_TRY(apps::parse_gateway(o.gateway));
  const auto client = [&](const char* name, u32 account) -> AppResult<apps::SignedClient> {
    const auto key = GAVEL_TRY(apps::read_key_file(fmt::format("{}/keys/{}.key", o.devnet, name)));
    return apps::SignedClient(gateway, key, account);
  };
  apps::SignedClient alice = GAVEL_TRY(client("alice", kFirstAccount));
  apps::SignedClient bob = GAVEL_TRY(client("bob", kFirstAccount + 1));
  using exchange::Side;
  using stf::OrderType;
  for (u64 round = 0; !apps::interrupted(); ++round) {
    const u32 price = kPriceTicks + static_cast<u32>(round % 40);
    GAVEL_TRY(alice.execute(order(Side::ask, OrderType::gtc, price, 5)));
    GAVEL_TRY(bob.execute(order(Side::bid, OrderType::ioc, price, 5)));
    GAVEL_TRY(bob.execute(order(Side::bid, OrderType::gtc, kPriceTicks / 2 + price % 20, 1)));
    stf::Transaction cancel;
    cancel.action = stf::Action::cancel_all;
    cancel.market = kMarket;
    if (round % 16 == 15) GAVEL_TRY(bob.execute(cancel));
    stf::Transaction withdrawal;
    withdrawal.action = stf::Action::withdraw;
    withdrawal.asset = kQuote;
    withdrawal.amount = 1'000;
    withdrawal.address = bob.address();
    if (round % 8 == 3) GAVEL_TRY(bob.execute(withdrawal));
    std::this_thread::sleep_for(std::chrono::milliseconds(o.pause_ms));
  }
  return {};
}

}  // namespace

}  // namespace gavel::cheats

int main(int argc, char** argv) {
  using namespace gavel;  // NOLINT: a program
  CLI::App app("Two traders who keep a devnet busy", "gavel_crowd");
  cheats::Options o;
  app.add_option("--gateway", o.gateway, "The node's gateway, HOST:PORT")->required();
  app.add_option("--devnet", o.devnet, "The devnet's folder, for its keys")->required();
  app.add_option("--pause", o.pause_ms, "Milliseconds between their rounds");
  CLI11_PARSE(app, argc, argv);
  apps::interrupted();
  const auto ran = cheats::trade(o);
  if (ran.ok() || apps::interrupted()) return 0;
  fmt::print(stderr, "gavel_crowd: {}\n", ran.error());
  return 1;
}
