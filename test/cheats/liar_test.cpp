// What a verifier must find out about each lie, without an L1: the words that L1 would fix are made
// here.
#include "cheats/liar.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "settle/diagnosis.hpp"
#include "settle/verifier.hpp"
#include "stf/message.hpp"

namespace gavel::cheats {
namespace {

using settle::Difference;

constexpr u64 kStartMs = 1'700'000'000'000;

stf::Config small_config() {
  stf::Config config;
  config.chain_id = 4242;
  config.capacity = state::HotCapacity::small().objects;
  return config;
}

// A liar's three batches, and a stranger who derives them.
class Scene {
 public:
  explicit Scene(Lie lie) : liar_(small_config(), lie, 1), deriver_(small_config(), 1) {
    for (u32 asset = 1; asset <= 2; ++asset) list_asset(asset);
    list_market();
    for (u32 i = 0; i < Liar::kTraders; ++i) deposit(i, 2, 0);
    liar_.make_message_block(kStartMs, false);
    for (u32 i = 0; i < Liar::kTraders; ++i) deposit(i, 1, liar_.account(i));
    liar_.make_message_block(kStartMs + 100, true);
    deposit(Liar::kVictim, 1, liar_.account(Liar::kVictim));
    liar_.make_trading_batch(kStartMs + 1'000);
    liar_.make_trading_batch(kStartMs + 2'000);
    deriver_.on_item([this](const settle::DerivedItem& item) { trace_.take(item); });
  }

  // Derives up to the batch; the cause of the difference there.
  Difference judge(u64 batch) {
    for (u64 b = derived_ + 1; b <= batch; ++b) {
      trace_.clear();
      const settle::BatchInput input = input_of(b);
      auto derived = deriver_.derive(input, stf::make_rules(small_config()));
      EXPECT_TRUE(derived.ok());
      batch_ = std::move(derived).value();
      const auto stored = liar_.batches().get(b);
      claimed_ = da::end_cursor(stored->end, input.posted, *liar_.batches().get_root(b));
      derived_ = b;
    }
    return settle::cause_of(claimed_, batch_.end, settle::departures_of(batch_));
  }

  settle::Finding diagnose(bool with_proofs = false) {
    settle::Suspect suspect;
    suspect.block_hash = [this](u64 number) -> std::optional<Hash32> {
      const Liar::Shown* shown = liar_.block(number);
      if (shown == nullptr) return std::nullopt;
      return shown->head.hash;
    };
    suspect.items = [this](u64 number) -> std::optional<std::vector<settle::SuspectItem>> {
      const Liar::Shown* shown = liar_.block(number);
      if (shown == nullptr) return std::nullopt;
      std::vector<settle::SuspectItem> out;
      for (const sequencer::Executed& e : shown->block.executed) {
        const auto at = shown->block.receipts.begin() + e.receipt_at;
        out.push_back({e.id, {at, at + e.receipt_size}});
      }
      return out;
    };
    suspect.object = [this](u8 table, u32 index, u64 batch) -> std::optional<settle::Bytes> {
      const auto* bytes = liar_.object(batch, u64{table} << 32 | index);
      if (bytes == nullptr) return std::nullopt;
      return *bytes;
    };
    if (with_proofs) {
      suspect.proof = [this](u8 table, u32 index,
                             u64 batch) -> std::optional<settle::SuspectProof> {
        ++asked_proofs_;
        const auto proof = tree::decode_object_proof(liar_.proof(batch, table, index));
        if (!proof.ok()) return std::nullopt;
        return settle::SuspectProof{
            *proof, tree::hash_leaf(*liar_.object(batch, u64{table} << 32 | index))};
      };
      suspect.object = [this, ask = suspect.object](u8 table, u32 index, u64 batch) {
        ++asked_objects_;
        return ask(table, index, batch);
      };
    }
    return settle::diagnose(suspect, trace_, batch_, deriver_, claimed_.block_number);
  }

  const LieFacts& facts() const { return liar_.facts(); }
  u32 asked_proofs() const { return asked_proofs_; }
  u32 asked_objects() const { return asked_objects_; }
  const settle::DerivedBatch& batch() const { return batch_; }
  std::string robbed() const { return "ACCOUNT " + std::to_string(facts().account); }

 private:
  void add(stf::Message m) {
    m.index = messages_.size() + 1;
    settle::Bytes bytes(stf::kMaxMessageBytes);
    bytes.resize(stf::encode_message(m, bytes));
    messages_.push_back({1, bytes});
    liar_.add_message(bytes);
  }
  static stf::Message of_kind(stf::MessageKind kind) {
    stf::Message m;
    m.kind = static_cast<u8>(kind);
    return m;
  }
  void list_asset(u32 asset) {
    stf::Message m = of_kind(stf::MessageKind::register_asset);
    m.asset = asset;
    m.token.bytes.fill(static_cast<u8>(asset));
    m.l1_decimals = 18;
    m.decimals = 8;
    add(m);
  }
  void list_market() {
    stf::Message m = of_kind(stf::MessageKind::create_market);
    m.market_kind = exchange::Market::kSpot;
    m.base = 2;
    m.quote = 1;
    m.base_per_lot = 1'000;
    m.quote_per_tick_lot = 100;
    m.maker_fee_ppm = 100;
    m.taker_fee_ppm = 400;
    m.min_lots = 1;
    m.max_lots = 1'000;
    add(m);
  }
  void deposit(u32 trader, u32 asset, u32 account) {
    stf::Message m = of_kind(stf::MessageKind::deposit);
    m.asset = asset;
    m.amount = 1'000'000'000'000;
    m.recipient = liar_.key(trader).address;
    m.account = account;
    add(m);
  }

  // What L1 fixes for the batch.
  settle::BatchInput input_of(u64 batch) {
    const auto stored = liar_.batches().get(batch);
    settle::BatchInput in;
    in.batch = batch;
    const auto pages = da::split_pages(stored->pages);
    for (const auto page : pages) in.pages.emplace_back(page.begin(), page.end());
    in.messages = &messages_;
    in.message_count = messages_.size();
    in.posted.data_commitment = stf::data_commitment(0, da::data_root(pages), pages.size());
    in.posted.data_len = pages.size();
    in.posted.inbox_must = batch == 1 ? 0 : messages_.size();
    in.posted.l1_time_ms = kStartMs + 10'000;
    return in;
  }

  Liar liar_;
  settle::Deriver deriver_;
  std::vector<settle::FeedMessage> messages_;
  settle::BatchTrace trace_;
  settle::DerivedBatch batch_;
  stf::Cursor claimed_;
  u64 derived_ = 0;
  u32 asked_proofs_ = 0;
  u32 asked_objects_ = 0;
};

TEST(Liar, WithoutALieEveryBatchAgrees) {
  Scene scene(Lie::none);
  for (u64 batch = 1; batch <= 3; ++batch) EXPECT_EQ(scene.judge(batch), Difference::none);
  EXPECT_GT(scene.batch().fills, 40u);
  EXPECT_EQ(scene.diagnose().text(),
            "the node's blocks and objects agree with L1: only its claim is wrong");
}

struct Case {
  Lie lie;
  Difference field;
};

class EveryLie : public testing::TestWithParam<Case> {};

TEST_P(EveryLie, IsFoundInItsBatchAndField) {
  Scene scene(GetParam().lie);
  EXPECT_EQ(scene.facts().batch, Liar::kLieBatch);
  EXPECT_EQ(scene.judge(1), Difference::none);
  EXPECT_EQ(scene.judge(2), GetParam().field);
}

INSTANTIATE_TEST_SUITE_P(Lies, EveryLie,
                         testing::Values(Case{Lie::balance, Difference::state_root},
                                         Case{Lie::fill, Difference::output_hash},
                                         Case{Lie::skip_message, Difference::inbox},
                                         Case{Lie::signature, Difference::data},
                                         Case{Lie::count, Difference::counts},
                                         Case{Lie::root, Difference::state_root},
                                         Case{Lie::data, Difference::data},
                                         Case{Lie::timestamp, Difference::data}),
                         [](const auto& info) {
                           std::string name = name_of(info.param.lie);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(Liar, AStolenBalanceIsNamedByAccountAndAsset) {
  Scene scene(Lie::balance);
  scene.judge(2);
  const settle::Finding f = scene.diagnose();
  EXPECT_EQ(f.block, 0u);
  EXPECT_EQ(f.object, scene.robbed());
  EXPECT_TRUE(f.field.starts_with("balance of asset 1 total: ")) << f.field;
}

TEST(Liar, ProofsLeadToTheObjectInAFewQuestions) {
  Scene scene(Lie::balance);
  scene.judge(2);
  const settle::Finding f = scene.diagnose(true);
  EXPECT_EQ(f.object, scene.robbed());
  EXPECT_TRUE(f.field.starts_with("balance of asset 1 total: ")) << f.field;
  EXPECT_LE(scene.asked_proofs(), 5u);
  EXPECT_EQ(scene.asked_objects(), 1u);
}

TEST(Liar, ProofsOfAnEqualStateEndTheSearch) {
  Scene scene(Lie::count);
  scene.judge(2);
  EXPECT_EQ(scene.diagnose(true).object, "");
  EXPECT_EQ(scene.asked_proofs(), 1u);
  EXPECT_EQ(scene.asked_objects(), 0u);
}

TEST(Liar, AWrongPriceIsNamedByTransaction) {
  Scene scene(Lie::fill);
  scene.judge(2);
  const settle::Finding f = scene.diagnose();
  EXPECT_EQ(f.block, scene.facts().block);
  EXPECT_EQ(f.index, scene.facts().transaction);
  EXPECT_EQ(f.transaction, "fill 0 price_ticks: 900 against 1000");
  EXPECT_EQ(f.object, scene.robbed());
}

TEST(Liar, AForgedSignatureIsNamedInTheDataAndAtTheNode) {
  Scene scene(Lie::signature);
  scene.judge(2);
  ASSERT_EQ(scene.batch().malformed_count, 1u);
  EXPECT_EQ(scene.batch().malformed[0].block, scene.facts().block);
  EXPECT_EQ(scene.batch().malformed[0].index, scene.facts().transaction);
  EXPECT_EQ(scene.batch().malformed[0].why, stf::Malformed::bad_signature);
  const settle::Finding f = scene.diagnose(true);
  EXPECT_EQ(f.block, scene.facts().block);
  EXPECT_EQ(f.index, scene.facts().transaction);
  EXPECT_EQ(f.transaction, "a transaction that the data does not justify");
  EXPECT_EQ(f.object, scene.robbed());
}

TEST(Liar, ASkippedMessageIsForcedInABlockThatTheNodeHasNot) {
  Scene scene(Lie::skip_message);
  scene.judge(2);
  EXPECT_EQ(scene.batch().forced_messages, 1u);
  EXPECT_EQ(scene.batch().first_forced_block, scene.facts().block);
  const settle::Finding f = scene.diagnose();
  EXPECT_EQ(f.block, scene.facts().block);
  EXPECT_EQ(f.index, 0u);
  // The node's next batch has the number that the forced block takes.
  EXPECT_TRUE(f.transaction.starts_with("another transaction than in the data")) << f.transaction;
  EXPECT_EQ(f.object, scene.robbed());
}

TEST(Liar, WhereAndWhyRowsEndIsNamed) {
  for (const auto& [lie, why] : {std::pair(Lie::data, settle::RowsEnd::row),
                                 std::pair(Lie::timestamp, settle::RowsEnd::open_block)}) {
    Scene scene(lie);
    scene.judge(2);
    ASSERT_TRUE(scene.batch().rows_ended_early) << name_of(lie);
    EXPECT_EQ(scene.batch().ended_why, why);
    EXPECT_EQ(scene.batch().ended.block_number + 1, scene.facts().block);
    EXPECT_EQ(scene.batch().ended.tx_index, scene.facts().transaction);
    EXPECT_EQ(scene.batch().malformed_count, 0u);
    EXPECT_EQ(scene.diagnose().block, scene.facts().block);
  }
}

TEST(Liar, OfAWrongClaimAloneTheNodeShowsNothing) {
  for (const Lie lie : {Lie::count, Lie::root}) {
    Scene scene(lie);
    scene.judge(2);
    const settle::Finding f = scene.diagnose();
    EXPECT_EQ(f.block, 0u);
    EXPECT_EQ(f.object, "");
  }
}

}  // namespace
}  // namespace gavel::cheats
