#include <algorithm>

#include "model/model.hpp"

namespace gavel::model {
namespace {

constexpr u8 kTradeRole = 1;

Receipt valued(Wide value) {
  Receipt out;
  out.value = narrow<u64>(value);
  return out;
}

}  // namespace

u64 Model::available(u32 account, u32 asset) const {
  const auto& balances = accounts_.at(account).balances;
  const auto found = balances.find(asset);
  return found == balances.end() ? 0 : found->second.total - found->second.reserved;
}

bool Model::may_hold(u32 account, u32 asset, u32 most) const {
  const auto& balances = accounts_.at(account).balances;
  return balances.contains(asset) || balances.size() < most;
}

void Model::credit(u32 account, u32 asset, u64 amount) {
  if (amount == 0) return;
  u64& total = accounts_.at(account).balances[asset].total;
  total = narrow<u64>(Wide(total) + amount);
}

void Model::debit(u32 account, u32 asset, u64 amount) {
  if (amount == 0) return;
  auto& balances = accounts_.at(account).balances;
  Balance& balance = balances.at(asset);
  balance.total = narrow<u64>(Wide(balance.total) - amount);
  if (balance.total == 0) balances.erase(asset);
}

u32 Model::registered_with(const Address& address) const {
  for (const auto& [index, account] : accounts_) {
    if (account.registered && account.owner == address) return index;
  }
  return 0;
}

u32 Model::live_signer(const Address& key) const {
  for (const auto& [index, signer] : signers_) {
    if (signer.live && signer.key == key) return index;
  }
  return 0;
}

Receipt Model::transfer(const Request& r) {
  if (r.amount == 0) return {Code::bad_amount};
  if (!assets_.contains(r.asset)) return {Code::unknown_asset};
  if (!accounts_.contains(r.to)) return {Code::unknown_account};
  if (r.to == r.account) return {Code::self_transfer};
  if (available(r.account, r.asset) < r.amount) return {Code::insufficient_balance};
  const u32 most = std::min(config_.max_balances_per_account, config_.new_asset_quota);
  if (!may_hold(r.to, r.asset, most)) return {Code::balance_list_full};
  debit(r.account, r.asset, r.amount);
  credit(r.to, r.asset, r.amount);
  return {};
}

Receipt Model::withdraw(u32 account, u32 asset, u64 amount, const Address& recipient) {
  if (amount == 0) return {Code::bad_amount};
  if (recipient.is_zero()) return {Code::bad_address};
  if (!assets_.contains(asset)) return {Code::unknown_asset};
  if (available(account, asset) < amount) return {Code::insufficient_balance};
  if (!outbox_slots_.has_room()) return {Code::outbox_full};
  debit(account, asset, amount);
  assets_[asset].total -= amount;
  const u32 index = outbox_slots_.take();
  outbox_[index] = {account, accounts_[account].owner, recipient, asset, amount, block_number_};
  return valued(index);
}

Receipt Model::approve_agent(const Request& r) {
  if (r.kind != kTradeRole) return {Code::bad_parameter};
  if (r.address.is_zero()) return {Code::bad_address};
  if (registered_with(r.address) != 0) return {Code::address_in_use};
  // The account's own live agent is approved anew in its row.
  const u32 live = live_signer(r.address);
  if (live != 0 && signers_.at(live).account != r.account) return {Code::address_in_use};
  u32 index = 0;
  for (const auto& [i, signer] : signers_) {
    if (index == 0 && signer.key == r.address && signer.account == r.account) index = i;
  }
  if (index == 0) {
    if (!signer_slots_.has_room()) return {Code::signer_table_full};
    index = signer_slots_.take();
  }
  const u32 nonces = signers_[index].nonces;
  signers_[index] = {r.address, true, r.kind, r.account, r.time_ms, now_, nonces};
  return valued(index);
}

Receipt Model::revoke_agent(const Request& r) {
  const u32 index = live_signer(r.address);
  if (index == 0 || signers_[index].account != r.account) return {Code::unknown_agent};
  signers_[index].live = false;
  return valued(index);
}

Receipt Model::enrol(const Request& r) {
  Account& account = accounts_[r.account];
  if (account.registered) return {Code::already_registered};
  if (registered_with(account.owner) != 0 || live_signer(account.owner) != 0) {
    return {Code::address_in_use};
  }
  account.registered = true;
  return {};
}

Receipt Model::unenrol(const Request& r) {
  Account& account = accounts_[r.account];
  if (!account.registered) return {Code::not_registered};
  account.registered = false;
  return {};
}

// Fees of an asset for which the fee account has no place stay where they are.
Receipt Model::sweep_fees(u32 market) {
  const auto found = markets_.find(market);
  if (found == markets_.end()) return {Code::unknown_market};
  const u32 to = global_.fee_account;
  if (!accounts_.contains(to)) return {Code::unknown_account};
  Market& m = found->second;
  u64 quote = 0;
  if (may_hold(to, m.quote, config_.max_balances_per_account)) {
    quote = m.fees_quote;
    if (m.kind == kPerpetual) {
      quote = std::min(quote, global_.vault);
      global_.vault -= quote;
    }
    credit(to, m.quote, quote);
    m.fees_quote -= quote;
  }
  if (m.kind == kSpot && may_hold(to, m.base, config_.max_balances_per_account)) {
    credit(to, m.base, m.fees_base);
    m.fees_base = 0;
  }
  return valued(quote);
}

}  // namespace gavel::model
