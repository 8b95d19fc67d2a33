// Batches that between them hold every kind of unit: for the judge's tests here and in the guest.
//
// What: named batch texts, and the points at which a dispute says that a unit failed.
// Invariant: deterministic.
#pragma once

#include <set>

#include "stf/judge_world_test.hpp"
#include "stf/random_trader_test.hpp"

namespace gavel::stf::batches {

struct Plan {
  std::string name;
  BatchText text;
  std::set<u64> failing;  // units after which the cursor is failed(c)
};

inline Message forced(MessageKind kind, u32 account) {
  Message m;
  m.kind = static_cast<u8>(kind);
  m.account = account;
  m.sender = m.recipient = Author::key(account).address;
  m.asset = 1;
  m.amount = 5;
  return m;
}

// Small tables and parts, so that few rows reach the limits.
inline Config narrow_config() {
  Config config = samples::config();
  config.fills_per_unit = 2;
  config.cancels_per_unit = 2;
  config.max_orders_per_account = 9;
  config.capacity[static_cast<u8>(exchange::Table::order)] = 48;
  config.capacity[static_cast<u8>(exchange::Table::signer)] = 3;
  config.capacity[static_cast<u8>(exchange::Table::account)] = 9;
  config.capacity[static_cast<u8>(exchange::Table::nonces)] = 9;
  return config;
}

// Orders on both sides of both markets, each at its own price.
inline void quote(Author& author, u32 account, u32 orders) {
  for (u32 i = 0; i < orders; ++i) {
    Row row = author.transaction(Action::place, account);
    row.tx.market = 1 + i % 2;
    row.tx.side = static_cast<u8>(i / 2 % 2);
    row.tx.price_ticks = row.tx.side == 0 ? 50 - i : 200 + i;
    row.tx.lots = 3;
    row.hints.level =
        level_hint(author.map, row.tx.market, exchange::Side{row.tx.side}, row.tx.price_ticks);
    author.run(row);
  }
}

inline Row reclaim(u32 slot) {
  Row row;
  row.kind = RowKind::reclaim;
  row.nonces = slot;
  return row;
}

// Trade of every kind; then messages that only the forced phase executes.
inline Plan trade(u64 seed) {
  Author author(narrow_config());
  author.open_block();
  author.found(2, 8);
  author.run(forced(MessageKind::set_fee_account, 1));
  author.close_block();
  author.open_block();
  author.found_perpetual(8);
  RandomTrader trader(author, seed);
  for (u32 i = 0; i < 240; ++i) {
    Row row = i % 3 == 2 ? trader.wild_row() : trader.row();
    if (i % 40 == 7) {
      author.sign(row.tx, Author::key(39).address);  // nobody's
      author.run_signed(row);
    } else {
      author.run(row);
    }
    if (i % 50 == 49) {
      author.run(reclaim(1 + i % 4));
      author.close_block();
      author.open_block();
    }
  }
  author.run(forced(MessageKind::forced_withdraw, 2));
  author.run(forced(MessageKind::forced_cancel_all, 3));
  Plan plan{"trade " + std::to_string(seed), text_of(author, 300 + 400 * (seed % 3)), {}};
  for (const MessageKind kind :
       {MessageKind::forced_withdraw, MessageKind::forced_cancel_all,
        MessageKind::set_market_status, MessageKind::forced_margin_withdraw,
        MessageKind::create_perpetual, MessageKind::set_oracle_set}) {
    author.batch.add(forced(kind, 4));
  }
  for (u32 account = 1; account <= 8; ++account) {
    Message close = forced(MessageKind::forced_close, account);
    close.market = author.perpetual;
    author.batch.add(close);
  }
  author.batch.messages.push_back({1, 2, 3});
  plan.text.messages = author.batch.messages;
  plan.text.inbox_must = plan.text.messages.size();
  return plan;
}

// A cancel_all and a match that go on for several units, as row and as forced message.
inline Plan long_actions(std::set<u64> failing) {
  Author author(narrow_config());
  author.open_block();
  author.found(2, 3);
  quote(author, 2, 8);
  Row sweep = author.transaction(Action::place, 1);
  sweep.tx.market = 1;
  sweep.tx.price_ticks = 1'000;
  sweep.tx.lots = 5;
  author.run(sweep);
  quote(author, 3, 8);
  author.run(author.transaction(Action::cancel_all, 3));
  Plan plan{"long actions", text_of(author, 500), std::move(failing)};
  author.batch.add(forced(MessageKind::forced_cancel_all, 2));
  author.batch.add(forced(MessageKind::forced_withdraw, 1));
  plan.text.messages = author.batch.messages;
  plan.text.inbox_must = plan.text.messages.size();
  return plan;
}

// An order in the author's perpetual market.
inline void perpetual_order(Author& author, u32 account, exchange::Side side, u32 price, u64 lots,
                            Action action = Action::place) {
  Row row = author.transaction(action, account);
  row.tx.market = author.perpetual;
  row.tx.side = static_cast<u8>(side);
  row.tx.price_ticks = price;
  row.tx.lots = lots;
  row.hints.level = level_hint(author.map, author.perpetual, side, price);
  author.run(row);
}

// A position that shrinks by liquidations over several units each, until its account is bankrupt
// and the winners share what it lacks.
inline Plan liquidations(std::set<u64> failing) {
  using exchange::Side;
  Author author(narrow_config());
  author.open_block();
  author.found(1, 8);
  author.found_perpetual(8);
  const auto price = [&](u32 ticks) {
    for (u32 oracle = 1; oracle <= 2; ++oracle) author.run(author.report(oracle, ticks));
  };
  const auto liquidate = [&] {
    Row row = author.transaction(Action::liquidate, 3);
    row.tx.target = 8;
    row.tx.market = author.perpetual;
    author.run(row);
  };
  perpetual_order(author, 1, Side::ask, 100, 100);
  perpetual_order(author, 8, Side::bid, 100, 100);
  for (u32 i = 0; i < 5; ++i) {
    perpetual_order(author, 8, Side::ask, 110 + i, 3, Action::place_reduce_only);
  }
  liquidate();
  price(95);
  for (u32 i = 0; i < 4; ++i) perpetual_order(author, 2, Side::bid, 92 + i, 6);
  liquidate();
  price(80);
  perpetual_order(author, 2, Side::bid, 80, 200);
  for (u32 i = 0; i < 12; ++i) liquidate();
  return {"liquidations", text_of(author, 500), std::move(failing)};
}

// Blocks that are full: the rows end, and the forced phase closes its own, of at least 512, and
// goes on.
inline Plan full_blocks() {
  Author author(samples::config());
  author.open_block();
  author.found(1, 4);
  author.run(author.transaction(Action::cancel_all, 1));
  Plan plan{"full blocks", text_of(author, 4'000), {}};
  plan.text.config.max_block_txs = 5;
  for (u32 i = 0; i < 512; ++i) author.batch.add(forced(MessageKind::forced_close, 0));
  plan.text.messages = author.batch.messages;
  plan.text.inbox_must = plan.text.messages.size();
  return plan;
}

// An agent comes and goes, an address is registered and freed; there is room for one nonce window.
inline Plan keys() {
  Config config = samples::config();
  config.capacity[static_cast<u8>(exchange::Table::nonces)] = 1;
  Author author(config);
  author.open_block();
  author.found(1, 2);
  for (const Action action : {Action::approve_agent, Action::revoke_agent, Action::register_account,
                              Action::unregister_account}) {
    Row row = author.transaction(action, 1);
    row.tx.address = Author::key(30).address;
    row.tx.role = 1;
    row.hints.signer = action == Action::revoke_agent ? 1 : 0;
    author.run(row);
  }
  author.run(author.transaction(Action::cancel_all, 2));
  return {"keys", text_of(author, 4'000), {}};
}

// The nonces of one batch are idle in the next; here the windows of time do the same.
inline Plan idle_nonces() {
  Config config = samples::config();
  config.nonce_age_ms = 50;
  Author author(config);
  author.open_block();
  author.found(1, 2);
  author.run(author.transaction(Action::cancel_all, 1));
  author.close_block();
  author.open_block();
  author.run(reclaim(1));
  author.run(reclaim(1));
  author.run(reclaim(77));
  author.run(reclaim(0));
  return {"idle nonces", text_of(author, 4'000), {}};
}

// One page after a good one, and what of it is no row: the rows end there.
inline Plan ending(const std::string& name, std::vector<u8> last_page, u64 mode = 0) {
  Plan plan{"ending: " + name, {}, {}};
  plan.text.config = samples::config();
  plan.text.mode = mode;
  Row open;
  open.kind = RowKind::open_block;
  open.dt_ms = kAuthorL1TimeMs;
  plan.text.pages = pack_rows({open}, 1);
  plan.text.pages.push_back(std::move(last_page));
  plan.text.messages.push_back(std::vector<u8>(50, 1));
  return plan;
}

inline std::vector<Plan> endings() {
  std::vector<Plan> out;
  out.push_back(ending("another version", {2, 2}));
  out.push_back(ending("no rows", {1}));
  out.push_back(ending("no bytes", {}));
  out.push_back(ending("unknown kind", {1, 9}));
  out.push_back(ending("unfinished row", {1, 0x41, 0, 1}));
  out.push_back(ending("open while open", {1, 1, 5}));
  out.push_back(ending("nothing open", {1, 2, 2}));
  out.push_back(ending("no time passes", {1, 2, 1, 0}));
  out.push_back(ending("the far future", {1, 2, 1, 0xff, 0xff, 0xff, 0xff, 0x0f}));
  out.push_back(ending("one message too many", {1, 3, 3}));
  std::vector<u8> longest(kMaxPageBytes, 3);
  longest[0] = kPageVersion;
  out.push_back(ending("the longest page", longest));
  longest.push_back(3);
  out.push_back(ending("a longer page", longest));
  out.push_back(ending("pages elsewhere", {1, 3}, 1));
  out.push_back(ending("a local directory", {1, 3}, 4));
  out.push_back(ending("a page missing behind a whole pair", {1, 3}));
  out.back().text.missing_pages = 3;
  out.push_back(ending("a page missing beside another", {}));
  out.back().text.pages.pop_back();
  out.back().text.missing_pages = 1;
  out.push_back(ending("too many units", {1, 3}));
  out.back().text.config.rows_end_unit = 1;
  out.push_back(ending("no data", {}));
  out.back().text.pages.clear();
  out.push_back(ending("nothing but a message", {}));
  out.back().text.pages.clear();
  out.back().text.inbox_must = 1;
  return out;
}

inline std::vector<Plan> all() {
  std::vector<Plan> out = endings();
  for (u64 seed = 1; seed <= 3; ++seed) out.push_back(trade(seed));
  out.push_back(long_actions({}));
  out.push_back(liquidations({}));
  out.push_back(keys());
  out.push_back(full_blocks());
  out.push_back(idle_nonces());
  // Units of every kind are said to have failed: rows, continuations, messages, closings.
  for (u64 unit = 1; unit < 48; unit += 2) {
    out.push_back(long_actions({unit, unit + 3}));
    out.back().name += " failing after " + std::to_string(unit);
    if (unit % 6 != 1) continue;
    out.push_back(liquidations({50 + unit, 53 + unit}));
    out.back().name += " failing after " + std::to_string(50 + unit);
  }
  return out;
}

}  // namespace gavel::stf::batches
