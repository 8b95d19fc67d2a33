// The Submitter against endpoints that lie, and against everything at once.
#include <algorithm>
#include <set>

#include "io/random.hpp"
#include "l1/submitter_fixture.hpp"

namespace gavel::l1 {
namespace {

TEST_F(SubmitterTest, AnAbsurdPendingNonceIsNotBelieved) {
  class Liar final : public FakeL1 {
   public:
    Result<u64> nonce(const Address& account, BlockTag at) override {
      if (at == BlockTag::kPending) return ~u64{0};
      return FakeL1::nonce(account, at);
    }
  };
  Liar liar;
  Submitter submitter(liar, clock, SigningKey::from_hex(kKey).value(), config());
  submitter.tick();
  EXPECT_EQ(submitter.last_error()->kind, ErrorKind::kOutOfRange);
}

// An endpoint that goes on giving receipts of a branch that it has left.
class StaleReceipts final : public FakeL1 {
 public:
  Result<std::vector<std::optional<Receipt>>> receipts(std::span<const Hash32> hashes) override {
    auto out = FakeL1::receipts(hashes);
    if (stale && kept) out = *kept;
    kept = *out;
    return out;
  }
  bool stale = false;
  std::optional<std::vector<std::optional<Receipt>>> kept;
};

// One absurd answer about the nonce, at the start or later: no transaction gets a nonce that can
// never be mined, and nobody looks for those in between.
class AbsurdNonce final : public FakeL1 {
 public:
  Result<u64> nonce(const Address& account, BlockTag at) override {
    return absurd ? Result<u64>(*absurd) : FakeL1::nonce(account, at);
  }
  std::optional<u64> absurd;
};

TEST(SubmitterNonce, OneAbsurdAnswerIsForgotten) {
  for (const u64 answer : {~u64{0}, ~u64{0} - 100, u64{1} << 40, u64{1'000'000}}) {
    for (const bool at_start : {true, false}) {
      AbsurdNonce l1;
      io::FakeClock clock;
      Submitter submitter(l1, clock, SigningKey::from_hex(kKey).value(), config());
      const auto rounds = [&](u32 count) {
        for (u32 i = 0; i < count; ++i) {
          submitter.tick();
          l1.mine();
          clock.advance_ms(40'000);
        }
      };
      if (!at_start) {
        ASSERT_TRUE(submitter.submit(call(1)).ok());
        rounds(6);
      }
      l1.absurd = answer;
      submitter.tick();
      l1.absurd.reset();
      ASSERT_TRUE(submitter.submit(call(2)).ok());
      rounds(10);
      EXPECT_TRUE(submitter.idle());
      EXPECT_EQ(submitter.take_outcomes().size(), at_start ? 1u : 2u);
    }
  }
}

TEST_F(SubmitterTest, AReceiptOfAnotherBranchSettlesNothing) {
  StaleReceipts node;
  Submitter submitter(node, clock, SigningKey::from_hex(kKey).value(), config());
  ASSERT_TRUE(submitter.submit(call(1)).ok());
  submitter.tick();
  node.mine();
  submitter.tick();
  ASSERT_EQ(submitter.status(1)->state, CallState::kMined);
  node.stale = true;
  node.reorg(1, false);
  node.mine(10);
  submitter.tick();
  EXPECT_TRUE(submitter.take_outcomes().empty());
  node.stale = false;
  for (int i = 0; i < 5; ++i) {
    node.mine();
    submitter.tick();
  }
  EXPECT_EQ(submitter.take_outcomes().size(), 1u);
}

// An endpoint whose receipts come later than its blocks: the nonce is used, and nothing says by
// whom.
TEST_F(SubmitterTest, LateReceiptsAreNoReasonToSendAgain) {
  class Late final : public FakeL1 {
   public:
    Result<std::vector<std::optional<Receipt>>> receipts(std::span<const Hash32> hashes) override {
      if (late) return std::vector<std::optional<Receipt>>(hashes.size());
      return FakeL1::receipts(hashes);
    }
    bool late = true;
  };
  Late node;
  Submitter submitter(node, clock, SigningKey::from_hex(kKey).value(), config());
  ASSERT_TRUE(submitter.submit(call(1)).ok());
  for (int i = 0; i < 6; ++i) {
    submitter.tick();
    node.mine();
    node.late = i < 2;
  }
  EXPECT_EQ(submitter.take_outcomes().size(), 1u);
  EXPECT_EQ(node.mined().size(), 1u);
}

TEST_F(SubmitterTest, ANodeThatNamesAnotherTransactionIsNotBelieved) {
  class Liar final : public FakeL1 {
   public:
    Result<Hash32> send_raw_transaction(std::span<const u8> raw) override {
      (void)FakeL1::send_raw_transaction(raw);
      return Hash32{{1}};
    }
  };
  Liar liar;
  Submitter submitter(liar, clock, SigningKey::from_hex(kKey).value(), config());
  ASSERT_TRUE(submitter.submit(call(1)).ok());
  submitter.tick();
  EXPECT_EQ(submitter.last_error()->kind, ErrorKind::kWrongHash);
}

// Everything at once, from a seed: drops, reorgs, failures, restarts of the endpoint's memory, fee
// swings. Each call ends on the chain exactly once.
class SubmitterChaos : public SubmitterTest, public ::testing::WithParamInterface<u64> {};

TEST_P(SubmitterChaos, EveryCallLandsExactlyOnce) {
  io::SeededRandom random(GetParam());
  l1.set_finality(20, 40);
  auto submitter = make();
  u8 next = 1;
  std::set<CallId> reported;
  for (int step = 0; step < 600; ++step) {
    if (next <= 40 && random.chance(150'000)) {
      ASSERT_TRUE(submitter->submit(call(next++)).ok());
    }
    if (step < 400) {
      if (random.chance(60'000)) l1.forget(submitter->address(), random.below(45));
      if (random.chance(20'000)) l1.forget_mempool();
      if (random.chance(40'000))
        l1.reorg(static_cast<u32>(random.below(3)), random.chance(500'000));
      if (random.chance(50'000))
        l1.fail_next(static_cast<u32>(random.below(4)), make_error(ErrorKind::kTimeout),
                     random.chance(500'000));
      if (random.chance(50'000)) l1.set_base_fee(u128{1'000'000'000 * (1 + random.below(30))});
    } else {
      l1.set_base_fee(u128{1'000'000'000});
    }
    submitter->tick();
    for (const Outcome& outcome : submitter->take_outcomes()) {
      EXPECT_TRUE(reported.insert(outcome.id).second);
      EXPECT_EQ(outcome.state, CallState::kConfirmed);
    }
    if (random.chance(600'000)) l1.mine();
    clock.advance_ms(4'000);
  }
  EXPECT_TRUE(submitter->idle());
  EXPECT_EQ(reported.size(), size_t{next} - 1);
  std::vector<u8> seen = tags();
  std::erase(seen, 0);
  EXPECT_EQ(seen.size(), size_t{next} - 1);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, SubmitterChaos, ::testing::Range<u64>(1, 41));

}  // namespace
}  // namespace gavel::l1
