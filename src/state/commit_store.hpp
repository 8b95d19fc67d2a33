// CommitStore: the cold path's state. Takes batches in, gives roots, proofs, old roots and starts
// out.
//
// What: a LiveTree, a directory of batch records and snapshots (tree_journal.hpp), and the rules
// that tie them: a root is published only when its record is durable; a start finds the newest
// snapshot that its records make exact, replays, rebuilds all nodes and compares the root.
// Why: after kill -9 at any instant the root is the one before or the one after, never a third.
// Invariant: newest() is durable. Batch numbers are consecutive from 0, the genesis. After a disk
// error in commit nothing is known about the disk: the store answers kStopped until it is opened
// again.
// Threads: commit, begin_snapshot, finish_snapshot: one thread, the cold path's. Everything const
// and OldState: any thread. Readers wait while a commit changes the tree (0.2 to 0.5 s at full
// load, once a batch); a commit waits for proofs being made, of which the first one at an old root
// after a commit may take seconds. The hot path waits for neither.
#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>

#include "state/snapshot.hpp"
#include "state/tree_live.hpp"
#include "state/undo_overlay.hpp"

namespace gavel::state {

enum class CommitError : u8 {
  kDisk,        // the disk refused
  kStopped,     // an earlier commit failed on the disk: open the store again
  kWrongBatch,  // not the batch after the newest
  kMalformed,   // see TreeError
  kBeyondCapacity,
  kTooManyEntries,
  kMissingBefore,
  kDiverged,      // the hot objects and the tree disagree
  kNotKept,       // that batch is too old, or has not been committed yet
  kCorrupt,       // a file that was complete is damaged
  kBadObject,     // the sink refused an object
  kRootMismatch,  // what was read does not give the root that was published
};

template <class T>
using CommitResult = base::Result<T, CommitError>;

CommitError commit_error(TreeError error);
CommitError commit_error(JournalError error);

struct CommitConfig {
  TreeConfig tree;
  std::string directory;
  u32 retained_batches = 6'048;  // 7 days at 100 s: how far back open_at reaches
  u32 retained_snapshots = 2;
  bool check_before = true;  // hash the objects before each batch and compare: 25 ns a touched leaf
};

struct Commitment {
  u64 batch = 0;
  Hash32 root;

  friend bool operator==(const Commitment&, const Commitment&) = default;
};

// A file that was there under its name and cannot be used.
struct DamagedFile {
  std::string path;
  u64 offset = 0;  // of the part that is not right; the end's, if only the checksum is wrong
};

// What a start did.
struct RecoveryReport {
  std::optional<u64> snapshot;  // the base of the one used
  u64 replayed = 0;             // records
  u64 dropped = 0;              // damaged records at the end, and what followed them
  u64 objects = 0;              // calls of the sink
  std::vector<DamagedFile> damaged;
};

struct ProvedObject {
  Commitment at;
  Hash32 leaf;  // zero: absent
  tree::ObjectProof proof;
};

struct ProvedObjects {
  Commitment at;
  std::vector<u8> multiproof;
};

class CommitStore;

// The state at an older batch, kept usable while later batches are committed. One thread at a time.
class OldState {
 public:
  const Commitment& at() const { return at_; }
  CommitResult<ProvedObject> prove(u8 table, u32 index);
  CommitResult<ProvedObjects> prove_many(std::span<const ObjectKey> keys);
  // As UndoOverlay::encoding: nullopt if the object is still what the newest batch says.
  CommitResult<std::optional<std::vector<u8>>> encoding(u8 table, u32 index);

 private:
  friend class CommitStore;
  OldState(const CommitStore& store, UndoOverlay overlay)
      : store_(&store), overlay_(std::move(overlay)) {}
  CommitResult<void> catch_up();

  const CommitStore* store_;
  UndoOverlay overlay_;
  Commitment at_;
};

class CommitStore {
 public:
  // Reads the directory (created if absent), gives every object to the sink, removes what a crash
  // left half done. An empty directory gives a store without batches. kCorrupt: a needed file is
  // damaged.
  static CommitResult<std::unique_ptr<CommitStore>> open(io::Disk& disk, const CommitConfig& config,
                                                         ObjectSink& sink, RecoveryReport& report);

  // The newest durable batch; empty before the genesis batch 0.
  std::optional<Commitment> newest() const;

  // Applies a batch's write set. On success it is durable and published.
  CommitResult<Commitment> commit(u64 batch, std::span<const std::span<const u8>> streams);

  // Proofs at newest(). kNotKept before the genesis.
  CommitResult<ProvedObject> prove(u8 table, u32 index) const;
  CommitResult<ProvedObjects> prove_many(std::span<const ObjectKey> keys) const;
  // The state at a batch of the retained window.
  CommitResult<std::unique_ptr<OldState>> open_at(u64 batch) const;

  // Starts a snapshot from newest(); the caller copies the objects, on any thread, and hands it
  // back with the number of the batch in progress when the copy ended. It is sealed as soon as that
  // batch is committed. One at a time; what an abandoned one wrote is removed at the next start.
  CommitResult<SnapshotWriter> begin_snapshot();
  CommitResult<void> finish_snapshot(SnapshotWriter writer, u64 batch_in_progress);

  // That the objects are those of newest(): every leaf, and the sum of checksums kept beside the
  // tree. The source must stand still. kDiverged otherwise.
  CommitResult<void> check_objects(ObjectSource& source) const;
  u64 objects_checksum() const { return objects_checksum_; }

 private:
  friend class OldState;
  struct WaitingSnapshot {
    SnapshotWriter writer;
    u64 exact_at;
  };

  CommitStore(io::Disk& disk, const CommitConfig& config);
  // commit_recover.cpp
  struct Chain;
  CommitResult<void> recover(ObjectSink& sink, RecoveryReport& report);
  CommitResult<Chain> follow(u64 first, const Hash32& root_before, RecoveryReport& report) const;
  CommitResult<std::optional<Chain>> chain_of_snapshot(u64 base, RecoveryReport& report) const;
  CommitResult<Chain> choose_chain(const std::vector<u64>& snapshots, RecoveryReport& report) const;
  CommitResult<void> load(const std::string& path, FileKind kind, ObjectSink& sink,
                          RecoveryReport& report);
  CommitResult<void> set_aside(const StateFiles& files, const Chain& chain, RecoveryReport& report);

  CommitResult<Commitment> write_and_apply(u64 batch);
  CommitResult<void> seal_waiting_snapshot();
  CommitResult<void> forget_old();
  CommitResult<Commitment> readable() const;

  io::Disk* disk_;
  CommitConfig config_;
  LiveTree tree_;
  TreePlan plan_;
  mutable std::shared_mutex
      mutex_;  // guards tree_, newest_, objects_checksum_, stopped_ against readers
  std::optional<Commitment> newest_;
  u64 objects_checksum_ = 0;
  bool stopped_ = false;
  std::optional<WaitingSnapshot> waiting_;
};

}  // namespace gavel::state
