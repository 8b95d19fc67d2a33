#include "dispute/branch_tree.hpp"

#include <algorithm>

#include "state/tree_hash.hpp"

namespace gavel::dispute {

namespace {

constexpr u64 key_of(u8 table, u32 level, u32 position) {
  return u64{level} << 40 | u64{table} << 32 | position;
}

}  // namespace

std::size_t NodeMap::slot_of(u64 key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>((key * 0x9e3779b97f4a7c15) >> 20) & mask;
  while (slots_[at].key_plus_one != 0 && slots_[at].key_plus_one != key + 1) at = (at + 1) & mask;
  return at;
}

const Hash32* NodeMap::find(u64 key) const {
  if (slots_.empty()) return nullptr;
  const Slot& slot = slots_[slot_of(key)];
  return slot.key_plus_one == 0 ? nullptr : &slot.hash;
}

void NodeMap::set(u64 key, const Hash32& hash) {
  if ((used_ + 1) * 3 > slots_.size() * 2) grow();
  Slot& slot = slots_[slot_of(key)];
  used_ += slot.key_plus_one == 0 ? 1 : 0;
  slot = {key + 1, hash};
}

void NodeMap::grow() {
  std::vector<Slot> old(std::max<std::size_t>(64, slots_.size() * 2));
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.key_plus_one != 0) slots_[slot_of(slot.key_plus_one - 1)] = slot;
  }
}

Hash32 BranchTree::node(u8 table, u32 level, u32 position) const {
  const Hash32* changed = changed_.find(key_of(table, level, position));
  return changed != nullptr ? *changed : below_->node(table, level, position);
}

void BranchTree::set_leaves(std::span<LeafChange> changes) {
  const auto place = [](const LeafChange& c) { return state::object_key(c.table, c.index); };
  std::ranges::sort(changes, {}, place);
  for (std::size_t first = 0; first < changes.size();) {
    std::size_t end = first;
    while (end < changes.size() && changes[end].table == changes[first].table) ++end;
    raise(changes[first].table, changes.subspan(first, end - first));
    first = end;
  }
}

void BranchTree::raise(u8 table, std::span<const LeafChange> changes) {
  std::vector<u32> positions;
  std::vector<Hash32> hashes;
  for (const LeafChange& change : changes) {
    positions.push_back(change.index);
    hashes.push_back(change.leaf);
    changed_.set(key_of(table, 0, change.index), change.leaf);
  }
  std::vector<Hash32> pairs;
  for (u32 level = 0; level < tree::kDepth; ++level) {
    std::vector<u32> parents = positions;
    state::ascend(parents, 1);
    pairs.clear();
    std::size_t next = 0;
    for (const u32 parent : parents) {
      for (u64 child = u64{parent} * 2; child <= u64{parent} * 2 + 1; ++child) {
        const bool dirty = next < positions.size() && positions[next] == child;
        pairs.push_back(dirty ? hashes[next++] : node(table, level, static_cast<u32>(child)));
      }
    }
    hashes.resize(parents.size());
    state::hash_level(pairs.data(), hashes.data(), hashes.size());
    positions = std::move(parents);
    for (std::size_t i = 0; i < positions.size(); ++i) {
      changed_.set(key_of(table, level + 1, positions[i]), hashes[i]);
    }
  }
}

}  // namespace gavel::dispute
