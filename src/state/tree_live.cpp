#include "state/tree_live.hpp"

#include <algorithm>

#include "state/tree_hash.hpp"

namespace gavel::state {
namespace {

constexpr u32 kCheckBlock = 64;

u32 top_of_shards(const TableLevels& levels) { return std::min(kShardHeight, levels.height()); }

}  // namespace

LiveTree::LiveTree(const TreeConfig& config) : threads_(std::max(config.threads, 1u)) {
  for (u32 table = 0; table < tree::kTables; ++table) {
    roots_[table] = tree::kEmptySubtree[tree::kDepth];
    if (config.capacity[table] == 0) continue;
    tables_[table].emplace(config.capacity[table]);
    capacities_[table] = tables_[table]->capacity();
  }
}

base::Result<void, TreeError> LiveTree::plan(std::span<const std::span<const u8>> streams,
                                             TreePlan& plan) const {
  return plan.build(streams, capacities_, threads_);
}

base::Result<void, TreeError> LiveTree::check_before(const TreePlan& plan) const {
  std::atomic<bool> missing{false};
  std::atomic<bool> diverged{false};
  for_each_item(threads_, plan.shards().size(), [&](u32, u64 item) {
    const Shard& shard = plan.shards()[item];
    for (std::size_t at = 0; at < shard.touches.size(); at += kCheckBlock) {
      const auto block =
          shard.touches.subspan(at, std::min<std::size_t>(kCheckBlock, shard.touches.size() - at));
      std::array<Touch, kCheckBlock> given;
      std::array<Hash32, kCheckBlock> hashes;
      std::array<Touch, kCheckBlock>::size_type count = 0;
      for (const Touch& touch : block) {
        const Hash32 held = node(shard.table, 0, touch.index);
        if (touch.before != nullptr) {
          given[count] = {static_cast<u32>(count), nullptr, touch.before};
          ++count;
        } else if (!held.is_zero()) {
          missing.store(true, std::memory_order_relaxed);
        }
      }
      hash_leaves(std::span<const Touch>(given).first(count), hashes.data());
      count = 0;
      for (const Touch& touch : block) {
        if (touch.before == nullptr) continue;
        if (hashes[count++] != node(shard.table, 0, touch.index)) {
          diverged.store(true, std::memory_order_relaxed);
        }
      }
    }
  });
  if (missing.load()) return TreeError::kMissingBefore;
  if (diverged.load()) return TreeError::kDiverged;
  return {};
}

void LiveTree::grow(const TreePlan& plan) {
  for (u8 table = 0; table < tree::kTables; ++table) {
    if (plan.leaves_needed(table) != 0) tables_[table]->grow(plan.leaves_needed(table));
  }
}

// Nodes of heights from + 1 .. to above the dirty nodes of height `from`.
void LiveTree::raise(TableLevels& levels, u32 from, u32 to, std::vector<u32>& dirty) const {
  for (u32 level = from; level < to; ++level) {
    ascend(dirty, 1);
    hash_parents(levels.level(level), levels.level(level + 1), dirty);
  }
}

void LiveTree::apply(const TreePlan& plan) {
  grow(plan);
  const std::span<const Shard> shards = plan.shards();
  std::vector<std::vector<u32>> dirty(threads_);
  for_each_item(threads_, shards.size(), [&](u32 worker, u64 item) {
    const Shard& shard = shards[item];
    TableLevels& levels = *tables_[shard.table];
    hash_leaves(shard.touches, levels.leaves());
    std::vector<u32>& positions = dirty[worker];
    positions.clear();
    for (const Touch& touch : shard.touches) positions.push_back(touch.index);
    ascend(positions, TableLevels::kLowest);
    hash_grandparents(levels.leaves(), levels.level(TableLevels::kLowest), positions);
    raise(levels, TableLevels::kLowest, top_of_shards(levels), positions);
  });
  for (std::size_t first = 0; first < shards.size();) {
    const u8 table = shards[first].table;
    TableLevels& levels = *tables_[table];
    std::vector<u32>& positions = dirty[0];
    positions.clear();
    for (; first < shards.size() && shards[first].table == table; ++first) {
      positions.push_back(shards[first].subtree);
    }
    raise(levels, top_of_shards(levels), levels.height(), positions);
    roots_[table] = levels.root();
  }
}

base::Result<Hash32, TreeError> LiveTree::update(std::span<const std::span<const u8>> streams) {
  GAVEL_TRY(plan(streams, own_plan_));
  apply(own_plan_);
  return state_root();
}

void LiveTree::load_leaves(const TreePlan& plan) {
  grow(plan);
  for_each_item(threads_, plan.shards().size(), [&](u32, u64 item) {
    const Shard& shard = plan.shards()[item];
    hash_leaves(shard.touches, tables_[shard.table]->leaves());
  });
}

void LiveTree::load_leaf_range(u8 table, u64 first, std::span<const Hash32> leaves) {
  GAVEL_CHECK(tables_[table].has_value());
  tables_[table]->grow(first + leaves.size());
  std::copy(leaves.begin(), leaves.end(), tables_[table]->leaves() + first);
}

void LiveTree::rebuild() {
  for (u8 table = 0; table < tree::kTables; ++table) {
    if (!tables_[table]) continue;
    rebuild_table(*tables_[table]);
    roots_[table] = tables_[table]->root();
  }
}

void LiveTree::rebuild_table(TableLevels& levels) const {
  if (levels.extent() == 0) return;
  const u64 shards = (levels.extent() + (u64{1} << kShardHeight) - 1) >> kShardHeight;
  const u32 top = top_of_shards(levels);
  std::vector<std::vector<Hash32>> between(threads_);
  for_each_item(threads_, shards, [&](u32 worker, u64 shard) {
    const u64 first = shard << kShardHeight;
    const u64 leaves = std::min(levels.extent() - first, u64{1} << kShardHeight);
    between[worker].resize(leaves / 2);
    hash_level(levels.leaves() + first, between[worker].data(), leaves / 2);
    u64 count = leaves / 4;
    hash_level(between[worker].data(), levels.level(TableLevels::kLowest) + first / 4, count);
    for (u32 level = TableLevels::kLowest; level < top; ++level) {
      count = (count + 1) / 2;  // an odd last node has a stored, empty neighbour
      hash_level(levels.level(level) + (first >> level),
                 levels.level(level + 1) + (first >> (level + 1)), count);
    }
  });
  for (u32 level = top; level < levels.height(); ++level) {
    hash_level(levels.level(level), levels.level(level + 1), (levels.stored(level) + 1) / 2);
  }
}

void LiveTree::prefault(u8 table, u64 leaves) const { tables_[table]->prefault(leaves); }

Hash32 LiveTree::node(u8 table, u32 level, u32 position) const {
  if (level == tree::kDepth) return roots_[table];
  return tables_[table] ? tables_[table]->node(level, position) : tree::kEmptySubtree[level];
}

}  // namespace gavel::state
