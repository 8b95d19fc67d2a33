// Loading, encoding and preparing a HotState: everything that is not on the path of a transaction.
#include "state/hot_state.hpp"

namespace gavel::state {

using exchange::Account;
using exchange::BalanceBlock;
using exchange::Level;
using exchange::MarginBlock;
using exchange::Order;
using exchange::Signer;
using exchange::Table;

bool HotState::exists(Table table, u32 index) const {
  if (table == Table::global) return index == 1 && global_exists_;
  const u8 t = static_cast<u8>(table);
  return t < exchange::kTableCount && index != 0 && index < global_.tables[t].next;
}

u32 HotState::encode(Table table, u32 i, std::span<u8> out) const {
  if (!exists(table, i)) return 0;
  switch (table) {
    case Table::global:
      return stf::encode_object(global_, out);
    case Table::account:
      return stf::encode_account(
          accounts_.objects[i],
          [this](u32 block) -> const BalanceBlock& { return balance_blocks_[block]; },
          [this](u32 block) -> const MarginBlock& { return margin_blocks_[block]; }, out);
    case Table::signer:
      return stf::encode_object(signers_.objects[i], out);
    case Table::nonces:
      return stf::encode_object(nonces_.objects[i], out);
    case Table::market:
      return stf::encode_object(markets_.objects[i], out);
    case Table::level:
      return stf::encode_object(levels_.objects[i], out);
    case Table::order:
      return stf::encode_object(orders_.objects[i], out);
    case Table::outbox:
      return stf::encode_object(outbox_.objects[i], out);
    case Table::asset:
      return stf::encode_object(assets_.objects[i], out);
  }
  return 0;
}

bool HotState::load_account(u32 i, std::span<const u8> bytes) {
  if (i == 0 || i >= accounts_.objects.capacity()) return false;
  Account& account = accounts_.objects[i];
  u32 chain = account.extension;
  if (account.has_margin()) {
    u32 margin = account.extension;
    chain = margin_blocks_[margin].balance_blocks;
    while (margin != 0) {
      const u32 next = margin_blocks_[margin].position.next_block;
      free_margin_block(margin);
      margin = next;
    }
  }
  for (u32 block = chain; block != 0;) {
    const u32 next = balance_blocks_[block].next;
    free_balance_block(block);
    block = next;
  }
  account = Account{};
  if (bytes.empty()) return true;
  return stf::decode_account(
      bytes, account, [this] { return new_balance_block(); },
      [this](u32 block) -> BalanceBlock& { return balance_blocks_[block]; },
      [this] { return new_margin_block(); },
      [this](u32 block) -> MarginBlock& { return margin_blocks_[block]; });
}

bool HotState::load_object(Table table, u32 i, std::span<const u8> bytes) {
  const auto load = [&](auto& t) {
    if (i == 0 || i >= t.objects.capacity()) return false;
    t.objects[i] = {};
    return bytes.empty() || stf::decode_object(bytes, t.objects[i]);
  };
  switch (table) {
    case Table::global:
      global_ = {};
      global_exists_ = i == 1 && !bytes.empty();
      return i == 1 && (bytes.empty() || stf::decode_object(bytes, global_));
    case Table::account:
      return load_account(i, bytes);
    case Table::signer:
      return load(signers_);
    case Table::nonces:
      return load(nonces_);
    case Table::market:
      return load(markets_);
    case Table::level:
      return load(levels_);
    case Table::order:
      return load(orders_);
    case Table::outbox:
      return load(outbox_);
    case Table::asset:
      return load(assets_);
  }
  return false;
}

bool HotState::rebuild_books() {
  const u32 markets = global_.tables[static_cast<u8>(Table::market)].next;
  const u32 levels = global_.tables[static_cast<u8>(Table::level)].next;
  level_by_price_.clear();
  for (u32 i = 1; i < levels; ++i) {
    const Level& level = levels_.objects[i];
    if (level.market == 0) continue;
    if (level.market >= markets) return false;
    const u32 found = level_by_price_.find(level.market, level.side, level.price_ticks);
    if (found != 0 && levels_.objects[found].price_ticks == level.price_ticks) return false;
    level_added(i);
  }
  return true;
}

bool HotState::rebuild_account_lists() {
  const u32 accounts = global_.tables[static_cast<u8>(Table::account)].next;
  const u32 orders = global_.tables[static_cast<u8>(Table::order)].next;
  account_by_owner_.clear();
  account_by_owner_.expect(accounts);
  registered_.clear();
  for (u32 i = 1; i < accounts; ++i) {
    const Account& account = accounts_.objects[i];
    account_by_owner_.add(i);
    if (account.registered()) registered_.add(i);
    u32 count = 0;
    for (u32 slot = account.orders_head; slot != 0; slot = orders_.objects[slot].account_next) {
      if (slot >= orders || orders_.objects[slot].account != i || ++count > account.open_orders)
        return false;
    }
    if (count != account.open_orders) return false;
    if (!order_by_client_id_.rebuild(orders_.objects.data(), account.orders_head)) return false;
  }
  return true;
}

bool HotState::rebuild_indexes() {
  for (u32 t = 1; t < exchange::kTableCount; ++t) {
    if (global_.tables[t].next > u64{capacity_.objects[t]} + 1) return false;
  }
  if (!rebuild_books() || !rebuild_account_lists()) return false;
  const u32 signers = global_.tables[static_cast<u8>(Table::signer)].next;
  signer_by_agent_.clear();
  signer_by_agent_.expect(signers);
  live_signers_.clear();
  for (u32 i = 1; i < signers; ++i) {
    signer_by_agent_.add(i);
    if (signers_.objects[i].state == Signer::kLive) live_signers_.add(i);
  }
  last_agent_row_ = signers - 1;
  note_existing();
  return true;
}

void HotState::prefault(const Expected& expected, const PrefaultProgress& progress) const {
  // A few tens of MiB a step: often enough to show progress, seldom enough to cost nothing.
  constexpr u64 kSteps = 64;
  const u64 accounts = expected.accounts;
  const u64 levels = expected.orders / 4;
  const u64 total =
      accounts * (sizeof(Account) + sizeof(u32) + RowHash<OwnerOf>::kRowBytes) +
      expected.active_signers * (sizeof(exchange::Nonces) + sizeof(u32)) +
      expected.orders * (sizeof(exchange::Order) + sizeof(u32) + ClientIdIndex::kEntryBytes) +
      levels * (sizeof(exchange::Level) + sizeof(u32));
  for (u64 step = 0; step < kSteps; ++step) {
    const auto back = [step](const auto& array, u64 count) {
      array.prefault(count * step / kSteps, count * (step + 1) / kSteps);
    };
    const auto back_table = [&back](const auto& table, u64 count) {
      back(table.objects, count);
      back(table.stamps, count);
    };
    back_table(accounts_, accounts);
    back_table(nonces_, expected.active_signers);
    back_table(orders_, expected.orders);
    back_table(levels_, levels);
    back(order_by_client_id_, expected.orders);
    back(account_by_owner_, accounts);
    if (progress) progress(total * (step + 1) / kSteps, total);
  }
}

}  // namespace gavel::state
