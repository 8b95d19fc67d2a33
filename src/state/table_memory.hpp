// MappedArray<T>: a table of plain objects that grows in place.
//
// What: address space for the greatest number of objects that the configuration allows
// (tree_memory.hpp), backed by memory only where it was touched; fresh memory is zero, and zero is
// an empty object (exchange/objects.hpp).
// Why: references into a table stay valid for ever, growth copies nothing, and no allocator stands
// on the hot path.
// Invariant: objects never move. Indexes are the caller's to check.
#pragma once

#include <functional>
#include <type_traits>

#include "base/check.hpp"
#include "base/types.hpp"
#include "state/tree_memory.hpp"

namespace gavel::state {

// Receives the bytes backed so far and their total.
using PrefaultProgress = std::function<void(u64 done_bytes, u64 total_bytes)>;

template <class T>
class MappedArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  explicit MappedArray(u64 capacity)
      : memory_(capacity * sizeof(T)),
        items_(reinterpret_cast<T*>(memory_.data())),
        capacity_(capacity) {}

  [[nodiscard]] T& operator[](u64 i) const { return items_[i]; }
  [[nodiscard]] T* data() const { return items_; }
  [[nodiscard]] u64 capacity() const { return capacity_; }

  // Backs the objects [from, to) with memory now, so that no transaction pays for it. Contents
  // stay.
  void prefault(u64 from, u64 to) const {
    constexpr u64 kPageBytes = 4096;
    if (to > capacity_) to = capacity_;
    const u64 end = to * sizeof(T);
    for (u64 at = from * sizeof(T) / kPageBytes * kPageBytes; at < end; at += kPageBytes) {
      volatile u8* const byte = memory_.data() + at;
      *byte = *byte;
    }
  }
  // All zero again; the memory goes back to the system.
  void clear() {
    memory_ = ReservedMemory(capacity_ * sizeof(T));
    items_ = reinterpret_cast<T*>(memory_.data());
  }

 private:
  ReservedMemory memory_;
  T* items_;
  u64 capacity_;
};

}  // namespace gavel::state
