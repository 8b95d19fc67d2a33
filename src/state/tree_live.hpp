// LiveTree: the state tree at the newest batch, in memory.
//
// What: one TableLevels a table. A batch is planned (read only), then applied: leaves hashed 8 at a
// time, then each dirty node once, level by level, shards side by side and at last the levels
// above.
// Why: see docs/protocol/state.md, Memory; 2 million of 100 million leaves take well under a second
// on two cores, so the tree needs neither a disk nor a cache in front of it.
// Invariant: after apply and after rebuild every stored node is the hash of its two children.
// Threads: one writer; nobody reads during apply, load_leaves or rebuild. It uses config.threads
// itself.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "state/tree_levels.hpp"
#include "state/tree_plan.hpp"
#include "state/tree_view.hpp"

namespace gavel::state {

struct TreeConfig {
  // Highest index + 1 of each table, at most 2^31; rounded up to a power of two. 0: table not in
  // use.
  std::array<u32, tree::kTables> capacity{};
  u32 threads = 2;
};

class LiveTree final : public TreeView {
 public:
  explicit LiveTree(const TreeConfig& config);

  // Sorts a write set for this tree. Errors: kMalformed, kBeyondCapacity, kTooManyEntries.
  base::Result<void, TreeError> plan(std::span<const std::span<const u8>> streams,
                                     TreePlan& plan) const;
  // That every touched object's `before` entry is what the tree holds; an absent object needs none.
  // Errors: kMissingBefore, kDiverged.
  base::Result<void, TreeError> check_before(const TreePlan& plan) const;
  // Writes the plan's objects and brings all nodes up to date.
  void apply(const TreePlan& plan);

  // plan and apply; the new state root.
  base::Result<Hash32, TreeError> update(std::span<const std::span<const u8>> streams);

  // For starts: places the planned leaves without touching nodes; rebuild() makes them right.
  void load_leaves(const TreePlan& plan);
  // The same for consecutive leaves whose hashes are known.
  void load_leaf_range(u8 table, u64 first, std::span<const Hash32> leaves);
  // All nodes anew from the leaves.
  void rebuild();
  // Backs the memory for the first `leaves` leaves of a table.
  void prefault(u8 table, u64 leaves) const;

  Hash32 node(u8 table, u32 level, u32 position) const override;
  u64 extent(u8 table) const { return tables_[table] ? tables_[table]->extent() : 0; }
  u64 capacity(u8 table) const { return capacities_[table]; }
  u32 threads() const { return threads_; }

 private:
  void grow(const TreePlan& plan);
  void raise(TableLevels& levels, u32 from, u32 to, std::vector<u32>& dirty) const;
  void rebuild_table(TableLevels& levels) const;

  std::array<std::optional<TableLevels>, tree::kTables> tables_;
  std::array<u64, tree::kTables> capacities_{};
  u32 threads_;
  TreePlan own_plan_;
  std::array<Hash32, tree::kTables> roots_;
};

}  // namespace gavel::state
