// The Submitter's metrics: registered where a registry is given, counted for nobody otherwise.
#pragma once

#include "l1/submitter.hpp"

namespace gavel::l1 {

struct Submitter::Counters {
  explicit Counters(ops::MetricsRegistry* registry)
      : own(registry == nullptr ? std::make_unique<ops::MetricsRegistry>() : nullptr),
        metrics(registry == nullptr ? *own : *registry) {}

  std::unique_ptr<ops::MetricsRegistry> own;
  ops::MetricsRegistry& metrics;
  ops::Counter& sent = metrics.counter("gavel_l1_transactions_sent_total",
                                       "Transactions handed to a node, first time.");
  ops::Counter& raised =
      metrics.counter("gavel_l1_fee_raises_total", "Transactions replaced at a higher fee.");
  ops::Counter& resent =
      metrics.counter("gavel_l1_transactions_resent_total", "Transactions sent again unchanged.");
  ops::Counter& vanished = metrics.counter("gavel_l1_transactions_reorged_total",
                                           "Mined transactions that a reorg took back.");
  ops::Counter& confirmed =
      metrics.counter("gavel_l1_calls_confirmed_total", "Calls settled with success.");
  ops::Counter& reverted =
      metrics.counter("gavel_l1_calls_reverted_total", "Calls settled as reverted.");
  ops::Counter& refused =
      metrics.counter("gavel_l1_calls_refused_total", "Calls never sent or never accepted.");
  ops::Counter& fillers =
      metrics.counter("gavel_l1_fillers_total", "Empty transactions sent to close a nonce gap.");
  ops::Counter& capped = metrics.counter("gavel_l1_fee_cap_hits_total",
                                         "Rounds in which the fee cap held something back.");
  ops::Counter& failed_rounds =
      metrics.counter("gavel_l1_failed_rounds_total", "Rounds that ended with an error.");
  ops::Gauge& open = metrics.gauge("gavel_l1_calls_open", "Calls accepted and not yet reported.");
  ops::Gauge& in_flight =
      metrics.gauge("gavel_l1_transactions_in_flight", "Transactions sent and not in a block.");
};

}  // namespace gavel::l1
