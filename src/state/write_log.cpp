#include "state/write_log.hpp"

#include <new>
#include <thread>

namespace gavel::state {

WriteLog::WriteLog(u32 max_chunks)
    : memory_(u64{max_chunks} * LogChunk::kBytes),
      max_chunks_(max_chunks),
      full_(max_chunks),
      empty_(max_chunks) {
  GAVEL_CHECK(max_chunks >= 2);
  open_chunk();
}

LogChunk* WriteLog::chunk(u32 id) const {
  return reinterpret_cast<LogChunk*>(memory_.data() + u64{id} * LogChunk::kBytes);
}

void WriteLog::open_chunk() {
  // A used chunk has its memory already; a fresh one faults it in.
  if (!empty_.pop(current_)) {
    if (made_chunks_ < max_chunks_) {
      current_ = made_chunks_++;
    } else {
      stalls_.fetch_add(1, std::memory_order_relaxed);
      while (!empty_.pop(current_)) std::this_thread::yield();
    }
  }
  LogChunk* const fresh = new (chunk(current_)) LogChunk;
  at_ = fresh->data();
  reads_at_ = fresh->data() + LogChunk::kDataBytes;
}

void WriteLog::hand_over() {
  LogChunk* const done = chunk(current_);
  done->write_bytes = static_cast<u32>(at_ - done->data());
  done->read_count =
      static_cast<u32>((done->data() + LogChunk::kDataBytes - reads_at_) / sizeof(u64));
  handed_.fetch_add(1, std::memory_order_relaxed);
  // The queue has room for every chunk that exists.
  GAVEL_CHECK(full_.push(current_));
}

void WriteLog::next_chunk() {
  hand_over();
  open_chunk();
}

void WriteLog::end_block(u64 number) {
  LogChunk* const last = chunk(current_);
  last->block = number;
  last->end_of_block = true;
  next_chunk();
}

void WriteLog::end_batch(u64 number) {
  LogChunk* const last = chunk(current_);
  last->batch = number;
  last->end_of_batch = true;
  next_chunk();
}

const LogChunk* WriteLog::take() {
  u32 id = 0;
  return full_.pop(id) ? chunk(id) : nullptr;
}

void WriteLog::give_back(const LogChunk* done) {
  const u64 offset = static_cast<u64>(reinterpret_cast<const u8*>(done) - memory_.data());
  const u32 id = static_cast<u32>(offset / LogChunk::kBytes);
  GAVEL_CHECK(offset % LogChunk::kBytes == 0 && id < max_chunks_);
  returned_.fetch_add(1, std::memory_order_relaxed);
  GAVEL_CHECK(empty_.push(id));
}

}  // namespace gavel::state
