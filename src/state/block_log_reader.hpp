// BlockLogReader: the blocks of a log, from one on, in order.
//
// What: reads beside the writer, only what is durable. For execution after a restart, for
// publishing, for replicas.
// Invariant: gives block after block without a gap, each checked; one thread.
#pragma once

#include <memory>
#include <vector>

#include "io/disk.hpp"
#include "state/block_log_format.hpp"

namespace gavel::state {

class BlockLogReader {
 public:
  BlockLogReader(io::Disk& disk, std::string directory, u64 from_block)
      : disk_(disk), directory_(std::move(directory)), next_block_(from_block) {}

  // The payload of next_block(), which is <= durable_block, and goes on to the following one.
  // kNotHeld if the block lies before the log or after durable_block. The span is valid until the
  // next call. Amortised O(payload); the first call searches the segment.
  [[nodiscard]] BlockLogResult<std::span<const u8>> read(u64 durable_block);
  [[nodiscard]] u64 next_block() const { return next_block_; }

 private:
  [[nodiscard]] BlockLogResult<void> open_segment();
  [[nodiscard]] BlockLogResult<bool> fill(u64 bytes);

  io::Disk& disk_;
  std::string directory_;
  u64 next_block_;
  std::unique_ptr<io::File> file_;
  SegmentHead head_;
  u64 block_at_ = 0;  // the block whose record starts at buffer_at_
  u64 file_at_ = 0;   // of the buffer's end
  std::vector<u8> buffer_;
  std::size_t buffer_at_ = 0;
};

}  // namespace gavel::state
