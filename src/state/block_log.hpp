// BlockLog: blocks on their way to disk, without the executing thread ever waiting for it.
//
// What: append() copies a record into a ring and returns; a thread of its own writes all that has
// gathered, syncs once, and publishes the last durable block. While one sync runs, the next group
// gathers.
// Why: "acknowledged means durable" costs one fdatasync a group, not one a transaction, and never
// stops execution.
// Invariant: durable_block() = b means that blocks up to b survive any crash (block_log_file.hpp).
// After a disk error it moves no more, and failed() says so: the node must stop acknowledging.
// append() from one thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "ops/latency_histogram.hpp"
#include "state/block_log_file.hpp"
#include "state/hot_ring.hpp"
#include "state/table_memory.hpp"

namespace gavel::state {

struct BlockLogThreadOptions {
  u64 ring_bytes = u64{64} << 20;  // blocks that wait for the disk
  u32 ring_records = 4'096;
  // Called by the log's thread after each sync, with the last durable block.
  std::function<void(u64 durable_block)> on_durable;
  // False: there is no thread; the appending one calls step() instead.
  bool own_thread = true;
};

class BlockLog {
 public:
  // The disk is used by the log's thread alone from here on.
  BlockLog(std::unique_ptr<BlockLogFile> file, BlockLogThreadOptions options);
  ~BlockLog();  // as stop()
  BlockLog(const BlockLog&) = delete;
  BlockLog& operator=(const BlockLog&) = delete;

  // Hands block `number`, the next one, to the log. False, and nothing taken, if the ring is full
  // (wait and call again), the record is longer than kMaxRecordPayload or the ring, or the log has
  // failed.
  [[nodiscard]] bool append(u64 number, std::span<const u8> payload);

  // Any thread.
  [[nodiscard]] u64 durable_block() const { return durable_block_.load(std::memory_order_acquire); }
  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
  // After failed(): what the disk said.
  [[nodiscard]] io::DiskError disk_error() const { return file_->disk_error(); }
  // True once the block is durable; false when the time is over or the log has failed.
  [[nodiscard]] bool wait_durable(u64 block, u64 timeout_ns);
  // Lets segments go of which no block is >= `block`, some time soon.
  void drop_before(u64 block) { drop_before_.store(block, std::memory_order_relaxed); }
  // Nanoseconds from a group's first byte written to its durability.
  [[nodiscard]] const ops::LatencyHistogram& sync_ns() const { return sync_ns_; }

  // Writes one group of what was appended and makes it durable. False if there was nothing, or the
  // disk failed. Only without a thread.
  bool step();
  // Makes durable what was appended, then ends the thread. From the appending thread.
  void stop();

 private:
  struct Waiting {
    u64 number;
    u64 start;  // position in the endless ring
    u32 length;
  };

  void run();
  bool gather();
  bool write_group();
  void retain();

  std::unique_ptr<BlockLogFile> file_;
  BlockLogThreadOptions options_;
  MappedArray<u8> ring_;
  SpscRing<Waiting> waiting_;
  u64 next_number_;
  u64 ring_tail_ = 0;              // appending thread
  std::atomic<u64> ring_head_{0};  // log's thread: bytes before it are free
  std::atomic<u32> wake_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> failed_{false};
  std::atomic<u64> durable_block_;
  std::atomic<u64> drop_before_{0};
  u64 dropped_before_ = 0;
  std::mutex mutex_;
  std::condition_variable durable_or_failed_;
  ops::LatencyHistogram sync_ns_;
  std::thread thread_;
};

}  // namespace gavel::state
