// Latencies as a histogram with log-linear buckets, in the manner of HdrHistogram.
//
// Values below 64 have a bucket each; every octave above is cut into 64 equal buckets, so that any
// quantile is at most 1/64 (1.6 %) above the true value, from one nanosecond to 584 years. A
// histogram is 3,776 counters (30 KB) inside the object: recording never allocates and never takes
// a lock, so a hot loop can own one. Invariant: count() equals the sum of all buckets once the
// writers are quiet.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace gavel::ops {

class LatencyHistogram {
 public:
  static constexpr uint32_t kSubBucketBits = 6;
  static constexpr uint32_t kSubBuckets = 1U << kSubBucketBits;
  static constexpr uint32_t kBuckets = kSubBuckets * (64 - kSubBucketBits + 1);

  LatencyHistogram() = default;
  LatencyHistogram(const LatencyHistogram& other) noexcept { merge(other); }
  LatencyHistogram& operator=(const LatencyHistogram& other) noexcept;

  // Counts one value. One writing thread at a time; any thread may read or merge meanwhile.
  void record(uint64_t value) noexcept {
    bump(counts_[bucket_of(value)], 1);
    bump(count_, 1);
    bump(sum_, value);
    if (value > max_.load(std::memory_order_relaxed)) max_.store(value, std::memory_order_relaxed);
    if (value < min_.load(std::memory_order_relaxed)) min_.store(value, std::memory_order_relaxed);
  }

  // Counts one value; any number of writing threads (three locked additions).
  void record_shared(uint64_t value) noexcept;

  // Adds every value of the other histogram. Same writing rule as record().
  void merge(const LatencyHistogram& other) noexcept;
  void reset() noexcept;

  [[nodiscard]] uint64_t count() const noexcept { return load(count_); }
  [[nodiscard]] uint64_t sum() const noexcept { return load(sum_); }
  // 0 when empty.
  [[nodiscard]] uint64_t min() const noexcept { return count() == 0 ? 0 : load(min_); }
  [[nodiscard]] uint64_t max() const noexcept { return load(max_); }
  // The smallest bucket end that at least `per_million` of the values do not exceed, never above
  // max(); p50 = 500,000, p99 = 990,000. 0 when empty. O(buckets).
  [[nodiscard]] uint64_t quantile(uint32_t per_million) const noexcept;
  [[nodiscard]] uint64_t p50() const noexcept { return quantile(500'000); }
  [[nodiscard]] uint64_t p99() const noexcept { return quantile(990'000); }
  // How many values are <= bound, up to one bucket's width. O(buckets).
  [[nodiscard]] uint64_t count_at_most(uint64_t bound) const noexcept;

  [[nodiscard]] static constexpr uint32_t bucket_of(uint64_t value) noexcept {
    if (value < kSubBuckets) return static_cast<uint32_t>(value);
    const uint32_t top_bit = 63U - static_cast<uint32_t>(__builtin_clzll(value));
    const uint32_t shift = top_bit - kSubBucketBits;
    return kSubBuckets * (shift + 1) + static_cast<uint32_t>((value >> shift) - kSubBuckets);
  }
  // The largest value that falls into the bucket.
  [[nodiscard]] static constexpr uint64_t bucket_end(uint32_t bucket) noexcept {
    if (bucket < kSubBuckets) return bucket;
    const uint32_t shift = bucket / kSubBuckets - 1;
    const uint64_t start = uint64_t{kSubBuckets + bucket % kSubBuckets} << shift;
    return start + ((uint64_t{1} << shift) - 1);
  }

 private:
  using Cell = std::atomic<uint64_t>;
  static void bump(Cell& cell, uint64_t by) noexcept {
    cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  static uint64_t load(const Cell& cell) noexcept { return cell.load(std::memory_order_relaxed); }

  std::array<Cell, kBuckets> counts_{};
  Cell count_{0};
  Cell sum_{0};
  Cell min_{~uint64_t{0}};
  Cell max_{0};
};

}  // namespace gavel::ops
