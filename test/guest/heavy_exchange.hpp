// HeavyExchange: the heaviest unit of every action and message, as the limits of the rules allow.
//
// What: accounts with as many balances and positions as an account may have, orders with client ids
// and neighbours in every list that they lie in, and each alone at its price; then each action so
// that it touches as much of that as it can, at the end of the longest page. Why: every unit must
// end within the machine's 2^24 steps, and half of that is kept free. Source: stf/witness_state.hpp
// for what a unit may touch.
#pragma once

#include "guest/posed_units.hpp"
#include "stf/random_trader_test.hpp"

namespace gavel::guest {

class HeavyExchange : public PosingAuthor {
 public:
  HeavyExchange() : PosingAuthor(config()) {
    open_block();
    found_assets();
    found_markets();
    fill_accounts();
  }

  // Each action and message once, under its name.
  void pose_all() {
    pose_orders(kPerpetual, "perpetual");
    pose_orders(kSpot, "spot");
    pose_cancels();
    pose_keys();
    pose_money();
    pose_liquidation();
    pose_messages();
    pose_blocks();
  }

 private:
  using Action = stf::Action;
  using Kind = stf::MessageKind;
  using Row = stf::Row;
  using Side = exchange::Side;

  static constexpr u32 kPairs = 9;
  static constexpr u32 kTaker = 1;
  static constexpr u32 kTarget = 2;
  static constexpr u32 kFirstMaker = 3;
  static constexpr u32 kAccounts = 2 * kPairs;  // with a taker and a target for 16 makers
  static constexpr u32 kPerpetual = 1;          // the first of kMaxPositions
  static constexpr u32 kSpot = exchange::kMaxPositions + 1;
  static constexpr u32 kPrice = 10'000;
  static constexpr u8 kUnitsOfAPlace = 4;
  static constexpr u64 kPosition = 20;
  static constexpr u64 kMuch = u64{1} << 50;

  static stf::Config config() {
    stf::Config out = stf::samples::config();
    out.new_asset_quota = exchange::kMaxBalances;
    return out;
  }

  static stf::Message message(Kind kind) {
    stf::Message m;
    m.kind = static_cast<u8>(kind);
    m.symbol = stf::samples::kSymbol;
    return m;
  }

  void found_assets() {
    stf::Message m = message(Kind::register_asset);
    for (m.asset = 1; m.asset <= exchange::kMaxBalances; ++m.asset) run(m);
    m = message(Kind::deposit);
    m.amount = kMuch;
    for (u32 account = 1; account <= kAccounts; ++account) {
      m.recipient = key(account).address;
      m.account = 0;
      for (m.asset = 1; m.asset <= exchange::kMaxBalances; ++m.asset) {
        run(m);
        m.account = account;
      }
    }
  }

  static stf::Message perpetual_market() {
    stf::Message m = message(Kind::create_perpetual);
    m.quote = 2;
    m.quote_per_tick_lot = m.min_lots = 1;
    m.maker_fee_ppm = 100;
    m.taker_fee_ppm = 500;
    m.max_lots = m.max_position_lots = 10'000;
    m.impact_lots = stf::kMaxFillsPerUnit;
    m.max_price_ticks = 100'000;
    m.oracle_max_age_ms = 3'600'000;
    m.band_ppm = 50'000;
    m.liquidation_fee_ppm = 10'000;
    m.tier_count = exchange::kMaxTiers;
    for (u32 i = 0; i < exchange::kMaxTiers; ++i) m.tiers[i] = {10'000'000 + i, 50'000 + i};
    m.tiers[exchange::kMaxTiers - 1].up_to = ~u64{0};
    return m;
  }

  void found_markets() {
    for (u32 i = 0; i < exchange::kMaxPositions; ++i) run(perpetual_market());
    stf::Message spot = message(Kind::create_market);
    spot.market_kind = exchange::Market::kSpot;
    spot.base = 1;
    spot.quote = 2;
    spot.base_per_lot = spot.quote_per_tick_lot = spot.min_lots = 1;
    spot.max_lots = exchange::kMaxLots;
    spot.taker_fee_ppm = 500;
    spot.maker_fee_ppm = 100;
    run(spot);
    stf::Message fees = message(Kind::set_fee_account);
    fees.account = kAccounts;
    run(fees);
    run(oracle_set());
    for (perpetual = 1; perpetual <= exchange::kMaxPositions; ++perpetual) report_all(kPrice);
  }

  static stf::Message oracle_set() {
    stf::Message m = message(Kind::set_oracle_set);
    m.oracle_count = exchange::kMaxOracles;
    m.oracle_quorum = exchange::kMaxOracles / 2 + 1;
    for (u32 i = 0; i < exchange::kMaxOracles; ++i) m.oracles[i] = i + 1;
    return m;
  }
  // Each later than those before.
  void report_all(u32 price) {
    ++reported_ms_;
    for (u32 oracle = 1; oracle <= exchange::kMaxOracles; ++oracle) run(timely(oracle, price));
  }
  Row timely(u32 oracle, u32 price) {
    Row row = report(oracle, price);
    row.tx.time_ms = progress.cursor.opening_timestamp_ms + reported_ms_;
    return row;
  }
  u64 reported_ms_ = 0;

  Row order(u32 account, u32 market, Side side, u32 price, u64 lots) {
    Row row = transaction(Action::place, account);
    row.tx.market = market;
    row.tx.side = static_cast<u8>(side);
    row.tx.price_ticks = price;
    row.tx.lots = lots;
    row.hints.level = stf::level_hint(map, market, side, price);
    return row;
  }
  Row named(Row row, u8 client_id) {
    row.tx.has_client_id = true;
    row.tx.client_id.fill(client_id);
    row.hints.client_id = stf::client_id_hint(map, row.tx.account, row.tx.client_id);
    return row;
  }

  // Positions against each other, in every market.
  void fill_accounts() {
    for (u32 account = 1; account <= kAccounts; ++account) {
      Row row = transaction(Action::margin, account);
      row.tx.amount = 10'000'000;
      run(row);
    }
    for (u32 market = 1; market <= exchange::kMaxPositions; ++market) {
      for (u32 pair = 0; pair < kPairs; ++pair) {
        run(order(2 * pair + 1, market, Side::ask, kPrice, kPosition));
        run(order(2 * pair + 2, market, Side::bid, kPrice, kPosition));
      }
    }
  }

  // As many orders as a taker may fill, each alone at its price; those of a maker lie between two
  // others in its account's list.
  void quote(u32 market) {
    for (u32 maker = kFirstMaker; maker < kFirstMaker + stf::kMaxFillsPerUnit; ++maker) {
      for (u8 i = 0; i < kUnitsOfAPlace; ++i) {
        run(named(order(maker, market, Side::ask, kPrice + maker + 20 * i, 1), 20 + i));
      }
      run(named(order(maker, kPerpetual + 1, Side::bid, kPrice - 10, 1), 10));
      run(named(order(maker, kPerpetual + 1, Side::bid, kPrice - 10, 1), 30));
    }
  }
  void bid_low() {
    for (u32 maker = kFirstMaker; maker < kFirstMaker + stf::kMaxFillsPerUnit; ++maker) {
      run(named(order(maker, kPerpetual, Side::bid, kPrice / 2 - maker % 16, 1), 20));
      run(named(order(maker, kPerpetual + 1, Side::bid, kPrice / 2 - 20, 1), 10));
      run(named(order(maker, kPerpetual + 1, Side::bid, kPrice / 2 - 20, 1), 30));
    }
  }
  void clear() {
    for (u32 account = 1; account <= kAccounts; ++account) {
      run(transaction(Action::cancel_all, account));
    }
  }
  void look(Row row, std::string name) {
    pose(std::move(name));
    run(row);
    pose("");
    expect_all_done();
  }
  void look(const stf::Message& m, std::string name) {
    force(m, std::move(name));
    expect_all_done();
  }
  // A rejected action is a light one.
  void expect_all_done() {
    const bool all_done = tally.malformed_rows == 0 && tally.results.size() == 1;
    if (!all_done && !said_) {
      ADD_FAILURE() << units.back().name << " or what prepares it is refused";
      for (const auto& [result, count] : tally.results)
        ADD_FAILURE() << exchange::name_of(result) << count;
    }
    said_ = !all_done;
  }
  bool said_ = false;

  void pose_orders(u32 market, const std::string& kind) {
    const u64 all = rules.config.max_fills_per_tx;
    if (market == kPerpetual) {
      quote(market);
      Row reduce = order(kTaker, market, Side::bid, kPrice + 100, stf::kMaxFillsPerUnit);
      reduce.tx.action = Action::place_reduce_only;
      look(named(reduce, 15), "place_reduce_only");
      clear();
    }
    quote(market);
    look(named(order(kTaker, market, Side::bid, kPrice + 100, all + 1), 15), "place, " + kind);
    clear();

    quote(market);
    run(named(order(kTaker, market, Side::bid, kPrice - 20, all + 1), 15));
    run(named(order(kTaker, market, Side::bid, kPrice - 21, 1), 14));
    run(named(order(kTaker, market, Side::bid, kPrice - 21, 1), 16));
    Row change = transaction(Action::modify, kTaker);
    change.tx.client_id.fill(15);
    change.hints.client_id = stf::client_id_hint(map, kTaker, change.tx.client_id);
    change.tx.price_ticks = kPrice + 100;
    change.tx.lots = all + 1;
    change.hints.level = stf::level_hint(map, market, Side::bid, change.tx.price_ticks);
    look(change, "modify, " + kind);
    clear();
  }

  // Orders in markets of their own, alone between the prices of another account.
  void spread(u32 price) {
    for (u32 market = 1; market <= exchange::kMaxPositions; ++market) {
      run(order(kAccounts, market, Side::bid, price + 1, 1));
      run(order(kTaker, market, Side::bid, price, 1));
      run(order(kAccounts, market, Side::bid, price - 1, 1));
    }
  }

  void pose_cancels() {
    for (const bool by_client_id : {false, true}) {
      for (u8 id = 10; id <= 30; id += 10) {
        run(named(order(kTaker, kPerpetual, Side::bid, kPrice - 10 - id, 1), id));
      }
      u32 slot = map.account(kTaker).orders_head;
      slot = map.order(slot).account_next;
      Row row = transaction(by_client_id ? Action::cancel_client_id : Action::cancel, kTaker);
      if (by_client_id) {
        row.tx.client_id.fill(20);
        row.hints.client_id = slot;
      } else {
        row.tx.order_id = exchange::make_order_id(slot, map.order(slot).generation());
      }
      look(row, by_client_id ? "cancel_client_id" : "cancel");
      clear();
    }
    spread(kPrice - 10);
    look(transaction(Action::cancel_all, kTaker), "cancel_all");
    clear();
  }

  void pose_keys() {
    const auto keyed = [&](Action action, u32 agent) {
      Row row = transaction(action, kTaker);
      row.tx.address = key(agent).address;
      row.tx.role = 1;
      row.hints.signer = stf::signer_hint(map, row.tx.address);
      row.hints.registered = stf::registered_hint(map, row.tx.address);
      return row;
    };
    for (u32 agent = 30; agent < 36; ++agent) run(keyed(Action::approve_agent, agent));
    look(keyed(Action::approve_agent, 36), "approve_agent");
    look(keyed(Action::revoke_agent, 33), "revoke_agent");
    for (u32 account = kFirstMaker; account <= kAccounts; ++account) {
      Row row = transaction(Action::register_account, account);
      row.hints.registered = stf::registered_hint(map, key(account).address);
      row.hints.signer = stf::signer_hint(map, key(account).address);
      if (account + 1 < kAccounts) {
        run(row);
      } else {
        look(row, "register");
      }
    }
    look(transaction(Action::unregister_account, kAccounts / 2), "unregister");
  }

  void pose_money() {
    Row row = transaction(Action::transfer, kTaker);
    row.tx.to_account = kTarget;
    row.tx.asset = exchange::kMaxBalances;
    row.tx.amount = 1;
    look(row, "transfer");
    row = transaction(Action::withdraw, kTaker);
    row.tx.asset = exchange::kMaxBalances;
    row.tx.amount = 1;
    row.tx.address = stf::samples::kOwner;
    look(row, "withdraw");
    row = transaction(Action::sweep_fees, kTaker);
    row.tx.market = kSpot;
    look(row, "sweep_fees");
    row = transaction(Action::margin, kTaker);
    row.tx.kind = static_cast<u8>(exchange::MarginKind::withdraw);
    row.tx.amount = 1;
    look(row, "margin");
  }

  // The target's price falls until its collateral does not carry its position.
  void pose_liquidation() {
    for (u32 i = 0; i < 8; ++i) {
      run(order(kTaker, kPerpetual, Side::bid, kPrice - 10 - i, 2));
      run(order(kTaker, kPerpetual, Side::ask, kPrice + 10 + i, 2));
    }
    perpetual = kPerpetual;
    ++reported_ms_;
    look(timely(exchange::kMaxOracles, kPrice - 1), "report_price");
    clear();

    Row withdraw = transaction(Action::margin, kTarget);
    withdraw.tx.kind = static_cast<u8>(exchange::MarginKind::withdraw);
    withdraw.tx.amount = 9'600'000;
    run(withdraw);
    for (u32 market = 1; market <= exchange::kMaxPositions; ++market) {
      run(order(kTarget, market, Side::ask, kPrice + 20, 1));
    }
    for (perpetual = 1; perpetual <= exchange::kMaxPositions; ++perpetual) report_all(kPrice / 2);
    bid_low();
    Row row = transaction(Action::liquidate, kTaker);
    row.tx.target = kTarget;
    row.tx.market = kPerpetual;
    look(row, "liquidate");
  }

  void pose_messages() {
    clear();
    bid_low();
    stf::Message m = message(Kind::forced_close);
    m.account = kTaker;
    m.sender = m.recipient = key(m.account).address;
    m.market = kPerpetual;
    look(m, "forced_close");
    spread(kPrice / 2 - 40);
    m.kind = static_cast<u8>(Kind::forced_cancel_all);
    m.market = 0;
    look(m, "forced_cancel_all");
    m.asset = exchange::kMaxBalances;
    m.amount = 1;
    m.kind = static_cast<u8>(Kind::forced_withdraw);
    look(m, "forced_withdraw");
    m.kind = static_cast<u8>(Kind::forced_margin_withdraw);
    look(m, "forced_margin_withdraw");
    m.kind = static_cast<u8>(Kind::deposit);
    look(m, "deposit");
    look(perpetual_market(), "create_perpetual");
    look(oracle_set(), "set_oracle_set");
    m = message(Kind::register_asset);
    m.asset = exchange::kMaxBalances + 1;
    look(m, "register_asset");
    m = message(Kind::set_market_status);
    m.market = kSpot;
    m.status = exchange::Market::kCancelOnly;
    look(m, "set_market_status");
    m = message(Kind::set_fee_account);
    m.account = kTaker;
    look(m, "set_fee_account");
    m = message(Kind::create_market);
    m.market_kind = exchange::Market::kSpot;
    m.base = 1;
    m.quote = 2;
    m.base_per_lot = m.quote_per_tick_lot = m.min_lots = m.max_lots = 1;
    look(m, "create_market");
  }

  void pose_blocks() {
    pose("close_block");
    close_block();
    pose("open_block");
    open_block();
    pose("");
  }
};

}  // namespace gavel::guest
