#include "state/hint_finder.hpp"

namespace gavel::state {

using exchange::Order;
using exchange::Side;
using exchange::Table;
using stf::Action;
using stf::Hints;
using stf::OrderType;
using stf::Transaction;

namespace {

bool rests(const Transaction& tx) {
  return tx.type == static_cast<u8>(OrderType::gtc) ||
         tx.type == static_cast<u8>(OrderType::post_only);
}

void hint_place(const HotState& state, const Transaction& tx, Hints& hints) {
  if (!rests(tx)) return;
  if (tx.side <= 1 && tx.price_ticks != 0 && state.exists(Table::market, tx.market)) {
    hints.level = state.find_level(tx.market, static_cast<Side>(tx.side), tx.price_ticks);
  }
  if (tx.has_client_id) hints.client_id = state.find_order(tx.account, tx.client_id);
}

// The account's open order with this id, or 0.
u32 open_order(const HotState& state, u32 account, u64 order_id) {
  const u32 slot = exchange::order_slot(order_id);
  if (!state.exists(Table::order, slot)) return 0;
  const Order& order = state.peek_order(slot);
  const bool named =
      order.account == account && order.generation() == exchange::order_generation(order_id);
  return named ? slot : 0;
}

void hint_modify(const HotState& state, const Transaction& tx, Hints& hints) {
  u32 slot = 0;
  if (tx.order_id != 0) {
    slot = open_order(state, tx.account, tx.order_id);
  } else {
    hints.client_id = slot = state.find_order(tx.account, tx.client_id);
    const bool found = slot != 0 && state.peek_order(slot).has_client_id() &&
                       state.peek_order(slot).client_id == tx.client_id;
    if (!found) return;
  }
  if (slot == 0 || tx.price_ticks == 0) return;
  const Order& order = state.peek_order(slot);
  if (tx.price_ticks == order.price_ticks && tx.lots <= order.lots) return;
  hints.level = state.find_level(order.market(), order.side(), tx.price_ticks);
}

void hint_address(const HotState& state, const Address& address, Hints& hints) {
  hints.signer = state.find_live_signer(address);
  hints.registered = state.find_registered(address);
}

}  // namespace

Hints find_hints(const HotState& state, const Transaction& tx) {
  Hints hints;
  if (!state.exists(Table::account, tx.account)) return hints;
  switch (tx.action) {
    case Action::place:
    case Action::place_reduce_only:
      hint_place(state, tx, hints);
      break;
    case Action::cancel_client_id:
      hints.client_id = state.find_order(tx.account, tx.client_id);
      break;
    case Action::modify:
      hint_modify(state, tx, hints);
      break;
    case Action::approve_agent:
      hint_address(state, tx.address, hints);
      hints.dead_signer = state.find_dead_signer(tx.address, tx.account);
      break;
    case Action::revoke_agent:
      hints.signer = state.find_live_signer(tx.address);
      break;
    case Action::register_account:
      hint_address(state, state.peek_account(tx.account).owner, hints);
      break;
    case Action::cancel:
    case Action::cancel_all:
    case Action::transfer:
    case Action::withdraw:
    case Action::unregister_account:
    case Action::sweep_fees:
    case Action::margin:
    case Action::report_price:
    case Action::liquidate:
      break;
  }
  return hints;
}

}  // namespace gavel::state
