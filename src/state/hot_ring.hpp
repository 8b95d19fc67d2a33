// SpscRing: a bounded queue from one thread to one other, without locks.
//
// What: a power-of-two array and two counters; each side keeps a copy of the other's counter and
// reads the shared one only when the copy says full or empty.
// Why: the thread that executes blocks hands its results on without ever waiting for a lock's
// owner.
// Invariant: push() by one thread, pop() by one thread; what was written before a push is seen
// after its pop.
// Source: Lamport's queue, with cached counters.
#pragma once

#include <atomic>
#include <bit>
#include <memory>
#include <type_traits>

#include "base/types.hpp"

namespace gavel::state {

inline constexpr u64 kCacheLineBytes = 64;

template <class T>
class SpscRing {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  // Room for at least `capacity` items.
  explicit SpscRing(u64 capacity)
      : mask_(std::bit_ceil(capacity < 2 ? u64{2} : capacity) - 1),
        items_(std::make_unique<T[]>(mask_ + 1)) {}

  // False if full.
  [[nodiscard]] bool push(const T& item) {
    const u64 tail = tail_.load(std::memory_order_relaxed);
    if (tail - seen_head_ > mask_) {
      seen_head_ = head_.load(std::memory_order_acquire);
      if (tail - seen_head_ > mask_) return false;
    }
    items_[tail & mask_] = item;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  // False if empty.
  [[nodiscard]] bool pop(T& out) {
    const u64 head = head_.load(std::memory_order_relaxed);
    if (head == seen_tail_) {
      seen_tail_ = tail_.load(std::memory_order_acquire);
      if (head == seen_tail_) return false;
    }
    out = items_[head & mask_];
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

  // Items in the queue at some moment of the call; exact if both sides rest.
  [[nodiscard]] u64 size() const {
    const u64 head = head_.load(std::memory_order_acquire);
    return tail_.load(std::memory_order_acquire) - head;
  }
  [[nodiscard]] u64 capacity() const { return mask_ + 1; }

 private:
  u64 mask_;
  std::unique_ptr<T[]> items_;
  alignas(kCacheLineBytes) std::atomic<u64> tail_{0};  // written by the producer
  u64 seen_head_ = 0;
  alignas(kCacheLineBytes) std::atomic<u64> head_{0};  // written by the consumer
  u64 seen_tail_ = 0;
};

}  // namespace gavel::state
