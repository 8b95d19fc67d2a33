// The Actor's metrics: registered where a registry is given, kept for nobody otherwise.
#pragma once

#include "dispute/actor.hpp"

namespace gavel::dispute {

struct Actor::Metrics {
  explicit Metrics(ops::MetricsRegistry* registry)
      : own(registry == nullptr ? std::make_unique<ops::MetricsRegistry>() : nullptr),
        metrics(registry == nullptr ? *own : *registry) {}

  std::unique_ptr<ops::MetricsRegistry> own;
  ops::MetricsRegistry& metrics;
  ops::Gauge& contests = metrics.gauge("gavel_dispute_contests", "Contests that are followed.");
  ops::Gauge& unread =
      metrics.gauge("gavel_dispute_contests_unread", "Contests in which nothing could be decided.");
  ops::Gauge& behind =
      metrics.gauge("gavel_dispute_batches_behind", "Fixed on L1 and not derived.");
  ops::Gauge& deadline = metrics.gauge(
      "gavel_dispute_deadline_seconds",
      "Until the nearest wrong claim would win if nobody did anything; 0 without a contest.");
  ops::Gauge& bonds = metrics.gauge("gavel_dispute_bonds_gwei", "Bonds at stake.");
  ops::Gauge& kept =
      metrics.gauge("gavel_dispute_bonds_kept_gwei", "Bonds that the lines begun may still need.");
  ops::Gauge& balance =
      metrics.gauge("gavel_dispute_balance_gwei", "The account's money, when it was last asked.");
  ops::Gauge& waiting =
      metrics.gauge("gavel_dispute_moves_waiting", "Moves that are due and wait for money.");
  ops::Gauge& needed = metrics.gauge("gavel_dispute_moves_waiting_gwei",
                                     "What the first of the waiting moves needs.");
  ops::Gauge& left_out = metrics.gauge("gavel_dispute_moves_left_out",
                                       "Moves that are due and pass the limit of bonds.");
  ops::Gauge& on_way = metrics.gauge("gavel_dispute_moves_on_way", "Moves sent and not settled.");
  ops::Gauge& lost =
      metrics.gauge("gavel_dispute_lost", "Contests that were decided for another end.");
};

}  // namespace gavel::dispute
