// bench_tree: how long a batch takes from an unsorted write set to the state root.
//
// What: a table of `leaves` accounts, batches that touch `touched` of them at random, each given as
// the hot path would: streams by block, before and after entries in the order of writing. Timed:
// planning (parse, sort, drop overwritten versions) and applying (leaf and node hashes). Apart:
// backing the memory, and the rebuild of all nodes as after a start.
// Beside it, on the same tree and machine: our own algorithm with the scalar kernel, and the
// textbook one that walks from each leaf to the root; both on fewer keys, compared per touched
// leaf.
#pragma once

#include <string>
#include <vector>

#include "base/types.hpp"

namespace gavel::state {

struct TreeBenchOptions {
  u64 leaves = 100'000'000;  // 1 .. 2^31
  u64 touched = 2'000'000;   // distinct objects a batch, at most leaves
  u32 threads = 2;
  u32 rounds = 7;
  bool peers = true;  // also run the two baselines
};

struct TreeBenchRound {
  double plan_ms = 0;
  double apply_ms = 0;
  double core_ms = 0;  // processor time of all threads: what a busy machine does not change
  double total_ms() const { return plan_ms + apply_ms; }
};

struct TreeBenchResult {
  TreeBenchOptions options;
  double prefault_s = 0;
  double rebuild_s = 0;
  u64 entries = 0;  // in the write set, before and after
  u64 write_set_bytes = 0;
  u64 hashes = 0;  // a batch, leaves included
  const char* kernel = "";
  std::vector<TreeBenchRound> rounds;  // sorted by total
  double scalar_ns_per_leaf = 0;       // the same algorithm, scalar kernel, all threads
  double walk_ns_per_leaf = 0;         // leaf to root for each key, scalar, one thread

  const TreeBenchRound& quantile(double q) const;
};

TreeBenchResult bench_tree(const TreeBenchOptions& options);

// Lines for people; one line of JSON for scripts.
std::string to_text(const TreeBenchResult& result);
std::string to_json(const TreeBenchResult& result);

}  // namespace gavel::state
