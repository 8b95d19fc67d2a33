// What a node tells Prometheus. Values are asked for at each scrape; nothing here is on the way of
// a transaction.
#include "sequencer/node_core.hpp"

namespace gavel::sequencer {

namespace {

double seconds(u64 ns) { return static_cast<double>(ns) / 1e9; }

void quantiles(ops::MetricsRegistry& metrics, const std::string& name, const std::string& help,
               const ops::LatencyHistogram& histogram) {
  metrics.callback_gauge(name, help, [&histogram] { return seconds(histogram.p50()); },
                         {{"quantile", "0.5"}});
  metrics.callback_gauge(name, help, [&histogram] { return seconds(histogram.p99()); },
                         {{"quantile", "0.99"}});
  metrics.callback_gauge(name, help, [&histogram] { return seconds(histogram.max()); },
                         {{"quantile", "1"}});
}

}  // namespace

void NodeCore::register_metrics() {
  const auto head = [this](const char* name, const char* help, u64 NodeHeads::* field) {
    metrics_.callback_gauge(name, help,
                            [this, field] { return static_cast<double>(heads().*field); });
  };
  head("gavel_node_head_block", "Last executed block", &NodeHeads::block);
  head("gavel_node_head_durable_block", "Last block on disk", &NodeHeads::durable);
  head("gavel_node_head_hashed_block", "Last hashed block", &NodeHeads::hashed);
  head("gavel_node_head_batch", "Last committed batch", &NodeHeads::batch);
  head("gavel_node_inbox_index", "Inbox messages executed", &NodeHeads::inbox_index);

  const ExecutorStats& stats = executor_->stats();
  const auto count = [this](const char* name, const char* help, const std::atomic<u64>& value) {
    metrics_.callback_gauge(name, help, [&value] { return static_cast<double>(value.load()); });
  };
  count("gavel_node_blocks_executed", "Blocks since the start", stats.blocks);
  count("gavel_node_transactions_executed", "Transactions and messages since the start",
        stats.transactions);
  count("gavel_node_transactions_refused", "Transactions refused by the executor since the start",
        stats.refused);
  count("gavel_node_messages_executed", "Inbox messages since the start", stats.messages);
  count("gavel_clearing_insurance", "Units of the collateral asset in the insurance fund",
        stats.insurance);
  count("gavel_clearing_vault", "Units of the collateral asset behind all margin", stats.vault);
  const GatewayStats& gateway = gateway_->stats();
  count("gavel_gateway_connections", "Open connections", gateway.connections);
  count("gavel_gateway_submitted", "Submit frames since the start", gateway.submitted);
  count("gavel_gateway_busy", "Transactions refused as busy since the start", gateway.busy);
  count("gavel_gateway_results", "Results written since the start", gateway.results);
  count("gavel_gateway_errors", "Connections closed for an error since the start", gateway.errors);
  count("gavel_gateway_timeouts", "Connections closed for silence since the start",
        gateway.timeouts);
  count("gavel_gateway_too_slow", "Connections closed for unread results since the start",
        gateway.too_slow);

  quantiles(metrics_, "gavel_node_execution_seconds", "Execution of a block", stats.execution_ns);
  quantiles(metrics_, "gavel_node_interval_seconds", "From one block's closing to the next",
            stats.interval_ns);
  quantiles(metrics_, "gavel_node_log_sync_seconds", "Writing and syncing a group of blocks",
            block_log_->sync_ns());

  metrics_.callback_gauge("gavel_node_cold_waiting_blocks", "Blocks that wait for hashing",
                          [this] { return static_cast<double>(cold_->waiting()); });
  metrics_.callback_gauge("gavel_node_write_log_chunks",
                          "MiB of the read/write log that wait for the cold path",
                          [this] { return static_cast<double>(stores_.log->chunks_under_way()); });
  metrics_.callback_gauge("gavel_node_write_log_stalls",
                          "How often execution waited for the cold path",
                          [this] { return static_cast<double>(stores_.log->stalls()); });
  metrics_.callback_gauge("gavel_node_snapshots_taken", "Snapshots since the start",
                          [this] { return static_cast<double>(snapshots_->taken()); });
  metrics_.callback_gauge(
      "gavel_node_clock_offset_seconds",
      "How far the wall clock has jumped from the time of blocks; 0 while it is followed",
      [this] { return static_cast<double>(block_clock_.offset_ms()) / 1e3; });
  metrics_.callback_gauge("gavel_node_failed", "1 after a failure that ended acknowledging",
                          [this] { return failed_.load() ? 1.0 : 0.0; });
}

}  // namespace gavel::sequencer
