// StaticVector<T, N>: a sequence of at most N elements inside the object.
//
// What: contiguous storage without heap; try_push says whether there was room, push_back checks
// that there was. Why: in the freestanding rooms everything is bounded; a full container is an
// outcome that the caller names, not an allocation. Invariant: size() <= N; elements past size()
// are not observable. T is default-constructible and assignable (plain data).
#pragma once

#include <array>
#include <span>

#include "base/check.hpp"

namespace gavel::base {

template <class T, u32 N>
class StaticVector {
 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  constexpr StaticVector() = default;

  static constexpr u32 capacity() { return N; }
  constexpr u32 size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr bool full() const { return size_ == N; }

  // False, and nothing changed, if full.
  [[nodiscard]] constexpr bool try_push(const T& item) {
    if (full()) return false;
    items_[size_++] = item;
    return true;
  }
  // The caller knows that there is room.
  constexpr T& push_back(const T& item) {
    GAVEL_CHECK(!full());
    return items_[size_++] = item;
  }
  constexpr void pop_back() {
    GAVEL_CHECK(!empty());
    --size_;
  }
  // Inserts before position at <= size(); the caller knows that there is room. O(size).
  constexpr void insert(u32 at, const T& item) {
    GAVEL_CHECK(!full() && at <= size_);
    const T kept = item;
    for (u32 i = size_; i > at; --i) items_[i] = items_[i - 1];
    items_[at] = kept;
    ++size_;
  }
  // Removes the element at a position, keeping the order. O(size).
  constexpr void erase(u32 at) {
    GAVEL_CHECK(at < size_);
    for (u32 i = at; i + 1 < size_; ++i) items_[i] = items_[i + 1];
    --size_;
  }
  // New elements, if any, are T{}.
  constexpr void resize(u32 count) {
    GAVEL_CHECK(count <= N);
    for (u32 i = size_; i < count; ++i) items_[i] = T{};
    size_ = count;
  }
  constexpr void clear() { size_ = 0; }

  constexpr T& operator[](u32 i) {
    GAVEL_CHECK(i < size_);
    return items_[i];
  }
  constexpr const T& operator[](u32 i) const {
    GAVEL_CHECK(i < size_);
    return items_[i];
  }
  constexpr T& back() { return (*this)[size_ - 1]; }
  constexpr const T& back() const { return (*this)[size_ - 1]; }
  constexpr T* data() { return items_.data(); }
  constexpr const T* data() const { return items_.data(); }
  constexpr T* begin() { return items_.data(); }
  constexpr T* end() { return items_.data() + size_; }
  constexpr const T* begin() const { return items_.data(); }
  constexpr const T* end() const { return items_.data() + size_; }
  constexpr std::span<T> span() { return {items_.data(), size_}; }
  constexpr std::span<const T> span() const { return {items_.data(), size_}; }

  friend constexpr bool operator==(const StaticVector& a, const StaticVector& b) {
    if (a.size_ != b.size_) return false;
    for (u32 i = 0; i < a.size_; ++i) {
      if (!(a.items_[i] == b.items_[i])) return false;
    }
    return true;
  }

 private:
  std::array<T, N> items_{};
  u32 size_ = 0;
};

}  // namespace gavel::base
