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
  const u32 size = prestate_->encode(table, index, buffer);
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
u32 BranchState::encode(const T& object, std::span<u8> out) const {
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
    touched.before.resize(encode(entry.object, touched.before));
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

template <class T>
Hash32 BranchState::clean_leaf(Objects<T>& objects, u32 index) {
  Entry<T>& entry = objects.at(index);
  entry.dirty = false;
  std::array<u8, stf::kLongestObjectBytes> buffer;
  const u32 size = encode(entry.object, buffer);
  return tree::hash_leaf(std::span<const u8>(buffer).first(size));
}

Hash32 BranchState::clean_leaf(Table table, u32 index) {
  switch (table) {
    case Table::global:
      return clean_leaf(globals_, index);
    case Table::account:
      return clean_leaf(accounts_, index);
    case Table::signer:
      return clean_leaf(signers_, index);
    case Table::nonces:
      return clean_leaf(nonces_, index);
    case Table::market:
      return clean_leaf(markets_, index);
    case Table::level:
      return clean_leaf(levels_, index);
    case Table::order:
      return clean_leaf(orders_, index);
    case Table::outbox:
      return clean_leaf(outboxes_, index);
    case Table::asset:
      break;
  }
  return clean_leaf(assets_, index);
}

Hash32 BranchState::seal() {
  std::vector<LeafChange> changes;
  changes.reserve(dirty_.size());
  for (const u64 key : dirty_) {
    const auto table = static_cast<Table>(key >> 32);
    const u32 index = static_cast<u32>(key);
    changes.push_back({static_cast<u8>(table), index, clean_leaf(table, index)});
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
