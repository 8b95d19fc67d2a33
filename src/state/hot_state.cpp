#include "state/hot_state.hpp"

namespace gavel::state {

using exchange::Account;
using exchange::Asset;
using exchange::BalanceBlock;
using exchange::Global;
using exchange::kTableCount;
using exchange::Level;
using exchange::Market;
using exchange::Nonces;
using exchange::Order;
using exchange::Outbox;
using exchange::Signer;
using exchange::Table;

namespace {

// Objects that a block can touch: each at most once, but OUTBOX, whose capacity is no bound, once a
// transaction.
u64 touchable_objects(const HotCapacity& capacity) {
  constexpr u64 kMaxMessagesAndTransactions = u64{1} << 20;
  u64 sum = kMaxMessagesAndTransactions;
  for (u32 t = 0; t < kTableCount; ++t) {
    if (static_cast<Table>(t) != Table::outbox) sum += u64{capacity.objects[t]} + 1;
  }
  return sum;
}

// Blocks that balances beyond the inline places can need.
u64 balance_block_count(u32 accounts) {
  constexpr u64 kBlocks =
      (exchange::kMaxBalances - exchange::kInlineBalances + exchange::kBlockBalances - 1) /
      exchange::kBlockBalances;
  const u64 count = u64{accounts} * kBlocks + 1;
  return count < 0xffffffff ? count : 0xffffffff;
}

// Blocks that positions can need.
u64 margin_block_count(u32 accounts) {
  const u64 count = u64{accounts} * exchange::kMaxPositions + 1;
  return count < 0xffffffff ? count : 0xffffffff;
}

}  // namespace

HotState::HotState(const HotCapacity& capacity, WriteLog* log, u64 seed)
    : capacity_(capacity),
      log_(log),
      touched_(touchable_objects(capacity)),
      accounts_(Table::account, capacity.of(Table::account)),
      orders_(Table::order, capacity.of(Table::order)),
      levels_(Table::level, capacity.of(Table::level)),
      nonces_(Table::nonces, capacity.of(Table::nonces)),
      signers_(Table::signer, capacity.of(Table::signer)),
      markets_(Table::market, capacity.of(Table::market)),
      assets_(Table::asset, capacity.of(Table::asset)),
      outbox_(Table::outbox, capacity.of(Table::outbox)),
      balance_blocks_(balance_block_count(capacity.of(Table::account))),
      margin_blocks_(margin_block_count(capacity.of(Table::account))),
      level_by_price_(capacity.of(Table::market), capacity.of(Table::level)),
      order_by_client_id_(capacity.of(Table::order), seed),
      account_by_owner_({accounts_.objects.data()}, capacity.of(Table::account), seed),
      registered_({accounts_.objects.data()}, capacity.of(Table::account), seed),
      signer_by_agent_({signers_.objects.data()}, capacity.of(Table::signer), seed),
      live_signers_({signers_.objects.data()}, capacity.of(Table::signer), seed) {
  note_existing();
}

template <class T>
u32 HotState::encode_in_use(const T& object, std::span<u8> out) const {
  if constexpr (std::is_same_v<T, Account>) {
    return stf::encode_account(
        object, [this](u32 block) -> const BalanceBlock& { return balance_blocks_[block]; },
        [this](u32 block) -> const exchange::MarginBlock& { return margin_blocks_[block]; }, out);
  } else {
    return stf::encode_object(object, out);
  }
}

template <class T>
void HotState::log_object(const T& object, Table table, u32 i, u8 kind, bool present) {
  u8* const at = log_->room(kLogEntryHeadBytes + stf::kLongestObjectBytes);
  LogEntry head{static_cast<u8>(table), kind, 0, i};
  if (present) {
    head.length = static_cast<u16>(
        encode_in_use(object, {at + kLogEntryHeadBytes, stf::kLongestObjectBytes}));
  }
  std::memcpy(at, &head, sizeof(head));
  log_->commit(kLogEntryHeadBytes + head.length);
}

template <class T>
void HotState::note_write(HotTable<T>& table, u32 i) {
  GAVEL_CHECK(i < table.objects.capacity());
  const bool first = note_write(table.table, table.stamps[i], i);
  if (!first || log_ == nullptr) return;
  const bool existed = i < next_before_batch_[static_cast<u8>(table.table)];
  log_object(table.objects[i], table.table, i, kLogBefore, existed);
}

template void HotState::note_write(HotTable<Account>&, u32);
template void HotState::note_write(HotTable<Order>&, u32);
template void HotState::note_write(HotTable<Level>&, u32);
template void HotState::note_write(HotTable<Nonces>&, u32);
template void HotState::note_write(HotTable<Signer>&, u32);
template void HotState::note_write(HotTable<Market>&, u32);
template void HotState::note_write(HotTable<Asset>&, u32);
template void HotState::note_write(HotTable<Outbox>&, u32);

void HotState::note_global_write() {
  const bool first = note_write(Table::global, global_stamp_, 1);
  global_exists_ = true;
  if (first && log_ != nullptr)
    log_object(global_, Table::global, 1, kLogBefore, global_before_batch_);
}

void HotState::prefetch(Table table, u32 i) const {
  const auto fetch = [i](const auto& t) {
    if (i >= t.objects.capacity()) return;
    __builtin_prefetch(&t.stamps[i], 1);
    const u8* const object = reinterpret_cast<const u8*>(&t.objects[i]);
    __builtin_prefetch(object, 1);
    // An object may begin anywhere in a line.
    __builtin_prefetch(object + sizeof(t.objects[i]) - 1, 1);
  };
  switch (table) {
    case Table::account:
      return fetch(accounts_);
    case Table::order:
      return fetch(orders_);
    case Table::level:
      return fetch(levels_);
    case Table::nonces:
      return fetch(nonces_);
    case Table::signer:
      return fetch(signers_);
    case Table::market:
      return fetch(markets_);
    case Table::asset:
      return fetch(assets_);
    case Table::global:
    case Table::outbox:
      return;
  }
}

template <class T>
void HotState::seal_object(const HotTable<T>& table, u32 i, BlockTouch& touch) {
  if (table.stamps[i] != written_stamp_) {
    ++touch.read;
    log_->note_read(u64{static_cast<u8>(table.table)} << 32 | i);
    return;
  }
  ++touch.written;
  log_object(table.objects[i], table.table, i, kLogAfter, true);
}

BlockTouch HotState::seal_block(u64 number) {
  constexpr u64 kAhead = 12;
  BlockTouch touch;
  for (u64 k = 0; log_ != nullptr && k < touched_count_; ++k) {
    if (k + kAhead < touched_count_) {
      const u64 key = touched_[k + kAhead];
      prefetch(static_cast<Table>(key >> 32), static_cast<u32>(key));
    }
    const u32 i = static_cast<u32>(touched_[k]);
    switch (static_cast<Table>(touched_[k] >> 32)) {
      case Table::global:
        if (global_stamp_ == written_stamp_) {
          ++touch.written;
          log_object(global_, Table::global, 1, kLogAfter, true);
        } else {
          ++touch.read;
          log_->note_read(touched_[k]);
        }
        break;
      case Table::account:
        seal_object(accounts_, i, touch);
        break;
      case Table::order:
        seal_object(orders_, i, touch);
        break;
      case Table::level:
        seal_object(levels_, i, touch);
        break;
      case Table::nonces:
        seal_object(nonces_, i, touch);
        break;
      case Table::signer:
        seal_object(signers_, i, touch);
        break;
      case Table::market:
        seal_object(markets_, i, touch);
        break;
      case Table::asset:
        seal_object(assets_, i, touch);
        break;
      case Table::outbox:
        seal_object(outbox_, i, touch);
        break;
    }
  }
  if (log_ != nullptr) log_->end_block(number);
  touched_count_ = 0;
  block_stamp_ += 1u << kStampShift;
  written_stamp_ = block_stamp_ | kWrittenInBatch | kWrittenInBlock;
  return touch;
}

void HotState::seal_batch(u64 number) {
  GAVEL_CHECK(touched_count_ == 0);
  if (log_ != nullptr) log_->end_batch(number);
  note_existing();
  // What is left up to the end of a stamp is far more than the blocks of a batch.
  constexpr u32 kLastEpoch = 0xfff0'0000;
  if (block_stamp_ >= kLastEpoch) restart_epochs();
}

void HotState::note_existing() {
  batch_stamp_ = block_stamp_;
  for (u32 t = 0; t < kTableCount; ++t) next_before_batch_[t] = global_.tables[t].next;
  global_before_batch_ = global_exists_;
}

void HotState::restart_epochs() {
  accounts_.stamps.clear();
  orders_.stamps.clear();
  levels_.stamps.clear();
  nonces_.stamps.clear();
  signers_.stamps.clear();
  markets_.stamps.clear();
  assets_.stamps.clear();
  outbox_.stamps.clear();
  global_stamp_ = 0;
  block_stamp_ = 1u << kStampShift;
  written_stamp_ = block_stamp_ | kWrittenInBatch | kWrittenInBlock;
  batch_stamp_ = block_stamp_;
}

u32 HotState::find_dead_signer(const Address& key, u32 account) const {
  u32 at = signer_by_agent_.find({key, account});
  while (at != 0 && signers_.objects[at].state != Signer::kDead) at = signer_by_agent_.next(at);
  return at;
}

}  // namespace gavel::state
