// DevnetVenue: markets, funded accounts and books for a replay, on a devnet and its node.
//
// What: each market gets a base and a quote token of its own, one unit a lot and one unit a tick
// and lot; perpetual markets share one collateral token, the devnet's USD if it has one. Accounts
// are opened and funded by deposits on L1, and counted as open once the node has executed them.
#pragma once

#include "devnet.hpp"
#include "node_process.hpp"
#include "replay/replay.hpp"

namespace gavel::apps {

class DevnetVenue final : public replay::Venue {
 public:
  // Devnet and node outlive it. Fees in parts per million.
  DevnetVenue(Devnet& net, NodeProcess& node, u32 maker_fee_ppm, u32 taker_fee_ppm)
      : net_(net), node_(node), maker_fee_ppm_(maker_fee_ppm), taker_fee_ppm_(taker_fee_ppm) {}

  replay::ReplayResult<u32> open_market(const replay::MarketRequest& request) override;
  replay::ReplayResult<std::vector<u32>> open_accounts(
      std::span<const replay::Funding> funding) override;
  replay::ReplayResult<std::vector<u32>> open_oracles(std::span<const Address> owners,
                                                      u32 quorum) override;
  replay::ReplayResult<replay::MarketFigures> figures(u32 market) override;
  replay::ReplayResult<std::vector<replay::BookLevel>> book(u32 market) override;

  // Until the node has executed every message that L1 has now.
  [[nodiscard]] AppResult<void> wait_for_inbox();

  struct OpenMarket {
    std::string symbol;
    DevnetToken base;  // none in a perpetual market
    DevnetToken quote;
    bool perpetual = false;
  };
  // By market index - 1.
  const std::vector<OpenMarket>& markets() const { return markets_; }
  u64 deposits() const { return deposits_; }
  // The oracle set's accounts, as open_oracles() returned them.
  const std::vector<u32>& oracles() const { return oracles_; }

 private:
  AppResult<void> find_accounts(std::span<const Address> owners, std::vector<u32>& indexes);
  AppResult<void> check_markets();
  AppResult<void> make_spot(OpenMarket& market);
  AppResult<void> make_perpetual(OpenMarket& market, const replay::PerpetualRequest& request);
  AppResult<void> fund(u32 market, std::span<const replay::Funding> funding,
                       std::vector<u32>& indexes, bool quote);

  Devnet& net_;
  NodeProcess& node_;
  u32 maker_fee_ppm_;
  u32 taker_fee_ppm_;
  std::vector<OpenMarket> markets_;
  std::optional<DevnetToken> collateral_;
  std::vector<u32> oracles_;
  u64 deposits_ = 0;
};

}  // namespace gavel::apps
