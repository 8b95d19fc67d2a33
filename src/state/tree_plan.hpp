// TreePlan: a batch's write set, sorted and with one entry an object, ready for the tree.
//
// What: parses the streams, drops overwritten versions, groups what is left by subtrees of 2^16
// leaves (shards), ascending. Two threads share the work; nothing is locked.
// Why: a shard's nodes fit into a core's cache and no two shards share a node, so shards are hashed
// side by side, each level's dirty nodes once and in order.
// Invariant: shards ascend by (table, subtree), touches inside a shard by index, each object once.
// Planning changes nothing but the plan; the streams must outlive it.
// Cost: a stable radix partition and two passes inside each shard.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "state/tree_workers.hpp"
#include "state/tree_write_set.hpp"

namespace gavel::state {

inline constexpr u32 kShardHeight = 16;

enum class TreeError : u8 {
  kMalformed,       // a stream does not parse
  kBeyondCapacity,  // a table that is not configured, or an index beyond its capacity
  kTooManyEntries,  // more than 2^32 - 1
  kMissingBefore,   // an object that existed was written without its state before the batch
  kDiverged,        // the given state before the batch is not what the tree holds
};

// One object that the batch wrote. Entries, to be read with entry_at.
struct Touch {
  u32 index = 0;
  const u8* before = nullptr;  // the first of kind kBefore; nullptr if there is none
  const u8* after = nullptr;   // the last of kind kAfter
};

struct Shard {
  u8 table = 0;
  u32 subtree = 0;  // index >> kShardHeight
  std::span<const Touch> touches;
};

class TreePlan {
 public:
  // Memory: an entry is held as read, as sorted, and at most one touch is made of it.
  static constexpr u32 kBytesPerEntry = 56;

  // Reads the streams in their order. capacities[table] = 0 for a table that is not configured.
  base::Result<void, TreeError> build(std::span<const std::span<const u8>> streams,
                                      const std::array<u64, tree::kTables>& capacities,
                                      u32 threads);

  std::span<const Shard> shards() const { return shards_; }
  u64 touched() const { return touched_; }
  u64 entries() const { return entries_; }
  // One beyond the highest index touched in the table.
  u64 leaves_needed(u8 table) const { return leaves_needed_[table]; }

 private:
  struct Ref {
    u32 index;
    u32 bucket_and_kind;  // bucket * 2 + (1 if after)
    const u8* at;
  };
  static_assert(2 * sizeof(Ref) + sizeof(Touch) == kBytesPerEntry);
  struct Reader {  // one thread's part of the streams
    ScratchArray<Ref> refs;
    u64 count = 0;
    std::vector<u64> bucket_counts;
    std::array<u64, tree::kTables> leaves_needed{};
    bool failed = false;
    TreeError error = TreeError::kMalformed;
  };

  void lay_out(const std::array<u64, tree::kTables>& capacities);
  void read(Reader& reader, std::span<const std::span<const u8>> streams,
            const std::array<u64, tree::kTables>& capacities) const;
  bool read_entry(Reader& reader, const u8* at,
                  const std::array<u64, tree::kTables>& capacities) const;
  void partition(u32 threads);
  u32 sort_bucket(u64 bucket, ScratchArray<Ref>& other);

  std::vector<Reader> readers_;
  std::array<u32, tree::kTables> first_bucket_{};
  std::vector<u8> bucket_table_;
  std::vector<u64> bucket_start_;  // one more than buckets
  ScratchArray<Ref> sorted_;
  ScratchArray<Touch> touches_;
  std::vector<ScratchArray<Ref>> workspaces_;
  std::vector<Shard> shards_;
  std::array<u64, tree::kTables> leaves_needed_{};
  u64 entries_ = 0;
  u64 touched_ = 0;
};

}  // namespace gavel::state
