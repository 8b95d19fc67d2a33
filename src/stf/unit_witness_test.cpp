// Every unit of random batches, run twice: over plain maps, and over the witness of the state root
// before it. Both must give the same cursor, the same receipts and the same state root.
#include <gtest/gtest.h>

#include <memory>

#include "stf/random_trader_test.hpp"
#include "stf/witness_state.hpp"

namespace gavel::stf {
namespace {

using exchange::Side;

class Twin : public Author {
 public:
  using Witness = WitnessState<MapOracle>;

  explicit Twin(const Config& config) : Author(config) {
    progress.cursor.state_root = map.publish(oracle);
  }

  // Runs one unit both ways.
  void run_unit() override {
    const Hash32 before = map.publish(oracle);
    Progress other = progress;
    Author::run_unit();
    other.cursor.data_len = progress.cursor.data_len;
    witness->open(oracle, before);
    NoObserver nobody;
    UnitRunner(*witness, rules, batch, signatures, nobody).run(other);
    ASSERT_EQ(witness->commit(), map.publish(oracle)) << "unit " << progress.cursor.unit;
    ASSERT_EQ(other.cursor, progress.cursor);
    ASSERT_EQ(other.transactions, progress.transactions);
    ASSERT_EQ(other.work.receipt, progress.work.receipt);
    most_objects = std::max(most_objects, witness->objects_used());
    most_pairs = std::max(most_pairs, witness->pairs_used());
  }

  MapOracle oracle;
  std::unique_ptr<Witness> witness{new Witness};
  u32 most_objects = 0;
  u32 most_pairs = 0;
};

class UnitWitness : public testing::TestWithParam<u64> {};

TEST_P(UnitWitness, EveryUnitOfARandomBatchAgrees) {
  Twin twin(samples::config());
  twin.open_block();
  twin.found(2, 8);
  Message m;
  m.kind = static_cast<u8>(MessageKind::set_fee_account);
  m.account = 1;
  twin.run(m);
  twin.found_perpetual(8);
  RandomTrader trader(twin, GetParam());
  for (u32 i = 0; i < 200; ++i) {
    twin.run(trader.row());
    if (i % 40 == 39) {
      twin.close_block();
      twin.open_block();
    }
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_GT(twin.tally.fills, 20u);
  EXPECT_GT(twin.tally.results[exchange::Reject::ok], 80u);
  EXPECT_GE(twin.tally.results.size(), 5u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, UnitWitness, testing::Range<u64>(1, 7));

Row place(Twin& t, u32 account, u32 market, Side side, u32 price_ticks, u64 lots) {
  Row row = t.transaction(Action::place, account);
  row.tx.market = market;
  row.tx.side = static_cast<u8>(side);
  row.tx.price_ticks = price_ticks;
  row.tx.lots = lots;
  row.hints.level = level_hint(t.map, market, side, price_ticks);
  return row;
}

// As many makers as a unit takes, each the only one at its price and of an account with neighbours
// in its list.
TEST(UnitWitnessBounds, TheHeaviestMatchFits) {
  Twin t(samples::config());
  t.open_block();
  t.found(2, kMaxFillsPerUnit + 2);
  for (u32 maker = 2; maker <= kMaxFillsPerUnit + 2; ++maker) {
    t.run(place(t, maker, 2, Side::ask, 500 + maker, 1));
    t.run(place(t, maker, 1, Side::ask, 100 + maker, 1));
    t.run(place(t, maker, 2, Side::bid, 400 - maker, 1));
  }
  t.run(place(t, 1, 1, Side::bid, 1'000, kMaxFillsPerUnit));
  EXPECT_EQ(t.tally.fills, kMaxFillsPerUnit);
  EXPECT_GE(t.most_objects, 5 * kMaxFillsPerUnit);
  EXPECT_LE(t.most_pairs, WitnessBounds::kPairs);
}

// As many orders as a unit cancels, each alone at its level in a market of its own, or between two
// others at its level.
TEST(UnitWitnessBounds, TheHeaviestCancelFits) {
  Twin t(samples::config());
  t.open_block();
  t.found(kMaxCancelsPerUnit, 3);
  for (u32 market = 1; market <= kMaxCancelsPerUnit; ++market) {
    const bool alone = market % 2 == 0;
    t.run(place(t, 2, market, Side::bid, alone ? 101 : 100, 1));
    t.run(place(t, 1, market, Side::bid, 100, 1));
    t.run(place(t, 2, market, Side::bid, alone ? 99 : 100, 1));
  }
  t.run(t.transaction(Action::cancel_all, 1));
  EXPECT_EQ(t.map.account(1).open_orders, 0u);
  EXPECT_GE(t.most_objects, 5 * kMaxCancelsPerUnit);
}

}  // namespace
}  // namespace gavel::stf
