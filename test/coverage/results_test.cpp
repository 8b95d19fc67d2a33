// Every result that a transaction or message can have, by one table. Whoever adds a Reject adds a
// line here: EveryResultHasACase names those without one.
#include <gtest/gtest.h>

#include <set>

#include "coverage/answers.hpp"

namespace gavel::coverage {
namespace {

struct Case {
  const char* what;
  Reject result;
  Exchange::Prepare prepare;
  std::function<Reject(Exchange&)> act;
};

Reject result_of(const Answer& answer) {
  EXPECT_TRUE(answer.result.has_value())
      << "refused: " << sequencer::name_of(answer.refusal.value_or(Refusal::none));
  return answer.result.value_or(Reject::ok);
}

// A transaction with one thing changed.
std::function<Reject(Exchange&)> sent(Action action, const std::function<void(Transaction&)>& edit,
                                      u32 account = 1) {
  return [=](Exchange& e) {
    Transaction tx = e.make(account, action);
    edit(tx);
    return result_of(e.send(tx));
  };
}
std::function<Reject(Exchange&)> placed(const std::function<void(Transaction&)>& edit) {
  return [=](Exchange& e) {
    Transaction tx = e.place();
    edit(tx);
    return result_of(e.send(tx));
  };
}
std::function<Reject(Exchange&)> delivered(
    stf::MessageKind kind, const std::function<void(Exchange&, stf::Message&)>& edit) {
  return [=](Exchange& e) {
    stf::Message m = e.message(kind);
    edit(e, m);
    return e.deliver(m);
  };
}

void list_asset(TestWorld& w) {
  stf::Message m = w.message(stf::MessageKind::register_asset);
  m.asset = 3;
  m.token.bytes.fill(3);
  m.l1_decimals = 18;
  m.decimals = 8;
  w.execute(m);
}
// Account 1 holds a third asset, account 2 does not.
void give_third_asset(TestWorld& w) {
  list_asset(w);
  stf::Message m = w.message(stf::MessageKind::deposit);
  m.asset = 3;
  m.amount = 1'000;
  m.recipient = w.keys[0].address;
  m.account = 1;
  w.execute(m);
}
void list_dear_market(TestWorld& w) {
  stf::Message m = w.message(stf::MessageKind::create_market);
  m.market_kind = exchange::Market::kSpot;
  m.base = 1;
  m.quote = 2;
  m.base_per_lot = 1;
  m.quote_per_tick_lot = u64{1} << 60;
  m.min_lots = 1;
  m.max_lots = 1'000'000;
  w.execute(m);
}
void stop_market(TestWorld& w) {
  stf::Message m = w.message(stf::MessageKind::set_market_status);
  m.market = 1;
  m.status = exchange::Market::kCancelOnly;
  w.execute(m);
}

std::vector<Case> order_cases() {
  return {
      {"a plain order", Reject::ok, {}, placed([](auto&) {})},
      {"an order of yesterday", Reject::expired, {}, placed([](auto& t) { t.expiry_ms = 1; })},
      {"a market that is not", Reject::unknown_market, {}, placed([](auto& t) { t.market = 7; })},
      {"market zero", Reject::unknown_market, {}, placed([](auto& t) { t.market = 0; })},
      {"a stopped market", Reject::market_not_active, before(stop_market), placed([](auto&) {})},
      {"price zero", Reject::bad_price, {}, placed([](auto& t) { t.price_ticks = 0; })},
      {"no lots", Reject::bad_size, {}, placed([](auto& t) { t.lots = 0; })},
      {"too many lots", Reject::bad_size, {}, placed([](auto& t) { t.lots = 1'000'001; })},
      {"all lots there are", Reject::bad_size, {}, placed([](auto& t) { t.lots = ~u64{0}; })},
      {"an amount beyond 64 bits", Reject::notional_overflow, before(list_dear_market),
       placed([](auto& t) {
         t.market = 2;
         t.lots = 100;
       })},
      {"a client id twice",
       Reject::client_id_in_use,
       {},
       [](Exchange& e) {
         Transaction tx = e.place();
         tx.has_client_id = true;
         tx.client_id[3] = 9;
         EXPECT_EQ(result_of(e.send(tx)), Reject::ok);
         tx.nonce = e.place().nonce;
         return result_of(e.send(tx));
       }},
      {"one order too many", Reject::too_many_orders,
       [](TestWorld& w) { w.rules.limits.max_orders_per_account = 0; }, placed([](auto&) {})},
      {"no order slot", Reject::book_full, room(Table::order, 0), placed([](auto&) {})},
      {"no level slot", Reject::book_full, room(Table::level, 0), placed([](auto&) {})},
      {"more than it has", Reject::insufficient_balance, {}, placed([](auto& t) {
         t.price_ticks = 4'000'000'000;
         t.lots = 1'000;
       })},
      {"a post-only order that crosses",
       Reject::would_cross,
       {},
       [](Exchange& e) {
         EXPECT_EQ(result_of(e.send(e.place(2, 1, 100))), Reject::ok);
         Transaction tx = e.place(1, 0, 100);
         tx.type = static_cast<u8>(stf::OrderType::post_only);
         return result_of(e.send(tx));
       }},
  };
}

std::vector<Case> cancel_cases() {
  return {
      {"cancel of no order",
       Reject::unknown_order,
       {},
       sent(Action::cancel, [](auto& t) { t.order_id = 12'345; })},
      {"cancel of another's order",
       Reject::unknown_order,
       {},
       [](Exchange& e) {
         Transaction tx = e.make(1, Action::cancel);
         tx.order_id = e.send(e.place(2)).order_id;
         return result_of(e.send(tx));
       }},
      {"cancel of an order that is gone",
       Reject::unknown_order,
       {},
       [](Exchange& e) {
         Transaction tx = e.make(1, Action::cancel);
         tx.order_id = e.send(e.place(1)).order_id;
         EXPECT_EQ(result_of(e.send(tx)), Reject::ok);
         tx.nonce = e.place().nonce;
         return result_of(e.send(tx));
       }},
      {"modify of no order",
       Reject::unknown_order,
       {},
       sent(Action::modify,
            [](auto& t) {
              t.order_id = 5;
              t.price_ticks = t.lots = 1;
            })},
      {"cancel of no client id",
       Reject::unknown_client_id,
       {},
       sent(Action::cancel_client_id,
            [](auto& t) {
              t.has_client_id = true;
              t.client_id[0] = 1;
            })},
      {"cancel_all of no market",
       Reject::unknown_market,
       {},
       sent(Action::cancel_all, [](auto& t) { t.market = 9; })},
  };
}

std::vector<Case> account_cases() {
  const auto money = [](u32 to, u32 asset, u64 amount) {
    return [=](Transaction& t) {
      t.to_account = to;
      t.asset = asset;
      t.amount = amount;
      t.address.bytes.fill(7);
    };
  };
  return {
      {"an asset that is not", Reject::unknown_asset, {}, sent(Action::transfer, money(2, 9, 1))},
      {"asset zero", Reject::unknown_asset, {}, sent(Action::withdraw, money(0, 0, 1))},
      {"to an account that is not",
       Reject::unknown_account,
       {},
       sent(Action::transfer, money(77, 1, 1))},
      {"to itself", Reject::self_transfer, {}, sent(Action::transfer, money(1, 1, 1))},
      {"a transfer beyond the balance",
       Reject::insufficient_balance,
       {},
       sent(Action::transfer, money(2, 1, ~u64{0}))},
      {"a withdrawal beyond the balance",
       Reject::insufficient_balance,
       {},
       sent(Action::withdraw, money(0, 1, u64{1} << 62))},
      {"to a list that is full", Reject::balance_list_full,
       [](TestWorld& w) {
         before(give_third_asset)(w);
         w.rules.limits.new_asset_quota = 2;
       },
       sent(Action::transfer, money(2, 3, 1))},
      {"a transfer of nothing", Reject::bad_amount, {}, sent(Action::transfer, money(2, 1, 0))},
      {"a withdrawal to nobody",
       Reject::bad_address,
       {},
       sent(Action::withdraw,
            [](auto& t) {
              t.asset = 1;
              t.amount = 1;
            })},
      {"no outbox slot", Reject::outbox_full, room(Table::outbox, 0),
       sent(Action::withdraw, money(0, 1, 1))},
  };
}

std::vector<Case> agent_cases() {
  const auto agent = [](u8 role) {
    return [=](Transaction& t) {
      t.address.bytes.fill(9);
      t.role = role;
    };
  };
  return {
      {"a role that is not", Reject::bad_parameter, {}, sent(Action::approve_agent, agent(2))},
      {"an agent of address zero",
       Reject::bad_address,
       {},
       sent(Action::approve_agent, [](auto& t) { t.role = 1; })},
      {"a registered address as agent",
       Reject::address_in_use,
       {},
       [](Exchange& e) {
         EXPECT_EQ(result_of(e.send(e.make(1, Action::register_account))), Reject::ok);
         Transaction tx = e.make(2, Action::approve_agent);
         tx.address = e.key(0).address;
         tx.role = 1;
         return result_of(e.send(tx));
       }},
      {"no signer slot", Reject::signer_table_full, room(Table::signer, 0),
       sent(Action::approve_agent, agent(1))},
      {"an agent that is not", Reject::unknown_agent, {}, sent(Action::revoke_agent, agent(0))},
      {"registered twice",
       Reject::already_registered,
       {},
       [](Exchange& e) {
         EXPECT_EQ(result_of(e.send(e.make(1, Action::register_account))), Reject::ok);
         return result_of(e.send(e.make(1, Action::register_account)));
       }},
      {"never registered",
       Reject::not_registered,
       {},
       sent(Action::unregister_account, [](auto&) {})},
      {"fees of no market",
       Reject::unknown_market,
       {},
       sent(Action::sweep_fees, [](auto& t) { t.market = 9; })},
      {"fees to nobody",
       Reject::unknown_account,
       {},
       sent(Action::sweep_fees, [](auto& t) { t.market = 1; })},
  };
}

std::vector<Case> message_cases() {
  using stf::MessageKind;
  return {
      {"a deposit of nothing",
       Reject::bad_amount,
       {},
       delivered(MessageKind::deposit, [](auto&, auto& m) { m.asset = 1; })},
      {"a deposit of no asset",
       Reject::unknown_asset,
       {},
       delivered(MessageKind::deposit, [](auto&, auto& m) { m.amount = 1; })},
      {"a deposit for which no account is left", Reject::account_table_full,
       [](TestWorld& w) {
         before(list_asset)(w);
         room(Table::account, 4)(w);
         w.rules.limits.max_balances_per_account = 2;
       },
       delivered(MessageKind::deposit,
                 [](auto&, auto& m) {
                   m.asset = 3;
                   m.amount = 1;
                   m.recipient.bytes.fill(0x77);
                 })},
      {"a withdrawal forced by a stranger",
       Reject::not_owner,
       {},
       delivered(MessageKind::forced_withdraw,
                 [](auto& e, auto& m) {
                   m.account = 1;
                   m.sender = e.key(1).address;
                 })},
      {"forced on no account",
       Reject::unknown_account,
       {},
       delivered(MessageKind::forced_cancel_all, [](auto&, auto& m) { m.account = 99; })},
      {"a close without a position",
       Reject::no_position,
       {},
       delivered(MessageKind::forced_close,
                 [](auto& e, auto& m) {
                   m.account = 1;
                   m.market = 1;
                   m.sender = e.key(0).address;
                 })},
      {"bytes that are no message",
       Reject::malformed_message,
       {},
       [](Exchange& e) { return e.node.deliver({1, 2, 3}); }},
      {"no bytes", Reject::malformed_message, {}, [](Exchange& e) { return e.node.deliver({}); }},
      {"one asset too many", Reject::table_full, room(Table::asset, 2),
       delivered(MessageKind::register_asset, [](auto&, auto& m) { m.asset = 3; })},
      {"an asset out of turn",
       Reject::not_allowed,
       {},
       delivered(MessageKind::register_asset, [](auto&, auto& m) { m.asset = 9; })},
      {"a market of one asset",
       Reject::not_allowed,
       {},
       delivered(MessageKind::create_market, [](auto&, auto& m) { m.base = m.quote = 1; })},
  };
}

// A perpetual market whose price is of now, and collateral.
void found_perpetual(TestWorld& w) {
  w.now_ms = io::SystemClock().now_ms() - 5'000;
  w.found_perpetual();
}
Transaction in_perpetual(TestWorld& w, u32 account, u8 side, u32 price, u64 lots) {
  Transaction tx = w.transaction(account, Action::place);
  tx.market = w.perpetual;
  tx.side = side;
  tx.price_ticks = price;
  tx.lots = lots;
  return tx;
}
// One more perpetual market than an account may be in, and account 1 in all but the last.
void fill_positions(TestWorld& w) {
  found_perpetual(w);
  w.open();
  for (u32 i = 0; i < exchange::kMaxPositions; ++i) {
    w.run(in_perpetual(w, 1, 0, 990, 1));
    w.execute(w.perpetual_market());
    ++w.perpetual;
    for (u32 oracle = 1; oracle <= 2; ++oracle) w.run(w.report(oracle, 1'000));
  }
  w.close();
}
std::function<Reject(Exchange&)> traded(u32 account, u8 side, u32 price, u64 lots, u32 times = 1) {
  return [=](Exchange& e) {
    Reject last = Reject::ok;
    for (u32 i = 0; i < times; ++i) {
      EXPECT_EQ(last, Reject::ok);
      last = result_of(e.send(in_perpetual(e.node.world, account, side, price, lots)));
    }
    return last;
  };
}
std::function<Reject(Exchange&)> reported(u32 account, u64 ago_ms) {
  return [=](Exchange& e) {
    Transaction tx = e.node.world.report(account, 1'000);
    tx.time_ms -= ago_ms;
    return result_of(e.send(tx));
  };
}

std::vector<Case> perpetual_cases() {
  return {
      {"a perpetual order without a fresh price", Reject::oracle_stale,
       [](TestWorld& w) { w.found_perpetual(); }, traded(1, 0, 1'000, 1)},
      {"too far above the mark", Reject::price_out_of_band, found_perpetual,
       traded(1, 0, 1'041, 1)},
      {"too far below the mark", Reject::price_out_of_band, found_perpetual, traded(1, 1, 959, 1)},
      {"a price by no oracle", Reject::not_oracle, found_perpetual, reported(4, 0)},
      {"a price of an hour ago", Reject::stale_report, found_perpetual, reported(3, 3'600'000)},
      {"a reducing order without a position", Reject::would_increase, found_perpetual,
       [](Exchange& e) {
         Transaction tx = in_perpetual(e.node.world, 1, 0, 1'000, 1);
         tx.action = Action::place_reduce_only;
         return result_of(e.send(tx));
       }},
      {"in one market too many", Reject::too_many_positions, fill_positions, traded(1, 0, 990, 1)},
      {"more than a position may be", Reject::position_limit, found_perpetual,
       traded(1, 0, 1'000, 2'000, 11)},
      {"more than the collateral carries", Reject::insufficient_margin, found_perpetual,
       traded(4, 0, 1'000, 2'000, 3)},
      {"more collateral back than there is", Reject::insufficient_margin, found_perpetual,
       [](Exchange& e) {
         Transaction tx = e.make(1, Action::margin);
         tx.kind = static_cast<u8>(exchange::MarginKind::withdraw);
         tx.amount = 2'000'001;
         return result_of(e.send(tx));
       }},
      {"a liquidation of one who is well", Reject::not_liquidatable, found_perpetual,
       [](Exchange& e) {
         EXPECT_EQ(traded(1, 0, 1'000, 10)(e), Reject::ok);
         EXPECT_EQ(traded(2, 1, 1'000, 10)(e), Reject::ok);
         Transaction tx = e.make(3, Action::liquidate);
         tx.market = e.node.world.perpetual;
         tx.target = 1;
         return result_of(e.send(tx));
       }},
      {"a liquidation of one without a position", Reject::no_position, found_perpetual,
       [](Exchange& e) {
         Transaction tx = e.make(3, Action::liquidate);
         tx.market = e.node.world.perpetual;
         tx.target = 1;
         return result_of(e.send(tx));
       }},
  };
}

std::vector<Case> all_cases() {
  std::vector<Case> out = order_cases();
  for (const auto& more :
       {cancel_cases(), account_cases(), agent_cases(), message_cases(), perpetual_cases()}) {
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

TEST(Results, EveryCaseGivesItsResult) {
  for (const Case& c : all_cases()) {
    SCOPED_TRACE(c.what);
    Exchange e(c.prepare);
    EXPECT_STREQ(exchange::name_of(c.act(e)), exchange::name_of(c.result));
    // Whatever it was, the exchange goes on.
    if (!c.prepare) EXPECT_EQ(result_of(e.send(e.place(4))), Reject::ok);
  }
}

TEST(Results, EveryResultHasACase) {
  std::set<u32> seen;
  for (const Case& c : all_cases()) seen.insert(static_cast<u32>(c.result));
  for (u32 r = 0; r < exchange::kRejectCount; ++r) {
    EXPECT_TRUE(seen.contains(r)) << "no case brings about "
                                  << exchange::name_of(static_cast<Reject>(r));
  }
}

}  // namespace
}  // namespace gavel::coverage
