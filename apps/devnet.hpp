// Devnet: a whole L1 side on this machine: anvil, Gavel's contracts, test tokens, markets, keys,
// and a node's settings.
//
// What: start() makes all of it in a folder; the folder holds keys/*.key (0600), anvil.log,
// node.toml and devnet.txt. Keys are fresh each time; their accounts get ETH by anvil's own means.
// Nothing here is for anything but trying out.
#pragma once

#include <functional>

#include "child_process.hpp"
#include "crypto/secp256k1_host.hpp"
#include "l1_link.hpp"
#include "settle/contracts.hpp"
#include "stf/config.hpp"

namespace gavel::apps {

struct MarketSpec {
  std::string symbol;
  u32 base = 0;  // asset indexes
  u32 quote = 0;
  u64 base_per_lot = 1;
  u64 quote_per_tick_lot = 1;
  u32 maker_fee_ppm = 0;
  u32 taker_fee_ppm = 0;
  u64 min_lots = 1;
  u64 max_lots = (u64{1} << 40) - 1;
};

// A perpetual market with one margin tier, a tenth of the value, and the widest price band that
// the listing rule leaves: less than half as wide.
struct PerpetualSpec {
  std::string symbol;
  u32 quote = 0;  // asset index of the collateral, the same for all of them
  u64 quote_per_tick_lot = 1;
  u32 maker_fee_ppm = 0;
  u32 taker_fee_ppm = 0;
  u64 min_lots = 1;
  u64 impact_lots = 1;
  u64 max_position_lots = 1;  // the rules bound it and the next one together
  u32 max_price_ticks = 1;
  u32 oracle_max_age_ms = 10'000;
  u32 initial_ppm = 100'000;
  u32 liquidation_fee_ppm = 5'000;
};

// What a contest between claims costs and pays: about four times the gas of an honest line of 2.5M
// at 50 gwei, so that whoever loses one has paid for it.
struct DevnetStakes {
  u64 contest_bond_wei = 500'000'000'000'000'000;
  u64 claim_bond_wei = 20'000'000'000'000'000;
  u64 open_bond_wei = 10'000'000'000'000'000;
  u64 claim_refund_wei = 10'000'000'000'000'000;
  u64 open_refund_wei = 5'000'000'000'000'000;
  u64 step_refund_wei = 20'000'000'000'000'000;
  u64 prove_refund_wei = 50'000'000'000'000'000;
  u64 resolve_refund_wei = 20'000'000'000'000'000;
  u64 settle_delay_s = 10;  // from the winner's confirmation until money is collected
};

struct DevnetOptions {
  std::string directory;
  u16 l1_port = 0;  // 0: any free one
  u16 gateway_port = 0;
  u16 http_port = 0;
  u32 l1_block_seconds = 1;
  u64 window_s = 20;  // a claim's
  u64 payout_delay_s = 5;
  u64 pause_budget_s = 86'400;  // of the guardian
  // Test lanes, two at most: seconds that a proof of each is worth. Their keys say what is proved.
  std::vector<u64> lane_credits_s;
  DevnetStakes stakes;
  u64 sequencing_window_s = 3'600;
  std::string data_mode = "calldata";
  u64 batch_blocks = 100;
  u64 inbox_depth = 2;
  std::vector<std::string> tokens = {"USD", "BTC", "ETH"};  // ERC-20, 18 decimals on L1, 8 here
  u32 snapshot_every_batches = 36;
};

struct DevnetToken {
  std::string symbol;
  Address address;
  u32 asset = 0;  // index in the exchange
};

class Devnet {
 public:
  [[nodiscard]] static AppResult<std::unique_ptr<Devnet>> start(
      const DevnetOptions& options, const std::function<void(const std::string&)>& say);
  ~Devnet();

  const std::string& l1_url() const { return l1_url_; }
  const settle::Contracts& contracts() const { return contracts_; }
  const std::vector<DevnetToken>& tokens() const { return tokens_; }
  u32 markets() const { return markets_; }  // created so far
  const stf::Config& config() const { return config_; }
  std::string node_config_file() const { return options_.directory + "/node.toml"; }
  const DevnetOptions& options() const { return options_; }
  L1Link& link() { return *link_; }
  bool l1_running() { return anvil_ && anvil_->running(); }

  // A further ERC-20 token (18 decimals on L1, 8 here) with plenty for the owner; one unit of it is
  // bridged, which lists it.
  [[nodiscard]] AppResult<DevnetToken> add_token(const std::string& symbol);
  // One market a call of SystemConfig; they get the next indexes in this order when the inbox
  // delivers them.
  [[nodiscard]] AppResult<void> create_markets(std::span<const MarketSpec> markets);
  // The same table of markets.
  [[nodiscard]] AppResult<void> create_perpetual(const PerpetualSpec& market);
  // Ascending accounts that are open by then. Their reports make the perpetual markets' prices.
  [[nodiscard]] AppResult<void> set_oracle_set(u32 quorum, std::span<const u32> accounts);
  // Units of an asset to owners, in calls of 200; account 0 opens a fresh account. Makes the tokens
  // too.
  struct Deposit {
    Address recipient;
    u32 account = 0;
    u64 units = 0;
  };
  [[nodiscard]] AppResult<void> deposit(const DevnetToken& token,
                                        std::span<const Deposit> deposits);
  // Calls of the chain owner's key (who also holds the tokens).
  [[nodiscard]] AppResult<std::vector<l1::Receipt>> send(std::vector<l1::CallRequest> calls);
  // Messages in the Inbox now.
  [[nodiscard]] AppResult<u64> message_count();
  // Everything that one needs to use it, on one screen.
  std::string screen() const;

 private:
  explicit Devnet(DevnetOptions options) : options_(std::move(options)) {}
  AppResult<void> start_anvil();
  AppResult<void> make_keys();
  AppResult<void> make_key(const std::string& name, crypto::KeyPair& key);
  // The words of the Deployer's settings for both lanes.
  AppResult<void> make_lanes(l1::AbiEncoder& settings);
  AppResult<void> deploy();
  AppResult<void> write_files() const;

  DevnetOptions options_;
  std::string root_;
  std::string l1_url_;
  std::optional<ChildProcess> anvil_;
  std::unique_ptr<L1Link> link_;
  crypto::KeyPair owner_;
  crypto::KeyPair poster_;
  crypto::KeyPair claimer_;
  crypto::KeyPair guardian_;
  std::vector<crypto::KeyPair> lanes_;
  Address superchain_config_;
  std::string owner_hex_;
  settle::Contracts contracts_;
  stf::Config config_;
  std::vector<DevnetToken> tokens_;
  u32 markets_ = 0;
};

}  // namespace gavel::apps
