// Units of recorded order flow: the fault proof program in the machine ends where the native judge
// does and reads what it reads. The tapes are not part of the project: GAVEL_TAPES names their
// folder, or the one of the normalised files in it.
//
// A test draws a quarter of GAVEL_UNITS (200 unless said) from its tape's first 4,000 rows; "all"
// are those of all rows. GAVEL_TAPE_ROWS is how many rows there are at most.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "guest/machine_units.hpp"
#include "guest/tape_chain.hpp"

namespace gavel::guest {
namespace {

std::string tape_path(const std::string& name) {
  const char* folder = std::getenv("GAVEL_TAPES");
  if (folder == nullptr) return {};
  for (const char* inside : {"/", "/norm/"}) {
    const std::string path = folder + std::string(inside) + name;
    if (std::filesystem::exists(path)) return path;
  }
  return {};
}

constexpr TapeKind kSpot{replay::TapeFormat::lobster, false};
constexpr TapeKind kPerpetual{replay::TapeFormat::orders, true};

void expect_units_end_in_the_native_cursor(const std::string& file, TapeKind kind) {
  const std::string path = tape_path(file);
  if (path.empty()) GTEST_SKIP() << "GAVEL_TAPES has no " << file;
  constexpr u64 kRows = 4'000, kBatchMessages = 1'000, kSeed = 1;
  const bool all = units_wanted(0) == kAllUnits;
  const u64 rows = number_from("GAVEL_TAPE_ROWS", all ? ~u64{0} : kRows);
  const u64 of_a_batch = units_wanted(200) / 4 / (kRows / kBatchMessages) + 1;
  TapeChain chain(path, kind, rows);
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  MachineTally tally;
  while (chain.add_batch(kBatchMessages)) {
    const auto trace = chain.trace();
    const u64 units = trace->units().value();
    std::set<u64> drawn;
    while (!all && drawn.size() < std::min(of_a_batch, units)) drawn.insert(random() % units);
    for (u64 unit = 0; unit < units; ++unit) {
      if (!all && !drawn.contains(unit)) continue;
      const std::string name =
          "batch " + std::to_string(trace->batch()) + ", unit " + std::to_string(unit);
      const auto witness = trace->witness(unit);
      ASSERT_TRUE(witness.ok()) << name;
      ASSERT_EQ(difference_of(*witness, name, tally), "") << name;
    }
  }
  EXPECT_EQ(chain.error(), "");
  EXPECT_EQ(chain.refused(), 0u);
  EXPECT_GT(chain.fills(), 0u);
  EXPECT_GE(tally.units, std::min(of_a_batch, chain.executed()));
  tally.print(file.c_str());
}

TEST(TapeUnits, OfAapl) {
  expect_units_end_in_the_native_cursor("l3_nasdaq_aapl_20120621_0930_1030.csv.xz", kSpot);
}
TEST(TapeUnits, OfBitstamp) {
  expect_units_end_in_the_native_cursor("l3_bitstamp_btcusd_20150501_0000_0500.csv.xz", kSpot);
}
TEST(TapeUnits, OfBtcPerpetual) {
  expect_units_end_in_the_native_cursor("derived_orders_binance_usdm_btcusdt_20240808.csv.xz",
                                        kPerpetual);
}
TEST(TapeUnits, OfEthPerpetual) {
  expect_units_end_in_the_native_cursor("derived_orders_binance_usdm_ethusdt_20240808.csv.xz",
                                        kPerpetual);
}

}  // namespace
}  // namespace gavel::guest
