#include "contest_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "command.hpp"
#include "key_file.hpp"
#include "live_line.hpp"
#include "replay/generator.hpp"
#include "withdrawal.hpp"

namespace gavel::apps {

namespace {

using Clock = std::chrono::steady_clock;

constexpr u32 kMakerFeePpm = 100;
constexpr u32 kTakerFeePpm = 400;
constexpr u64 kLittleTraffic = 4'000;  // messages
constexpr u32 kFewAccounts = 100;
constexpr u32 kImageWord = 2;  // of the configuration: the program that judges

// The market on which gavel_cheat trades.
const MarketSpec kMarket = {.symbol = "BTC-USD",
                            .base = 2,
                            .quote = 1,
                            .base_per_lot = 1'000,
                            .quote_per_tick_lot = 100,
                            .maker_fee_ppm = kMakerFeePpm,
                            .taker_fee_ppm = kTakerFeePpm};

}  // namespace

std::string cheating_program(const std::string& name) {
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
  return (self.parent_path() / "test/cheats" / name).string();
}

AppResult<std::unique_ptr<ContestStage>> ContestStage::start(const ContestDemoOptions& options,
                                                             Say say) {
  for (const char* name : {"gavel_rogue", "gavel_cheat"}) {
    if (std::filesystem::exists(cheating_program(name))) continue;
    return fmt::format("there is no {}; run ./gavel build {}", cheating_program(name), name);
  }
  RunFolder folder = GAVEL_TRY(RunFolder::make("contest"));
  if (options.keep) folder.keep();
  std::unique_ptr<ContestStage> stage(new ContestStage(options, std::move(folder), std::move(say)));
  const DevnetOptions net = stage->devnet_options();
  if (options.kind->sequencer == nullptr) {
    stage->session_ = GAVEL_TRY(ExchangeSession::start(net, stage->say_));
    return stage;
  }
  stage->bare_ = GAVEL_TRY(Devnet::start(net, stage->say_));
  GAVEL_TRY(stage->bare_->create_markets(std::span(&kMarket, 1)));
  return stage;
}

DevnetOptions ContestStage::devnet_options() const {
  DevnetOptions net;
  net.directory = folder_.path();
  net.tokens = {"USD"};
  if (options_.kind->sequencer != nullptr) net.tokens.emplace_back("BTC");
  net.batch_blocks = 100;
  net.window_s = options_.window_s;
  net.payout_delay_s = 3;
  net.inbox_depth = 3;
  net.snapshot_every_batches = 4;
  net.stakes.settle_delay_s = 5;
  return net;
}

AppResult<Address> ContestStage::claimer() const {
  return GAVEL_TRY(read_key_file(folder_.path() + "/keys/claimer.key")).address;
}

AppResult<void> ContestStage::fill_batches() { return session_ ? trade() : let_sequencer_lie(); }

// What makes blocks of about a thousand transactions.
AppResult<void> ContestStage::trade() {
  DevnetVenue venue(session_->net(), session_->node(), kMakerFeePpm, kTakerFeePpm);
  const bool little = options_.kind->little_traffic;
  replay::ReplayOptions how;
  how.port = session_->node().gateway_port();
  how.accounts = little ? std::min(options_.accounts, kFewAccounts) : options_.accounts;
  how.seed = options_.seed;
  how.key_seed = new_key().secret.bytes;
  how.fresh_accounts = true;
  how.signing_threads = 2;
  how.sign_ahead = true;
  how.window = 4'096;
  std::vector<replay::MarketInput> markets;
  u64 seed = options_.seed;
  const u64 messages = little ? std::min(options_.messages, kLittleTraffic) : options_.messages;
  std::vector<const char*> symbols = {"BTC-USD"};
  if (!little) symbols.push_back("BTC-PERP");
  for (const char* symbol : symbols) {
    replay::GeneratorOptions generator;
    generator.seed = seed++;
    generator.events = messages / 2;
    replay::MarketInput& market = markets.emplace_back();
    market.symbol = symbol;
    market.open = replay::generated_tape(generator);
    market.perpetual = std::string_view(symbol) == "BTC-PERP";
  }
  replay::ReplayControl control;
  control.say = say_;
  const auto ran = [&] {
    LiveLine line(control);
    return replay::run_replay(how, markets, venue, system_clock(), control);
  }();
  const replay::ReplayReport report = GAVEL_TRY(ran);
  if (!report.failure.empty()) return report.failure;
  say_(fmt::format("{} transactions, {:.0f} a second", report.traffic.executed, report.tps));
  GAVEL_TRY(session_->wait_for_claim(report.traffic.last_block, std::chrono::seconds(60)));
  return {};
}

AppResult<void> ContestStage::deposit_and_withdraw() {
  Withdrawal withdrawal(*session_, session_->net().tokens().front());
  GAVEL_TRY(withdrawal.deposit());
  GAVEL_TRY(withdrawal.request());
  say_("a trader deposits and withdraws");
  return {};
}

AppResult<void> ContestStage::let_sequencer_lie() {
  auto started = ChildProcess::start({cheating_program("gavel_cheat"), "--l1", net().l1_url(),
                                      "--registry", hex_of(net().contracts().registry), "--devnet",
                                      folder_.path(), "--lie", options_.kind->sequencer},
                                     folder_.path() + "/sequencer.log");
  if (!started.ok()) return started.error();
  sequencer_.emplace(std::move(*started));
  say_("a lying sequencer posts three batches, each with its claim");
  const auto until = Clock::now() + std::chrono::seconds(120);
  while (Clock::now() < until) {
    std::ifstream in(sequencer_->log_file());
    std::map<std::string, std::string> facts;
    for (std::string line; std::getline(in, line);) {
      const std::size_t at = line.find('=');
      if (at != std::string::npos) facts.emplace(line.substr(0, at), line.substr(at + 1));
    }
    if (facts.contains("node")) {
      say_(fmt::format("its lie is in batch {}, block {}", facts["batch"], facts["block"]));
      // From here on L1 makes its blocks by the clock again.
      return net().link().raw("evm_setIntervalMining",
                              fmt::format("[{}]", net().options().l1_block_seconds));
    }
    if (!sequencer_->running()) return "the sequencer has ended: " + sequencer_->log_tail();
    if (interrupted()) return std::string("interrupted");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return std::string("the sequencer told no lie in time");
}

AppResult<u64> ContestStage::announce_program(u64 claimed) {
  // Far enough ahead that whoever has no such program outlives the contest.
  constexpr u64 kBatchesAhead = 60;
  Devnet& chain = net();
  const u64 start = claimed + kBatchesAhead;
  const auto words = settle::read_configuration(chain.link().rpc(), chain.contracts(), start);
  if (!words.ok()) return describe("no configuration", words.error());
  l1::AbiEncoder call;
  call.uint(u128{start});
  for (u32 i = 0; i < words->size() / 32; ++i) {
    Bytes32 word;
    std::copy_n(words->begin() + 32 * i, 32, word.bytes.begin());
    if (i == kImageWord) word.bytes.back() ^= 1;
    call.word(word);
  }
  std::vector<l1::CallRequest> calls;
  calls.push_back({.to = chain.contracts().system_config,
                   .data = call.call(l1::selector("announceConfiguration(uint64,bytes32[32])")),
                   .gas_limit = 4'000'000,
                   .label = "announcement"});
  GAVEL_TRY(chain.send(std::move(calls)));
  const auto after = settle::read_config_hash(chain.link().rpc(), chain.contracts(), start);
  const auto before = settle::read_config_hash(chain.link().rpc(), chain.contracts(), start - 1);
  if (!after.ok() || !before.ok() || *after == *before) {
    return std::string("L1 took no new configuration");
  }
  return start;
}

}  // namespace gavel::apps
