// A chain whose configuration changes, as L1 shows it: when it counts, what is posted and claimed
// under it, and what a stranger derives.
#include <gtest/gtest.h>

#include "cheats/settlement_world.hpp"
#include "settle/config_reader.hpp"

namespace gavel::cheats {
namespace {

using da::BatchConfigs;
using settle::ConfigReader;

// One that the liar's batches are right under, too.
stf::Config other_config(u8 image = 0) {
  stf::Config config = small_config();
  config.max_orders_per_account = 4'095;
  config.image_root.bytes.fill(image);
  return config;
}

BatchConfigs from_batch(u64 start, const stf::Config& config) {
  BatchConfigs out(small_config());
  out.set(start, da::words_of(config));
  return out;
}

TEST(ConfigReader, AnAnnouncementCountsAtItsDepth) {
  FakeContracts l1(contracts_options());
  l1.set_finality(1'000'000, 1'000'000);
  l1.mine(10);
  const settle::Contracts contracts = settle::discover(l1, FakeContracts::registry()).value();
  ConfigReader reader(l1, contracts, 3);
  ASSERT_TRUE(reader.poll().value());
  EXPECT_EQ(reader.known()->entries(), BatchConfigs(small_config()).entries());
  l1.set_config_from(5, other_config());
  for (u32 depth = 1; depth < 3; ++depth) {
    EXPECT_FALSE(reader.poll().value()) << depth;
    l1.mine();
  }
  EXPECT_TRUE(reader.poll().value());
  EXPECT_EQ(reader.known()->entries(), from_batch(5, other_config()).entries());
  EXPECT_FALSE(reader.poll().value());
  // Another for the same batch, and one for a later.
  l1.set_config_from(5, other_config(2));
  l1.set_config_from(7, small_config());
  l1.mine(2);
  EXPECT_TRUE(reader.poll().value());
  BatchConfigs all = from_batch(5, other_config(2));
  all.set(7, da::words_of(small_config()));
  EXPECT_EQ(reader.known()->entries(), all.entries());
  // A reorg that is deep enough takes them back.
  l1.take_back(3, false);
  l1.mine(5);
  EXPECT_TRUE(reader.poll().value());
  EXPECT_EQ(reader.known()->entries(), from_batch(5, other_config()).entries());
}

// Near the deployment no block is that deep.
TEST(ConfigReader, AYoungChainIsReadFromItsFirstBlockOn) {
  FakeContracts l1(contracts_options());
  l1.mine(2);
  ConfigReader reader(l1, settle::discover(l1, FakeContracts::registry()).value(), 100);
  EXPECT_TRUE(reader.poll().value());
}

// It would be asked for ever what holds before.
TEST(ConfigReader, AnEndpointThatNamesALaterStartIsRefused) {
  FakeContracts l1(contracts_options());
  l1.mine(2);
  l1.set_config_from(5, other_config());
  l1.mine();
  l1.names_the_newest_only = true;
  ConfigReader reader(l1, settle::discover(l1, FakeContracts::registry()).value(), 1);
  const auto polled = reader.poll();
  ASSERT_FALSE(polled.ok());
  EXPECT_EQ(polled.error().kind, l1::ErrorKind::kForeignLog);
  EXPECT_FALSE(reader.known());
}

TEST(Upgrade, BatchesOfBothConfigurationsAreClaimedAndAgreedWith) {
  Settlement s;
  s.made_under = [](u64 batch) { return from_batch(2, other_config()).of(batch); };
  s.start();
  s.found();
  ASSERT_TRUE(s.settle(1));
  s.l1.set_config_from(2, other_config());
  s.trade();
  s.trade();
  ASSERT_TRUE(s.settle(3)) << s.claimer->status().last_error;
  EXPECT_FALSE(s.claimer->status().diverged);
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  EXPECT_EQ(run(verifier), VerifyState::up_to_date) << verifier.error();
  EXPECT_EQ(differences(verifier), kThreeAgree);
  const Hash32 hash = from_batch(2, other_config()).of(2).hash;
  EXPECT_NE(verifier.end_of(1).config_hash, hash);
  EXPECT_EQ(verifier.end_of(2).config_hash, hash);
}

// Pages under a configuration that L1 does not fix would be in the way of the right ones.
TEST(Upgrade, WhatWasMadeUnderAnotherConfigurationIsNotPosted) {
  Settlement s;
  s.made_under = [](u64 batch) { return BatchConfigs(small_config()).of(batch); };
  s.start();
  s.found();
  ASSERT_TRUE(s.settle(1));
  s.l1.set_config_from(2, other_config());
  s.trade();
  for (u32 i = 0; i < 10; ++i) s.round();
  EXPECT_EQ(s.l1.next_batch(), 2u);
  EXPECT_EQ(s.l1.pages(), 0u);
  EXPECT_NE(s.poster->status().last_error.find("another configuration for batch 2"),
            std::string::npos)
      << s.poster->status().last_error;
  EXPECT_FALSE(s.claimer->status().diverged);
  // The former one is announced again: the batch is right.
  s.l1.set_config_from(2, small_config());
  EXPECT_TRUE(s.settle(2));
}

// Where L1 fixed it all the same (for a stranger, or for an older node), nothing is claimed.
TEST(Upgrade, WhatL1FixedUnderAnotherConfigurationIsNotClaimed) {
  Settlement s;
  s.found();
  ASSERT_TRUE(s.settle(1));
  s.l1.set_config_from(2, other_config());
  s.trade();
  for (u32 i = 0; i < 10; ++i) s.round();
  ASSERT_EQ(s.l1.next_batch(), 3u);
  EXPECT_TRUE(s.claimer->status().diverged);
  EXPECT_EQ(s.claimer->status().claimed, 1u);
}

// Announced before the verifier began, and after it had derived what came before.
TEST(Upgrade, AVerifierDerivesAnewWhereTablesGrow) {
  for (const bool known : {true, false}) {
    Settlement s;
    s.found();
    ASSERT_TRUE(s.settle(1));
    stf::Config later = small_config();
    ++later.capacity[static_cast<u8>(exchange::Table::market)];
    settle::Verifier verifier(s.l1, {.threads = 1});
    if (known) s.l1.set_config_from(2, later);
    ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
    EXPECT_EQ(run(verifier), VerifyState::up_to_date);
    EXPECT_EQ(verifier.batches_derived(), 1u);
    const std::weak_ptr<const settle::Deriver> before = verifier.deriver_now();
    if (!known) s.l1.set_config_from(2, later);
    s.trade();
    for (u32 i = 0; i < 10; ++i) s.round();
    ASSERT_EQ(s.l1.next_batch(), 3u);
    EXPECT_EQ(run(verifier), VerifyState::up_to_date) << verifier.error();
    EXPECT_EQ(verifier.batches_derived(), 2u);
    EXPECT_EQ(before.expired(), !known);
    EXPECT_EQ(verifier.end_of(2).config_hash, from_batch(2, later).of(2).hash);
  }
}

TEST(Upgrade, AVerifierLeavesRulesThatItDoesNotHave) {
  Settlement s;
  s.found();
  ASSERT_TRUE(s.settle(1));
  s.l1.set_config_from(2, other_config(7));
  s.trade();
  for (u32 i = 0; i < 10; ++i) s.round();
  ASSERT_EQ(s.l1.next_batch(), 3u);
  const Hash32 own = small_config().image_root;
  const Hash32 other = other_config(7).image_root;
  struct Case {
    std::vector<Hash32> images;
    VerifyState state;
    u64 derived;
  };
  const std::vector<Case> cases = {{{}, VerifyState::up_to_date, 2},
                                   {{own}, VerifyState::other_rules, 1},
                                   {{other}, VerifyState::other_rules, 0},
                                   {{own, other}, VerifyState::up_to_date, 2}};
  for (const Case& c : cases) {
    settle::Verifier verifier(s.l1, {.threads = 1, .images = c.images});
    ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
    EXPECT_EQ(run(verifier), c.state);
    EXPECT_EQ(verifier.batches_derived(), c.derived);
    const bool left = c.state == VerifyState::other_rules;
    EXPECT_EQ(verifier.error().find("is judged by image 0x") != std::string::npos, left)
        << verifier.error();
  }
}

// The hash is of the words as they are, also where decoding cuts them.
TEST(Upgrade, AGenesisWithWordsOutOfTheirRangeIsOne) {
  FakeContracts::Options options = contracts_options();
  options.config.max_fills_per_tx = 100;
  FakeContracts l1(options);
  l1.mine(2);
  settle::Verifier verifier(l1, {.threads = 1});
  const auto started = verifier.start(FakeContracts::registry());
  EXPECT_TRUE(started.ok()) << started.error();
}

}  // namespace
}  // namespace gavel::cheats
