// Every reason for which a transaction is in no block, by one table, and what a client hears.
#include <gtest/gtest.h>

#include <set>

#include "coverage/answers.hpp"

namespace gavel::coverage {
namespace {

struct Case {
  const char* what;
  Refusal refusal;
  Exchange::Prepare prepare;
  std::function<Answer(Exchange&)> act;
};

// An agent of account 1 with key 3, approved now.
u32 approve(Exchange& e, u64 expiry_ms = 0) {
  Transaction tx = e.make(1, Action::approve_agent);
  tx.address = e.key(3).address;
  tx.role = 1;
  tx.agent_expiry_ms = expiry_ms;
  const Answer answer = e.send(tx);
  EXPECT_EQ(answer.result, Reject::ok);
  return static_cast<u32>(answer.value);
}
// An order of account 1 signed by that agent, with a nonce above its floor.
Transaction by_agent(Exchange& e, u32 signer) {
  Transaction tx = e.place(1);
  tx.by_agent = true;
  tx.signer = signer;
  tx.nonce = e.now_ms() + 1'000;
  return tx;
}
std::function<Answer(Exchange&)> agent_case(
    const std::function<void(Exchange&, Transaction&)>& edit, u64 expiry_ms = 0) {
  return [=](Exchange& e) {
    Transaction tx = by_agent(e, approve(e, expiry_ms));
    edit(e, tx);
    return e.send(tx, 3);
  };
}
std::function<Answer(Exchange&)> with_nonce(const std::function<u64(Exchange&)>& nonce) {
  return [=](Exchange& e) {
    Transaction tx = e.place();
    tx.nonce = nonce(e);
    return e.send(tx);
  };
}
// Canonical bytes of a plain order, changed.
std::function<Answer(Exchange&)> with_bytes(const std::function<void(std::vector<u8>&)>& edit) {
  return [=](Exchange& e) {
    std::vector<u8> bytes = e.bytes_of(e.place(), 0);
    edit(bytes);
    return e.send_bytes(bytes);
  };
}

// version 1 | action 1 | flags 1 | account 4 | signer 4 | nonce 8 | expiry 8 | market 4 | side |
// type | stp | price 4 | lots 8 | has_client_id | client_id 16 | signature 64
std::vector<Case> form_cases() {
  const auto set = [](std::size_t at, u8 value) {
    return with_bytes([=](std::vector<u8>& b) { b[at] = value; });
  };
  constexpr auto kWhy = Refusal::malformed;
  return {
      {"no bytes", kWhy, {}, with_bytes([](auto& b) { b.clear(); })},
      {"a byte short", kWhy, {}, with_bytes([](auto& b) { b.pop_back(); })},
      {"a byte long", kWhy, {}, with_bytes([](auto& b) { b.push_back(0); })},
      {"as long as a frame", kWhy, {}, with_bytes([](auto& b) { b.resize(65'000); })},
      {"version 0", kWhy, {}, set(0, 0)},
      {"version 2", kWhy, {}, set(0, 2)},
      {"action 0", kWhy, {}, set(1, 0)},
      {"the first action that is not", kWhy, {}, set(1, stf::kActionCount)},
      {"an unknown flag", kWhy, {}, set(2, 2)},
      {"a signer without the flag", kWhy, {}, set(10, 1)},
      {"a third side", kWhy, {}, set(31, 2)},
      {"an unknown type", kWhy, {}, set(32, stf::kMaxOrderType + 1)},
      {"an unknown stp", kWhy, {}, set(33, stf::kMaxStp + 1)},
      {"half a client id", kWhy, {}, set(46, 2)},
      {"a client id that is not announced", kWhy, {}, set(50, 1)},
  };
}

std::vector<Case> signer_cases() {
  constexpr auto kWhy = Refusal::unknown_signer;
  return {
      {"account zero",
       Refusal::unknown_account,
       {},
       [](Exchange& e) { return e.send(e.place(0), 0); }},
      {"an account that is not",
       Refusal::unknown_account,
       {},
       [](Exchange& e) { return e.send(e.place(77)); }},
      {"an agent that is not", kWhy, {}, [](Exchange& e) { return e.send(by_agent(e, 5), 3); }},
      {"agent zero", kWhy, {}, [](Exchange& e) { return e.send(by_agent(e, 0), 3); }},
      {"another account's agent", kWhy, {}, agent_case([](auto&, auto& t) { t.account = 2; })},
      {"what an agent may not sign", kWhy, {}, agent_case([](auto&, auto& t) {
         t.action = Action::transfer;
         t.to_account = 2;
         t.asset = 1;
         t.amount = 1;
       })},
      {"an expired agent", kWhy, {}, agent_case([](auto&, auto&) {}, 1'700'000'000'000)},
      {"a revoked agent", kWhy, {}, agent_case([](Exchange& e, auto&) {
         Transaction revoke = e.make(1, Action::revoke_agent);
         revoke.address = e.key(3).address;
         EXPECT_EQ(e.send(revoke).result, Reject::ok);
       })},
  };
}

std::vector<Case> nonce_cases() {
  constexpr u64 kDayMs = 86'400'000;
  return {
      {"too old", Refusal::nonce_out_of_window, {}, with_nonce([](Exchange& e) {
         return e.now_ms() - 2 * kDayMs - 60'000;
       })},
      {"nonce zero", Refusal::nonce_out_of_window, {}, with_nonce([](Exchange&) {
         return u64{0};
       })},
      {"too far ahead", Refusal::nonce_out_of_window, {}, with_nonce([](Exchange& e) {
         return e.now_ms() + kDayMs + 60'000;
       })},
      {"the last nonce there is", Refusal::nonce_out_of_window, {}, with_nonce([](Exchange&) {
         return ~u64{0};
       })},
      {"the same bytes again",
       Refusal::nonce_used,
       {},
       [](Exchange& e) {
         const std::vector<u8> bytes = e.bytes_of(e.place(), 0);
         EXPECT_EQ(e.send_bytes(bytes).result, Reject::ok);
         return e.send_bytes(bytes);
       }},
      {"the nonce of a rejected one",
       Refusal::nonce_used,
       {},
       [](Exchange& e) {
         Transaction tx = e.place();
         tx.lots = 0;
         EXPECT_EQ(e.send(tx).result, Reject::bad_size);
         tx.lots = 1;
         return e.send(tx);
       }},
      {"below a full window",
       Refusal::nonce_used,
       {},
       [](Exchange& e) {
         Transaction low = e.place();
         for (u32 i = 0; i < 28; ++i) e.submit_bytes(e.bytes_of(e.place(), 0));
         for (u32 i = 0; i < 28; ++i) EXPECT_EQ(e.receive().result, Reject::ok);
         return e.send(low);
       }},
      {"far below the highest", Refusal::nonce_used,
       [](TestWorld& w) {
         w.rules.config.nonce_ahead_ms = w.rules.config.nonce_age_ms = u64{1} << 40;
       },
       [](Exchange& e) {
         Transaction high = e.place();
         high.nonce += u64{1} << 33;
         EXPECT_EQ(e.send(high).result, Reject::ok);
         return e.send(e.place());
       }},
      {"below an agent's floor", Refusal::nonce_used, {}, agent_case([](Exchange& e, auto& t) {
         t.nonce = e.now_ms() - 3'600'000;
       })},
      {"no room for a window", Refusal::nonce_table_full, room(Table::nonces, 0),
       [](Exchange& e) { return e.send(e.place()); }},
  };
}

std::vector<Case> node_cases() {
  return {
      {"another's key",
       Refusal::bad_signature,
       {},
       [](Exchange& e) { return e.send(e.place(1), 1); }},
      {"the owner's key for an agent",
       Refusal::bad_signature,
       {},
       [](Exchange& e) { return e.send(by_agent(e, approve(e)), 0); }},
      {"the node is shutting down",
       Refusal::shutting_down,
       {},
       [](Exchange& e) {
         e.node.gateway->drain();
         e.client.send(0x04, {});
         EXPECT_EQ(e.client.receive().first, 0x85);
         return e.send(e.place());
       }},
      {"the node is halted",
       Refusal::halted,
       {},
       [](Exchange& e) {
         e.node.executor->halt(sequencer::Halt::lag, true);
         return e.send(e.place());
       }},
  };
}

std::vector<Case> all_cases() {
  std::vector<Case> out = form_cases();
  for (const auto& more : {signer_cases(), nonce_cases(), node_cases()}) {
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

TEST(Refusals, EveryCaseGivesItsCodeAndUsesNothing) {
  for (const Case& c : all_cases()) {
    SCOPED_TRACE(c.what);
    Exchange e(c.prepare);
    const Answer answer = c.act(e);
    EXPECT_STREQ(sequencer::name_of(answer.refusal.value_or(Refusal::none)),
                 sequencer::name_of(c.refusal));
  }
}

TEST(Refusals, BusySaysWhenToComeBack) {
  sequencer::GatewayOptions options;
  options.session.max_in_flight = 2;
  Exchange e({}, options);
  // Many in one block's time, from a client that may have two on their way.
  constexpr u32 kMany = 100;
  std::vector<std::vector<u8>> all;
  for (u32 i = 0; i < kMany; ++i) all.push_back(e.bytes_of(e.place(), 0));
  for (const auto& bytes : all) e.submit_bytes(bytes);
  u32 busy = 0;
  for (u32 i = 0; i < kMany; ++i) {
    const Answer answer = e.receive();
    if (answer.refusal != Refusal::busy) continue;
    ++busy;
    EXPECT_GT(answer.retry_after_ms, 0u);
  }
  EXPECT_GT(busy, 0u);
}

TEST(Refusals, EveryRefusalHasACase) {
  std::set<u32> seen = {static_cast<u32>(Refusal::none), static_cast<u32>(Refusal::busy)};
  for (const Case& c : all_cases()) seen.insert(static_cast<u32>(c.refusal));
  for (u32 r = 0; r < sequencer::kRefusalCount; ++r) {
    EXPECT_TRUE(seen.contains(r)) << "no case brings about "
                                  << sequencer::name_of(static_cast<Refusal>(r));
  }
}

TEST(Refusals, NoPrefixOfATransactionIsOne) {
  Exchange e;
  const std::vector<u8> bytes = e.bytes_of(e.place(), 0);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const Answer answer = e.send_bytes({bytes.begin(), bytes.begin() + static_cast<long>(length)});
    ASSERT_EQ(answer.refusal, Refusal::malformed) << length;
  }
  EXPECT_EQ(e.send_bytes(bytes).result, Reject::ok);
}

TEST(Refusals, HaltsEndOneByOne) {
  Exchange e;
  using sequencer::Halt;
  e.node.executor->halt(Halt::inbox, true);
  e.node.executor->halt(Halt::lag, true);
  e.node.executor->halt(Halt::lag, false);
  EXPECT_EQ(e.send(e.place()).refusal, Refusal::halted) << "the other reason still holds";
  e.node.executor->halt(Halt::inbox, false);
  EXPECT_EQ(e.send(e.place()).result, Reject::ok);
}

}  // namespace
}  // namespace gavel::coverage
