// UndoOverlay: the tree at an older root, as differences from the newest one.
//
// What: the leaves that later batches wrote, as they were, and the nodes above them, over the live
// arrays; never a second copy of the tree. Old encodings stay in the batch records and are read
// there.
// Why: withdrawals and disputes need proofs at roots of the last days, and a copy of the tree is 5
// GB.
// Invariant: after catch_up(newest) every answer belongs to the state at batch(). It costs the
// batches in between once: of several records with an object, the oldest after batch() decides.
// Memory: 60 bytes an undone leaf and 36 a dirty node of height 5 and more; 2 million undone leaves
// of 100 million take 275 MB. Opening many full batches back costs as much again for each at first,
// at most 62 bytes a leaf of the table.
// Threads: reads may run side by side; while the live tree is being changed, or catch_up runs,
// none. After a change of the live tree answers are wrong until catch_up was called.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "state/tree_journal.hpp"
#include "state/tree_live.hpp"

namespace gavel::state {

// Some records kept open between reads of objects; the others are opened again when asked for.
class RecordReaders {
 public:
  static constexpr std::size_t kMostOpen = 32;

  RecordReaders(io::Disk& disk, std::string directory)
      : disk_(&disk), directory_(std::move(directory)) {}

  // Valid until the next call.
  JournalResult<StateFileReader*> of(u64 batch);

 private:
  struct Open {
    u64 batch;
    StateFileReader reader;
  };
  io::Disk* disk_;
  std::string directory_;
  std::vector<Open> open_;
  std::size_t next_ = 0;  // to be replaced
};

class UndoOverlay final : public TreeView {
 public:
  // Heights below are recomputed from the leaves, at most 2^kFloor of them.
  static constexpr u32 kFloor = 5;
  // Memory: an undone leaf (index, hash, place of its old encoding); a dirty node of height >=
  // kFloor.
  static constexpr u32 kBytesPerLeaf = 60;
  static constexpr u32 kBytesPerNode = 36;

  // Sees `live` itself, until the first catch_up. Both must outlive the overlay.
  UndoOverlay(io::Disk& disk, std::string directory, const LiveTree& live, u64 batch)
      : disk_(&disk),
        directory_(std::move(directory)),
        live_(&live),
        batch_(batch),
        absorbed_(batch) {}

  u64 batch() const { return batch_; }
  u64 absorbed() const { return absorbed_; }

  // Undoes the records after the last one absorbed, up to the live tree's batch. kMissing: a record
  // is no longer kept. After an error the overlay is of no use.
  JournalResult<void> catch_up(u64 live_batch);

  Hash32 node(u8 table, u32 level, u32 position) const override;
  // The object's encoding at batch(), empty if it was absent then; nullopt if no later batch wrote
  // it, so that it still is what the newest batch says.
  JournalResult<std::optional<std::vector<u8>>> encoding(u8 table, u32 index) const;
  // The same for many objects: `readers`, one thread's, keeps records open.
  JournalResult<std::optional<std::vector<u8>>> encoding(u8 table, u32 index,
                                                         RecordReaders& readers) const;
  RecordReaders readers() const { return RecordReaders(*disk_, directory_); }
  u64 undone_leaves() const;

 private:
  struct Where {
    u64 batch = 0;
    u64 offset = 0;
    u32 bytes = 0;
  };
  static_assert(sizeof(u32) + sizeof(Hash32) + sizeof(Where) == kBytesPerLeaf);
  static_assert(sizeof(u32) + sizeof(Hash32) == kBytesPerNode);
  struct Nodes {  // ascending positions
    std::vector<u32> positions;
    std::vector<Hash32> hashes;
    const Hash32* find(u32 position) const;
  };
  struct Table {
    Nodes leaves;
    std::vector<Where> where;                    // of each leaf
    std::array<Nodes, tree::kDepth + 1> levels;  // from kFloor
  };
  struct Added {
    std::array<Table, tree::kTables> tables;
  };

  JournalResult<void> absorb(u64 batch);
  void collect(std::span<const u8> entries, u64 offset, u64 batch, Added& added) const;
  static void merge(Table& into, Table&& added);
  void rebuild(u8 table);
  void raise(u8 table, u32 level);
  Hash32 fold_leaves(u8 table, u32 level, u32 position) const;
  void copy_leaves(u8 table, u64 first, std::span<Hash32> out) const;

  io::Disk* disk_;
  std::string directory_;
  const LiveTree* live_;
  u64 batch_;
  u64 absorbed_;
  std::array<Table, tree::kTables> tables_;
};

}  // namespace gavel::state
