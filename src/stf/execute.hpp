// Execution of one transaction or one inbox message against a Store
// (docs/protocol/transactions.md).
//
// What: the checks every judge makes, in their order, then the action. Total: any Transaction,
// Hints or Message gives a verdict. `malformed` changed nothing; `done` filled work.receipt; `more`
// wants continue_work() until done. Where signatures come in: an Authority says whether a
// transaction is signed by an address under the one signature rule. The node asks its signature
// threads, the dispute recovers on the spot; when it is asked is part of the precedence.
#pragma once

#include <concepts>

#include "exchange/listing.hpp"
#include "stf/config.hpp"
#include "stf/message.hpp"
#include "stf/nonce_window.hpp"
#include "stf/row.hpp"
#include "stf/work.hpp"

namespace gavel::stf {

template <class A>
concept Authority = requires(A& a, const Address& who) {
  { a.signed_by(who) } -> std::same_as<bool>;
};

// The rules of a batch, parsed once.
struct Rules {
  Config config;
  exchange::Limits limits;
  Hash32 domain;
};
Rules make_rules(const Config& config);

struct BlockContext {
  u64 number = 0;
  u64 timestamp_ms = 0;
};

// Why a transaction is malformed: what a gateway tells its client. Nothing of this is in a block.
enum class Malformed : u8 {
  none = 0,
  unknown_account,
  unknown_signer,
  bad_signature,
  nonce_out_of_window,
  nonce_used,
  nonce_table_full,
  wrong_hint,
};
inline constexpr u32 kMalformedCount = 8;

namespace detail {

// Checks 2 and 3: who signs, and is the nonce his to use. `key` is who must have signed, `window`
// the NONCES slot (0 = none yet).
template <exchange::Store S>
Malformed check_signer(S& store, const Rules& rules, const BlockContext& block,
                       const Transaction& tx, Address& key, u32& window) {
  using exchange::Table;
  if (!exchange::allocated(store, Table::account, tx.account)) return Malformed::unknown_account;
  u64 floor = 0;
  if (tx.by_agent) {
    if (!exchange::allocated(store, Table::signer, tx.signer) || !agent_may(tx.action)) {
      return Malformed::unknown_signer;
    }
    const exchange::Signer& signer = store.signer(tx.signer);
    if (signer.state != exchange::Signer::kLive || signer.account != tx.account ||
        (signer.expiry_ms != 0 && signer.expiry_ms < block.timestamp_ms)) {
      return Malformed::unknown_signer;
    }
    key = signer.key;
    window = signer.nonces;
    floor = signer.nonce_floor;
    if (tx.nonce <= floor) return Malformed::nonce_used;
  } else {
    const exchange::Account& account = store.account(tx.account);
    key = account.owner;
    window = account.nonces;
  }
  const u64 now = block.timestamp_ms;
  const u64 oldest = now > rules.config.nonce_age_ms ? now - rules.config.nonce_age_ms : 0;
  if (tx.nonce < oldest || tx.nonce > now + rules.config.nonce_ahead_ms) {
    return Malformed::nonce_out_of_window;
  }
  if (window != 0) {
    return nonce_is_fresh(store.nonces(window), tx.nonce) ? Malformed::none : Malformed::nonce_used;
  }
  return has_slot(store, rules.limits, Table::nonces) ? Malformed::none
                                                      : Malformed::nonce_table_full;
}

template <exchange::Store S>
void spend_nonce(S& store, const Transaction& tx, u32 window) {
  if (window != 0) {
    use_nonce(store.nonces_mut(window), tx.nonce);
    return;
  }
  const u32 slot = take_slot(store, exchange::Table::nonces);
  store.nonces_mut(slot) =
      first_nonce(tx.by_agent ? 1 : 0, tx.by_agent ? tx.signer : tx.account, tx.nonce);
  if (tx.by_agent) {
    store.signer_mut(tx.signer).nonces = slot;
  } else {
    store.account_mut(tx.account).nonces = slot;
  }
}

inline exchange::PlaceOrder place_of(const Transaction& tx, const Hints& hints, u64 now_ms) {
  exchange::PlaceOrder o;
  o.account = tx.account;
  o.market = tx.market;
  o.side = static_cast<exchange::Side>(tx.side);
  o.type = static_cast<exchange::OrderType>(tx.type);
  o.stp = tx.stp;
  o.price_ticks = tx.price_ticks;
  o.lots = tx.lots;
  o.has_client_id = tx.has_client_id;
  o.client_id = tx.client_id;
  o.level_hint = hints.level;
  o.client_id_hint = hints.client_id;
  o.reduce_only = tx.action == Action::place_reduce_only;
  o.now_ms = now_ms;
  return o;
}

template <exchange::Store S>
exchange::Verdict trade(S& store, const Rules& rules, u64 now_ms, const Transaction& tx,
                        const Hints& hints, Work& work) {
  using exchange::Verdict;
  switch (tx.action) {
    case Action::place:
    case Action::place_reduce_only: {
      if (tx.side > 1 || tx.type > 3 || tx.stp > 2) return Verdict::malformed;
      work.kind = Work::Kind::match;
      return exchange::place(store, rules.limits, place_of(tx, hints, now_ms), work.matching,
                             work.receipt);
    }
    case Action::cancel:
      return exchange::cancel(store, tx.account, tx.order_id, work.receipt);
    case Action::cancel_client_id:
      return exchange::cancel_client_id(store, tx.account, tx.client_id, hints.client_id,
                                        work.receipt);
    case Action::cancel_all:
      work.kind = Work::Kind::cancel_all;
      return exchange::cancel_all(store, rules.limits, tx.account, tx.market, work.cancel_all,
                                  work.receipt);
    case Action::modify: {
      work.kind = Work::Kind::match;
      const exchange::ModifyOrder change{tx.account, tx.order_id, tx.client_id,    tx.price_ticks,
                                         tx.lots,    hints.level, hints.client_id, now_ms};
      return exchange::modify(store, rules.limits, change, work.matching, work.receipt);
    }
    case Action::margin:
      return exchange::move_margin(store, rules.limits, tx.account, tx.kind, tx.amount, now_ms,
                                   work.receipt);
    case Action::report_price:
      return exchange::report_price(store, {tx.account, tx.market, tx.time_ms, tx.price_ticks},
                                    now_ms, work.receipt);
    case Action::liquidate:
      work.kind = Work::Kind::liquidate;
      return exchange::liquidate(store, tx.target, tx.market, now_ms, work.liquidation,
                                 work.matching, work.receipt);
    default:
      return Verdict::malformed;
  }
}

template <exchange::Store S>
exchange::Verdict act(S& store, const Rules& rules, const BlockContext& block,
                      const Transaction& tx, const Hints& hints, Work& work) {
  const exchange::Limits& limits = rules.limits;
  switch (tx.action) {
    case Action::transfer:
      return exchange::transfer(store, limits, tx.account, tx.to_account, tx.asset, tx.amount,
                                work.receipt);
    case Action::withdraw:
      return exchange::withdraw(store, limits, tx.account, tx.asset, tx.amount, tx.address,
                                block.number, work.receipt);
    case Action::approve_agent: {
      const exchange::ApproveAgent a{tx.account,         tx.address,   tx.role,
                                     tx.agent_expiry_ms, hints.signer, hints.registered,
                                     hints.dead_signer};
      return exchange::approve_agent(store, limits, a, block.timestamp_ms, work.receipt);
    }
    case Action::revoke_agent:
      return exchange::revoke_agent(store, tx.account, tx.address, hints.signer, work.receipt);
    case Action::register_account:
      return exchange::register_account(store, tx.account, hints.registered, hints.signer,
                                        work.receipt);
    case Action::unregister_account:
      return exchange::unregister_account(store, tx.account, work.receipt);
    case Action::sweep_fees:
      return exchange::sweep_fees(store, limits, tx.market, work.receipt);
    default:
      return trade(store, rules, block.timestamp_ms, tx, hints, work);
  }
}

}  // namespace detail

// Runs a transaction up to its first unit's bound. `tx_id` is its digest. On malformed, `why` says
// what was wrong.
template <exchange::Store S, Authority A>
exchange::Verdict begin_transaction(S& store, const Rules& rules, const BlockContext& block,
                                    const Transaction& tx, const Hints& hints, const Hash32& tx_id,
                                    A& authority, Work& work, Malformed& why) {
  using exchange::Verdict;
  Address key;
  u32 window = 0;
  why = detail::check_signer(store, rules, block, tx, key, window);
  if (why != Malformed::none) return Verdict::malformed;
  if (!authority.signed_by(key)) {
    why = Malformed::bad_signature;
    return Verdict::malformed;
  }
  work.kind = Work::Kind::none;
  work.source_kind = 0;
  work.source = tx_id;
  work.receipt.reset(static_cast<u8>(tx.action), tx.account);
  Verdict verdict = Verdict::done;
  if (tx.expiry_ms != 0 && tx.expiry_ms < block.timestamp_ms) {
    work.receipt.result = exchange::Reject::expired;
  } else {
    verdict = detail::act(store, rules, block, tx, hints, work);
  }
  if (verdict == Verdict::malformed) {
    why = Malformed::wrong_hint;
    work.kind = Work::Kind::none;
    return verdict;
  }
  detail::spend_nonce(store, tx, window);
  if (verdict == Verdict::done) work.kind = Work::Kind::none;
  return verdict;
}

// One more unit of a long action.
template <exchange::Store S>
exchange::Verdict continue_work(S& store, const Rules& rules, Work& work) {
  const exchange::Limits& limits = rules.limits;
  exchange::Verdict verdict{};
  switch (work.kind) {
    case Work::Kind::match:
      verdict = exchange::continue_matching(store, limits, work.matching, work.receipt);
      break;
    case Work::Kind::cancel_all:
      verdict = exchange::continue_cancel_all(store, limits, work.cancel_all, work.receipt);
      break;
    default:
      verdict = exchange::continue_liquidation(store, limits, work.liquidation, work.matching,
                                               work.receipt);
  }
  if (verdict == exchange::Verdict::done) work.kind = Work::Kind::none;
  return verdict;
}

namespace detail {

inline exchange::Market perpetual_of(const Message& m) {
  exchange::Market market;
  market.quote = m.quote;
  market.quote_per_tick_lot = m.quote_per_tick_lot;
  market.maker_fee_ppm = m.maker_fee_ppm;
  market.taker_fee_ppm = m.taker_fee_ppm;
  market.min_lots = m.min_lots;
  market.max_lots = m.max_lots;
  market.symbol = m.symbol;
  exchange::Perpetual& p = market.perpetual;
  p.impact_lots = m.impact_lots;
  p.max_position_lots = m.max_position_lots;
  p.max_price_ticks = m.max_price_ticks;
  p.oracle_max_age_ms = m.oracle_max_age_ms;
  p.band_ppm = m.band_ppm;
  p.liquidation_fee_ppm = m.liquidation_fee_ppm;
  p.tier_count = m.tier_count;
  for (u32 i = 0; i < exchange::kMaxTiers; ++i) {
    p.tiers[i] = {m.tiers[i].up_to, m.tiers[i].initial_ppm};
  }
  return market;
}

inline exchange::Market market_of(const Message& m) {
  exchange::Market market;
  market.kind = m.market_kind;
  market.base = m.base;
  market.quote = m.quote;
  market.base_per_lot = m.base_per_lot;
  market.quote_per_tick_lot = m.quote_per_tick_lot;
  market.maker_fee_ppm = m.maker_fee_ppm;
  market.taker_fee_ppm = m.taker_fee_ppm;
  market.min_lots = m.min_lots;
  market.max_lots = m.max_lots;
  market.symbol = m.symbol;
  return market;
}

// An owner acts from L1.
template <exchange::Store S>
exchange::Verdict act_for_owner(S& store, const Rules& rules, const BlockContext& block,
                                const Message& m, Work& work) {
  using exchange::Reject;
  const exchange::Limits& limits = rules.limits;
  Receipt& out = work.receipt;
  if (!exchange::allocated(store, exchange::Table::account, m.account)) {
    return exchange::detail::reject(out, Reject::unknown_account);
  }
  if (store.account(m.account).owner != m.sender) {
    return exchange::detail::reject(out, Reject::not_owner);
  }
  switch (static_cast<MessageKind>(m.kind)) {
    case MessageKind::forced_withdraw: {
      u64 amount = m.amount;
      if (amount == ~u64{0}) {
        amount = exchange::available_balance(store, store.account(m.account), m.asset);
        if (amount == 0) return exchange::detail::reject(out, Reject::insufficient_balance);
      }
      return exchange::withdraw(store, limits, m.account, m.asset, amount, m.recipient,
                                block.number, out);
    }
    case MessageKind::forced_cancel_all:
      work.kind = Work::Kind::cancel_all;
      return exchange::cancel_all(store, limits, m.account, m.market, work.cancel_all, out);
    case MessageKind::forced_close:
      work.kind = Work::Kind::match;
      return exchange::close_position(store, limits, m.account, m.market, block.timestamp_ms,
                                      work.matching, out);
    default:
      return exchange::withdraw_margin(store, limits, m.account, m.amount, m.amount == ~u64{0},
                                       block.timestamp_ms, out);
  }
}

template <exchange::Store S>
exchange::Verdict act_on_message(S& store, const Rules& rules, const BlockContext& block,
                                 const Message& m, Work& work) {
  const exchange::Limits& limits = rules.limits;
  Receipt& out = work.receipt;
  switch (static_cast<MessageKind>(m.kind)) {
    case MessageKind::deposit:
      return exchange::deposit(store, limits, m.asset, m.amount, m.recipient, m.account, out);
    case MessageKind::register_asset: {
      exchange::Asset asset;
      asset.token = m.token;
      asset.l1_decimals = m.l1_decimals;
      asset.decimals = m.decimals;
      asset.symbol = m.symbol;
      return exchange::register_asset(store, limits, m.asset, asset, out);
    }
    case MessageKind::create_market:
      return exchange::create_market(store, limits, market_of(m), out);
    case MessageKind::set_market_status:
      return exchange::set_market_status(store, m.market, m.status, out);
    case MessageKind::set_fee_account:
      return exchange::set_fee_account(store, m.account, out);
    case MessageKind::create_perpetual:
      return exchange::create_perpetual(store, limits, perpetual_of(m), block.timestamp_ms, out);
    case MessageKind::set_oracle_set:
      return exchange::set_oracle_set(store, m.oracle_quorum, m.oracle_count, m.oracles, out);
    default:
      return act_for_owner(store, rules, block, m, work);
  }
}

}  // namespace detail

// Runs an inbox message up to its first unit's bound; never malformed: bytes that are no message
// are a rejection.
template <exchange::Store S>
exchange::Verdict begin_message(S& store, const Rules& rules, const BlockContext& block,
                                std::span<const u8> bytes, Work& work) {
  Message m;
  const bool known = decode_message(bytes, m);
  work.kind = Work::Kind::none;
  work.source_kind = 1;
  work.source = message_hash(bytes);
  work.receipt.reset(static_cast<u8>(kMessageAction + m.kind), known ? m.account : 0);
  if (!known) {
    work.receipt.result = exchange::Reject::malformed_message;
    return exchange::Verdict::done;
  }
  const exchange::Verdict verdict = detail::act_on_message(store, rules, block, m, work);
  if (verdict == exchange::Verdict::done) work.kind = Work::Kind::none;
  return verdict;
}

// Whether all nonces of a window are older than nonces stay valid.
inline bool nonces_are_idle(const exchange::Nonces& window, const Rules& rules,
                            const BlockContext& block) {
  return window.state == 1 && block.timestamp_ms >= rules.config.nonce_age_ms &&
         window.highest < block.timestamp_ms - rules.config.nonce_age_ms;
}

// Frees the nonce window of a signer that has been idle for longer than nonces stay valid. False if
// it is not to be freed.
template <exchange::Store S>
bool reclaim_nonces(S& store, const Rules& rules, const BlockContext& block, u32 slot) {
  if (!exchange::allocated(store, exchange::Table::nonces, slot)) return false;
  const exchange::Nonces& window = store.nonces(slot);
  if (!nonces_are_idle(window, rules, block)) return false;
  if (window.owner_kind == 1) {
    store.signer_mut(window.owner).nonces = 0;
  } else {
    store.account_mut(window.owner).nonces = 0;
  }
  exchange::free_nonces(store, slot);
  return true;
}

}  // namespace gavel::stf
