// ArrayStore: a Store over plain arrays for tests, and a small exchange in it: two assets, one
// market, funded accounts.
#pragma once

#include <vector>

#include "exchange/listing.hpp"

namespace gavel::exchange {

class ArrayStore {
 public:
  ArrayStore()
      : accounts_(64),
        signers_(64),
        nonces_(64),
        markets_(8),
        levels_(256),
        orders_(512),
        outbox_(64),
        assets_(128),
        blocks_(256),
        margins_(256) {}

  const Global& global() { return global_; }
  Global& global_mut() { return global_; }
  const Account& account(u32 i) { return accounts_.at(i); }
  Account& account_mut(u32 i) { return accounts_.at(i); }
  const Signer& signer(u32 i) { return signers_.at(i); }
  Signer& signer_mut(u32 i) { return signers_.at(i); }
  const Nonces& nonces(u32 i) { return nonces_.at(i); }
  Nonces& nonces_mut(u32 i) { return nonces_.at(i); }
  const Market& market(u32 i) { return markets_.at(i); }
  Market& market_mut(u32 i) { return markets_.at(i); }
  const Level& level(u32 i) { return levels_.at(i); }
  Level& level_mut(u32 i) { return levels_.at(i); }
  const Order& order(u32 i) { return orders_.at(i); }
  Order& order_mut(u32 i) { return orders_.at(i); }
  Outbox& outbox_mut(u32 i) { return outbox_.at(i); }
  const Asset& asset(u32 i) { return assets_.at(i); }
  Asset& asset_mut(u32 i) { return assets_.at(i); }
  BalanceBlock& balance_block(u32 i) { return blocks_.at(i); }
  u32 new_balance_block() {
    ++blocks_in_use;
    for (u32 i = 1; i < blocks_.size(); ++i) {
      if (!used_[i]) {
        used_[i] = true;
        blocks_[i] = {};
        return i;
      }
    }
    return 0;
  }
  void free_balance_block(u32 i) {
    used_[i] = false;
    --blocks_in_use;
  }
  MarginBlock& margin_block(u32 i) { return margins_.at(i); }
  u32 new_margin_block() {
    ++margins_in_use;
    for (u32 i = 1; i < margins_.size(); ++i) {
      if (!margin_used_[i]) {
        margin_used_[i] = true;
        margins_[i] = {};
        return i;
      }
    }
    return 0;
  }
  void free_margin_block(u32 i) {
    margin_used_[i] = false;
    --margins_in_use;
  }
  void level_added(u32) {}
  void level_removed(u32) {}
  void order_added(u32) {}
  void order_removed(u32) {}
  void account_added(u32) {}
  void account_registered(u32) {}
  void account_unregistered(u32) {}
  void signer_added(u32) {}
  void signer_removed(u32) {}

  u32 blocks_in_use = 0;
  u32 margins_in_use = 0;

 private:
  Global global_;
  std::vector<Account> accounts_;
  std::vector<Signer> signers_;
  std::vector<Nonces> nonces_;
  std::vector<Market> markets_;
  std::vector<Level> levels_;
  std::vector<Order> orders_;
  std::vector<Outbox> outbox_;
  std::vector<Asset> assets_;
  std::vector<BalanceBlock> blocks_;
  std::array<bool, 256> used_{};
  std::vector<MarginBlock> margins_;
  std::array<bool, 256> margin_used_{};
};
static_assert(Store<ArrayStore>);

inline constexpr u32 kBase = 1;
inline constexpr u32 kQuote = 2;
inline constexpr u32 kMarket = 1;
inline constexpr u64 kFunds = 1'000'000'000;
// Accounts of the small exchange.
inline constexpr u32 kAlice = 1;
inline constexpr u32 kBob = 2;
inline constexpr u32 kCarol = 3;

inline Limits small_limits() {
  Limits limits;
  limits.capacity = {1, 60, 60, 60, 6, 200, 500, 60, 120};
  limits.max_orders_per_account = 40;
  limits.max_fills_per_tx = 64;
  limits.fills_per_unit = 16;
  limits.cancels_per_unit = 4;
  limits.max_balances_per_account = 20;
  limits.new_asset_quota = 10;
  return limits;
}

inline Address address_of(u8 name) {
  Address a;
  a.bytes[19] = name;
  return a;
}

// One lot is 10 base, one tick times a lot is 1 quote; fees 100 and 1,000 ppm.
struct SmallExchange {
  SmallExchange() {
    Outcome out;
    for (u32 i = 1; i <= 2; ++i) register_asset(store, limits, i, Asset{}, out);
    Market m;
    m.kind = Market::kSpot;
    m.base = kBase;
    m.quote = kQuote;
    m.base_per_lot = 10;
    m.quote_per_tick_lot = 1;
    m.maker_fee_ppm = 100;
    m.taker_fee_ppm = 1'000;
    m.min_lots = 1;
    m.max_lots = 1'000'000;
    create_market(store, limits, m, out);
    for (u8 name = 1; name <= 3; ++name) {
      for (const u32 asset : {kBase, kQuote}) {
        deposit(store, limits, asset, kFunds, address_of(name), asset == kBase ? 0 : name, out);
      }
    }
  }

  u64 total(u32 account, u32 asset) {
    const BalanceRef b = find_balance(store, store.account(account), asset);
    return b ? *b.total : 0;
  }
  u64 reserved(u32 account, u32 asset) {
    const BalanceRef b = find_balance(store, store.account(account), asset);
    return b ? *b.reserved : 0;
  }

  // The hints a sequencer would find, by looking at everything.
  u32 level_hint(Side side, u32 price) {
    u32 hint = 0;
    for (u32 i = store.market(kMarket).best[static_cast<u8>(side)]; i != 0;
         i = store.level(i).next) {
      if (better(side, price, store.level(i).price_ticks)) break;
      hint = i;
    }
    return hint;
  }
  u32 client_id_hint(u32 account, const ClientId& id) {
    u32 hint = 0;
    for (u32 i = store.account(account).orders_head; i != 0; i = store.order(i).account_next) {
      if (store.order(i).has_client_id() && id < store.order(i).client_id) break;
      hint = i;
    }
    return hint;
  }

  PlaceOrder order(u32 account, Side side, u64 lots, u32 price, OrderType type = OrderType::gtc) {
    PlaceOrder o;
    o.account = account;
    o.market = kMarket;
    o.side = side;
    o.type = type;
    o.lots = lots;
    o.price_ticks = price;
    return o;
  }
  // Runs an order to its end; counts the units.
  Outcome run(PlaceOrder o) {
    o.level_hint = level_hint(o.side, o.price_ticks);
    if (o.has_client_id) o.client_id_hint = client_id_hint(o.account, o.client_id);
    Outcome out;
    Matching m;
    verdict = place(store, limits, o, m, out);
    for (units = 1; verdict == Verdict::more; ++units) {
      verdict = continue_matching(store, limits, m, out);
    }
    return out;
  }
  Outcome buy(u32 account, u64 lots, u32 price, OrderType type = OrderType::gtc) {
    return run(order(account, Side::bid, lots, price, type));
  }
  Outcome sell(u32 account, u64 lots, u32 price, OrderType type = OrderType::gtc) {
    return run(order(account, Side::ask, lots, price, type));
  }
  Outcome change(u32 account, u64 order_id, u64 lots, u32 price, u32 fixed_hint = ~u32{0}) {
    ModifyOrder c;
    c.account = account;
    c.order_id = order_id;
    c.lots = lots;
    c.price_ticks = price;
    c.level_hint = fixed_hint != ~u32{0}
                       ? fixed_hint
                       : level_hint(store.order(order_slot(order_id)).side(), price);
    Outcome out;
    Matching m;
    verdict = modify(store, limits, c, m, out);
    while (verdict == Verdict::more) verdict = continue_matching(store, limits, m, out);
    return out;
  }

  ArrayStore store;
  Limits limits = small_limits();
  Verdict verdict{};
  u32 units = 0;
};

}  // namespace gavel::exchange
