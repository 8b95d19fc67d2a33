// BlockLogFile: the block log on disk, without a thread.
//
// What: opens a directory of segments, drops what was torn, refuses what was damaged, appends
// records, and makes them durable in groups. block_log.hpp puts a ring and a thread in front of it.
// Why: a block is told to nobody before it is here (docs/protocol/gateway.md, `result`), and a
// restart executes from here what the last snapshot does not hold.
// Invariant: after sync() returned b, every block up to b is read back after any crash. Opening
// either gives all of them or an error that says what is wrong and where; a torn record that was
// never acknowledged goes without one. One thread.
// A log that was cut off by something else than a crash (an operator's copy, a repaired file
// system) reads like a torn one. So each sync leaves a mark of its last block in the file
// "acknowledged", which is not synced: a power cut may take marks, nothing else does.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/disk.hpp"
#include "state/block_log_format.hpp"

namespace gavel::state {

struct BlockLogOptions {
  std::string directory;
  u64 first_block = 1;  // of a log that does not exist yet
  u64 salt = 0;         // random; of a log that does not exist yet
  u64 segment_bytes = u64{64} << 20;
};

class BlockLogFile {
 public:
  // Makes the directory if need be. O(bytes of the log's segments): every record is checked, the
  // newest segment is written anew.
  // `where`, if given, learns the place of an error.
  [[nodiscard]] static BlockLogResult<std::unique_ptr<BlockLogFile>> open(
      io::Disk& disk, const BlockLogOptions& options, BlockLogPlace* where = nullptr);

  // Adds block next_block(), to be written by the next sync(). At most kMaxRecordPayload bytes.
  void append(std::span<const u8> payload);
  // Writes what was added and makes it durable; the last durable block. After an error the log
  // takes nothing more: what it holds is only known by opening it again.
  [[nodiscard]] BlockLogResult<u64> sync();

  // Removes segments of which no block is >= `block`; the newest stays.
  [[nodiscard]] BlockLogResult<void> drop_before(u64 block);

  // Blocks first_block() .. next_block() - 1 are held.
  [[nodiscard]] u64 first_block() const {
    return segments_.empty() ? next_block_ : segments_.front();
  }
  [[nodiscard]] u64 next_block() const { return next_block_; }
  [[nodiscard]] u64 durable_block() const { return durable_block_; }
  // What the disk said when a sync() failed.
  [[nodiscard]] io::DiskError disk_error() const { return disk_error_; }

 private:
  BlockLogFile(io::Disk& disk, const BlockLogOptions& options) : disk_(disk), options_(options) {}

  struct Scan;
  [[nodiscard]] BlockLogResult<void> recover();
  [[nodiscard]] BlockLogResult<void> recover_segment(u64 first, bool last);
  [[nodiscard]] BlockLogResult<void> check_marks();
  void start_marks();
  void mark();
  [[nodiscard]] io::DiskResult<void> start_segment();
  [[nodiscard]] io::DiskResult<void> write_pending();
  [[nodiscard]] std::string path_of(u64 first) const;

  io::Disk& disk_;
  BlockLogOptions options_;
  std::vector<u64> segments_;  // first blocks, ascending
  std::unique_ptr<io::File> file_;
  u64 file_bytes_ = 0;  // written and to be written
  std::unique_ptr<io::File> marks_;
  u64 marks_bytes_ = 0;
  BlockLogPlace place_;
  u64 next_block_ = 0;
  u64 durable_block_ = 0;
  u64 chain_ = 0;
  std::vector<u8> pending_;
  bool failed_ = false;
  io::DiskError disk_error_ = io::DiskError::kIo;
};

}  // namespace gavel::state
