#include "state/block_log.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/check.hpp"

namespace gavel::state {

BlockLog::BlockLog(std::unique_ptr<BlockLogFile> file, BlockLogThreadOptions options)
    : file_(std::move(file)),
      options_(std::move(options)),
      ring_(options_.ring_bytes),
      waiting_(options_.ring_records),
      next_number_(file_->next_block()),
      durable_block_(file_->durable_block()) {
  if (options_.own_thread) thread_ = std::thread([this] { run(); });
}

BlockLog::~BlockLog() { stop(); }

bool BlockLog::append(u64 number, std::span<const u8> payload) {
  GAVEL_CHECK(number == next_number_);
  const u64 size = ring_.capacity();
  if (failed() || payload.size() > kMaxRecordPayload || payload.size() > size) return false;
  u64 start = ring_tail_;
  // A record lies in one piece: what is left before the ring's end is skipped.
  if (start % size + payload.size() > size) start += size - start % size;
  if (start + payload.size() - ring_head_.load(std::memory_order_acquire) > size) return false;
  if (!payload.empty()) std::memcpy(&ring_[start % size], payload.data(), payload.size());
  if (!waiting_.push({number, start, static_cast<u32>(payload.size())})) return false;
  ring_tail_ = start + payload.size();
  ++next_number_;
  wake_.fetch_add(1, std::memory_order_release);
  wake_.notify_one();
  return true;
}

bool BlockLog::wait_durable(u64 block, u64 timeout_ns) {
  std::unique_lock lock(mutex_);
  durable_or_failed_.wait_for(lock, std::chrono::nanoseconds(timeout_ns),
                              [&] { return durable_block() >= block || failed(); });
  return durable_block() >= block;
}

// Moves what waits into the file's buffer, up to a bound that keeps a group's delay small. False if
// there was nothing.
bool BlockLog::gather() {
  constexpr u64 kGroupBytes = u64{16} << 20;
  u64 bytes = 0;
  Waiting next;
  while (bytes < kGroupBytes && waiting_.pop(next)) {
    file_->append({&ring_[next.start % ring_.capacity()], next.length});
    bytes += next.length + kRecordHeadBytes;
    ring_head_.store(next.start + next.length, std::memory_order_release);
  }
  return bytes != 0;
}

bool BlockLog::write_group() {
  const auto start = std::chrono::steady_clock::now();
  const auto durable = file_->sync();
  const auto took = std::chrono::steady_clock::now() - start;
  if (durable.ok()) {
    sync_ns_.record(static_cast<u64>(std::chrono::nanoseconds(took).count()));
    durable_block_.store(*durable, std::memory_order_release);
  } else {
    failed_.store(true, std::memory_order_release);
  }
  {
    const std::lock_guard lock(mutex_);
  }  // a waiter that has just looked is waiting by now
  durable_or_failed_.notify_all();
  if (durable.ok() && options_.on_durable) options_.on_durable(*durable);
  return durable.ok();
}

void BlockLog::retain() {
  const u64 block = drop_before_.load(std::memory_order_relaxed);
  if (block == dropped_before_) return;
  dropped_before_ = block;
  // Old segments that stay cost room, not safety.
  (void)file_->drop_before(block);
}

bool BlockLog::step() {
  if (failed() || !gather() || !write_group()) return false;
  retain();
  return true;
}

void BlockLog::run() {
  for (;;) {
    const u32 seen = wake_.load(std::memory_order_acquire);
    const bool stopping =
        stopping_.load(std::memory_order_acquire);  // before the last look for blocks
    if (step()) continue;
    if (stopping || failed()) return;
    wake_.wait(seen, std::memory_order_acquire);
  }
}

void BlockLog::stop() {
  if (!options_.own_thread) {
    while (step()) {
    }
    return;
  }
  if (!thread_.joinable()) return;
  stopping_.store(true, std::memory_order_release);
  wake_.fetch_add(1, std::memory_order_release);
  wake_.notify_one();
  thread_.join();
}

}  // namespace gavel::state
