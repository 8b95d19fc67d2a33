#include "dispute/branch_state.hpp"

namespace gavel::dispute {

using exchange::Account;
using exchange::BalanceBlock;
using exchange::MarginBlock;
using exchange::Table;

u32 BranchState::new_balance_block() {
  if (free_block_ == 0) {
    blocks_.emplace_back();
    return static_cast<u32>(blocks_.size() - 1);
  }
  const u32 block = free_block_;
  free_block_ = blocks_[block].next;
  blocks_[block] = {};
  return block;
}

void BranchState::free_balance_block(u32 i) {
  blocks_[i].next = free_block_;
  free_block_ = i;
}

u32 BranchState::new_margin_block() {
  if (free_margin_ == 0) {
    margins_.emplace_back();
    return static_cast<u32>(margins_.size() - 1);
  }
  const u32 block = free_margin_;
  free_margin_ = margins_[block].position.next_block;
  margins_[block] = {};
  return block;
}

void BranchState::free_margin_block(u32 i) {
  margins_[i].position.next_block = free_margin_;
  free_margin_ = i;
}

template <class T>
BranchState::Entry<T>& BranchState::load(Objects<T>& objects, Table table, u32 index) {
  Entry<T>& entry = objects[index];
  std::array<u8, stf::kLongestObjectBytes> buffer;
  const u32 size = below_->encode(table, index, buffer);
  if (size == 0) return entry;
  entry.present = true;
  const auto bytes = std::span<const u8>(buffer).first(size);
  if constexpr (std::is_same_v<T, Account>) {
    GAVEL_CHECK(stf::decode_account(
        bytes, entry.object, [this] { return new_balance_block(); },
        [this](u32 i) -> BalanceBlock& { return blocks_[i]; },
        [this] { return new_margin_block(); },
        [this](u32 i) -> MarginBlock& { return margins_[i]; }));
  } else {
    GAVEL_CHECK(stf::decode_object(bytes, entry.object));
  }
  return entry;
}

template <class T>
u32 BranchState::encode_object(const T& object, std::span<u8> out) const {
  if constexpr (std::is_same_v<T, Account>) {
    return stf::encode_account(
        object, [this](u32 i) -> const BalanceBlock& { return blocks_[i]; },
        [this](u32 i) -> const MarginBlock& { return margins_[i]; }, out);
  } else {
    return stf::encode_object(object, out);
  }
}

template <class T>
void BranchState::note(Entry<T>& entry, Table table, u32 index) {
  entry.seen_in = watch_;
  Touched touched{static_cast<u8>(table), index, {}};
  if (entry.present) {
    touched.before.resize(stf::kLongestObjectBytes);
    touched.before.resize(encode_object(entry.object, touched.before));
  }
  touched_.push_back(std::move(touched));
}

template BranchState::Entry<exchange::Global>& BranchState::load(Objects<exchange::Global>&, Table,
                                                                 u32);
template BranchState::Entry<Account>& BranchState::load(Objects<Account>&, Table, u32);
template BranchState::Entry<exchange::Signer>& BranchState::load(Objects<exchange::Signer>&, Table,
                                                                 u32);
template BranchState::Entry<exchange::Nonces>& BranchState::load(Objects<exchange::Nonces>&, Table,
                                                                 u32);
template BranchState::Entry<exchange::Market>& BranchState::load(Objects<exchange::Market>&, Table,
                                                                 u32);
template BranchState::Entry<exchange::Level>& BranchState::load(Objects<exchange::Level>&, Table,
                                                                u32);
template BranchState::Entry<exchange::Order>& BranchState::load(Objects<exchange::Order>&, Table,
                                                                u32);
template BranchState::Entry<exchange::Outbox>& BranchState::load(Objects<exchange::Outbox>&, Table,
                                                                 u32);
template BranchState::Entry<exchange::Asset>& BranchState::load(Objects<exchange::Asset>&, Table,
                                                                u32);
template void BranchState::note(Entry<exchange::Global>&, Table, u32);
template void BranchState::note(Entry<Account>&, Table, u32);
template void BranchState::note(Entry<exchange::Signer>&, Table, u32);
template void BranchState::note(Entry<exchange::Nonces>&, Table, u32);
template void BranchState::note(Entry<exchange::Market>&, Table, u32);
template void BranchState::note(Entry<exchange::Level>&, Table, u32);
template void BranchState::note(Entry<exchange::Order>&, Table, u32);
template void BranchState::note(Entry<exchange::Outbox>&, Table, u32);
template void BranchState::note(Entry<exchange::Asset>&, Table, u32);

template <class Self, class F>
auto BranchState::with_table(Self& self, Table table, F f) {
  switch (table) {
    case Table::global:
      return f(self.globals_);
    case Table::account:
      return f(self.accounts_);
    case Table::signer:
      return f(self.signers_);
    case Table::nonces:
      return f(self.nonces_);
    case Table::market:
      return f(self.markets_);
    case Table::level:
      return f(self.levels_);
    case Table::order:
      return f(self.orders_);
    case Table::outbox:
      return f(self.outboxes_);
    case Table::asset:
      break;
  }
  return f(self.assets_);
}

u32 BranchState::encode(Table table, u32 index, std::span<u8> out) const {
  return with_table(*this, table, [&](const auto& objects) -> u32 {
    const auto known = objects.find(index);
    if (known == objects.end()) return below_->encode(table, index, out);
    return known->second.present ? encode_object(known->second.object, out) : 0;
  });
}

Hash32 BranchState::seal() {
  std::vector<LeafChange> changes;
  changes.reserve(dirty_.size());
  std::array<u8, stf::kLongestObjectBytes> buffer;
  for (const u64 key : dirty_) {
    const u32 index = static_cast<u32>(key);
    const u32 size = with_table(*this, static_cast<Table>(key >> 32), [&](auto& objects) {
      auto& entry = objects.at(index);
      entry.dirty = false;
      return encode_object(entry.object, buffer);
    });
    const Hash32 leaf = tree::hash_leaf(std::span<const u8>(buffer).first(size));
    changes.push_back({static_cast<u8>(key >> 32), index, leaf});
  }
  dirty_.clear();
  tree_.set_leaves(changes);
  return tree_.state_root();
}

void BranchState::watch() {
  watching_ = true;
  ++watch_;
  touched_.clear();
}

std::vector<Touched> BranchState::unwatch() {
  watching_ = false;
  return std::exchange(touched_, {});
}

}  // namespace gavel::dispute
