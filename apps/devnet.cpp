#include "devnet.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "artifacts.hpp"
#include "command.hpp"
#include "dispute/court.hpp"
#include "key_file.hpp"
#include "program/image.hpp"
#include "settle/deriver.hpp"

namespace gavel::apps {

namespace {

constexpr const char* kRichWei = "0x21e19e0c9bab2400000";  // 10,000 ETH
constexpr u64 kBlockGas = 1'000'000'000;
constexpr u32 kLanes = 2;  // of a chain
constexpr u64 kBondWei = 1'000'000'000'000'000'000;
constexpr u8 kTokenDecimals = 18;
constexpr u64 kPartsPerUnit = 10'000'000'000;  // 18 decimals on L1, 8 here

l1::Bytes concat(l1::Bytes code, const l1::Bytes& arguments) {
  code.insert(code.end(), arguments.begin(), arguments.end());
  return code;
}

// The chain's rules on a devnet: the defaults.
stf::Config devnet_config(u64 chain_id) {
  stf::Config config;
  config.chain_id = chain_id;
  config.image_root = program::image_root();
  return config;
}

}  // namespace

Devnet::~Devnet() = default;

AppResult<std::unique_ptr<Devnet>> Devnet::start(
    const DevnetOptions& options, const std::function<void(const std::string&)>& say) {
  std::unique_ptr<Devnet> net(new Devnet(options));
  net->root_ = GAVEL_TRY(project_root()).path;
  std::error_code error;
  if (std::filesystem::exists(net->node_config_file(), error)) {
    return fmt::format(
        "{} holds a devnet that has ended: its L1 is gone, and its keys would be lost. Remove the "
        "folder or name another",
        options.directory);
  }
  std::filesystem::create_directories(options.directory + "/keys", error);
  if (error)
    return fmt::format("cannot make the folder {}: {}", options.directory, error.message());
  say("starting anvil");
  GAVEL_TRY(net->start_anvil());
  GAVEL_TRY(net->make_keys());
  say("deploying the contracts");
  GAVEL_TRY(net->deploy());
  for (const std::string& symbol : options.tokens) {
    say("deploying the token " + symbol);
    GAVEL_TRY(net->add_token(symbol));
  }
  const auto interval =
      net->link_->raw("evm_setIntervalMining", fmt::format("[{}]", options.l1_block_seconds));
  if (!interval.ok()) return interval.error();
  GAVEL_TRY(net->write_files());
  return net;
}

AppResult<void> Devnet::start_anvil() {
  const std::string anvil = GAVEL_TRY(tool_path(root_, "GAVEL_ANVIL", "anvil")).path;
  if (options_.l1_port != 0 && port_is_busy(options_.l1_port)) {
    return fmt::format("port {} is busy; stop what holds it, or give another with --port",
                       options_.l1_port);
  }
  if (options_.l1_port == 0) options_.l1_port = free_port();
  l1_url_ = fmt::format("http://127.0.0.1:{}", options_.l1_port);
  auto child = ChildProcess::start(
      {anvil, "--port", std::to_string(options_.l1_port), "--accounts", "1", "--gas-limit",
       std::to_string(kBlockGas), "--hardfork", "osaka", "--silent", "--order", "fifo"},
      options_.directory + "/anvil.log");
  if (!child.ok()) return child.error();
  anvil_.emplace(std::move(*child));
  link_ = GAVEL_TRY(L1Link::connect({l1_url_}));
  for (u32 i = 0; i < 200; ++i) {
    if (link_->rpc().chain_id().ok()) return {};
    if (!anvil_->running()) return fmt::format("anvil has ended: {}", anvil_->log_tail());
    if (interrupted()) return std::string("interrupted");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return fmt::format("anvil does not answer on {}: {}", l1_url_, anvil_->log_tail());
}

AppResult<void> Devnet::make_key(const std::string& name, crypto::KeyPair& key) {
  key = new_key();
  const std::string path = fmt::format("{}/keys/{}.key", options_.directory, name);
  std::filesystem::remove(path);
  GAVEL_TRY(write_key_file(path, key));
  return link_->raw("anvil_setBalance",
                    fmt::format(R"(["{}","{}"])", hex_of(key.address), kRichWei));
}

AppResult<void> Devnet::make_keys() {
  GAVEL_TRY(make_key("owner", owner_));
  GAVEL_TRY(make_key("poster", poster_));
  GAVEL_TRY(make_key("claimer", claimer_));
  GAVEL_TRY(make_key("guardian", guardian_));
  for (std::size_t i = 0; i < options_.lane_credits_s.size(); ++i) {
    GAVEL_TRY(make_key(fmt::format("lane-{}", i), lanes_.emplace_back()));
  }
  owner_hex_ = hex_of(owner_.secret.bytes);
  return {};
}

AppResult<void> Devnet::make_lanes(l1::AbiEncoder& settings) {
  if (lanes_.size() > kLanes) return fmt::format("a chain has {} proof lanes at most", kLanes);
  for (u32 i = 0; i < kLanes; ++i) {
    if (i >= lanes_.size()) {
      settings.address(Address{}).uint(u128{0});  // none
      continue;
    }
    if (options_.lane_credits_s[i] > options_.window_s) {
      return fmt::format("a lane's proof is worth at most the window of {} s", options_.window_s);
    }
    const l1::Bytes code = GAVEL_TRY(creation_code(root_, "TestLane", "TestLane"));
    std::vector<l1::CallRequest> calls;
    calls.push_back({.data = concat(code, l1::AbiEncoder().address(lanes_[i].address).encode()),
                     .label = fmt::format("lane {}", i)});
    const auto made = GAVEL_TRY(send(std::move(calls)));
    if (!made[0].contract_address) return std::string("L1 did not say where the lane is");
    settings.address(*made[0].contract_address).uint(u128{options_.lane_credits_s[i]});
  }
  return {};
}

AppResult<std::vector<l1::Receipt>> Devnet::send(std::vector<l1::CallRequest> calls) {
  return send_all(*link_, owner_hex_, std::move(calls));
}

AppResult<void> Devnet::deploy() {
  const auto chain_id = link_->rpc().chain_id();
  if (!chain_id.ok()) return describe("L1 does not answer", chain_id.error());
  std::array<u8, stf::kConfigBytes> words;
  stf::encode_config(devnet_config(*chain_id), words);
  l1::AbiEncoder settings;
  settings.address(owner_.address).address(guardian_.address).address(poster_.address);
  settings.uint(u128{options_.pause_budget_s}).uint(u128{options_.sequencing_window_s});
  settings.uint(u128{options_.window_s}).uint(u128{options_.payout_delay_s}).uint(u128{kBondWei});
  settings.uint(u128{(1u << 0) | (1u << 4)}).word(settle::genesis_state_root());
  GAVEL_TRY(make_lanes(settings));
  const DevnetStakes& stakes = options_.stakes;
  for (const u64 word :
       {stakes.contest_bond_wei, stakes.claim_bond_wei, stakes.open_bond_wei,
        stakes.claim_refund_wei, stakes.open_refund_wei, stakes.step_refund_wei,
        stakes.prove_refund_wei, stakes.resolve_refund_wei, stakes.settle_delay_s}) {
    settings.uint(u128{word});
  }
  for (u32 i = 0; i < 32; ++i) {
    Bytes32 word;
    std::copy_n(words.begin() + 32 * i, 32, word.bytes.begin());
    settings.word(word);
  }
  std::vector<l1::CallRequest> first;
  first.push_back(
      {.data = concat(GAVEL_TRY(creation_code(root_, "Deployer", "Deployer")), settings.encode()),
       .label = "Deployer"});
  const auto made = GAVEL_TRY(send(std::move(first)));
  if (!made[0].contract_address) return std::string("L1 did not say where the Deployer is");
  const Address deployer = *made[0].contract_address;
  std::vector<l1::CallRequest> calls;
  for (const char* name :
       {"SuperchainConfig", "SystemConfig", "Inbox", "BatchInbox", "BatchRegistry", "Portal",
        "PreimageOracle", "StepVerifier", "DisputeGame", "DisputeGameFactory"}) {
    const l1::Bytes code = GAVEL_TRY(creation_code(root_, name, name));
    // Each needs the one before it, so none can be estimated ahead.
    calls.push_back({.to = deployer,
                     .data = l1::AbiEncoder().bytes(code).call(l1::selector("deploy(bytes)")),
                     .gas_limit = 10'000'000,
                     .label = name});
  }
  GAVEL_TRY(send(std::move(calls)));
  const auto registry =
      link_->rpc().call({.to = deployer, .data = l1::AbiEncoder().call(l1::selector("registry()"))},
                        l1::BlockTag::kLatest);
  if (!registry.ok()) return describe("the Deployer does not name the registry", registry.error());
  const auto address = l1::AbiDecoder(*registry).address(0);
  if (!address.ok()) return std::string("the Deployer does not name the registry");
  const auto contracts = settle::discover(link_->rpc(), *address);
  if (!contracts.ok())
    return describe("the contracts were deployed but do not answer", contracts.error());
  contracts_ = *contracts;
  const auto court = dispute::discover_court(link_->rpc(), *address);
  if (!court.ok()) return describe("the court does not answer", court.error());
  superchain_config_ = court->superchain_config;
  config_ = devnet_config(*chain_id);
  config_.verifying_contract = contracts_.portal;
  return {};
}

AppResult<DevnetToken> Devnet::add_token(const std::string& symbol) {
  const l1::Bytes code = GAVEL_TRY(creation_code(root_, "TestTokens", "PlainToken"));
  const l1::Bytes name(symbol.begin(), symbol.end());
  std::vector<l1::CallRequest> calls;
  calls.push_back(
      {.data = concat(code, l1::AbiEncoder().bytes(name).uint(u128{kTokenDecimals}).encode()),
       .label = "token " + symbol});
  const auto receipts = GAVEL_TRY(send(std::move(calls)));
  if (!receipts[0].contract_address) return std::string("L1 did not say where the token is");
  const DevnetToken token{symbol, *receipts[0].contract_address,
                          static_cast<u32>(tokens_.size() + 1)};
  const u128 plenty = u128{1} << 120;
  const u256 one_unit = base::U256::from_u64(kPartsPerUnit);
  const auto call = [](const Address& to, l1::Bytes data, const char* label) {
    return l1::CallRequest{
        .to = to, .data = std::move(data), .gas_limit = 1'000'000, .label = label};
  };
  std::vector<l1::CallRequest> more;
  more.push_back(call(token.address,
                      l1::AbiEncoder()
                          .address(owner_.address)
                          .uint(plenty)
                          .call(l1::selector("mint(address,uint256)")),
                      "mint"));
  more.push_back(call(token.address,
                      l1::AbiEncoder()
                          .address(contracts_.inbox)
                          .uint(plenty)
                          .call(l1::selector("approve(address,uint256)")),
                      "approve"));
  // The chain's first deposit opens account 1, the owner's; the others go there too.
  more.push_back(call(contracts_.inbox,
                      settle::encode_deposit_erc20(token.address, one_unit, owner_.address,
                                                   tokens_.empty() ? 0 : 1),
                      "first deposit"));
  GAVEL_TRY(send(std::move(more)));
  tokens_.push_back(token);
  return token;
}

AppResult<u64> Devnet::message_count() {
  const auto answer = link_->rpc().call(
      {.to = contracts_.inbox, .data = l1::AbiEncoder().call(l1::selector("messageCount()"))},
      l1::BlockTag::kLatest);
  if (!answer.ok()) return describe("the Inbox does not answer", answer.error());
  const auto count = l1::AbiDecoder(*answer).uint64(0);
  if (!count.ok()) return std::string("the Inbox does not tell its count");
  return *count;
}

AppResult<void> Devnet::create_markets(std::span<const MarketSpec> markets) {
  std::vector<l1::CallRequest> calls;
  for (const MarketSpec& m : markets) {
    std::array<u8, 16> symbol{};
    std::copy_n(m.symbol.begin(), std::min(m.symbol.size(), symbol.size()), symbol.begin());
    l1::AbiEncoder market;
    market.uint(u128{1}).uint(u128{m.base}).uint(u128{m.quote}).uint(u128{m.base_per_lot});
    market.uint(u128{m.quote_per_tick_lot}).uint(u128{m.maker_fee_ppm}).uint(u128{m.taker_fee_ppm});
    market.uint(u128{m.min_lots}).uint(u128{m.max_lots}).fixed_bytes(symbol);
    calls.push_back({.to = contracts_.system_config,
                     .data = l1::AbiEncoder().static_tuple(market).call(
                         l1::selector("createMarket((uint8,uint32,uint32,uint64,uint64,uint32,"
                                      "uint32,uint64,uint64,bytes16))")),
                     .gas_limit = 1'000'000,
                     .label = "market " + m.symbol});
  }
  GAVEL_TRY(send(std::move(calls)));
  markets_ += static_cast<u32>(markets.size());
  return {};
}

AppResult<void> Devnet::create_perpetual(const PerpetualSpec& m) {
  constexpr u32 kTiers = 4;
  std::array<u8, 16> symbol{};
  std::copy_n(m.symbol.begin(), std::min(m.symbol.size(), symbol.size()), symbol.begin());
  l1::AbiEncoder market;
  market.uint(u128{m.quote}).uint(u128{m.quote_per_tick_lot});
  market.uint(u128{m.maker_fee_ppm}).uint(u128{m.taker_fee_ppm});
  market.uint(u128{m.min_lots}).uint(u128{m.max_position_lots}).uint(u128{m.impact_lots});
  market.uint(u128{m.max_position_lots}).uint(u128{m.max_price_ticks});
  const u32 band_ppm = (m.initial_ppm - 3 * m.maker_fee_ppm) / 2;
  market.uint(u128{m.oracle_max_age_ms}).uint(u128{band_ppm});
  market.uint(u128{m.liquidation_fee_ppm}).uint(u128{1});
  for (u32 tier = 0; tier < kTiers; ++tier) {
    market.uint(u128{tier == 0 ? ~u64{0} : 0}).uint(u128{tier == 0 ? m.initial_ppm : 0});
  }
  market.fixed_bytes(symbol);
  std::vector<l1::CallRequest> calls;
  calls.push_back(
      {.to = contracts_.system_config,
       .data = l1::AbiEncoder().static_tuple(market).call(l1::selector(
           "createPerpetual((uint32,uint64,uint32,uint32,uint64,uint64,uint64,uint64,uint32,uint32,"
           "uint32,uint32,uint8,(uint64,uint32)[4],bytes16))")),
       .gas_limit = 1'000'000,
       .label = "market " + m.symbol});
  GAVEL_TRY(send(std::move(calls)));
  ++markets_;
  return {};
}

AppResult<void> Devnet::set_oracle_set(u32 quorum, std::span<const u32> accounts) {
  std::vector<Bytes32> members;
  for (const u32 account : accounts) {
    const l1::Bytes word = l1::AbiEncoder().uint(u128{account}).encode();
    std::copy(word.begin(), word.end(), members.emplace_back().bytes.begin());
  }
  std::vector<l1::CallRequest> calls;
  calls.push_back({.to = contracts_.system_config,
                   .data = l1::AbiEncoder()
                               .uint(u128{quorum})
                               .words(members)
                               .call(l1::selector("setOracleSet(uint8,uint32[])")),
                   .gas_limit = 1'000'000,
                   .label = "oracle set"});
  GAVEL_TRY(send(std::move(calls)));
  return {};
}

AppResult<void> Devnet::deposit(const DevnetToken& token, std::span<const Deposit> deposits) {
  constexpr std::size_t kItems = 200;  // the contract's most
  constexpr u64 kGas = 16'000'000;
  std::vector<l1::CallRequest> calls;
  for (std::size_t from = 0; from < deposits.size(); from += kItems) {
    std::vector<l1::AbiEncoder> items;
    for (const Deposit& d : deposits.subspan(from, std::min(kItems, deposits.size() - from))) {
      items.emplace_back()
          .uint(u128{d.units} * u128{kPartsPerUnit})
          .address(d.recipient)
          .uint(u128{d.account});
    }
    calls.push_back(
        {.to = contracts_.inbox,
         .data = l1::AbiEncoder()
                     .address(token.address)
                     .dynamic_array(items, false)
                     .call(l1::selector("depositBatch(address,(uint256,address,uint32)[])")),
         .gas_limit = kGas,
         .label = "deposits of " + token.symbol});
  }
  GAVEL_TRY(send(std::move(calls)));
  return {};
}

AppResult<void> Devnet::write_files() const {
  const std::string path = node_config_file();
  std::ofstream out(path, std::ios::trunc);
  out << fmt::format(R"(# A node of this devnet: gavel node --config {0}
[data]
directory = "{1}/node"

[gateway]
port = {2}

[http]
port = {3}

[sequencer]
batch_blocks = {4}

[state]
snapshot_every_batches = {5}
prefault_accounts = 16384
prefault_signers = 16384
prefault_orders = 131072

[l1]
urls = ["{6}"]
registry = "{7}"
inbox_depth = {8}
confirmations = 1
poll = "300ms"
bump_after = "60s"
data_mode = "{9}"
poster_key_file = "{1}/keys/poster.key"
claimer_key_file = "{1}/keys/claimer.key"
)",
                     path, options_.directory, options_.gateway_port, options_.http_port,
                     options_.batch_blocks, options_.snapshot_every_batches, l1_url_,
                     hex_of(contracts_.registry), options_.inbox_depth, options_.data_mode);
  out.close();
  if (!out) return fmt::format("cannot write {}", path);
  return {};
}

std::string Devnet::screen() const {
  std::string out = fmt::format("L1              {}  (anvil, chain {}, a block each {} s)\n",
                                l1_url_, config_.chain_id, options_.l1_block_seconds);
  const auto line = [&](const char* name, const Address& address) {
    out += fmt::format("{:<15} {}\n", name, hex_of(address));
  };
  line("BatchRegistry", contracts_.registry);
  line("Inbox", contracts_.inbox);
  line("BatchInbox", contracts_.batch_inbox);
  line("SystemConfig", contracts_.system_config);
  line("Portal", contracts_.portal);
  line("SuperchainConfig", superchain_config_);
  for (const DevnetToken& token : tokens_) {
    out += fmt::format("{:<16}{}  asset {}\n", "token " + token.symbol, hex_of(token.address),
                       token.asset);
  }
  const auto key = [&](const char* name, const crypto::KeyPair& pair) {
    out += fmt::format("{:<16}{}  {}/keys/{}.key\n", name, hex_of(pair.address), options_.directory,
                       name);
  };
  key("owner", owner_);
  key("poster", poster_);
  key("claimer", claimer_);
  key("guardian", guardian_);
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    key(fmt::format("lane-{}", i).c_str(), lanes_[i]);
    out.pop_back();
    out += fmt::format("  whose word is worth {} s\n", options_.lane_credits_s[i]);
  }
  out += fmt::format("claim window    {} s, payout delay {} s\n", options_.window_s,
                     options_.payout_delay_s);
  out += fmt::format("node settings   {}\n", node_config_file());
  return out;
}

}  // namespace gavel::apps
