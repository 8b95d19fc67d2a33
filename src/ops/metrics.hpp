// Metrics for Prometheus: counters, gauges and latency histograms, rendered in the text exposition
// format.
//
// A hot path holds a reference to its Counter and adds to it with one relaxed atomic addition;
// everything else (names, labels, rendering) happens when somebody scrapes. A metric lives as long
// as the registry and never moves. Invariant: one (name, labels) is one metric; asking again gives
// the same object; a name has one kind and one help text. Source: Prometheus exposition format
// 0.0.4; rendering by prometheus-cpp.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/types.hpp"
#include "ops/latency_histogram.hpp"

namespace gavel::ops {

// A number that only grows (until the process restarts). Any number of threads.
class alignas(64) Counter {
 public:
  void add(u64 n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] u64 value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<u64> value_{0};
};

// A number that goes up and down. Any number of threads.
class alignas(64) Gauge {
 public:
  void set(i64 value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(i64 delta) noexcept { value_.fetch_add(delta, std::memory_order_relaxed); }
  [[nodiscard]] i64 value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<i64> value_{0};
};

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

class MetricsRegistry {
 public:
  MetricsRegistry();
  ~MetricsRegistry();
  MetricsRegistry(const MetricsRegistry&) = delete;
  MetricsRegistry& operator=(const MetricsRegistry&) = delete;

  // Names: gavel_<room>_<what>_<unit>, counters end in _total. A bad name, or a name used with
  // another kind, fails a check: both are mistakes of the program. Any thread; not for the hot path
  // (takes a lock).
  Counter& counter(std::string_view name, std::string_view help, const MetricLabels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const MetricLabels& labels = {});
  // Record nanoseconds; the name ends in _seconds and is rendered in seconds, with buckets of 1-2-5
  // steps from 1 us to 100 s. Threads: as LatencyHistogram says.
  LatencyHistogram& latency(std::string_view name, std::string_view help,
                            const MetricLabels& labels = {});
  // A gauge whose value is asked for at each scrape, on the scraping thread; `read` must be
  // thread-safe and outlive the registry's last exposition.
  void callback_gauge(std::string_view name, std::string_view help, std::function<double()> read,
                      const MetricLabels& labels = {});

  // The whole registry as text. Any thread.
  [[nodiscard]] std::string expose() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gavel::ops
