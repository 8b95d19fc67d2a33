// gavel oracle: one member of the oracle set, reporting a perpetual market's price until it is told
// to end.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "command.hpp"
#include "key_file.hpp"
#include "oracle_feeder.hpp"
#include "replay/price_path.hpp"
#include "signer_options.hpp"

namespace gavel::apps {

namespace {

struct Options {
  SignerOptions signer;
  u32 market = 0;
  u32 price = 0;
  std::vector<std::string> tapes;
  u32 decimals = 0;
  u64 interval_ms = 1'000;
};

void log_report(const ReportOutcome& outcome) {
  std::string what;
  if (!outcome.result.ok()) {
    what = outcome.result.error();
  } else if (const stf::Receipt& receipt = outcome.result->receipt;
             receipt.result != exchange::Reject::ok) {
    what = std::string("rejected: ") + exchange::name_of(receipt.result);
  } else {
    what = fmt::format("ok, block {}, index {}, mark {}", outcome.result->block, receipt.value,
                       receipt.resting_lots);
  }
  fmt::print("report market={} price={}: {}\n", outcome.market, outcome.price_ticks, what);
  std::fflush(stdout);
}

AppResult<void> run(const Options& options) {
  // A wrong key file or address is told at once; a node that goes away later is waited for.
  GAVEL_TRY(options.signer.open());
  PriceSource price = fixed_price(options.price);
  if (!options.tapes.empty()) price = GAVEL_TRY(taped_price(options.tapes, options.decimals));
  const OracleMember member{options.signer.account,
                            GAVEL_TRY(read_key_file(options.signer.key_file))};
  const OracleFeeder feeder(GAVEL_TRY(parse_gateway(options.signer.gateway)), std::span(&member, 1),
                            options.market, price, log_report,
                            std::chrono::milliseconds(options.interval_ms));
  while (!interrupted()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return {};
}

}  // namespace

void add_oracle_command(CLI::App& app, int& status) {
  static Options options;
  CLI::App* oracle = app.add_subcommand(
      "oracle", "Reports a perpetual market's price as a member of the oracle set, until SIGTERM");
  options.signer.add_to(*oracle);
  oracle->add_option("--market", options.market, "The market's index")->required();
  CLI::Option* price = oracle->add_option("--price", options.price, "This price in ticks, always")
                           ->check(CLI::PositiveNumber);
  CLI::Option* tape =
      oracle
          ->add_option("--tape", options.tapes,
                       "Files of prices, at their own pace from now on: \"milliseconds,price\" "
                       "lines, or recorded markPriceUpdate or bookTicker events")
          ->excludes(price);
  oracle
      ->add_option("--decimals", options.decimals,
                   "Of the tape's prices: a tick is 10^-N of its unit")
      ->check(CLI::Range(replay::kMaxPriceDecimals))
      ->capture_default_str();
  oracle->add_option("--interval", options.interval_ms, "Milliseconds from report to report")
      ->check(CLI::Range(10, 3'600'000))
      ->capture_default_str();
  oracle->callback([&status, price, tape] {
    if (price->count() + tape->count() == 0) {
      status = fail("oracle", "either --price or --tape is needed", kUsage);
      return;
    }
    const auto ran = run(options);
    status = ran.ok() ? kOk : fail("oracle", ran.error());
  });
}

}  // namespace gavel::apps
