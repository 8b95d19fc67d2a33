// Plain data-parallel loops and growing scratch arrays for the tree's passes.
//
// What: for_each_item hands out the items 0 .. count-1 to `threads` threads one by one;
// ScratchArray is memory that is reused from batch to batch and never initialised.
// Why: shards of a batch differ in size, so a counter balances them better than a fixed split, and
// nothing is locked: every item writes to its own place.
// Invariant: a body sees everything written before the loop; the loop's caller sees everything
// written inside it (the threads are joined).
#pragma once

#include <atomic>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/check.hpp"
#include "state/tree_memory.hpp"

namespace gavel::state {

// body(worker, item), worker < max(threads, 1). With one thread or item, on the caller's thread
// alone.
template <class Body>
void for_each_item(u32 threads, u64 count, const Body& body) {
  std::atomic<u64> next{0};
  const auto run = [&](u32 worker) {
    for (u64 item = next.fetch_add(1, std::memory_order_relaxed); item < count;
         item = next.fetch_add(1, std::memory_order_relaxed)) {
      body(worker, item);
    }
  };
  std::vector<std::thread> others;
  for (u32 worker = 1; worker < threads && worker < count; ++worker)
    others.emplace_back(run, worker);
  run(0);
  for (std::thread& other : others) other.join();
}

template <class T>
class ScratchArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  // Room for `count` elements with unspecified contents; what was there is lost if it has to grow.
  void ensure(u64 count) {
    // Half as much again, so that slowly growing batches do not map anew each time.
    if (count > capacity()) memory_ = ReservedMemory((count + count / 2) * sizeof(T));
  }
  T* data() const { return reinterpret_cast<T*>(memory_.data()); }
  T& operator[](u64 i) const { return data()[i]; }
  u64 capacity() const { return memory_.size() / sizeof(T); }

 private:
  ReservedMemory memory_{0};
};

}  // namespace gavel::state
