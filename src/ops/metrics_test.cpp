#include "ops/metrics.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace gavel::ops {
namespace {

bool has(const std::string& text, std::string_view line) {
  return ("\n" + text).find("\n" + std::string(line) + "\n") != std::string::npos;
}

TEST(Metrics, ExposesEveryKind) {
  MetricsRegistry registry;
  registry.counter("gavel_l1_sent_total", "Transactions sent.").add(3);
  registry.gauge("gavel_l1_lag_blocks", "Lag.", {{"head", "final"}}).set(-2);
  registry.latency("gavel_l1_call_seconds", "Calls.").record(1'500);
  registry.callback_gauge("gavel_l1_balance_ether", "Balance.", [] { return 1.5; });
  const std::string text = registry.expose();
  EXPECT_TRUE(has(text, "# TYPE gavel_l1_sent_total counter"));
  EXPECT_TRUE(has(text, "# HELP gavel_l1_sent_total Transactions sent."));
  EXPECT_TRUE(has(text, "gavel_l1_sent_total 3"));
  EXPECT_TRUE(has(text, "gavel_l1_lag_blocks{head=\"final\"} -2"));
  EXPECT_TRUE(has(text, "gavel_l1_call_seconds_count 1"));
  EXPECT_TRUE(has(text, "gavel_l1_call_seconds_bucket{le=\"+Inf\"} 1"));
  EXPECT_TRUE(has(text, "gavel_l1_balance_ether 1.5"));
}

TEST(Metrics, LatencyBucketsAreCumulative) {
  MetricsRegistry registry;
  auto& latency = registry.latency("gavel_x_seconds", "x");
  latency.record(900);
  latency.record(1'200'000);
  const std::string text = registry.expose();
  EXPECT_TRUE(has(text, "gavel_x_seconds_bucket{le=\"1e-06\"} 1") ||
              has(text, "gavel_x_seconds_bucket{le=\"1.0000000000000002e-06\"} 1"))
      << text;
  EXPECT_TRUE(has(text, "gavel_x_seconds_bucket{le=\"+Inf\"} 2"));
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameMetric) {
  MetricsRegistry registry;
  Counter& a = registry.counter("gavel_a_total", "a", {{"k", "1"}});
  Counter& b = registry.counter("gavel_a_total", "a", {{"k", "1"}});
  Counter& c = registry.counter("gavel_a_total", "a", {{"k", "2"}});
  EXPECT_EQ(&a, &b);
  EXPECT_NE(&a, &c);
}

TEST(MetricsDeathTest, MisuseFailsACheck) {
  MetricsRegistry registry;
  registry.counter("gavel_a_total", "a");
  EXPECT_DEATH(registry.gauge("gavel_a_total", "a"), "");
  EXPECT_DEATH(registry.counter("gavel-dash", "a"), "");
}

TEST(Metrics, CountersLoseNothingAcrossThreads) {
  MetricsRegistry registry;
  Counter& counter = registry.counter("gavel_a_total", "a");
  std::thread other([&] {
    for (int i = 0; i < 50'000; ++i) counter.add();
  });
  for (int i = 0; i < 50'000; ++i) counter.add();
  other.join();
  EXPECT_EQ(counter.value(), 100'000u);
}

}  // namespace
}  // namespace gavel::ops
