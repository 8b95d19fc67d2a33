#include "sim/workload.hpp"

#include <algorithm>

namespace gavel::sim {

using exchange::Table;
using stf::Action;

namespace {

constexpr u32 kAgents = 3;
constexpr u64 kFirstAgent = 1'000;
constexpr u32 kClientIds = 20;

SignedTransaction encoded(const stf::Transaction& tx, const Hash32& id) {
  SignedTransaction out{id, std::vector<u8>(stf::kMaxTransactionBytes)};
  out.bytes.resize(stf::encode_transaction(tx, out.bytes));
  return out;
}

}  // namespace

Workload::Workload(const Hash32& domain, std::span<const crypto::KeyPair> keys, u32 markets,
                   u32 assets, io::Random& random)
    : domain_(domain), keys_(keys), markets_(markets), assets_(assets), random_(random) {
  for (u32 i = 0; i < kAgents; ++i) {
    agents_.push_back(crypto::derive_keypair(Hash32{}, kFirstAgent + i));
  }
}

// Mostly the time, always another; now and then one that the window has left behind.
u64 Workload::nonce(u32 account, u64 now_ms) {
  u64& last = last_nonce_[account];
  if (one_in(60)) return last - std::min<u64>(last, below(200'000));
  last = std::max(last + 1, now_ms);
  return last;
}

SignedTransaction Workload::next(u32 account, u64 now_ms, const state::HotState* state) {
  stf::Transaction tx;
  tx.account = account;
  tx.nonce = nonce(account, now_ms);
  if (one_in(40)) tx.expiry_ms = now_ms + below(4'000) - 1'000;
  signer_ = &keys_[account - 1];
  action(tx, state);
  if (state != nullptr && stf::agent_may(tx.action) && one_in(5)) sign_by_agent(tx, *state);
  if (one_in(80)) signer_ = &keys_[below(keys_.size())];
  const Hash32 id = stf::transaction_digest(tx, domain_);
  tx.signature = crypto::sign(id, signer_->secret).bytes;
  return encoded(tx, id);
}

SignedTransaction Workload::forged(u32 account, u64 now_ms) {
  stf::Transaction tx;
  tx.account = account;
  tx.nonce = now_ms + below(1'000'000);
  place(tx);
  random_.fill(tx.signature);
  return encoded(tx, stf::transaction_digest(tx, domain_));
}

void Workload::action(stf::Transaction& tx, const state::HotState* state) {
  const u32 kind = below(20);
  if (kind < 12 || state == nullptr) return place(tx);
  if (kind < 16) return change_order(tx, *state);
  if (kind == 16) {
    tx.action = Action::cancel_client_id;
    tx.has_client_id = true;
    tx.client_id[15] = static_cast<u8>(below(kClientIds));
  } else if (kind == 17) {
    tx.action = one_in(4) ? Action::cancel_all : Action::sweep_fees;
    tx.market = below(markets_ + 2);
  } else if (kind == 18) {
    money(tx);
  } else {
    keys(tx);
  }
}

void Workload::place(stf::Transaction& tx) {
  tx.action = Action::place;
  tx.market = one_in(50) ? markets_ + 7 : 1 + below(markets_);
  tx.side = static_cast<u8>(below(2));
  tx.type = static_cast<u8>(one_in(3) ? below(4) : 0);
  tx.stp = static_cast<u8>(below(3));
  tx.price_ticks = 1'000 + below(30) + (tx.side == 0 ? 0 : 6);
  tx.lots = 1 + below(one_in(10) ? 2'000 : 50);
  tx.has_client_id = one_in(3);
  if (tx.has_client_id) tx.client_id[15] = static_cast<u8>(below(kClientIds));
}

// Somebody's order, mostly one's own.
void Workload::change_order(stf::Transaction& tx, const state::HotState& state) {
  u32 slot = state.peek_account(tx.account).orders_head;
  for (u32 skip = below(6); skip > 0 && slot != 0; --skip) {
    slot = state.peek_order(slot).account_next;
  }
  if (one_in(8)) {
    slot = 1 + below(state.peek_global().tables[static_cast<u8>(Table::order)].next);
  }
  if (slot == 0) return place(tx);
  const u64 id = exchange::make_order_id(slot, state.peek_order(slot).generation());
  if (one_in(2)) {
    tx.action = Action::cancel;
    tx.order_id = id;
    return;
  }
  tx.action = Action::modify;
  tx.price_ticks = 1'000 + below(40);
  tx.lots = 1 + below(60);
  tx.order_id = id;
  if (one_in(3)) {
    tx.order_id = 0;
    tx.has_client_id = true;
    tx.client_id[15] = static_cast<u8>(below(kClientIds));
  }
}

void Workload::money(stf::Transaction& tx) {
  tx.action = one_in(2) ? Action::transfer : Action::withdraw;
  tx.asset = below(assets_ + 2);
  tx.amount = one_in(5) ? 0 : below(1'000'000);
  if (tx.action == Action::transfer) {
    tx.to_account = below(keys_.size() + 3);
  } else {
    tx.address.bytes[19] = static_cast<u8>(below(12));
  }
}

void Workload::keys(stf::Transaction& tx) {
  static constexpr Action kActions[] = {Action::approve_agent, Action::approve_agent,
                                        Action::revoke_agent, Action::register_account,
                                        Action::unregister_account};
  tx.action = kActions[below(std::size(kActions))];
  if (tx.action == Action::approve_agent || tx.action == Action::revoke_agent) {
    tx.address = agents_[below(agents_.size())].address;
  }
  if (tx.action == Action::approve_agent) tx.role = static_cast<u8>(one_in(10) ? 2 : 1);
}

void Workload::sign_by_agent(stf::Transaction& tx, const state::HotState& state) {
  const crypto::KeyPair& agent = agents_[below(agents_.size())];
  // The nearest row before the key, if it is not there.
  const u32 row = state.find_live_signer(agent.address);
  if (row == 0 || state.peek_signer(row).key != agent.address) return;
  tx.by_agent = true;
  tx.signer = row;
  tx.account = state.peek_signer(row).account;
  signer_ = &agent;
}

}  // namespace gavel::sim
