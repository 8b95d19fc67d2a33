// LeveragedTrade: one trader's position in a perpetual market from its opening to its liquidation.
//
// What: collateral in, a tenfold long position out of the book, a lower price by every oracle,
// somebody who bids there, and a keeper that notices. Why after the order flow: the price that the
// oracles make is the whole market's.
#pragma once

#include "exchange_session.hpp"
#include "keeper_process.hpp"
#include "signed_client.hpp"

namespace gavel::apps {

class LeveragedTrade {
 public:
  // `market` is perpetual; `how` gave the oracles their keys.
  LeveragedTrade(ExchangeSession& session, const DevnetVenue& venue,
                 const replay::ReplayOptions& how, u32 market);

  // Deposits on L1; the accounts open in passing.
  [[nodiscard]] AppResult<void> deposit();
  // Collateral into margin, and the position.
  [[nodiscard]] AppResult<void> open();
  // The price falls, the bids follow it, and the keeper closes lots of the position.
  [[nodiscard]] AppResult<void> be_liquidated(std::chrono::seconds patience);

  u32 account() const { return account_; }
  u64 block() const { return block_; }  // of the newest transaction
  u64 liquidations() const { return liquidations_; }
  u64 opened_lots() const { return opened_lots_; }
  u64 left_lots() const { return left_lots_; }

 private:
  static constexpr u64 kLots = 1'000;

  AppResult<replay::ResultFrame> execute(SignedClient& client, const stf::Transaction& tx,
                                         const char* what);
  AppResult<void> report(u32 price_ticks);
  AppResult<u32> account_of(const Address& owner);
  AppResult<void> add_collateral(SignedClient& client, u64 percent_of_value);
  AppResult<void> bid_at_the_mark(u32 price_ticks);
  AppResult<u64> market_number(const char* name);
  AppResult<u64> position_lots();

  ExchangeSession& session_;
  const DevnetVenue& venue_;
  const replay::ReplayOptions& how_;
  u32 market_;
  crypto::KeyPair key_;
  crypto::KeyPair bidder_key_;
  GatewayAddress gateway_;
  u32 account_ = 0;
  u64 block_ = 0;
  u64 liquidations_ = 0;
  u64 opened_lots_ = 0;
  u64 left_lots_ = 0;
};

}  // namespace gavel::apps
