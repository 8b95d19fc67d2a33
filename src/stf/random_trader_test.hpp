// RandomTrader: rows of every action for an Author, with the hints that a sequencer would find; and
// wild ones, of which a judge must refuse or reject most.
//
// Invariant: deterministic; the same seed over the same author gives the same rows.
#pragma once

#include <random>

#include "stf/batch_author_test.hpp"

namespace gavel::stf {

// Where a sequencer would look places up, a search from the head.
inline u32 level_hint(MapState& s, u32 market, exchange::Side side, u32 price_ticks) {
  u32 hint = 0;
  u32 next = s.market(market).best[static_cast<u8>(side)];
  while (next != 0 && !exchange::better(side, price_ticks, s.level(next).price_ticks)) {
    hint = next;
    next = s.level(next).next;
  }
  return hint;
}
inline u32 client_id_hint(MapState& s, u32 account, const exchange::ClientId& id) {
  u32 hint = 0;
  u32 next = s.account(account).orders_head;
  while (next != 0 && !(s.order(next).has_client_id() && id < s.order(next).client_id)) {
    hint = next;
    next = s.order(next).account_next;
  }
  return hint;
}
inline u32 signer_hint(MapState& s, const Address& key) {
  u32 hint = 0;
  for (u32 next = s.global().signers_head; next != 0 && !(key < s.signer(next).key);
       next = s.signer(next).next) {
    hint = next;
  }
  return hint;
}
inline u32 registered_hint(MapState& s, const Address& owner) {
  u32 hint = 0;
  for (u32 next = s.global().registered_head; next != 0 && !(owner < s.account(next).owner);
       next = s.account(next).registered_next) {
    hint = next;
  }
  return hint;
}

class RandomTrader {
 public:
  RandomTrader(Author& author, u64 seed) : author_(author), random_(seed) {}

  Row row() {
    Row row = author_.transaction(Action::place, below(8) + 1);
    if (author_.perpetual != 0 && below(3) == 0) return perpetual(row);
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
        row.hints.client_id = client_id_hint(author_.map, row.tx.account, row.tx.client_id);
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
    if (agent_may(row.tx.action) && below(3) == 0) delegate(row);
    return row;
  }

  // A row with something in it that a judge must refuse or reject, mostly.
  Row wild_row() {
    Row out = row();
    Transaction& tx = out.tx;
    switch (below(16)) {
      case 0:
        tx.expiry_ms = kAuthorL1TimeMs - 1;
        break;
      case 1:
        tx.market = 99;
        break;
      case 2:
        tx.price_ticks = 0;
        break;
      case 3:
        tx.lots = 0;
        break;
      case 4:
        tx.lots = u64{1} << 40;
        break;
      case 5:
        tx.lots = (u64{1} << 40) - 1;
        break;
      case 6:
        tx.type = static_cast<u8>(OrderType::post_only);
        break;
      case 7:
        tx.asset = 9;
        break;
      case 8:
        tx.amount = 0;
        break;
      case 9:
        tx.amount = ~u64{0};
        break;
      case 10:
        tx.address = Address{};
        break;
      case 11:
        tx.to_account = tx.account;
        break;
      case 12:
        tx.account = 999;
        break;
      case 13:
        tx.nonce = below(2) == 0 ? 1 : kAuthorL1TimeMs + 1;
        break;
      case 14:
        tx.role = 7;
        break;
      default:
        tx.by_agent = true;
        tx.signer = 1 + below(6);
    }
    return out;
  }

 private:
  static constexpr u32 kFirstAgent = 30;

  u32 below(u32 n) { return static_cast<u32>(random_() % n); }
  exchange::ClientId client_id() { return {static_cast<u8>(below(6))}; }

  // What perpetual markets have of their own; the oracles' prices wander and jump.
  Row perpetual(Row row) {
    Transaction& tx = row.tx;
    switch (below(8)) {
      case 0:
        if (below(6) == 0) price_ = 60 + below(80);
        price_ += below(5) - 2;
        return author_.report(1 + below(4), price_);
      case 1:
        tx.action = Action::margin;
        tx.kind = static_cast<u8>(below(4));
        tx.amount = below(3'000);
        return row;
      case 2:
      case 3:
        tx.action = Action::liquidate;
        tx.target = below(9);
        tx.market = author_.perpetual - (below(10) == 0 ? 1 : 0);
        return row;
      case 4:
        place(row);
        tx.action = Action::place_reduce_only;
        break;
      default:
        place(row);
    }
    tx.market = author_.perpetual;
    tx.price_ticks = price_ - 3 + below(7);
    tx.lots = 1 + below(below(6) == 0 ? 400 : 30);
    row.hints.level = level_hint(author_.map, tx.market, exchange::Side{tx.side}, tx.price_ticks);
    return row;
  }

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
    row.hints.level = level_hint(author_.map, tx.market, exchange::Side{tx.side}, tx.price_ticks);
    row.hints.client_id = client_id_hint(author_.map, tx.account, tx.client_id);
  }

  void change(Row& row, Action action) {
    row.tx.action = action;
    const u32 slot = 1 + below(author_.map.global().tables[6].next);
    const exchange::Order order = author_.map.order(slot);
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
    row.hints.level = level_hint(author_.map, order.market(), order.side(), row.tx.price_ticks);
  }

  void keys(Row& row) {
    const u32 agent = 1 + below(4);
    row.tx.address = Author::key(kFirstAgent + agent).address;
    row.tx.role = 1;
    row.hints.signer = signer_hint(author_.map, row.tx.address);
    row.hints.registered = registered_hint(author_.map, row.tx.address);
    row.tx.action = static_cast<Action>(8 + below(4));
    if (row.tx.action == Action::revoke_agent && row.hints.signer != 0 && below(2) == 0) {
      row.tx.account = author_.map.signer(row.hints.signer).account;
    }
    if (row.tx.action == Action::register_account) {
      const Address owner = author_.map.account(row.tx.account).owner;
      row.hints.registered = registered_hint(author_.map, owner);
      row.hints.signer = signer_hint(author_.map, owner);
    }
  }

  // By the account's agent, if it has one.
  void delegate(Row& row) {
    MapState& s = author_.map;
    for (u32 next = s.global().signers_head; next != 0; next = s.signer(next).next) {
      if (s.signer(next).account != row.tx.account) continue;
      row.tx.by_agent = true;
      row.tx.signer = next;
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

  Author& author_;
  std::mt19937_64 random_;
  u32 price_ = 100;
};

}  // namespace gavel::stf
