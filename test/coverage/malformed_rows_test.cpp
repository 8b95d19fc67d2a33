// Every way in which a row of a batch can be malformed, one hint of each kind among them: a
// stranger who derives the batch names it, and it changes nothing but its unit.
#include <gtest/gtest.h>

#include <set>

#include "coverage/answers.hpp"
#include "crypto/keccak.hpp"
#include "settle/deriver.hpp"
#include "state/hint_finder.hpp"
#include "stf/row.hpp"

namespace gavel::coverage {
namespace {

using stf::Malformed;

// A batch by a sequencer that writes a row as it likes into its second block.
class Batch {
 public:
  explicit Batch(const std::function<void(TestWorld&)>& setup) : world_(4) {
    world_.found();
    world_.open();
    setup(world_);
    world_.close();
  }
  TestWorld& world() { return world_; }
  // Derives the blocks so far and one more with this row; `limits` are the rules' when it is read.
  settle::DerivedBatch derive(const stf::Row& row, const stf::Rules& rules) {
    world_.open();
    world_.close(true);
    da::PageStream pages;
    da::PageWriter writer;
    writer.start_batch();
    bool last_block = false;
    for (const stf::Row& honest : rows()) {
      last_block = honest.kind == stf::RowKind::open_block && ++opened_ == 3;
      GAVEL_CHECK(writer.add(honest, pages));
      if (last_block) GAVEL_CHECK(writer.add(row, pages));
    }
    settle::BatchInput input;
    input.batch = 1;
    for (const auto page : da::split_pages(pages))
      input.pages.emplace_back(page.begin(), page.end());
    for (const auto& bytes : world_.messages) messages_.push_back({1, bytes});
    input.messages = &messages_;
    input.message_count = messages_.size();
    input.posted.data_commitment =
        stf::data_commitment(0, da::data_root(da::split_pages(pages)), input.pages.size());
    input.posted.data_len = input.pages.size();
    input.posted.inbox_must = messages_.size();
    input.posted.l1_time_ms = world_.now_ms + 5'000;
    settle::Deriver deriver(rules.config, 1);
    return deriver.derive(input, rules).value();
  }

 private:
  std::vector<stf::Row> rows() const {
    std::vector<stf::Row> out;
    for (const auto page : da::split_pages(world_.pages)) {
      stf::PageContext context;
      for (std::size_t at = 1; at < page.size();) {
        stf::Row row;
        const u32 length = stf::decode_row(page.subspan(at), context, row);
        GAVEL_CHECK(length != 0);
        out.push_back(row);
        at += length;
      }
    }
    return out;
  }

  TestWorld world_;
  std::vector<settle::FeedMessage> messages_;
  u32 opened_ = 0;
};

struct Case {
  const char* what;
  Malformed why;
  std::function<void(TestWorld&)> setup;
  std::function<void(TestWorld&, stf::Row&)> edit;  // a signed order of account 1
};

void run(TestWorld& w, const Transaction& tx) { GAVEL_CHECK(w.run(tx) == Refusal::none); }
Transaction place(TestWorld& w, u32 account, u32 price, u8 client_id = 0) {
  Transaction tx = w.transaction(account, Action::place);
  tx.market = 1;
  tx.price_ticks = price;
  tx.lots = 1;
  tx.has_client_id = client_id != 0;
  tx.client_id[15] = client_id;
  return tx;
}
Transaction approve(TestWorld& w, u32 account, u8 agent) {
  Transaction tx = w.transaction(account, Action::approve_agent);
  tx.address.bytes.fill(agent);
  tx.role = 1;
  return tx;
}
// A book with two levels, two agents, one of them revoked, one registered account.
void populate(TestWorld& w) {
  run(w, place(w, 1, 100, 5));
  run(w, place(w, 1, 120, 6));
  run(w, approve(w, 1, 0x20));
  run(w, approve(w, 1, 0x60));
  Transaction revoke = w.transaction(1, Action::revoke_agent);
  revoke.address.bytes.fill(0x60);
  run(w, revoke);
  run(w, w.transaction(2, Action::register_account));
}
void sign(TestWorld& w, stf::Row& row, u32 key = 0) {
  row.tx.signature = w.sign(row.tx, w.keys[key]).tx.signature;
}
// The right row for a transaction, then one hint changed.
std::function<void(TestWorld&, stf::Row&)> hint(const std::function<Transaction(TestWorld&)>& make,
                                                u32 stf::Hints::* which, u32 value) {
  return [=](TestWorld& w, stf::Row& row) {
    row.tx = make(w);
    row.hints = state::find_hints(*w.state, row.tx);
    EXPECT_NE(row.hints.*which, value) << "the change changes nothing";
    row.hints.*which = value;
    sign(w, row);
  };
}

std::vector<Case> row_cases() {
  const auto nothing = [](TestWorld&) {};
  const auto tx = [](const std::function<void(Transaction&)>& change) {
    return [=](TestWorld& w, stf::Row& row) {
      change(row.tx);
      sign(w, row);
    };
  };
  return {
      {"a sound row", Malformed::none, nothing, tx([](auto&) {})},
      {"no such account", Malformed::unknown_account, nothing, tx([](auto& t) { t.account = 99; })},
      {"no such signer", Malformed::unknown_signer, nothing, tx([](auto& t) {
         t.by_agent = true;
         t.signer = 9;
       })},
      {"another's signature", Malformed::bad_signature, nothing,
       [](TestWorld& w, stf::Row& row) { sign(w, row, 1); }},
      {"a nonce too old", Malformed::nonce_out_of_window, nothing,
       tx([](auto& t) { t.nonce -= 172'800'001; })},
      {"a nonce too new", Malformed::nonce_out_of_window, nothing,
       tx([](auto& t) { t.nonce += 90'000'000; })},
      {"a row twice", Malformed::nonce_used,
       [](TestWorld& w) {
         Transaction t = place(w, 1, 100);
         t.nonce = w.now_ms + 777;
         run(w, t);
       },
       [](TestWorld& w, stf::Row& row) {
         row.tx.nonce = w.now_ms + 777;
         sign(w, row);
       }},
      {"no room for a window", Malformed::nonce_table_full, nothing, tx([](auto&) {})},
  };
}

std::vector<Case> hint_cases() {
  const auto at = [](u32 price, u8 id = 0) {
    return [=](TestWorld& w) { return place(w, 1, price, id); };
  };
  const auto of_client_id = [](Action action, u8 id) {
    return [=](TestWorld& w) {
      Transaction t = w.transaction(1, action);
      t.has_client_id = true;
      t.client_id[15] = id;
      t.price_ticks = 101;
      t.lots = 1;
      return t;
    };
  };
  const auto agent = [](Action action, u8 address) {
    return [=](TestWorld& w) {
      Transaction t = approve(w, 1, address);
      t.action = action;
      return t;
    };
  };
  const auto enroll = [](TestWorld& w) { return w.transaction(1, Action::register_account); };
  constexpr u32 kBeyond = 0x00ff'ffff;
  constexpr auto kHint = Malformed::wrong_hint;
  using H = stf::Hints;
  return {
      {"level: behind the place", kHint, populate, hint(at(110), &H::level, 0)},
      {"level: before the place", kHint, populate, hint(at(130), &H::level, 1)},
      {"level: none there", kHint, populate, hint(at(110), &H::level, kBeyond)},
      {"level: of a modify", kHint, populate,
       hint(of_client_id(Action::modify, 5), &H::level, kBeyond)},
      {"client id: behind the place", kHint, populate, hint(at(90, 9), &H::client_id, 0)},
      {"client id: none there", kHint, populate, hint(at(90, 9), &H::client_id, kBeyond)},
      {"client id: of a cancel", kHint, populate,
       hint(of_client_id(Action::cancel_client_id, 5), &H::client_id, kBeyond)},
      {"client id: of a modify", kHint, populate,
       hint(of_client_id(Action::modify, 5), &H::client_id, kBeyond)},
      {"signer: behind the place", kHint, populate,
       hint(agent(Action::approve_agent, 0x30), &H::signer, 0)},
      {"signer: none there", kHint, populate,
       hint(agent(Action::approve_agent, 0x30), &H::signer, kBeyond)},
      {"signer: a dead row", kHint, populate,
       hint(agent(Action::approve_agent, 0x70), &H::signer, 2)},
      {"signer: of a revoke", kHint, populate,
       hint(agent(Action::revoke_agent, 0x20), &H::signer, 0)},
      {"signer: of a register", kHint, populate, hint(enroll, &H::signer, kBeyond)},
      {"registered: none there", kHint, populate, hint(enroll, &H::registered, kBeyond)},
      {"registered: not registered", kHint, populate, hint(enroll, &H::registered, 3)},
      {"registered: of an approve", kHint, populate,
       hint(agent(Action::approve_agent, 0x30), &H::registered, kBeyond)},
      {"dead signer: none there", kHint, populate,
       hint(agent(Action::approve_agent, 0x60), &H::dead_signer, kBeyond)},
      {"dead signer: a live one", kHint, populate,
       hint(agent(Action::approve_agent, 0x60), &H::dead_signer, 1)},
      {"dead signer: another key's", kHint, populate,
       hint(agent(Action::approve_agent, 0x30), &H::dead_signer, 2)},
  };
}

std::vector<Case> all_cases() {
  std::vector<Case> out = row_cases();
  const std::vector<Case> hints = hint_cases();
  out.insert(out.end(), hints.begin(), hints.end());
  return out;
}

TEST(MalformedRows, EachIsNamedAndChangesNothing) {
  for (const Case& c : all_cases()) {
    SCOPED_TRACE(c.what);
    Batch batch(c.setup);
    TestWorld& w = batch.world();
    stf::Row row;
    row.kind = stf::RowKind::transaction;
    row.tx = place(w, 1, 100);
    c.edit(w, row);
    stf::Rules rules = w.rules;
    if (c.why == Malformed::nonce_table_full)
      rules.limits.capacity[static_cast<u8>(Table::nonces)] = 0;
    const settle::DerivedBatch derived = batch.derive(row, rules);
    EXPECT_FALSE(derived.rows_ended_early);
    const bool sound = c.why == Malformed::none;
    ASSERT_EQ(derived.malformed_count, sound ? 0u : 1u);
    if (!sound) EXPECT_EQ(derived.malformed[0].why, c.why);
    EXPECT_EQ(derived.transactions,
              (sound ? 1u : 0u) + w.messages.size() + (w.blocks[1].executed.size()));
  }
}

TEST(MalformedRows, EveryKindHasACaseAndEveryHint) {
  std::set<Malformed> seen;
  std::set<std::string> hints;
  for (const Case& c : all_cases()) {
    seen.insert(c.why);
    const std::string what = c.what;
    if (c.why == Malformed::wrong_hint) hints.insert(what.substr(0, what.find(':')));
  }
  for (u32 kind = 0; kind < stf::kMalformedCount; ++kind) {
    EXPECT_TRUE(seen.contains(static_cast<Malformed>(kind))) << "no case of kind " << kind;
  }
  EXPECT_EQ(hints.size() * sizeof(u32), sizeof(stf::Hints)) << "a hint without a case";
}

}  // namespace
}  // namespace gavel::coverage
