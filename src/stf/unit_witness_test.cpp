// Every unit of random batches, run twice: over plain maps, and over the witness of the state root
// before it. Both must give the same cursor, the same receipts and the same state root.
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "stf/map_state_test.hpp"
#include "stf/samples_test.hpp"
#include "stf/unit.hpp"
#include "stf/witness_state.hpp"

namespace gavel::stf {
namespace {

using exchange::Side;
using exchange::Table;

constexpr u64 kL1Time = 1'700'000'000'000;

// A batch that grows while it runs: a page a row.
struct Batch {
  std::vector<std::vector<u8>> pages;
  std::vector<std::vector<u8>> messages;

  std::span<const u8> page(u64 i) { return pages.at(i); }
  u64 message_count() { return messages.size(); }
  std::span<const u8> message(u64 i) { return messages.at(i - 1); }

  void add(const Row& row) {
    std::vector<u8>& page = pages.emplace_back(1 + kMaxRowBytes);
    page[0] = kPageVersion;
    PageContext context;
    const u32 length = encode_row(row, context, std::span(page).subspan(1));
    GAVEL_CHECK(length != 0);
    page.resize(1 + length);
  }
  void add(Message message) {
    message.index = messages.size() + 1;
    std::vector<u8>& bytes = messages.emplace_back(kMaxMessageBytes);
    bytes.resize(encode_message(message, bytes));
  }
};

// Whoever should have signed has.
struct Trusting {
  Hash32 domain;
  Hash32 open(u64, u64, const Transaction& tx) { return transaction_digest(tx, domain); }
  bool signed_by(const Address&) { return true; }
};

// Counts what happened, by result.
struct Tally {
  std::map<exchange::Reject, u32> results;
  u32 malformed_rows = 0;
  u32 fills = 0;
  void opened(u64, u64) {}
  void executed(u8, const Hash32&, const Receipt& receipt, u64) {
    ++results[receipt.result];
    fills += receipt.events.size();
  }
  void closed(u64, u64, u64, const Hash32&) {}
  void malformed(u64, u64, Malformed) { ++malformed_rows; }
};

class Twin {
 public:
  using Witness = WitnessState<MapOracle>;

  explicit Twin(const Config& config) : rules(make_rules(config)) {
    signatures.domain = rules.domain;
    Posted posted;
    posted.l1_time_ms = kL1Time;
    progress.cursor = first_cursor(genesis_cursor(map.publish(oracle), Hash32{}), 1, posted);
  }

  // Runs one unit both ways; pages so far are the batch's data.
  void run_unit() {
    progress.cursor.data_len = batch.pages.size();
    const Hash32 before = map.publish(oracle);
    Progress other = progress;
    UnitRunner<MapState, Batch, Trusting, Tally>(map, rules, batch, signatures, tally)
        .run(progress);
    witness->open(oracle, before);
    Tally ignored;
    UnitRunner<Witness, Batch, Trusting, Tally>(*witness, rules, batch, signatures, ignored)
        .run(other);
    ASSERT_EQ(witness->commit(), map.publish(oracle)) << "unit " << progress.cursor.unit;
    ASSERT_EQ(other.cursor, progress.cursor);
    ASSERT_EQ(other.transactions, progress.transactions);
    ASSERT_EQ(other.work.receipt, progress.work.receipt);
    most_objects = std::max(most_objects, witness->objects_used());
    most_pairs = std::max(most_pairs, witness->pairs_used());
  }
  // Until a row, or the message that it stands for, is done.
  void run(const Row& row) {
    batch.add(row);
    do {
      run_unit();
    } while (progress.work.kind != Work::Kind::none && !testing::Test::HasFatalFailure());
  }
  void run(const Message& message) {
    batch.add(message);
    Row row;
    row.kind = RowKind::message;
    run(row);
  }

  void open_block() {
    Row row;
    row.kind = RowKind::open_block;
    row.dt_ms = progress.cursor.timestamp_ms == 0 ? kL1Time : 100;
    run(row);
  }
  void close_block() {
    Row row;
    row.kind = RowKind::close_block;
    run(row);
  }

  // Two assets, markets between them, accounts with funds in both.
  void found(u32 markets, u32 accounts) {
    Message m;
    m.symbol = samples::kSymbol;
    m.kind = static_cast<u8>(MessageKind::register_asset);
    for (m.asset = 1; m.asset <= 2; ++m.asset) run(m);
    m.kind = static_cast<u8>(MessageKind::create_market);
    m.market_kind = exchange::Market::kSpot;
    m.base = 1;
    m.quote = 2;
    m.base_per_lot = m.quote_per_tick_lot = m.min_lots = 1;
    m.max_lots = exchange::kMaxLots;
    m.taker_fee_ppm = 500;
    m.maker_fee_ppm = 100;
    for (u32 i = 0; i < markets; ++i) run(m);
    m.kind = static_cast<u8>(MessageKind::deposit);
    m.amount = 1'000'000'000;
    for (u32 account = 1; account <= accounts; ++account) {
      m.recipient = samples::address(static_cast<u8>(7 * account));
      m.account = 0;
      for (m.asset = 1; m.asset <= 2; ++m.asset) {
        run(m);
        m.account = account;
      }
    }
  }

  Row transaction(Action action, u32 account) {
    Row row;
    row.kind = RowKind::transaction;
    row.tx.action = action;
    row.tx.account = account;
    row.tx.nonce = kL1Time + ++nonces;
    return row;
  }

  MapState map;
  MapOracle oracle;
  std::unique_ptr<Witness> witness{new Witness};
  Rules rules;
  Batch batch;
  Trusting signatures;
  Tally tally;
  Progress progress;
  u64 nonces = 0;
  u32 most_objects = 0;
  u32 most_pairs = 0;
};

// Where a sequencer would look places up, a search from the head.
u32 level_hint(MapState& s, u32 market, Side side, u32 price_ticks) {
  u32 hint = 0;
  u32 next = s.market(market).best[static_cast<u8>(side)];
  while (next != 0 && !exchange::better(side, price_ticks, s.level(next).price_ticks)) {
    hint = next;
    next = s.level(next).next;
  }
  return hint;
}
u32 client_id_hint(MapState& s, u32 account, const exchange::ClientId& id) {
  u32 hint = 0;
  u32 next = s.account(account).orders_head;
  while (next != 0 && !(s.order(next).has_client_id() && id < s.order(next).client_id)) {
    hint = next;
    next = s.order(next).account_next;
  }
  return hint;
}
u32 signer_hint(MapState& s, const Address& key) {
  u32 hint = 0;
  for (u32 next = s.global().signers_head; next != 0 && !(key < s.signer(next).key);
       next = s.signer(next).next) {
    hint = next;
  }
  return hint;
}
u32 registered_hint(MapState& s, const Address& owner) {
  u32 hint = 0;
  for (u32 next = s.global().registered_head; next != 0 && !(owner < s.account(next).owner);
       next = s.account(next).registered_next) {
    hint = next;
  }
  return hint;
}

class RandomTrader {
 public:
  RandomTrader(Twin& twin, u64 seed) : twin_(twin), random_(seed) {}

  Row row() {
    Row row = twin_.transaction(Action::place, below(8) + 1);
    switch (below(12)) {
      case 0:
        change(row, Action::cancel);
        break;
      case 1:
        change(row, Action::modify);
        break;
      case 2:
        row.tx.action = Action::cancel_client_id;
        row.tx.client_id = client_id();
        row.hints.client_id = client_id_hint(twin_.map, row.tx.account, row.tx.client_id);
        break;
      case 3:
        if (below(4) == 0) row.tx.action = Action::cancel_all;
        row.tx.market = below(3);
        break;
      case 4:
        keys(row);
        break;
      case 5:
        money(row);
        break;
      default:
        place(row);
    }
    if (below(25) == 0) row.hints.level = below(20);
    if (below(25) == 0) row.hints.client_id = below(20);
    return row;
  }

 private:
  u32 below(u32 n) { return static_cast<u32>(random_() % n); }
  exchange::ClientId client_id() { return {static_cast<u8>(below(6))}; }

  void place(Row& row) {
    Transaction& tx = row.tx;
    tx.market = below(2) + 1;
    tx.side = static_cast<u8>(below(2));
    tx.type = static_cast<u8>(below(8) == 0 ? below(4) : 0);
    tx.stp = static_cast<u8>(below(3));
    tx.price_ticks = 95 + below(11);
    tx.lots = 1 + below(20);
    tx.has_client_id = below(2) == 0;
    if (tx.has_client_id) tx.client_id = client_id();
    row.hints.level = level_hint(twin_.map, tx.market, Side{tx.side}, tx.price_ticks);
    row.hints.client_id = client_id_hint(twin_.map, tx.account, tx.client_id);
  }

  void change(Row& row, Action action) {
    row.tx.action = action;
    const u32 slot = 1 + below(twin_.map.global().tables[6].next);
    const exchange::Order order = twin_.map.order(slot);
    if (order.account == 0) return place(row);
    row.tx.account = order.account;
    row.tx.order_id = exchange::make_order_id(slot, order.generation() + (below(10) == 0));
    row.tx.price_ticks = order.price_ticks - 1 + below(3);
    row.tx.lots = 1 + below(20);
    if (order.has_client_id() && below(2) == 0) {
      row.tx.order_id = 0;
      row.tx.client_id = order.client_id;
      row.hints.client_id = slot;
    }
    row.hints.level = level_hint(twin_.map, order.market(), order.side(), row.tx.price_ticks);
  }

  void keys(Row& row) {
    const u32 agent = 1 + below(4);
    row.tx.address = samples::address(static_cast<u8>(90 + agent));
    row.tx.role = 1;
    row.hints.signer = signer_hint(twin_.map, row.tx.address);
    row.hints.registered = registered_hint(twin_.map, row.tx.address);
    row.tx.action = static_cast<Action>(8 + below(4));
    if (row.tx.action == Action::register_account) {
      const Address owner = twin_.map.account(row.tx.account).owner;
      row.hints.registered = registered_hint(twin_.map, owner);
      row.hints.signer = signer_hint(twin_.map, owner);
    }
  }

  void money(Row& row) {
    static constexpr Action kActions[] = {Action::transfer, Action::withdraw, Action::sweep_fees};
    row.tx.action = kActions[below(3)];
    row.tx.market = 1 + below(2);
    row.tx.to_account = 1 + below(9);
    row.tx.asset = 1 + below(3);
    row.tx.amount = below(1'000);
    row.tx.address = samples::kOwner;
  }

  Twin& twin_;
  std::mt19937_64 random_;
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
  RandomTrader trader(twin, GetParam());
  for (u32 i = 0; i < 150; ++i) {
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
