// gavel_trouble: an honest sequencer on a devnet whose L1 misbehaves while a batch is on its way.
//
// Prints what it went through as NAME=VALUE lines and ends with status 0 once L1 has every batch
// and a claim on it.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cheats/cheat_chain.hpp"
#include "cheats/l1_gate.hpp"
#include "command.hpp"
#include "io/http.hpp"

namespace gavel::cheats {

namespace {

struct Options {
  std::string l1;
  std::string registry;
  std::string devnet;
  std::string trouble;
};

constexpr u32 kMarket = 1;
constexpr u32 kQuote = 1;
constexpr u32 kBase = 2;
constexpr u64 kFunds = 1'000'000'000'000;
constexpr u64 kPatienceMs = 60'000;
constexpr u64 kAwayNs = 3'000'000'000;
// One page a post, and blocks with room for the gas limit of one transaction of the poster's.
constexpr u64 kPostBytes = 4'096;
constexpr u64 kNarrowBlockGas = 1'000'000;
constexpr u64 kWideBlockGas = 1'000'000'000;
constexpr const char* kHighBaseFee = "0xba43b7400";  // 50 gwei

void pause_ms(u64 ms) { apps::system_clock().sleep_for_ns(ms * 1'000'000); }
void print(const char* name, u64 value) { fmt::print("{}={}\n", name, value); }

class Trouble {
 public:
  explicit Trouble(const Options& options) : options_(options) {}
  AppResult<void> run();

 private:
  // Each makes its trouble while a batch is on its way, and leaves L1 in order.
  AppResult<void> go_away(u64 batch);
  AppResult<void> reorganise();
  AppResult<void> raise_fees();

  // Ticks, mining a block each time, until the condition holds.
  template <class Condition>
  AppResult<void> mine_until(const char* what, Condition condition);
  AppResult<settle::PostingState> posting_state();
  AppResult<void> reorg(u64 depth);
  AppResult<void> raw(const char* method, const std::string& parameters) {
    return control_->raw(method, parameters);
  }
  AppResult<void> restart() {
    GAVEL_TRY(chain_->start_posting(*liar_, submitter_config(), {.max_post_bytes = kPostBytes}));
    return chain_->start_claiming(*liar_, submitter_config());
  }
  static l1::SubmitterConfig submitter_config() {
    return {.confirmations = 1, .bump_after_ms = 300, .resend_after_ms = 300, .poll_ms = 10};
  }

  const Options& options_;
  std::unique_ptr<L1Gate> gate_;
  std::unique_ptr<CheatChain> chain_;
  std::unique_ptr<apps::L1Link> control_;  // past the gate
  std::unique_ptr<Liar> liar_;
};

AppResult<void> Trouble::run() {
  const auto url = io::parse_http_url(options_.l1);
  if (!url) return options_.l1 + " is no URL";
  gate_ = std::make_unique<L1Gate>(url->port);
  const std::string through = fmt::format("http://127.0.0.1:{}", gate_->port());
  chain_ = GAVEL_TRY(CheatChain::connect(through, options_.registry, options_.devnet));
  control_ = GAVEL_TRY(apps::L1Link::connect({options_.l1}));
  liar_ = std::make_unique<Liar>(chain_->config(), Lie::none, kMarket);
  GAVEL_TRY(restart());
  GAVEL_TRY(chain_->fund(*liar_, kBase, true, kFunds));
  GAVEL_TRY(chain_->deliver(*liar_));
  liar_->make_message_block(GAVEL_TRY(chain_->now_ms()), false);
  GAVEL_TRY(chain_->fund(*liar_, kQuote, false, kFunds));
  GAVEL_TRY(chain_->deliver(*liar_));
  liar_->make_message_block(GAVEL_TRY(chain_->now_ms()), true);
  GAVEL_TRY(chain_->settle(1, kPatienceMs));
  for (u64 batch = 2; batch <= 3; ++batch) {
    liar_->make_trading_batch(GAVEL_TRY(chain_->now_ms()));
    if (options_.trouble == "away") GAVEL_TRY(go_away(batch));
    if (batch == 2 && options_.trouble == "reorg") GAVEL_TRY(reorganise());
    if (batch == 2 && options_.trouble == "fees") GAVEL_TRY(raise_fees());
    GAVEL_TRY(chain_->settle(batch, kPatienceMs));
  }
  print("claimed", chain_->claimed().claimed);
  return {};
}

AppResult<settle::PostingState> Trouble::posting_state() {
  const auto state =
      settle::read_posting_state(control_->rpc(), chain_->contracts(), l1::BlockTag::kLatest);
  if (!state.ok()) return apps::describe("no posting state", state.error());
  return *state;
}

template <class Condition>
AppResult<void> Trouble::mine_until(const char* what, Condition condition) {
  const u64 deadline_ns = apps::system_clock().monotonic_ns() + kPatienceMs * 1'000'000;
  while (true) {
    chain_->tick();
    GAVEL_TRY(raw("evm_mine", "[]"));
    const bool holds = GAVEL_TRY(condition());
    if (holds) return {};
    if (apps::interrupted()) return std::string("interrupted");
    if (apps::system_clock().monotonic_ns() > deadline_ns) {
      return fmt::format("{}: not in {} ms; poster: {}; claimer: {}", what, kPatienceMs,
                         chain_->posted().last_error, chain_->claimed().last_error);
    }
    pause_ms(20);
  }
}

// The batch is half posted when L1 goes. In batch 3 the process, too, is another one when L1 comes
// back.
AppResult<void> Trouble::go_away(u64 batch) {
  GAVEL_TRY(raw("evm_setAutomine", "[false]"));
  GAVEL_TRY(raw("evm_setBlockGasLimit", fmt::format("[{}]", kNarrowBlockGas)));
  GAVEL_TRY(mine_until("posting", [&]() -> AppResult<bool> {
    const settle::PostingState state = GAVEL_TRY(posting_state());
    return state.next_batch == batch && state.page_count > 0;
  }));
  gate_->shut();
  const u64 until_ns = apps::system_clock().monotonic_ns() + kAwayNs;
  u64 errors = 0;
  while (apps::system_clock().monotonic_ns() < until_ns) {
    chain_->tick();
    errors += chain_->submitter_error() ? 1 : 0;
    pause_ms(50);
  }
  gate_->open();
  print("errors_while_away", errors);
  for (bool restarted = batch == 2; !restarted; pause_ms(50)) restarted = restart().ok();
  GAVEL_TRY(raw("evm_setBlockGasLimit", fmt::format("[{}]", kWideBlockGas)));
  return raw("evm_setAutomine", "[true]");
}

AppResult<void> Trouble::reorg(u64 depth) {
  return raw("anvil_reorg", fmt::format("[{}, []]", depth));
}

// L1 takes back the post, then post and fix, then the claim.
AppResult<void> Trouble::reorganise() {
  GAVEL_TRY(raw("evm_setAutomine", "[false]"));
  GAVEL_TRY(raw("evm_setBlockGasLimit", fmt::format("[{}]", kNarrowBlockGas)));
  const auto half_posted = [this]() -> AppResult<bool> {
    const settle::PostingState state = GAVEL_TRY(posting_state());
    return state.next_batch == 2 && state.page_count > 0;
  };
  const auto fixed = [this]() -> AppResult<bool> {
    const settle::PostingState state = GAVEL_TRY(posting_state());
    return state.next_batch == 3;
  };
  const auto claimed = [this]() -> AppResult<bool> { return chain_->claimed().claimed >= 2; };
  GAVEL_TRY(mine_until("post", half_posted));
  GAVEL_TRY(reorg(1));
  const settle::PostingState after_post = GAVEL_TRY(posting_state());
  print("pages_after_reorg_of_post", after_post.page_count);
  GAVEL_TRY(mine_until("post again", half_posted));
  GAVEL_TRY(mine_until("fix", fixed));
  GAVEL_TRY(reorg(4));
  const settle::PostingState after_fix = GAVEL_TRY(posting_state());
  print("next_batch_after_reorg_of_fix", after_fix.next_batch);
  GAVEL_TRY(mine_until("fix again", fixed));
  GAVEL_TRY(raw("evm_setBlockGasLimit", fmt::format("[{}]", kWideBlockGas)));
  GAVEL_TRY(mine_until("claim", claimed));
  GAVEL_TRY(reorg(5));
  GAVEL_TRY(mine_until("the news", [this]() -> AppResult<bool> {
    print("next_claim_after_reorg", chain_->claimed().claimed + 1);
    return true;
  }));
  return raw("evm_setAutomine", "[true]");
}

// The base fee rises above what was offered, and stays there.
AppResult<void> Trouble::raise_fees() {
  GAVEL_TRY(raw("evm_setAutomine", "[false]"));
  u64 ticks = 0;
  while (!chain_->in_flight()) {
    chain_->tick();
    pause_ms(10);
    if (++ticks > 1'000) return std::string("nothing was sent");
  }
  u64 blocks = 0;
  GAVEL_TRY(mine_until("claims at high fees", [&]() -> AppResult<bool> {
    ++blocks;
    GAVEL_TRY(raw("anvil_setNextBlockBaseFeePerGas", fmt::format(R"(["{}"])", kHighBaseFee)));
    return chain_->claimed().claimed >= 2;
  }));
  print("blocks_at_high_fees", blocks);
  return raw("evm_setAutomine", "[true]");
}

}  // namespace

}  // namespace gavel::cheats

int main(int argc, char** argv) {
  using namespace gavel;  // NOLINT: a program
  CLI::App app("A sequencer on an L1 that misbehaves", "gavel_trouble");
  cheats::Options options;
  app.add_option("--l1", options.l1, "L1 of a devnet")->required();
  app.add_option("--registry", options.registry)->required();
  app.add_option("--devnet", options.devnet, "The devnet's folder, for its keys")->required();
  app.add_option("--trouble", options.trouble)
      ->required()
      ->check(CLI::IsMember({"none", "away", "reorg", "fees"}));
  CLI11_PARSE(app, argc, argv);
  apps::interrupted();
  const auto ran = cheats::Trouble(options).run();
  if (ran.ok()) return 0;
  fmt::print(stderr, "gavel_trouble: {}\n", ran.error());
  return 1;
}
