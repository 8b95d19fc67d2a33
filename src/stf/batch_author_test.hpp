// Author: writes a batch row by row while it runs, each transaction signed by whom it names.
//
// What: the source of batches for the tests of units: of this room's witnesses and judge, and of
// the guest. What it wrote (rows, batch.messages) can be packed into pages and judged again.
// Invariant: deterministic; the same calls write the same batch.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "crypto/secp256k1_host.hpp"
#include "stf/map_state_test.hpp"
#include "stf/samples_test.hpp"
#include "stf/unit.hpp"

namespace gavel::stf {

inline constexpr u64 kAuthorL1TimeMs = 1'700'000'000'000;

// A page a row, growing.
struct GrowingBatch {
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

// Signers recovered by libsecp256k1.
struct HostSignatures {
  Hash32 domain;
  Hash32 digest;
  crypto::Signature64 signature;

  Hash32 open(u64, u64, const Transaction& tx) {
    digest = transaction_digest(tx, domain);
    signature.bytes = tx.signature;
    return digest;
  }
  bool signed_by(const Address& who) {
    const auto signer = crypto::recover_address_host(digest, signature);
    return signer.ok() && signer.value() == who;
  }
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

class Author {
 public:
  explicit Author(const Config& config) : rules(make_rules(config)) {
    signatures.domain = rules.domain;
    Posted posted;
    posted.l1_time_ms = kAuthorL1TimeMs;
    progress.cursor = first_cursor(genesis_cursor(Hash32{}, Hash32{}), 1, posted);
    for (u32 n = 0; n < kKeys; ++n) keys_[key(n).address] = key(n).secret;
  }
  virtual ~Author() = default;

  // The owner of account n, or agent n.
  static crypto::KeyPair key(u32 n) { return crypto::derive_keypair(samples::hash(1), n); }
  static constexpr u32 kKeys = 40;

  // One unit; pages so far are the batch's data.
  virtual void run_unit() {
    progress.cursor.data_len = batch.pages.size();
    UnitRunner(map, rules, batch, signatures, tally).run(progress);
  }
  // Until a row, or the message that it stands for, is done.
  void run(Row row) {
    if (row.kind == RowKind::transaction) sign(row.tx, signer_of(row.tx));
    run_signed(row);
  }
  void run_signed(const Row& row) {
    rows.push_back(row);
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
  void sign(Transaction& tx, const Address& who) {
    const auto known = keys_.find(who);
    const crypto::SecretKey secret = known != keys_.end() ? known->second : key(0).secret;
    tx.signature = crypto::sign(transaction_digest(tx, rules.domain), secret).bytes;
  }

  void open_block() {
    Row row;
    row.kind = RowKind::open_block;
    row.dt_ms = progress.cursor.timestamp_ms == 0 ? kAuthorL1TimeMs : 100;
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
      m.recipient = key(account).address;
      m.account = 0;
      for (m.asset = 1; m.asset <= 2; ++m.asset) {
        run(m);
        m.account = account;
      }
    }
  }

  // A perpetual market at 100 ticks, accounts 1 to 3 as its oracles, and collateral for the first
  // `accounts`: each half as much as the one before.
  void found_perpetual(u32 accounts) {
    Message m;
    m.symbol = samples::kSymbol;
    m.kind = static_cast<u8>(MessageKind::create_perpetual);
    m.quote = 2;
    m.quote_per_tick_lot = m.min_lots = 1;
    m.maker_fee_ppm = 100;
    m.taker_fee_ppm = 500;
    m.max_lots = m.max_position_lots = 500;
    m.impact_lots = 5;
    m.max_price_ticks = 100'000;
    m.oracle_max_age_ms = 60'000;
    m.band_ppm = 24'000;
    m.liquidation_fee_ppm = 10'000;
    m.tier_count = 2;
    m.tiers[0] = {5'000, 50'000};
    m.tiers[1] = {~u64{0}, 100'000};
    run(m);
    perpetual = map.global().tables[static_cast<u8>(exchange::Table::market)].next - 1;
    m.kind = static_cast<u8>(MessageKind::set_oracle_set);
    m.oracle_quorum = 2;
    m.oracle_count = 3;
    m.oracles = {1, 2, 3};
    run(m);
    for (u32 oracle = 1; oracle <= 2; ++oracle) run(report(oracle, 100));
    u64 amount = 100'000;
    for (u32 account = 1; account <= accounts; ++account, amount = amount / 2 + 1) {
      Row row = transaction(Action::margin, account);
      row.tx.amount = amount;
      run(row);
    }
  }
  Row report(u32 oracle, u32 price_ticks) {
    Row row = transaction(Action::report_price, oracle);
    row.tx.market = perpetual;
    row.tx.time_ms = progress.cursor.opening_timestamp_ms + nonces % 2'000;
    row.tx.price_ticks = price_ticks;
    return row;
  }

  Row transaction(Action action, u32 account) {
    Row row;
    row.kind = RowKind::transaction;
    row.tx.action = action;
    row.tx.account = account;
    row.tx.nonce = kAuthorL1TimeMs + ++nonces;
    return row;
  }

  MapState map;
  Rules rules;
  GrowingBatch batch;
  std::vector<Row> rows;
  HostSignatures signatures;
  Tally tally;
  Progress progress;
  u64 nonces = 0;
  u32 perpetual = 0;  // a market, once founded

 private:
  Address signer_of(const Transaction& tx) {
    if (tx.by_agent) {
      return exchange::allocated(map, exchange::Table::signer, tx.signer)
                 ? map.signer(tx.signer).key
                 : Address{};
    }
    return exchange::allocated(map, exchange::Table::account, tx.account)
               ? map.account(tx.account).owner
               : Address{};
  }

  std::map<Address, crypto::SecretKey> keys_;
};

}  // namespace gavel::stf
