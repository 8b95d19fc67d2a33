// Snapshots: all objects in one file, taken while the hot path goes on.
//
// What: a fuzzy copy made exact by the write log. The copy starts from batch B ("base") and holds
// for every object some value that it had between the end of B and the copy's end; every write in
// that time belongs to a batch up to the one in progress when the copy ended, M. So: the copy, then
// the records of B+1 .. M replayed over it, last writer wins, is the state at M, and its root is
// known.
// Why: no fork, no second copy of the objects, no pause; the copy may be as slow as it likes.
// Invariant: the file gets its name only when record M is durable, and names M and its root.
// Objects that were absent are not in it. A start that finds a snapshot but not all its records
// ignores it.
#pragma once

#include <functional>

#include "state/tree_journal.hpp"

namespace gavel::state {

// The hot objects, as a snapshot reads them. Implemented by their owner.
class ObjectSource {
 public:
  virtual ~ObjectSource() = default;
  // One beyond the highest index that may hold an object.
  virtual u32 extent(u8 table) = 0;
  // Writes the canonical encoding, at most tree::kMaxEncodingBytes, and returns its length; 0 if
  // absent. Each call must return a value that the object really had (no half-written ones) at some
  // moment since the snapshot began; different objects may be from different moments.
  virtual u32 encode(u8 table, u32 index, std::span<u8> out) = 0;
};

// Where a start puts the objects that it reads.
class ObjectSink {
 public:
  virtual ~ObjectSink() = default;
  // Objects come in any order, some several times; the last call counts. An empty encoding: absent.
  // False if the encoding is not a valid object: the start fails.
  virtual bool load(u8 table, u32 index, std::span<const u8> encoding) = 0;
};

class SnapshotWriter {
 public:
  static JournalResult<SnapshotWriter> create(io::Disk& disk, const std::string& directory,
                                              u64 base, const Hash32& base_root);
  // Part of the copy, for callers that take turns with other work: objects [first, last) of a
  // table.
  JournalResult<void> copy(ObjectSource& source, u8 table, u32 first, u32 last);
  // The whole copy. `pause` is called after about every megabyte.
  JournalResult<void> copy_all(ObjectSource& source, const std::function<void()>& pause = {});
  // Gives the file its name. `exact_at` >= the batch in progress when the copy ended, durable, and
  // its root and sum of object checksums.
  JournalResult<void> seal(u64 exact_at, const Hash32& root, u64 objects_checksum);

  u64 base() const { return base_; }
  u64 bytes() const { return file_.bytes(); }

 private:
  SnapshotWriter(StateFileWriter file, u64 base) : file_(std::move(file)), base_(base) {}

  StateFileWriter file_;
  u64 base_;
};

}  // namespace gavel::state
