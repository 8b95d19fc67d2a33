// A small exchange over a HotState for tests and benchmarks: assets, markets, funded accounts, and
// random transactions that run by the rules with the hints that the indexes find.
#pragma once

#include <algorithm>
#include <vector>

#include "io/random.hpp"
#include "state/hint_finder.hpp"
#include "stf/execute.hpp"

namespace gavel::state {

struct AnyoneSigned {
  bool signed_by(const Address&) { return true; }
};

inline stf::Config small_config() {
  stf::Config config;
  config.capacity = HotCapacity::small().objects;
  config.max_orders_per_account = 64;
  config.fills_per_unit = 2;
  config.max_fills_per_tx = 6;
  config.cancels_per_unit = 3;
  return config;
}

inline Address address_of(u32 n) {
  Address address;
  // Spread, so that the order of addresses is not the order of numbers.
  const u32 mixed = n * 0x9e3779b1u;
  for (u32 i = 0; i < 4; ++i) address.bytes[i] = static_cast<u8>(mixed >> (8 * i));
  address.bytes[19] = 1;
  return address;
}

class HotWorld {
 public:
  explicit HotWorld(HotState& state, const stf::Config& config = small_config())
      : state_(state), rules_(stf::make_rules(config)) {}

  void run(const stf::Message& message) {
    std::array<u8, stf::kMaxMessageBytes> bytes;
    const u32 size = stf::encode_message(message, bytes);
    finish(
        stf::begin_message(state_, rules_, block_, std::span<const u8>(bytes).first(size), work_));
  }
  // What the rules said; hints as found.
  stf::Malformed run(const stf::Transaction& tx) { return run(tx, find_hints(state_, tx)); }
  stf::Malformed run(const stf::Transaction& tx, const stf::Hints& hints) {
    stf::Malformed why{};
    AnyoneSigned authority;
    const auto verdict =
        stf::begin_transaction(state_, rules_, block_, tx, hints, Hash32{}, authority, work_, why);
    if (verdict != exchange::Verdict::malformed) finish(verdict);
    return why;
  }

  void list_asset(u32 asset) {
    stf::Message m;
    m.kind = static_cast<u8>(stf::MessageKind::register_asset);
    m.asset = asset;
    run(m);
  }
  void list_market(u32 base, u32 quote) {
    stf::Message m;
    m.kind = static_cast<u8>(stf::MessageKind::create_market);
    m.market_kind = 1;
    m.base = base;
    m.quote = quote;
    m.base_per_lot = m.quote_per_tick_lot = m.min_lots = 1;
    m.max_lots = 1'000'000;
    m.maker_fee_ppm = 100;
    m.taker_fee_ppm = 400;
    run(m);
  }
  void deposit(u32 owner, u32 account, u32 asset, u64 amount) {
    stf::Message m;
    m.kind = static_cast<u8>(stf::MessageKind::deposit);
    m.asset = asset;
    m.amount = amount;
    m.recipient = address_of(owner);
    m.account = account;
    run(m);
  }
  // Account i of `accounts` belongs to owner i; each holds assets 1 .. assets.
  void open(u32 accounts, u32 assets, u32 markets) {
    for (u32 asset = 1; asset <= assets; ++asset) list_asset(asset);
    for (u32 market = 0; market < markets; ++market) list_market(1 + market, assets);
    for (u32 account = 1; account <= accounts; ++account) {
      for (u32 asset = 1; asset <= assets; ++asset) {
        deposit(account, asset == 1 ? 0 : account, asset, u64{1} << 36);
      }
    }
  }

  u64 fresh_nonce() { return block_.timestamp_ms - 1'000'000 + nonce_++; }
  void next_block() {
    ++block_.number;
    block_.timestamp_ms += 100;
  }
  [[nodiscard]] const stf::BlockContext& block() const { return block_; }
  [[nodiscard]] const stf::Receipt& receipt() const { return work_.receipt; }
  [[nodiscard]] const stf::Rules& rules() const { return rules_; }

 private:
  void finish(exchange::Verdict verdict) {
    while (verdict == exchange::Verdict::more) verdict = stf::continue_work(state_, rules_, work_);
  }

  HotState& state_;
  stf::Rules rules_;
  stf::BlockContext block_{1, 1'700'000'000'000};
  u64 nonce_ = 0;
  stf::Work work_;
};

// Random traffic of every action over a few accounts, prices and client ids, so that they meet
// often.
class RandomTraffic {
 public:
  RandomTraffic(const HotState& state, u64 seed) : state_(state), random_(seed) {}

  stf::Transaction next(u64 nonce) {
    stf::Transaction tx;
    tx.nonce = nonce;
    tx.account = 1 + below(accounts());
    const u32 dice = below(100);
    if (dice < 50) {
      place(tx);
    } else if (dice < 60) {
      tx.action = stf::Action::cancel;
      tx.order_id = some_order(tx);
    } else if (dice < 68) {
      tx.action = stf::Action::cancel_client_id;
      tx.client_id = used_client_id(tx);
    } else if (dice < 80) {
      modify(tx);
    } else if (dice < 82) {
      tx.action = stf::Action::cancel_all;
      tx.market = below(3);
    } else if (dice < 86) {
      tx.action = dice < 84 ? stf::Action::transfer : stf::Action::withdraw;
      tx.to_account = 1 + below(accounts());
      tx.address = address_of(1 + below(20));
      tx.asset = 1 + below(5);
      tx.amount = dice < 85 ? 1 + below(1'000'000) : u64{1} << 36;
    } else if (dice < 94) {
      tx.action = dice < 90 ? stf::Action::approve_agent : stf::Action::revoke_agent;
      tx.address = address_of(1 + below(30));
      tx.role = 1;
    } else {
      tx.action = dice < 97 ? stf::Action::register_account : stf::Action::unregister_account;
    }
    return tx;
  }

 private:
  u32 below(u64 bound) { return static_cast<u32>(random_.below(bound)); }
  u32 accounts() const {
    return state_.peek_global().tables[static_cast<u8>(exchange::Table::account)].next - 1;
  }
  exchange::ClientId some_client_id() {
    exchange::ClientId id{};
    id[15] = static_cast<u8>(below(40));
    id[0] = static_cast<u8>(below(2));
    return id;
  }
  void place(stf::Transaction& tx) {
    tx.action = stf::Action::place;
    tx.market = 1 + below(2);
    tx.side = static_cast<u8>(below(2));
    tx.type = static_cast<u8>(below(4));
    tx.stp = static_cast<u8>(below(3));
    tx.price_ticks =
        tx.side == 0 ? 960 + below(50) : 990 + below(50);  // the sides overlap a little
    tx.lots = 1 + below(50);
    tx.has_client_id = below(2) != 0;
    if (tx.has_client_id) tx.client_id = some_client_id();
  }
  // Mostly the account of an open order and its id.
  u64 some_order(stf::Transaction& tx) {
    const u32 slots = state_.peek_global().tables[static_cast<u8>(exchange::Table::order)].next;
    const u32 slot = below(slots);
    const exchange::Order& order = state_.peek_order(slot);
    if (order.account != 0 && below(10) != 0) tx.account = order.account;
    return exchange::make_order_id(slot == 0 ? 1 : slot, order.generation());
  }
  // Half of the time of an order that some account has.
  exchange::ClientId used_client_id(stf::Transaction& tx) {
    const u32 slot = exchange::order_slot(some_order(tx));
    const exchange::Order& order = state_.peek_order(slot);
    return order.has_client_id() && below(2) != 0 ? order.client_id : some_client_id();
  }
  void modify(stf::Transaction& tx) {
    tx.action = stf::Action::modify;
    if (below(4) == 0) {
      tx.client_id = used_client_id(tx);
    } else {
      tx.order_id = some_order(tx);
    }
    tx.price_ticks = 970 + below(60);
    tx.lots = 1 + below(50);
    if (below(3) == 0)
      tx.price_ticks = state_.peek_order(exchange::order_slot(tx.order_id)).price_ticks;
  }

  const HotState& state_;
  io::SeededRandom random_;
};

}  // namespace gavel::state
