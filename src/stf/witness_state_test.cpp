#include "stf/witness_state.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "exchange/balances.hpp"
#include "stf/map_state_test.hpp"
#include "stf/samples_test.hpp"
#include "tree/naive_tree_test.hpp"

namespace gavel::stf {
namespace {

using Witness = WitnessState<RecordingOracle<MapOracle>>;
static_assert(exchange::Store<Witness>);
static_assert(Oracle<MapOracle> && Oracle<RecordingOracle<MapOracle>>);
// What a static one must be to cost nothing in a program's image.
static_assert(std::is_trivially_default_constructible_v<Witness>);

// A model state, its preimages and a witness opened at its root.
struct World {
  MapState model;
  MapOracle oracle;
  RecordingOracle<MapOracle> recorder{oracle};
  std::unique_ptr<Witness> witness{new Witness};
  Hash32 root;

  void open() {
    root = model.publish(oracle);
    witness->open(recorder, root);
  }
  // The same change on both sides.
  template <class Change>
  void apply(Change&& change) {
    change(model);
    change(*witness);
  }
  void expect_same_root() { EXPECT_EQ(witness->commit(), model.publish(oracle)); }
};

// Objects at dense and at far indexes.
constexpr u32 kFar[] = {1,          2,          3,          64,         65,
                        0x00ffffff, 0x01000000, 0x7fffffff, 0x80000000, 0xffffffff};

template <class S>
void fill(S& s) {
  s.global_mut() = samples::global();
  for (const u32 i : kFar) {
    s.account_mut(i) = samples::account();
    s.account_mut(i).nonces = i;
    s.market_mut(i) = samples::market();
    s.market_mut(i).max_lots = i;
    s.level_mut(i) = samples::level();
    s.level_mut(i).next = i;
    s.order_mut(i) = samples::order();
    s.order_mut(i).account_next = i;
    for (u32 asset = 1; asset <= i % 7; ++asset) exchange::credit(s, s.account_mut(i), asset, i);
  }
  for (u32 i = 1; i <= 2; ++i) {
    s.signer_mut(i) = samples::signer(exchange::Signer::kLive);
    s.nonces_mut(i) = samples::nonces(3);
    s.outbox_mut(i) = samples::outbox();
    s.asset_mut(i) = samples::asset();
  }
}

TEST(WitnessState, TheModelsTreeIsTheTree) {
  MapState model;
  fill(model);
  tree::NaiveTree naive;
  const auto leaves = model.leaves();
  for (u8 table = 0; table < tree::kTables; ++table) {
    for (const auto& [index, bytes] : leaves[table]) {
      naive.set(table, index, crypto::keccak256(bytes));
    }
  }
  MapOracle oracle;
  EXPECT_EQ(model.publish(oracle), naive.root());
}

TEST(WitnessState, ReadsWhatIsThere) {
  World w;
  fill(w.model);
  w.open();
  for (const u32 i : kFar) {
    EXPECT_EQ(w.witness->account(i).nonces, i);
    EXPECT_EQ(w.witness->market(i).max_lots, i);
    EXPECT_EQ(w.witness->level(i).next, i);
    EXPECT_EQ(w.witness->order(i).account_next, i);
  }
  EXPECT_EQ(w.witness->global().fee_account, samples::global().fee_account);
  EXPECT_EQ(w.witness->signer(2).key, samples::kAgent);
  EXPECT_EQ(w.witness->nonces(1).highest, samples::kNow);
  EXPECT_EQ(w.witness->asset(2).token, samples::asset().token);
  EXPECT_EQ(w.witness->outbox_mut(1).recipient, samples::kAgent);
  EXPECT_EQ(w.witness->commit(), w.root);
}

TEST(WitnessState, WhatWasNeverMadeReadsAsDefault) {
  World w;
  w.open();
  EXPECT_EQ(w.witness->account(5).owner, Address{});
  EXPECT_EQ(w.witness->global().tables[1].next, 1u);
  EXPECT_EQ(w.witness->commit(), w.root);
}

TEST(WitnessState, MakesObjectsInAnEmptyState) {
  World w;
  w.open();
  w.apply([](auto& s) { fill(s); });
  w.expect_same_root();
}

TEST(WitnessState, AnEmptyTreeWithoutGlobalsIsAStateToo) {
  MapOracle oracle;
  std::vector<u8> roots;
  for (u32 i = 0; i < tree::kTables; ++i) {
    const Hash32& e = tree::kEmptySubtree[tree::kDepth];
    roots.insert(roots.end(), e.bytes.begin(), e.bytes.end());
  }
  const Hash32 root = oracle.add(roots);
  RecordingOracle<MapOracle> recorder(oracle);
  const std::unique_ptr<Witness> witness(new Witness);
  witness->open(recorder, root);
  EXPECT_EQ(witness->commit(), root);
  EXPECT_EQ(witness->global().tables[3].next, 1u);
  EXPECT_EQ(recorder.questions(), 1u);
  witness->global_mut();
  EXPECT_EQ(witness->commit(), MapState{}.publish(oracle));
}

template <class S>
void random_change(S& s, std::mt19937_64 random) {
  const auto index = [&] {
    return kFar[random() % std::size(kFar)] ^ static_cast<u32>(random() % 2);
  };
  for (u32 step = 0; step < 12; ++step) {
    switch (random() % 6) {
      case 0:
        s.order_mut(index() | 1).lots = 1 + random() % 1'000;
        break;
      case 1:
        s.level_mut(index() | 1).total_lots = 2 + random() % 1'000;
        break;
      case 2:
        exchange::credit(s, s.account_mut(index() | 1), 1 + random() % 40, 1 + random() % 1'000);
        break;
      case 3: {
        exchange::Account& a = s.account_mut(index() | 1);
        if (a.balance_count > 0) exchange::debit(s, a, a.asset[0], a.total[0] - a.reserved[0]);
        break;
      }
      case 4:
        s.market_mut(index() | 1).last_price_ticks = static_cast<u32>(random());
        break;
      default:
        s.global_mut().fee_account = index();
    }
  }
}

// Rows are made whole where a change met an index never used.
template <class S>
void make_whole(S& s) {
  for (u32 i : kFar) {
    i |= 1;
    if (s.level(i).market == 0) s.level_mut(i) = samples::level();
    if (s.order(i).account == 0) s.order_mut(i) = samples::order();
    if (s.market(i).kind == 0) s.market_mut(i) = samples::market();
  }
}

TEST(WitnessState, RandomChangesGiveTheModelsRoot) {
  World w;
  fill(w.model);
  std::mt19937_64 random(11);
  for (u32 round = 0; round < 60; ++round) {
    w.open();
    for (u32 commit = 0; commit < 2; ++commit) {
      const u64 seed = random();
      w.apply([&](auto& s) {
        random_change(s, std::mt19937_64(seed));
        make_whole(s);
      });
      w.expect_same_root();
    }
  }
}

TEST(WitnessState, BalanceListsOfEverySizeSurviveACommit) {
  World w;
  w.open();
  for (u32 count : {1u, 2u, 3u, 8u, 9u, 64u, 63u, 20u, 2u, 0u}) {
    w.apply([&](auto& s) {
      exchange::Account& a = s.account_mut(7);
      for (u32 asset = 1; asset <= 64; ++asset) {
        const bool wanted = asset <= count;
        const u64 held = exchange::available_balance(s, a, asset);
        if (wanted && held == 0) exchange::credit(s, a, asset, asset);
        if (!wanted && held != 0) exchange::debit(s, a, asset, held);
      }
      EXPECT_EQ(a.balance_count, count);
    });
    w.expect_same_root();
    w.open();
  }
}

TEST(WitnessState, NoNodeIsAskedForTwice) {
  World w;
  fill(w.model);
  w.open();
  for (u32 pass = 0; pass < 2; ++pass) {
    for (const u32 i : kFar) w.witness->account_mut(i);
    w.witness->commit();
  }
  EXPECT_EQ(w.recorder.questions(), w.recorder.recorded().size());
}

TEST(WitnessState, ARecordIsAWholeWitnessAndNothingInItIsIdle) {
  World w;
  fill(w.model);
  w.open();
  const auto run = [](Witness& s) {
    s.order_mut(65).lots = 5;
    s.account_mut(0x80000000).nonces = 9;
    return s.commit();
  };
  const Hash32 after = run(*w.witness);
  MapOracle record = w.recorder.recorded();
  RecordingOracle<MapOracle> again(record);
  w.witness->open(again, w.root);
  EXPECT_EQ(run(*w.witness), after);
  EXPECT_EQ(again.questions(), record.size());
}

TEST(WitnessStateDeathTest, AMissingOrWrongPreimageEndsTheRun) {
  World w;
  fill(w.model);
  w.open();
  std::vector<u8> leaf(kLongestObjectBytes);
  leaf.resize(encode_object(w.model.level(64), leaf));
  ASSERT_TRUE(w.oracle.remove(crypto::keccak256(leaf)));
  EXPECT_DEATH(w.witness->level(64), "");
  w.oracle.remove(w.root);
  RecordingOracle<MapOracle> fresh(w.oracle);
  EXPECT_DEATH(w.witness->open(fresh, w.root), "");
}

TEST(WitnessStateDeathTest, ALeafThatIsNoObjectEndsTheRun) {
  World w;
  w.model.level_mut(1) = samples::level();
  w.model.level_mut(1).orders = 0;
  w.open();
  EXPECT_DEATH(w.witness->level(1), "");
}

TEST(WitnessStateDeathTest, BoundsAreKept) {
  World w;
  w.open();
  for (u32 i = 1; i <= WitnessBounds::kAccounts; ++i) w.witness->account(i << 20);
  EXPECT_DEATH(w.witness->account(1), "");
  for (u32 i = 0; i < WitnessBounds::kBlocks; ++i) w.witness->new_balance_block();
  EXPECT_DEATH(w.witness->new_balance_block(), "");
}

TEST(WitnessState, TheBoundsLeaveRoomForAllPathsAtOnce) {
  World w;
  w.open();
  const auto far = [](u32 i) { return i * 0x9e3779b1u; };
  for (u32 i = 1; i <= WitnessBounds::kAccounts; ++i) w.witness->account_mut(far(i));
  for (u32 i = 1; i <= WitnessBounds::kLevels; ++i) w.witness->level_mut(far(i));
  for (u32 i = 1; i <= WitnessBounds::kOrders; ++i) w.witness->order_mut(far(i));
  for (u32 i = 1; i <= WitnessBounds::kMarkets; ++i) w.witness->market_mut(far(i));
  w.witness->commit();
  EXPECT_LE(w.witness->pairs_used(), WitnessBounds::kPairs);
}

}  // namespace
}  // namespace gavel::stf
