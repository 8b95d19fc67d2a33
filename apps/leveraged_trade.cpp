#include "leveraged_trade.hpp"

#include <fmt/format.h>

#include <array>
#include <thread>

#include "command.hpp"
#include "exchange/margin_account.hpp"
#include "key_file.hpp"

namespace gavel::apps {

namespace {

constexpr u64 kDepositUnits = 100'000'000;
// Of the position's value: enough to open it, too little after the fall.
constexpr u64 kCollateralPercent = 11;
constexpr u64 kFallPercent = 8;

}  // namespace

LeveragedTrade::LeveragedTrade(ExchangeSession& session, const DevnetVenue& venue,
                               const replay::ReplayOptions& how, u32 market)
    : session_(session),
      venue_(venue),
      how_(how),
      market_(market),
      key_(new_key()),
      bidder_key_(new_key()),
      gateway_{"127.0.0.1", session.node().gateway_port()} {}

AppResult<void> LeveragedTrade::deposit() {
  const std::array<Devnet::Deposit, 2> deposits{{
      {key_.address, 0, kDepositUnits},
      {bidder_key_.address, 0, 2 * kDepositUnits},
  }};
  return session_.net().deposit(session_.net().tokens().front(), deposits);
}

AppResult<replay::ResultFrame> LeveragedTrade::execute(SignedClient& client,
                                                       const stf::Transaction& tx,
                                                       const char* what) {
  const replay::ResultFrame result = GAVEL_TRY(client.execute(tx));
  if (result.receipt.result != exchange::Reject::ok)
    return fmt::format("{} was rejected: {}", what, exchange::name_of(result.receipt.result));
  block_ = std::max(block_, result.block);
  return result;
}

AppResult<u64> LeveragedTrade::market_number(const char* name) {
  const auto market =
      GAVEL_TRY(session_.node().client().json(fmt::format("/v1/market?index={}", market_)));
  const auto value = number_at(market, fmt::format("/perpetual/{}", name));
  if (!value) return fmt::format("market {} has no {}", market_, name);
  return *value;
}

AppResult<u64> LeveragedTrade::position_lots() {
  const auto found =
      GAVEL_TRY(session_.node().client().json(fmt::format("/v1/account?index={}", account_)));
  return number_at(found, "/margin/positions/0/size").value_or(0);
}

AppResult<void> LeveragedTrade::report(u32 price_ticks) {
  for (u32 i = 0; i < how_.oracles; ++i) {
    SignedClient member(gateway_, replay::oracle_key(how_, i), venue_.oracles()[i]);
    stf::Transaction tx;
    tx.action = stf::Action::report_price;
    tx.market = market_;
    tx.price_ticks = price_ticks;
    tx.time_ms = system_clock().now_ms();
    GAVEL_TRY(execute(member, tx, "an oracle's report"));
  }
  return {};
}

AppResult<u32> LeveragedTrade::account_of(const Address& owner) {
  const auto found = GAVEL_TRY(session_.node().client().json("/v1/account?owner=" + hex_of(owner)));
  const u64 account = number_at(found, "/accounts/0/account").value_or(0);
  if (account == 0) return std::string("a deposit opened no account");
  return static_cast<u32>(account);
}

AppResult<void> LeveragedTrade::add_collateral(SignedClient& client, u64 percent_of_value) {
  const u64 mark = GAVEL_TRY(market_number("mark_price"));
  stf::Transaction margin;
  margin.action = stf::Action::margin;
  margin.kind = static_cast<u8>(exchange::MarginKind::deposit);
  margin.amount = kLots * mark * percent_of_value / 100;
  GAVEL_TRY(execute(client, margin, "the collateral"));
  return {};
}

// The order flow's bids stand where the price was, outside the band: an order at its edge has them
// cancelled, a few dozen at a time. Then somebody bids at the mark price.
AppResult<void> LeveragedTrade::bid_at_the_mark(u32 price_ticks) {
  SignedClient bidder(gateway_, bidder_key_, GAVEL_TRY(account_of(bidder_key_.address)));
  GAVEL_TRY(add_collateral(bidder, 2 * kCollateralPercent));
  const u64 band_ppm = GAVEL_TRY(market_number("band_ppm"));
  stf::Transaction order;
  order.action = stf::Action::place;
  order.market = market_;
  for (u32 sent = 0, swept = 0; swept == 0; ++sent) {
    if (sent % 16 == 0) GAVEL_TRY(report(price_ticks));  // before it is too old
    const u64 mark = GAVEL_TRY(market_number("mark_price"));
    order.side = static_cast<u8>(exchange::Side::ask);
    order.type = static_cast<u8>(stf::OrderType::ioc);
    order.price_ticks = static_cast<u32>(mark + mark * band_ppm / 1'000'000 + 1);
    order.lots = 1;
    const replay::ResultFrame result = GAVEL_TRY(execute(bidder, order, "an order at the edge"));
    swept = result.receipt.events.empty() ? 1 : 0;
    order.price_ticks = static_cast<u32>(mark);
  }
  order.side = static_cast<u8>(exchange::Side::bid);
  order.type = static_cast<u8>(stf::OrderType::gtc);
  order.lots = kLots;
  GAVEL_TRY(execute(bidder, order, "the bid at the mark price"));
  return {};
}

AppResult<void> LeveragedTrade::open() {
  account_ = GAVEL_TRY(account_of(key_.address));
  // The tape's last report may be old by now.
  const u64 mark = GAVEL_TRY(market_number("mark_price"));
  GAVEL_TRY(report(static_cast<u32>(mark)));
  SignedClient trader(gateway_, key_, account_);
  GAVEL_TRY(add_collateral(trader, kCollateralPercent));
  stf::Transaction buy;
  buy.action = stf::Action::place;
  buy.market = market_;
  buy.type = static_cast<u8>(stf::OrderType::ioc);
  buy.price_ticks = static_cast<u32>(mark + mark / 400);
  buy.lots = kLots;
  const replay::ResultFrame bought = GAVEL_TRY(execute(trader, buy, "the order"));
  opened_lots_ = left_lots_ = bought.receipt.filled_lots;
  if (opened_lots_ == kLots) return {};
  return fmt::format("only {} of {} lots could be bought", opened_lots_, kLots);
}

AppResult<void> LeveragedTrade::be_liquidated(std::chrono::seconds patience) {
  const u64 index = GAVEL_TRY(market_number("index_price"));
  GAVEL_TRY(bid_at_the_mark(static_cast<u32>(index - index * kFallPercent / 100)));
  const auto keeper = GAVEL_TRY(KeeperProcess::start(session_));
  const auto until = std::chrono::steady_clock::now() + patience;
  while (keeper->closed() == 0 && std::chrono::steady_clock::now() < until) {
    if (interrupted()) return std::string("interrupted");
    if (!keeper->running()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  GAVEL_TRY(keeper->stop());
  liquidations_ = keeper->closed();
  left_lots_ = GAVEL_TRY(position_lots());
  const auto status = GAVEL_TRY(session_.node().client().json("/v1/status"));
  block_ = std::max(block_, number_at(status, "/durable_block").value_or(0));
  if (liquidations_ > 0 && left_lots_ < opened_lots_) return {};
  return fmt::format("the keeper closed nothing of account {}: {}", account_, keeper->last_words());
}

}  // namespace gavel::apps
