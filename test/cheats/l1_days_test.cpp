// Bad days of L1: away, talking nonsense, dear, and taking blocks back, one at a time and to the
// end, over the model of the contracts.
#include <gtest/gtest.h>

#include "cheats/settlement_world.hpp"
#include "l1/json_rpc.hpp"
#include "settle/settler.hpp"

namespace gavel::cheats {
namespace {

// Three batches, of which the last two are still to be posted.
struct Day : Settlement {
  Day() {
    found();
    GAVEL_CHECK(settle(1));
    l1.mine(10);
    trade();
    trade();
  }
  void rounds(u32 count) {
    for (u32 i = 0; i < count; ++i) round();
  }
  // Everything is posted and claimed once, and a stranger agrees.
  void expect_settled() {
    ASSERT_TRUE(settle(3)) << poster->status().last_error << " / " << claimer->status().last_error;
    EXPECT_FALSE(claimer->status().diverged);
    EXPECT_EQ(l1.claims(), 4u);
    settle::Verifier verifier(l1, {.threads = 1});
    ASSERT_TRUE(verifier.start(FakeContracts::registry()).ok());
    EXPECT_EQ(run(verifier), VerifyState::up_to_date) << verifier.error();
    EXPECT_EQ(differences(verifier), kThreeAgree);
    round();
    EXPECT_EQ(poster->status().last_error, "");
    EXPECT_EQ(claimer->status().last_error, "");
  }
};

TEST(L1Day, AwayForAMinute) {
  Day day;
  day.rounds(2);
  day.seen.away = true;
  day.rounds(5);
  EXPECT_NE(day.poster->status().last_error.find("nobody answers"), std::string::npos);
  EXPECT_NE(day.claimer->status().last_error.find("nobody answers"), std::string::npos);
  EXPECT_EQ(day.claimer->status().troubles_logged, 1u);
  day.seen.use_truth();
  day.expect_settled();
}

// A text for every answer.
class Nonsense final : public l1::RpcTransport {
 public:
  l1::Result<std::string> post(const std::string&) override { return text; }
  std::string text;
};

struct Answer {
  const char* name;
  std::string text;
};
const Answer kAnswers[] = {
    {"nothing", ""},
    {"HTML", "<html><body>502 Bad Gateway</body></html>"},
    {"cut", R"({"jsonrpc":"2.0","id":1,"result":{"number":"0x7)"},
    {"another id", R"({"jsonrpc":"2.0","id":99,"result":"0x1"})"},
    {"null", R"({"jsonrpc":"2.0","id":1,"result":null})"},
    {"a number for everything", R"({"jsonrpc":"2.0","id":1,"result":"0x1"})"},
    {"a number beyond every field", R"({"jsonrpc":"2.0","id":1,"result":"0xffffffffffffffffff"})"},
    {"an object for everything", R"({"jsonrpc":"2.0","id":1,"result":{}})"},
    {"a list for everything", R"({"jsonrpc":"2.0","id":1,"result":[]})"},
    {"rate limit", R"({"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"limit"}})"},
    {"deep nesting", std::string(100'000, '[')},
    {"huge", std::string(3u << 20, '7')},
    {"a zero byte", std::string("\0{}", 3)},
};

class L1Nonsense : public testing::TestWithParam<Answer> {};

TEST_P(L1Nonsense, IsNamedAndForgotten) {
  Day day;
  day.rounds(2);
  Nonsense transport;
  transport.text = GetParam().text;
  for (u32 i = 0; i < 5; ++i) {
    // A fresh client asks with id 1.
    const auto rpc = l1::make_json_rpc(transport, {.max_answer_bytes = u64{2} << 20});
    day.seen.use(*rpc);
    day.tick();
    day.l1.mine();
    EXPECT_NE(day.poster->status().last_error + day.claimer->status().last_error, "");
    settle::Verifier verifier(*rpc, {.threads = 1});
    EXPECT_FALSE(verifier.start(FakeContracts::registry()).ok());
    day.seen.use_truth();
  }
  day.expect_settled();
}

INSTANTIATE_TEST_SUITE_P(Answers, L1Nonsense, testing::ValuesIn(kAnswers), [](const auto& p) {
  std::string name = p.param.name;
  std::erase_if(name, [](char c) { return c == ' '; });
  return name;
});

// Headers that do not fit what was seen.
TEST(L1Day, HeadersThatDoNotLinkOrGoBackChangeNothing) {
  using Distort = std::function<void(l1::BlockHeader&)>;
  const std::pair<const char*, Distort> cases[] = {
      {"another hash", [](auto& h) { h.hash.bytes[0] ^= 1; }},
      {"another parent", [](auto& h) { h.parent_hash.bytes[0] ^= 1; }},
      {"far ahead", [](auto& h) { h.number += 1'000'000; }},
      {"back in number", [](auto& h) { h.number = h.number > 20 ? h.number - 20 : 0; }},
      {"the greatest number", [](auto& h) { h.number = ~u64{0}; }},
      {"number zero", [](auto& h) { h.number = 0; }},
      {"no time", [](auto& h) { h.timestamp_s = 0; }},
      {"end of time", [](auto& h) { h.timestamp_s = ~u64{0}; }},
  };
  for (const auto& [name, distort] : cases) {
    SCOPED_TRACE(name);
    Day day;
    day.rounds(2);
    day.seen.distort = distort;
    day.rounds(5);
    day.seen.use_truth();
    day.expect_settled();
  }
}

TEST(L1Day, DearForAnHourThenCheapAgain) {
  Day day;
  day.l1.set_base_fee(u128{10'000'000'000});
  day.rounds(3);
  day.l1.set_base_fee(u128{100'000'000'000});
  day.rounds(20);
  day.expect_settled();
}

TEST(L1Day, BeyondTheFeeCapItWaitsAndSaysSo) {
  Day day;
  day.l1.set_base_fee(u128{600'000'000'000});
  const u64 sent = day.l1.pool_size();
  day.rounds(10);
  EXPECT_EQ(day.l1.next_batch(), 2u);
  EXPECT_EQ(day.l1.pool_size(), sent);
  EXPECT_NE(day.poster->status().last_error.find("fee"), std::string::npos)
      << day.poster->status().last_error;
  day.l1.set_base_fee(u128{1'000'000'000});
  day.l1.mine();
  day.expect_settled();
}

TEST(L1Day, PendingForEver) {
  Day day;
  // Nobody mines; then the mempool is gone, too.
  for (u32 i = 0; i < 10; ++i) day.tick();
  day.l1.forget_mempool();
  for (u32 i = 0; i < 10; ++i) day.tick();
  EXPECT_GT(day.l1.pool_size(), 0u);
  day.expect_settled();
}

TEST(L1Day, TheReplacementIsUnderpriced) {
  Day day;
  day.tick();
  day.l1.refuse_sends(
      l1::make_error(l1::ErrorKind::kServer, "replacement transaction underpriced"));
  for (u32 i = 0; i < 10; ++i) day.tick();
  day.l1.refuse_sends(std::nullopt);
  day.expect_settled();
}

TEST(L1Day, SomeoneElseTakesTheNonce) {
  Day day;
  const l1::SigningKey key = key_of(kPosterKey);
  l1::TransactionBody body;
  body.chain_id = 31'337;
  body.nonce = day.l1.nonce(key.address(), l1::BlockTag::kLatest).value();
  body.max_fee_wei = u128{9'000'000'000};
  body.max_priority_fee_wei = u128{5'000'000'000};
  body.gas_limit = 21'000;
  body.to = key.address();
  day.tick();
  ASSERT_TRUE(day.l1.send_raw_transaction(key.sign(body)->raw).ok());
  day.l1.mine();
  day.expect_settled();
}

// Reorgs of every depth at every moment of posting, fixing and claiming: what L1 lost is there
// again. With their transactions back in the mempool, and without.
class L1Reorg : public testing::TestWithParam<std::tuple<u32, bool>> {};

TEST_P(L1Reorg, WhatItTookIsPutBack) {
  const auto [depth, keep] = GetParam();
  for (u32 moment = 0; moment < 8; ++moment) {
    SCOPED_TRACE(moment);
    Day day;
    day.l1.mine(20);
    day.rounds(moment);
    const u64 batches = day.l1.next_batch();
    day.l1.take_back(std::min<u32>(depth, 20 + moment), keep);
    if (moment > 6 && !keep && depth == 20) EXPECT_LT(day.l1.next_batch(), batches);
    day.l1.mine();
    day.expect_settled();
  }
}

INSTANTIATE_TEST_SUITE_P(Depths, L1Reorg,
                         testing::Combine(testing::Values(1u, 3u, 20u), testing::Bool()));

TEST(L1Day, APageThatL1LostIsPostedAgain) {
  Day day;
  for (u32 i = 0; i < 10 && day.l1.pages() == 0; ++i) {
    day.tick();
    // The post alone, not yet the fix.
    day.l1.mine(1, 1);
  }
  ASSERT_GT(day.l1.pages(), 0u);
  day.l1.take_back(1, false);
  ASSERT_EQ(day.l1.pages(), 0u);
  day.l1.mine();
  day.expect_settled();
}

TEST(Settler, NothingIsPostedBehindAHistoryThatIsNotL1s) {
  Day day;
  settle::Settler settler(std::move(day.poster), std::move(day.claimer));
  // A stranger fixes batch 2 without rows, as anyone may when the sequencer is late.
  day.l1.mine(400);
  const auto state = settle::read_posting_state(day.l1, day.contracts(), l1::BlockTag::kLatest);
  day.call(FakeContracts::batch_inbox(),
           settle::encode_fix(2, state->post_hash, 1, day.genesis_end().config_hash, 0));
  ASSERT_EQ(day.l1.next_batch(), 3u);
  for (u32 i = 0; i < 10; ++i) {
    settler.tick();
    day.l1.mine();
    day.clock.advance_ms(12'000);
  }
  EXPECT_TRUE(settler.diverged());
  EXPECT_EQ(day.l1.next_batch(), 3u);
  EXPECT_EQ(day.l1.pages(), 0u);
  EXPECT_EQ(settler.claimer()->status().troubles_logged, 1u);
  // L1 takes it back: the node's history is the chain's again.
  while (day.l1.next_batch() == 3) day.l1.take_back(1, false);
  day.l1.mine(3);
  for (u32 i = 0; i < 60; ++i) {
    settler.tick();
    day.l1.mine();
    day.clock.advance_ms(12'000);
  }
  EXPECT_FALSE(settler.diverged());
  EXPECT_EQ(day.l1.next_batch(), 4u);
}

// What is in doubt is not posted; what is not known to L1's last block is not claimed.
TEST(Settler, PostsAndClaimsOnlyWhatTheInboxBears) {
  Day day;
  settle::Settler settler(std::move(day.poster), std::move(day.claimer));
  const auto rounds = [&](settle::InboxView inbox) {
    for (u32 i = 0; i < 30; ++i) {
      settler.tick(inbox);
      day.l1.mine();
      day.clock.advance_ms(12'000);
    }
  };
  const u64 claims = day.l1.claims();
  rounds(settle::InboxView::doubtful);
  EXPECT_EQ(day.l1.next_batch(), 2u);
  EXPECT_EQ(day.l1.pages(), 0u);
  rounds(settle::InboxView::unread);
  EXPECT_EQ(day.l1.next_batch(), 4u);
  EXPECT_EQ(day.l1.claims(), claims);
  rounds(settle::InboxView::known);
  EXPECT_GT(day.l1.claims(), claims);
}

TEST(Settler, IsLateOnlyByWhatL1Said) {
  Day day;
  day.start();
  settle::Settler settler(std::move(day.poster), std::move(day.claimer));
  day.seen.away = true;
  settler.tick();
  EXPECT_FALSE(settler.is_late(1'000, 64));
  day.seen.use_truth();
  for (u32 i = 0; i < 5 && !settler.poster()->status().known; ++i) {
    day.clock.advance_ms(60'000);
    settler.tick();
  }
  EXPECT_FALSE(settler.is_late(65, 64));
  EXPECT_TRUE(settler.is_late(66, 64));
}

}  // namespace
}  // namespace gavel::cheats
