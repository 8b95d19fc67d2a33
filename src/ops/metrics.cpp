#include "ops/metrics.hpp"

#include <prometheus/check_names.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <deque>
#include <limits>
#include <map>
#include <mutex>

#include "base/check.hpp"

namespace gavel::ops {

namespace {

using prometheus::MetricType;

constexpr std::array<u64, 25> kLatencyBoundsNs = {
    1'000,         2'000,          5'000,          10'000,         20'000,
    50'000,        100'000,        200'000,        500'000,        1'000'000,
    2'000'000,     5'000'000,      10'000'000,     20'000'000,     50'000'000,
    100'000'000,   200'000'000,    500'000'000,    1'000'000'000,  2'000'000'000,
    5'000'000'000, 10'000'000'000, 20'000'000'000, 50'000'000'000, 100'000'000'000};

struct Metric {
  Counter counter;
  Gauge gauge;
  std::unique_ptr<LatencyHistogram> latency;
  std::function<double()> read;
};

struct Family {
  MetricType type = MetricType::Untyped;
  std::string help;
  std::map<MetricLabels, std::unique_ptr<Metric>> metrics;
};

prometheus::ClientMetric render_latency(const LatencyHistogram& live) {
  const LatencyHistogram histogram = live;
  prometheus::ClientMetric out;
  u64 last = 0;
  for (const u64 bound : kLatencyBoundsNs) {
    last = histogram.count_at_most(bound);
    out.histogram.bucket.push_back(
        {.cumulative_count = last, .upper_bound = static_cast<double>(bound) * 1e-9});
  }
  out.histogram.sample_count = histogram.count();
  out.histogram.sample_sum = static_cast<double>(histogram.sum()) * 1e-9;
  out.histogram.bucket.push_back({.cumulative_count = histogram.count(),
                                  .upper_bound = std::numeric_limits<double>::infinity()});
  return out;
}

prometheus::ClientMetric render(const Family& family, const Metric& metric) {
  prometheus::ClientMetric out;
  if (family.type == MetricType::Counter) {
    out.counter.value = static_cast<double>(metric.counter.value());
  } else if (family.type == MetricType::Histogram) {
    out = render_latency(*metric.latency);
  } else if (metric.read) {
    out.gauge.value = metric.read();
  } else {
    out.gauge.value = static_cast<double>(metric.gauge.value());
  }
  return out;
}

}  // namespace

struct MetricsRegistry::State {
  mutable std::mutex mutex;
  std::map<std::string, Family, std::less<>> families;

  Metric& find(std::string_view name, std::string_view help, MetricType type,
               const MetricLabels& labels) {
    const std::lock_guard lock(mutex);
    auto family = families.find(name);
    if (family == families.end()) {
      GAVEL_CHECK(prometheus::CheckMetricName(std::string(name)));
      family = families.emplace(std::string(name), Family{type, std::string(help), {}}).first;
    }
    GAVEL_CHECK(family->second.type == type);
    auto& metric = family->second.metrics[labels];
    if (!metric) {
      for (const auto& [label, value] : labels) GAVEL_CHECK(prometheus::CheckLabelName(label));
      metric = std::make_unique<Metric>();
      if (type == MetricType::Histogram) metric->latency = std::make_unique<LatencyHistogram>();
    }
    return *metric;
  }
};

MetricsRegistry::MetricsRegistry() : state_(std::make_unique<State>()) {}
MetricsRegistry::~MetricsRegistry() = default;

Counter& MetricsRegistry::counter(std::string_view name, std::string_view help,
                                  const MetricLabels& labels) {
  return state_->find(name, help, MetricType::Counter, labels).counter;
}

Gauge& MetricsRegistry::gauge(std::string_view name, std::string_view help,
                              const MetricLabels& labels) {
  return state_->find(name, help, MetricType::Gauge, labels).gauge;
}

LatencyHistogram& MetricsRegistry::latency(std::string_view name, std::string_view help,
                                           const MetricLabels& labels) {
  return *state_->find(name, help, MetricType::Histogram, labels).latency;
}

void MetricsRegistry::callback_gauge(std::string_view name, std::string_view help,
                                     std::function<double()> read, const MetricLabels& labels) {
  Metric& metric = state_->find(name, help, MetricType::Gauge, labels);
  const std::lock_guard lock(state_->mutex);
  metric.read = std::move(read);
}

std::string MetricsRegistry::expose() const {
  std::vector<prometheus::MetricFamily> families;
  {
    const std::lock_guard lock(state_->mutex);
    families.reserve(state_->families.size());
    for (const auto& [name, family] : state_->families) {
      prometheus::MetricFamily out;
      out.name = name;
      out.help = family.help;
      out.type = family.type;
      for (const auto& [labels, metric] : family.metrics) {
        prometheus::ClientMetric rendered = render(family, *metric);
        for (const auto& [label, value] : labels) rendered.label.push_back({label, value});
        out.metric.push_back(std::move(rendered));
      }
      families.push_back(std::move(out));
    }
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace gavel::ops
