#include "ops/latency_histogram.hpp"

namespace gavel::ops {

namespace {

void raise_to(std::atomic<uint64_t>& cell, uint64_t value) noexcept {
  uint64_t seen = cell.load(std::memory_order_relaxed);
  while (value > seen && !cell.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

void lower_to(std::atomic<uint64_t>& cell, uint64_t value) noexcept {
  uint64_t seen = cell.load(std::memory_order_relaxed);
  while (value < seen && !cell.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

}  // namespace

LatencyHistogram& LatencyHistogram::operator=(const LatencyHistogram& other) noexcept {
  if (this == &other) return *this;
  reset();
  merge(other);
  return *this;
}

void LatencyHistogram::record_shared(uint64_t value) noexcept {
  counts_[bucket_of(value)].fetch_add(1, std::memory_order_relaxed);
  count_.fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
  raise_to(max_, value);
  lower_to(min_, value);
}

void LatencyHistogram::merge(const LatencyHistogram& other) noexcept {
  // The total is taken from the copied buckets, so that a merge from a histogram in use stays
  // consistent.
  uint64_t added = 0;
  for (uint32_t i = 0; i < kBuckets; ++i) {
    const uint64_t n = load(other.counts_[i]);
    if (n == 0) continue;
    bump(counts_[i], n);
    added += n;
  }
  bump(count_, added);
  bump(sum_, load(other.sum_));
  raise_to(max_, load(other.max_));
  lower_to(min_, load(other.min_));
}

void LatencyHistogram::reset() noexcept {
  for (Cell& cell : counts_) cell.store(0, std::memory_order_relaxed);
  count_.store(0, std::memory_order_relaxed);
  sum_.store(0, std::memory_order_relaxed);
  min_.store(~uint64_t{0}, std::memory_order_relaxed);
  max_.store(0, std::memory_order_relaxed);
}

uint64_t LatencyHistogram::quantile(uint32_t per_million) const noexcept {
  const uint64_t total = count();
  if (total == 0) return 0;
  // ceil(total * q), in 128 bits; at least the first value.
  const auto scaled = static_cast<unsigned __int128>(total) * per_million + 999'999;
  uint64_t rank = static_cast<uint64_t>(scaled / 1'000'000);
  if (rank == 0) rank = 1;
  uint64_t seen = 0;
  for (uint32_t i = 0; i < kBuckets; ++i) {
    seen += load(counts_[i]);
    if (seen >= rank) return bucket_end(i) < max() ? bucket_end(i) : max();
  }
  return max();
}

uint64_t LatencyHistogram::count_at_most(uint64_t bound) const noexcept {
  uint64_t seen = 0;
  for (uint32_t i = 0; i < kBuckets && bucket_end(i) <= bound; ++i) seen += load(counts_[i]);
  return seen;
}

}  // namespace gavel::ops
