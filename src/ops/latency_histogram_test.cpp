#include "ops/latency_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace gavel::ops {
namespace {

TEST(LatencyHistogram, EveryBucketEndsWhereTheNextBegins) {
  for (uint32_t i = 0; i < LatencyHistogram::kBuckets; ++i) {
    const uint64_t end = LatencyHistogram::bucket_end(i);
    EXPECT_EQ(LatencyHistogram::bucket_of(end), i);
    if (i + 1 < LatencyHistogram::kBuckets) EXPECT_EQ(LatencyHistogram::bucket_of(end + 1), i + 1);
  }
  EXPECT_EQ(LatencyHistogram::bucket_end(LatencyHistogram::kBuckets - 1), ~uint64_t{0});
}

TEST(LatencyHistogram, QuantilesAreWithinOneSixtyFourth) {
  LatencyHistogram h;
  std::vector<uint64_t> values;
  uint64_t x = 1;
  for (int i = 0; i < 20'000; ++i) {
    x = x * 6364136223846793005ULL + 1442695040888963407ULL;
    values.push_back(x >> (34 + x % 20));
  }
  for (const uint64_t v : values) h.record(v);
  std::sort(values.begin(), values.end());
  for (const uint32_t q : {1u, 100'000u, 500'000u, 900'000u, 990'000u, 999'000u, 1'000'000u}) {
    const uint64_t rank = std::max<uint64_t>(1, (values.size() * q + 999'999) / 1'000'000);
    const uint64_t exact = values[rank - 1];
    EXPECT_GE(h.quantile(q), exact);
    EXPECT_LE(h.quantile(q), exact + exact / 64 + 1);
  }
  EXPECT_EQ(h.max(), values.back());
  EXPECT_EQ(h.min(), values.front());
  EXPECT_EQ(h.count(), values.size());
}

TEST(LatencyHistogram, EmptyAnswersZero) {
  const LatencyHistogram h;
  EXPECT_EQ(h.p50(), 0u);
  EXPECT_EQ(h.max(), 0u);
  EXPECT_EQ(h.min(), 0u);
  EXPECT_EQ(h.count_at_most(~uint64_t{0}), 0u);
}

TEST(LatencyHistogram, MergeEqualsRecordingBoth) {
  LatencyHistogram a, b, both;
  for (uint64_t v = 1; v < 5'000; v += 7) a.record(v), both.record(v);
  for (uint64_t v = 9; v < 900'000; v += 911) b.record(v), both.record(v);
  a.merge(b);
  for (uint32_t q = 0; q <= 1'000'000; q += 50'000) EXPECT_EQ(a.quantile(q), both.quantile(q));
  EXPECT_EQ(a.sum(), both.sum());
  EXPECT_EQ(a.count(), both.count());
  EXPECT_EQ(a.max(), both.max());
  EXPECT_EQ(a.min(), both.min());
}

TEST(LatencyHistogram, SharedRecordingLosesNothing) {
  LatencyHistogram h;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&h] {
      for (uint64_t i = 0; i < 20'000; ++i) h.record_shared(i);
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(h.count(), 80'000u);
  EXPECT_EQ(h.count_at_most(~uint64_t{0}), 80'000u);
  EXPECT_EQ(h.max(), 19'999u);
  EXPECT_EQ(h.sum(), 4ULL * 20'000 * 19'999 / 2);
}

TEST(LatencyHistogram, CopyAndResetStandAlone) {
  LatencyHistogram a;
  a.record(77);
  LatencyHistogram b = a;
  a.reset();
  EXPECT_EQ(a.count(), 0u);
  EXPECT_EQ(b.p50(), 77u);
  b = a;
  EXPECT_EQ(b.count(), 0u);
}

}  // namespace
}  // namespace gavel::ops
