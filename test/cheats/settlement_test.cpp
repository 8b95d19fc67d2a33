// Poster, claimer and verifier together over a model of the contracts: on a calm L1, on one that
// reorganises, fails and becomes dear, and against strangers.
#include <gtest/gtest.h>

#include <random>

#include "cheats/fake_contracts.hpp"
#include "cheats/liar.hpp"
#include "io/clock.hpp"
#include "l1/submitter.hpp"
#include "settle/claimer.hpp"
#include "settle/deriver.hpp"
#include "settle/poster.hpp"
#include "settle/verifier.hpp"
#include "stf/message.hpp"

namespace gavel::cheats {
namespace {

using settle::Difference;
using settle::VerifyState;

constexpr const char* kPosterKey =
    "4646464646464646464646464646464646464646464646464646464646464646";
constexpr const char* kClaimerKey =
    "4747474747474747474747474747474747474747474747474747474747474747";
constexpr const char* kOwnerKey =
    "4848484848484848484848484848484848484848484848484848484848484848";

l1::SigningKey key_of(const char* hex) { return l1::SigningKey::from_hex(hex).value(); }

stf::Config small_config() {
  stf::Config config;
  config.chain_id = 4242;
  config.verifying_contract.bytes.fill(0x11);
  config.capacity = state::HotCapacity::small().objects;
  return config;
}

FakeContracts::Options contracts_options() {
  FakeContracts::Options options;
  options.config = small_config();
  options.poster = key_of(kPosterKey).address();
  options.genesis_root = settle::genesis_state_root();
  return options;
}

class Settlement {
 public:
  explicit Settlement(Lie lie = Lie::none, FakeContracts::Options options = contracts_options())
      : l1(options), liar(small_config(), lie, 1) {
    l1.set_finality(1'000'000, 1'000'000);
    l1.mine();
    contracts_ = settle::discover(l1, FakeContracts::registry()).value();
    owner_ = submitter(kOwnerKey);
    feed_ = std::make_unique<settle::L1Feed>(l1, contracts_);
    start();
  }

  // The poster's and the claimer's process begins anew.
  void start() {
    poster.reset();
    claimer.reset();
    poster_key_ = submitter(kPosterKey);
    claimer_key_ = submitter(kClaimerKey);
    poster = std::make_unique<settle::Poster>(
        l1, *poster_key_, contracts_, liar.batches(),
        settle::PosterOptions{.max_post_bytes = 4'096, .future_window_ms = 60'000});
    claimer = std::make_unique<settle::Claimer>(l1, *claimer_key_, contracts_, liar.batches(),
                                                genesis_end());
  }

  void tick() {
    poster->tick();
    claimer->tick();
    clock.advance_ms(12'000);
  }
  void round() {
    tick();
    l1.mine();
  }
  // Rounds on a calm L1 until the batch is claimed; false if that takes too long.
  bool settle(u64 batch) {
    for (u32 i = 0; i < 200; ++i) {
      // What they know is of their last round.
      for (u32 j = 0; j < 2; ++j) round();
      if (poster->posted_up_to(batch) && claimer->status().claimed >= batch) return true;
    }
    return false;
  }

  // Batch 1: assets, a market, accounts with funds.
  void found() {
    for (u32 asset = 1; asset <= 2; ++asset) list_asset(asset);
    list_market();
    for (u32 i = 0; i < Liar::kTraders; ++i) deposit(i, 2, 0);
    deliver();
    liar.make_message_block(l1_time_ms(), false);
    for (u32 i = 0; i < Liar::kTraders; ++i) deposit(i, 1, liar.account(i));
    deliver();
    liar.make_message_block(l1_time_ms(), true);
  }
  void trade() { liar.make_trading_batch(l1_time_ms()); }
  void deposit(u32 trader, u32 asset, u32 account) {
    stf::Message m = of_kind(stf::MessageKind::deposit);
    m.asset = asset;
    m.amount = 1'000'000'000'000;
    m.recipient = liar.key(trader).address;
    m.account = account;
    send(m);
  }
  // Mines what the owner sent, and gives the liar the messages.
  void deliver() {
    for (u32 i = 0; i < 100 && !owner_->idle(); ++i) {
      owner_->tick();
      l1.mine();
      clock.advance_ms(12'000);
      (void)owner_->take_outcomes();
    }
    while (!feed_->poll().value().caught_up) {
    }
    for (; delivered_ < feed_->messages().size(); ++delivered_) {
      liar.add_message(feed_->messages()[delivered_].bytes);
    }
  }
  u64 l1_time_ms() const { return l1.head().timestamp_s * 1'000; }

  // A call of a key of its own, mined.
  void call(const Address& to, l1::Bytes data) {
    owner_->tick();
    GAVEL_CHECK(owner_->submit({.to = to, .data = std::move(data), .gas_limit = 1'000'000}).ok());
    deliver();
  }
  // A post by another process with the poster's key, mined.
  void post_from_elsewhere(l1::Bytes data) {
    const Address to = FakeContracts::batch_inbox();
    GAVEL_CHECK(
        poster_key_->submit({.to = to, .data = std::move(data), .gas_limit = 1'000'000}).ok());
    for (u32 i = 0; i < 10; ++i) {
      poster_key_->tick();
      l1.mine();
      clock.advance_ms(12'000);
    }
    (void)poster_key_->take_outcomes();
  }
  const settle::Contracts& contracts() const { return contracts_; }
  stf::Cursor genesis_end() const {
    std::array<u8, stf::kConfigBytes> words;
    stf::encode_config(small_config(), words);
    return stf::genesis_cursor(settle::genesis_state_root(), stf::config_hash(words));
  }

  FakeContracts l1;
  io::FakeClock clock;
  Liar liar;
  std::unique_ptr<settle::Poster> poster;
  std::unique_ptr<settle::Claimer> claimer;

 private:
  std::unique_ptr<l1::Submitter> submitter(const char* key) {
    l1::SubmitterConfig config;
    config.chain_id = 31'337;
    config.confirmations = 1;
    config.poll_ms = 0;
    return std::make_unique<l1::Submitter>(l1, clock, key_of(key), config);
  }
  static stf::Message of_kind(stf::MessageKind kind) {
    stf::Message m;
    m.kind = static_cast<u8>(kind);
    return m;
  }
  void send(const stf::Message& m) {
    l1::Bytes bytes(stf::kMaxMessageBytes);
    bytes.resize(stf::encode_message(m, bytes));
    GAVEL_CHECK(
        owner_
            ->submit(
                {.to = FakeContracts::inbox(), .data = std::move(bytes), .gas_limit = 1'000'000})
            .ok());
  }
  void list_asset(u32 asset) {
    stf::Message m = of_kind(stf::MessageKind::register_asset);
    m.asset = asset;
    m.token.bytes.fill(static_cast<u8>(asset));
    m.l1_decimals = 18;
    m.decimals = 8;
    send(m);
  }
  void list_market() {
    stf::Message m = of_kind(stf::MessageKind::create_market);
    m.market_kind = exchange::Market::kSpot;
    m.base = 2;
    m.quote = 1;
    m.base_per_lot = 1'000;
    m.quote_per_tick_lot = 100;
    m.min_lots = 1;
    m.max_lots = 1'000;
    send(m);
  }

  settle::Contracts contracts_;
  std::unique_ptr<l1::Submitter> owner_;
  std::unique_ptr<l1::Submitter> poster_key_;
  std::unique_ptr<l1::Submitter> claimer_key_;
  std::unique_ptr<settle::L1Feed> feed_;
  std::size_t delivered_ = 0;
};

// Steps until the verifier has read and derived everything, or cannot go on.
VerifyState run(settle::Verifier& verifier) {
  VerifyState state = VerifyState::behind;
  for (u32 i = 0; i < 1'000 && state == VerifyState::behind; ++i) state = verifier.step();
  return state;
}

std::vector<Difference> differences(const settle::Verifier& verifier) {
  std::vector<Difference> out;
  for (const settle::ClaimVerdict& v : verifier.verdicts()) out.push_back(v.difference);
  return out;
}

const std::vector<Difference> kThreeAgree(3, Difference::none);

TEST(Settlement, BatchesArePostedClaimedConfirmedAndAgreedOn) {
  Settlement s;
  s.found();
  s.trade();
  s.trade();
  ASSERT_TRUE(s.settle(3)) << s.poster->status().last_error << s.claimer->status().last_error;
  for (u32 i = 0; i < 20; ++i) s.round();
  EXPECT_EQ(s.claimer->status().confirmed, 3u);
  EXPECT_EQ(s.l1.claims(), 4u);
  // Nothing was sent twice.
  EXPECT_EQ(s.poster->status().fixed, 3u);
  u64 pages = 0;
  for (u64 b = 1; b <= 3; ++b) pages += s.liar.batches().get(b)->pages.starts.size();
  EXPECT_EQ(s.poster->status().posts, pages);
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  EXPECT_EQ(run(verifier), VerifyState::up_to_date);
  EXPECT_EQ(differences(verifier), kThreeAgree);
  for (const settle::ClaimVerdict& v : verifier.verdicts()) EXPECT_TRUE(v.confirmed);
}

TEST(Verifier, RefusesAnotherGenesisThanTheRulesGive) {
  FakeContracts::Options options = contracts_options();
  options.genesis_root.bytes[0] ^= 1;
  Settlement s(Lie::none, options);
  settle::Verifier verifier(s.l1, {.threads = 1});
  const auto started = verifier.start(FakeContracts::registry());
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().find("genesis"), std::string::npos);
}

TEST(Verifier, SaysWhenPagesAreWithheldAndGoesOnWhenTheyCome) {
  Settlement s;
  s.found();
  ASSERT_TRUE(s.settle(1));
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  s.l1.withhold_transactions(true);
  EXPECT_EQ(run(verifier), VerifyState::no_data);
  EXPECT_FALSE(verifier.error().empty());
  s.l1.withhold_transactions(false);
  EXPECT_EQ(run(verifier), VerifyState::up_to_date);
  EXPECT_EQ(differences(verifier), std::vector<Difference>(1, Difference::none));
}

TEST(Verifier, PassesOverPassingFailuresOfL1) {
  Settlement s;
  s.found();
  s.trade();
  s.trade();
  ASSERT_TRUE(s.settle(3));
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  u32 failures = 0;
  VerifyState state = VerifyState::behind;
  for (u32 i = 0; i < 1'000 && state != VerifyState::up_to_date; ++i) {
    if (i % 2 == 0) s.l1.fail_after(i % 7, l1::make_error(l1::ErrorKind::kTimeout, "busy"));
    state = verifier.step();
    ASSERT_NE(state, VerifyState::failed) << verifier.error();
    ASSERT_NE(state, VerifyState::no_data) << verifier.error();
    failures += verifier.error().empty() ? 0 : 1;
  }
  EXPECT_GT(failures, 2u);
  EXPECT_EQ(differences(verifier), kThreeAgree);
}

TEST(Verifier, DerivesAgainWhatAReorganisationFixesOtherwise) {
  Settlement s;
  s.found();
  s.trade();
  ASSERT_TRUE(s.settle(2));
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  ASSERT_EQ(run(verifier), VerifyState::up_to_date);
  const stf::Cursor before = verifier.end_of(2);
  while (s.l1.next_batch() == 3) s.l1.take_back(1, false);
  s.l1.mine(3);
  ASSERT_TRUE(s.settle(2)) << s.poster->status().last_error << s.claimer->status().last_error;
  ASSERT_EQ(run(verifier), VerifyState::up_to_date);
  EXPECT_NE(verifier.end_of(2).l1_block_hash, before.l1_block_hash);
  EXPECT_EQ(verifier.end_of(2).prev_hash, before.prev_hash);
  EXPECT_EQ(differences(verifier), std::vector<Difference>(2, Difference::none));
}

TEST(Verifier, JudgesEachRivalAndForgetsAClaimThatIsTakenBack) {
  Settlement s;
  s.found();
  s.trade();
  ASSERT_TRUE(s.settle(2));
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  ASSERT_EQ(run(verifier), VerifyState::up_to_date);
  stf::Cursor rival = verifier.end_of(2);
  rival.state_root.bytes[5] ^= 1;
  const stf::Cursor parent = verifier.end_of(1);
  const settle::FeedBatch batch = verifier.feed().batches()[1];
  s.call(FakeContracts::registry(),
         settle::encode_claim(verifier.verdicts()[0].claim, 2, batch.posted, parent, rival));
  ASSERT_EQ(s.l1.claims(), 4u);
  ASSERT_EQ(run(verifier), VerifyState::up_to_date);
  EXPECT_EQ(differences(verifier),
            (std::vector{Difference::none, Difference::none, Difference::state_root}));
  while (s.l1.claims() == 4) s.l1.take_back(1, false);
  s.l1.mine(5);
  ASSERT_EQ(run(verifier), VerifyState::up_to_date);
  EXPECT_EQ(differences(verifier), std::vector<Difference>(2, Difference::none));
}

TEST(Verifier, NamesALieOnceAndNotWhatIsBuiltOnIt) {
  Settlement s(Lie::fill);
  s.found();
  s.trade();
  s.trade();
  ASSERT_TRUE(s.settle(3));
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  ASSERT_EQ(run(verifier), VerifyState::up_to_date);
  EXPECT_EQ(differences(verifier), (std::vector{Difference::none, Difference::output_hash}));
}

// Everything that L1 can do to an honest sequencer, at random.
class Chaos : public testing::TestWithParam<u64> {};

TEST_P(Chaos, EveryBatchIsClaimedAndAStrangerAgrees) {
  std::mt19937_64 random(GetParam());
  const auto pick = [&](u64 n) { return random() % n; };
  Settlement s;
  s.found();
  // Deep enough that no reorganisation reaches the messages.
  s.l1.mine(10);
  const u64 floor = s.l1.head().number;
  s.trade();
  s.trade();
  for (u32 i = 0; i < 150; ++i) {
    if (pick(12) == 0) {
      const u64 room = s.l1.head().number - floor;
      const u32 depth = static_cast<u32>(std::min<u64>(1 + pick(4), room));
      if (depth != 0) s.l1.take_back(depth, pick(2) == 0);
    }
    if (pick(10) == 0) {
      s.l1.fail_after(static_cast<u32>(pick(8)), l1::make_error(l1::ErrorKind::kTimeout, "busy"));
    }
    if (pick(25) == 0) s.l1.forget_mempool();
    if (pick(20) == 0) s.l1.set_base_fee(u128{1'000'000'000 * (1 + pick(40))});
    if (pick(40) == 0) s.start();
    s.tick();
    if (pick(3) != 0) s.l1.mine(1, static_cast<u32>(1 + pick(3)));
  }
  s.l1.set_base_fee(u128{1'000'000'000});
  s.l1.mine();
  ASSERT_TRUE(s.settle(3)) << s.poster->status().last_error << " / "
                           << s.claimer->status().last_error;
  EXPECT_FALSE(s.claimer->status().diverged);
  settle::Verifier verifier(s.l1, {.threads = 1});
  ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
  ASSERT_EQ(run(verifier), VerifyState::up_to_date) << verifier.error();
  EXPECT_EQ(differences(verifier), kThreeAgree);
  EXPECT_EQ(s.l1.claims(), 4u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Chaos, testing::Range<u64>(1, 25));

// A batch that a stranger fixed for a late sequencer is not the batch that the node has made.
TEST(Poster, LeavesABatchAloneThatWasBegunWithOtherPages) {
  Settlement s;
  s.found();
  ASSERT_TRUE(s.settle(1));
  const auto state = settle::read_posting_state(s.l1, s.contracts(), l1::BlockTag::kLatest).value();
  s.post_from_elsewhere(settle::encode_post(2, 0, state.post_hash, state.term,
                                            std::vector<l1::Bytes>{l1::Bytes{1, 2, 3}}));
  ASSERT_EQ(s.l1.pages(), 1u);
  s.trade();
  for (u32 i = 0; i < 10; ++i) s.round();
  EXPECT_EQ(s.l1.next_batch(), 2u);
  EXPECT_EQ(s.l1.pages(), 1u);
  EXPECT_NE(s.poster->status().last_error.find("did not make"), std::string::npos);
}

// A node whose clock was an hour ahead: posted at once, its blocks would be nothing.
TEST(Poster, ABatchAheadOfL1sTimeWaitsForIt) {
  Settlement s;
  s.found();
  ASSERT_TRUE(s.settle(1));
  s.liar.make_trading_batch(s.l1_time_ms() + 3'600'000);
  for (u32 i = 0; i < 10; ++i) s.round();
  EXPECT_EQ(s.l1.next_batch(), 2u);
  EXPECT_EQ(s.l1.pages(), 0u);
  EXPECT_NE(s.poster->status().last_error.find("ahead of L1's time"), std::string::npos);
  EXPECT_TRUE(s.settle(2));
  EXPECT_FALSE(s.claimer->status().diverged);
}

// After an outage many batches wait; what can be paid out does not wait for all of them.
TEST(Claimer, ConfirmsWhileItsClaimsAreBehind) {
  FakeContracts::Options options = contracts_options();
  options.claim_window_s = 12;
  Settlement s(Lie::none, options);
  s.found();
  for (u32 i = 0; i < 5; ++i) s.trade();
  for (u32 i = 0; i < 200 && !s.poster->posted_up_to(6); ++i) {
    s.poster->tick();
    s.l1.mine();
    s.clock.advance_ms(12'000);
  }
  ASSERT_EQ(s.l1.next_batch(), 7u);
  for (u32 i = 0; i < 50 && s.l1.confirmed() == 0; ++i) {
    s.claimer->tick();
    s.l1.mine();
    s.clock.advance_ms(12'000);
  }
  EXPECT_EQ(s.l1.confirmed(), 1u);
  EXPECT_LT(s.l1.claims(), 6u);
}

TEST(Claimer, DoesNotClaimItsOwnEndOnABatchThatAStrangerFixed) {
  Settlement s;
  s.found();
  ASSERT_TRUE(s.settle(1));
  s.deposit(Liar::kVictim, 1, s.liar.account(Liar::kVictim));
  s.deliver();
  s.trade();  // has executed the deposit
  s.l1.mine(400);
  s.call(
      FakeContracts::batch_inbox(),
      settle::encode_fix(
          2,
          settle::read_posting_state(s.l1, s.contracts(), l1::BlockTag::kLatest).value().post_hash,
          1, stf::cursor_hash(s.genesis_end()), 0));
  ASSERT_EQ(s.l1.next_batch(), 2u) << "another configuration hash is refused";
  s.call(
      FakeContracts::batch_inbox(),
      settle::encode_fix(
          2,
          settle::read_posting_state(s.l1, s.contracts(), l1::BlockTag::kLatest).value().post_hash,
          1, s.genesis_end().config_hash, 0));
  ASSERT_EQ(s.l1.next_batch(), 3u);
  for (u32 i = 0; i < 10; ++i) {
    s.claimer->tick();
    s.l1.mine();
    s.clock.advance_ms(12'000);
  }
  EXPECT_TRUE(s.claimer->status().diverged);
  EXPECT_EQ(s.l1.claims(), 2u);
}

}  // namespace
}  // namespace gavel::cheats
