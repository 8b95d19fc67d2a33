// Batches whose rows and messages are refused for the reasons that chance does not find.
//
// What: with the plans of stf/judge_batches_test.hpp and random batches they reach every Reject.
// One of them, an outbox of 2^32 withdrawals, needs a state that starts with it. Invariant:
// deterministic.
#pragma once

#include "stf/judge_batches_test.hpp"

namespace gavel::guest {

using exchange::Reject;
using exchange::Side;
using exchange::Table;
using stf::Action;
using stf::Author;
using stf::MessageKind;
using stf::Row;

inline stf::Message message_of(MessageKind kind) {
  stf::Message m;
  m.kind = static_cast<u8>(kind);
  m.symbol = stf::samples::kSymbol;
  return m;
}

inline Row order_row(Author& author, u32 account, u32 market, Side side, u32 price, u64 lots) {
  Row row = author.transaction(Action::place, account);
  row.tx.market = market;
  row.tx.side = static_cast<u8>(side);
  row.tx.price_ticks = price;
  row.tx.lots = lots;
  row.hints.level = stf::level_hint(author.map, market, side, price);
  return row;
}

inline stf::Config crowded_config() {
  stf::Config config = stf::samples::config();
  config.max_orders_per_account = 3;
  config.new_asset_quota = 2;
  config.max_balances_per_account = 3;
  config.capacity[static_cast<u8>(Table::order)] = 4;
  config.capacity[static_cast<u8>(Table::asset)] = 3;
  config.capacity[static_cast<u8>(Table::account)] = 4;
  config.capacity[static_cast<u8>(Table::signer)] = 1;
  return config;
}

// Tables, lists and markets that are full, stopped or too dear.
inline stf::batches::Plan crowded() {
  Author author(crowded_config());
  author.open_block();
  author.found(2, 3);
  for (u32 i = 0; i < 4; ++i) author.run(order_row(author, 1, 1, Side::bid, 90 + i, 1));
  author.run(order_row(author, 2, 1, Side::bid, 80, 1));
  author.run(order_row(author, 2, 1, Side::bid, 81, 1));

  stf::Message m = message_of(MessageKind::set_market_status);
  m.market = 2;
  m.status = exchange::Market::kCancelOnly;
  author.run(m);
  author.run(order_row(author, 3, 2, Side::bid, 90, 1));

  m = message_of(MessageKind::create_market);
  m.market_kind = exchange::Market::kSpot;
  m.base = 1;
  m.quote = 2;
  m.base_per_lot = m.min_lots = 1;
  m.quote_per_tick_lot = u64{1} << 60;
  m.max_lots = 1'000'000;
  author.run(m);
  author.run(order_row(author, 3, 3, Side::bid, 90, 100));

  // The third asset opens the last account; a second one of it has nowhere to go, as account 1 is
  // not asked and a stranger's has two.
  m = message_of(MessageKind::register_asset);
  for (m.asset = 3; m.asset <= 4; ++m.asset) author.run(m);
  m = message_of(MessageKind::deposit);
  m.asset = 3;
  m.amount = 100;
  m.recipient = Author::key(4).address;
  author.run(m);
  Row gift = author.transaction(Action::transfer, 4);
  gift.tx.to_account = 2;
  gift.tx.asset = 3;
  gift.tx.amount = 1;
  author.run(gift);

  // To itself, and of nothing.
  gift = author.transaction(Action::transfer, 2);
  gift.tx.to_account = 2;
  gift.tx.asset = gift.tx.amount = 1;
  author.run(gift);
  gift.tx.to_account = 1;
  gift.tx.amount = 0;
  gift.tx.nonce += 1'000;
  author.run(gift);
  Row withdrawal = author.transaction(Action::withdraw, 2);
  withdrawal.tx.asset = withdrawal.tx.amount = 1;
  author.run(withdrawal);

  for (const u32 agent : {30, 31}) {
    Row row = author.transaction(Action::approve_agent, 1);
    row.tx.address = Author::key(agent).address;
    row.tx.role = 1;
    row.hints.signer = stf::signer_hint(author.map, row.tx.address);
    author.run(row);
  }

  m = message_of(MessageKind::forced_withdraw);
  m.account = 1;
  m.sender = Author::key(2).address;
  m.asset = m.amount = 1;
  author.run(m);
  return {"crowded", stf::text_of(author, 600), {}};
}

// Account 1 holds as many assets as an account may, and there is no account left for another.
inline stf::batches::Plan no_account_left() {
  stf::Config config = crowded_config();
  config.max_balances_per_account = 2;
  config.capacity[static_cast<u8>(Table::account)] = 2;
  Author author(config);
  author.open_block();
  author.found(1, 2);
  stf::Message m = message_of(MessageKind::register_asset);
  m.asset = 3;
  author.run(m);
  m = message_of(MessageKind::deposit);
  m.asset = 3;
  m.amount = 1;
  m.recipient = Author::key(9).address;
  author.run(m);
  return {"no account left", stf::text_of(author, 600), {}};
}

// Prices too old, positions too large and too many.
inline stf::batches::Plan positions() {
  Author author(stf::samples::config());
  const auto open = [&author](u64 dt_ms) {
    Row row;
    row.kind = stf::RowKind::open_block;
    row.dt_ms = dt_ms;
    author.run(row);
  };
  open(stf::kAuthorL1TimeMs - 40'000);
  author.found(1, 4);
  author.found_perpetual(3);
  author.run(order_row(author, 1, author.perpetual, Side::bid, 100, 500));
  author.run(order_row(author, 1, author.perpetual, Side::bid, 99, 1));
  Row late = author.report(1, 100);
  late.tx.time_ms = 1;
  author.run(late);
  const u32 first = author.perpetual;
  for (u32 i = 1; i <= exchange::kMaxPositions; ++i) {
    author.found_perpetual(0);
    author.run(order_row(author, 2, first + i, Side::bid, 100, 1));
  }
  author.run(order_row(author, 2, first, Side::bid, 100, 1));
  author.close_block();
  open(80'000);
  author.run(order_row(author, 3, first, Side::bid, 100, 1));
  return {"positions", stf::text_of(author, 2'000), {}};
}

// The outbox's last row is taken.
inline stf::MapState full_outbox() {
  stf::MapState state;
  state.global_mut().tables[static_cast<u8>(Table::outbox)].next = 0xffffffff;
  return state;
}
inline stf::batches::Plan one_withdrawal() {
  Author author(stf::samples::config());
  author.map = full_outbox();
  author.open_block();
  author.found(1, 1);
  Row row = author.transaction(Action::withdraw, 1);
  row.tx.asset = 1;
  row.tx.amount = 1;
  row.tx.address = stf::samples::kOwner;
  author.run(row);
  return {"one withdrawal too many", stf::text_of(author, 600), {}};
}

}  // namespace gavel::guest
