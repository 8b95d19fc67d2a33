#include "settle/diagnosis.hpp"

#include <gtest/gtest.h>

#include "sequencer/test_world_test.hpp"
#include "settle/object_fields.hpp"

namespace gavel::settle {
namespace {

using exchange::Account;

Bytes account_bytes(u64 total, u64 reserved, u32 head) {
  Account a;
  a.owner.bytes[0] = 1;
  a.balance_count = 1;
  a.asset[0] = 2;
  a.total[0] = total;
  a.reserved[0] = reserved;
  a.orders_head = head;
  Bytes out(stf::kLongestObjectBytes);
  stf::BalanceList list;
  list.push_back({2, total, reserved});
  out.resize(stf::encode_object(a, list, {}, out));
  return out;
}

TEST(ObjectFields, NamesWhatDiffers) {
  const Bytes ours = account_bytes(100, 10, 7);
  EXPECT_EQ(first_difference(1, ours, ours), "");
  EXPECT_EQ(first_difference(1, account_bytes(90, 10, 7), ours),
            "balance of asset 2 total: 90 against 100");
  EXPECT_EQ(first_difference(1, account_bytes(100, 11, 7), ours),
            "balance of asset 2 reserved: 11 against 10");
  EXPECT_EQ(first_difference(1, account_bytes(100, 10, 8), ours), "orders_head: 8 against 7");
  EXPECT_EQ(first_difference(1, {}, ours), "existence: the node does not have it");
  EXPECT_EQ(first_difference(1, ours, {}), "existence: the node has it, the chain does not");
  EXPECT_EQ(name_of_object(1, 17), "ACCOUNT 17");
  for (u8 table = 0; table < 12; ++table) {
    for (const std::size_t n : {1u, 5u, 60u}) {
      EXPECT_NE(first_difference(table, Bytes(n, 1), Bytes(n, 2)), "") << int{table} << " " << n;
    }
  }
}

// A derived batch of a small world, and a suspect that shows it with one lie.
struct Scene {
  Scene() : world(4), deriver(world.rules.config, 1) {
    world.found();
    std::mt19937_64 random(1);
    for (u32 b = 0; b < 4; ++b) {
      world.open();
      for (u32 i = 0; i < 60; ++i) world.run(world.random_transaction(random));
      world.close();
    }
    BatchInput input;
    input.batch = 1;
    for (const auto page : da::split_pages(world.pages))
      input.pages.emplace_back(page.begin(), page.end());
    for (const auto& bytes : world.messages) messages.push_back({1, bytes});
    input.messages = &messages;
    input.message_count = messages.size();
    input.posted.data_len = input.pages.size();
    input.posted.l1_time_ms = world.now_ms;
    deriver.on_item([this](const DerivedItem& item) { trace.take(item); });
    batch = deriver.derive(input, world.rules).value();
    suspect.block_hash = [this](u64 block) -> std::optional<Hash32> {
      Hash32 hash = batch.blocks.at(block - 1).hash;
      if (lie_from != 0 && block >= lie_from) hash.bytes[0] ^= 1;
      return hash;
    };
    suspect.items = [this](u64 block) -> std::optional<std::vector<SuspectItem>> {
      auto items = trace.items(block);
      if (block == lie_from && change_items) change_items(items);
      return items;
    };
    suspect.object = [this](u8 table, u32 index, u64) -> std::optional<Bytes> {
      Bytes out(stf::kLongestObjectBytes);
      out.resize(deriver.state().encode(static_cast<exchange::Table>(table), index, out));
      if (change_object) change_object(table, index, out);
      return out;
    };
  }
  Finding find() { return diagnose(suspect, trace, batch, deriver, batch.end.block_number); }

  sequencer::TestWorld world;
  Deriver deriver;
  std::vector<FeedMessage> messages;
  BatchTrace trace;
  DerivedBatch batch;
  Suspect suspect;
  u64 lie_from = 0;
  std::function<void(std::vector<SuspectItem>&)> change_items;
  std::function<void(u8, u32, Bytes&)> change_object;
};

TEST(Diagnosis, AnHonestNodeShowsNothing) {
  Scene scene;
  const Finding f = scene.find();
  EXPECT_EQ(f.block, 0u);
  EXPECT_EQ(f.object, "");
}

TEST(Diagnosis, AnAlteredBalanceIsFoundWhereverItLies) {
  Scene scene;
  scene.change_object = [](u8 table, u32 index, Bytes& bytes) {
    if (table == 1 && index == 3) bytes[bytes.size() - 10] ^= 1;
  };
  const Finding f = scene.find();
  EXPECT_EQ(f.object, "ACCOUNT 3");
  EXPECT_NE(f.field.find("balance of asset 2"), std::string::npos);
}

TEST(Diagnosis, AChangedReceiptIsNamedByBlockTransactionAndField) {
  Scene scene;
  scene.lie_from = 3;
  scene.change_items = [](std::vector<SuspectItem>& items) {
    stf::Receipt r;
    ASSERT_TRUE(stf::decode_receipt(items.at(7).receipt, r));
    r.value += 5;
    items[7].receipt.resize(stf::kMaxReceiptBytes);
    items[7].receipt.resize(stf::encode_receipt(r, items[7].receipt));
  };
  const Finding f = scene.find();
  EXPECT_EQ(f.block, 3u);
  EXPECT_EQ(f.index, 7u);
  EXPECT_EQ(f.transaction.find("value: "), 0u);
}

TEST(Diagnosis, MissingAndForeignTransactionsAreNamed) {
  Scene scene;
  scene.lie_from = 2;
  scene.change_items = [](std::vector<SuspectItem>& items) { items.pop_back(); };
  EXPECT_EQ(scene.find().transaction, "a transaction is missing");
  scene.change_items = [](std::vector<SuspectItem>& items) { items.push_back(items.back()); };
  EXPECT_EQ(scene.find().transaction, "a transaction that the data does not justify");
  scene.change_items = [](std::vector<SuspectItem>& items) { items[0].id.bytes[0] ^= 1; };
  EXPECT_EQ(scene.find().transaction, "another transaction than in the data");
}

}  // namespace
}  // namespace gavel::settle
