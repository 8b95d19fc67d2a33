// StateFile: the file form shared by batch records and snapshots.
//
// What: head (64 bytes), entries in the form of tree_write_set.hpp, tail (80 bytes) with a checksum
// over all of it. Written to "<path>.tmp", synced, then renamed: a file under its own name is
// complete.
// Why: one writer and one reader to test against every kind of damage.
// Invariant: a reader accepts a file only if magic, version, lengths and checksum agree, and hands
// out whole, well-formed entries only after the whole file was checked. Integers are little-endian.
// head: magic u64 | version u32 | kind u32 | batch u64 | root 32 | 0 u64
// tail: root 32 | batch u64 | entries u64 | head and entry bytes u64 | objects checksum u64 |
//       file checksum u64 | magic u64
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "io/disk.hpp"
#include "state/tree_write_set.hpp"

namespace gavel::state {

enum class FileKind : u32 { kBatch = 1, kSnapshot = 2 };

enum class JournalError : u8 {
  kDisk,     // the disk refused; nothing may be assumed about unsynced bytes
  kMissing,  // no such file
  kCorrupt,  // not a complete file of this kind and version, or damaged
};

template <class T>
using JournalResult = base::Result<T, JournalError>;

struct FileHead {
  FileKind kind = FileKind::kBatch;
  u64 batch = 0;  // of a batch record: its number; of a snapshot: the batch it starts from
  Hash32 root;    // the state root that belongs to the state before
};

struct FileTail {
  Hash32 root;    // of a batch record: after it; of a snapshot: at `batch`
  u64 batch = 0;  // of a snapshot: replaying records up to this batch makes it exact
  u64 entries = 0;
  u64 objects_checksum = 0;  // sum of object_checksum over the state at `batch`
};

class StateFileWriter {
 public:
  // Starts "<path>.tmp"; one that a crash left behind is replaced.
  static JournalResult<StateFileWriter> create(io::Disk& disk, std::string path,
                                               const FileHead& head);

  JournalResult<void> append(const WriteEntry& entry);
  // Saves what was written so far, so that the sync inside seal() has little left to do.
  JournalResult<void> sync_written();
  // Writes the tail, syncs, and gives the file its name; durable when this returns. Fills in
  // `entries`.
  JournalResult<void> seal(FileTail tail);
  u64 bytes() const { return bytes_; }

 private:
  StateFileWriter(io::Disk& disk, std::string path, std::unique_ptr<io::File> file);
  void put(std::span<const u8> bytes);
  JournalResult<void> flush(bool all);

  io::Disk* disk_;
  std::string path_;
  std::unique_ptr<io::File> file_;
  std::vector<u8> buffer_;
  FileChecksum checksum_;
  u64 bytes_ = 0;  // head and entries
  u64 entries_ = 0;
};

class StateFileReader {
 public:
  // Reads head and tail. kMissing, kCorrupt or kDisk. `bad_at`, if given, learns the offset of the
  // part that is not right.
  static JournalResult<StateFileReader> open(io::Disk& disk, const std::string& path, FileKind kind,
                                             u64* bad_at = nullptr);

  const FileHead& head() const { return head_; }
  const FileTail& tail() const { return tail_; }
  u64 bytes() const { return payload_bytes_; }

  // Reads everything once: checksum and form of every entry. `bad_at`: as above; the tail's if the
  // checksum alone is wrong.
  JournalResult<void> verify(u64* bad_at = nullptr);
  // The entries in order, in streams of a few megabytes, each with its offset in the file, valid
  // during the call. To be preceded by verify(); the visitor returns false to stop.
  using Visitor = std::function<bool(std::span<const u8> entries, u64 offset)>;
  JournalResult<void> for_each_stream(const Visitor& visit);
  // Bytes [offset, offset + out.size()) of the file.
  JournalResult<void> read_at(u64 offset, std::span<u8> out);

 private:
  explicit StateFileReader(std::unique_ptr<io::File> file) : file_(std::move(file)) {}
  JournalResult<void> read_tail(u64 file_bytes);
  JournalResult<void> scan(const Visitor& visit, FileChecksum* checksum, u64* bad_at = nullptr);

  std::unique_ptr<io::File> file_;
  FileHead head_;
  FileTail tail_;
  u64 payload_bytes_ = 0;
  u64 checksum_ = 0;
};

}  // namespace gavel::state
