// NodeCore: a sequencer's parts put together: recovery, gateway, signatures, execution, block log,
// batches, snapshots.
//
// The way of a transaction: gateway -> signature stage -> executor -> block log -> (on disk) ->
// results to the client, and on another thread -> block hash -> batch -> state tree. Nothing is
// told to anyone before it is on disk. Invariant: after any end of the process, open() gives a node
// with every acknowledged block. A disk error ends acknowledging at once: failure() says what
// happened, and the owner should stop the process. Threads: open, start and stop from one thread;
// everything const and ask() from any. A batch is made under the configuration that was announced
// for it before its first block; from there on the directory says which that is, whatever is
// announced later. At a batch that this process must not make it retires: see retired().
#pragma once

#include <chrono>
#include <future>

#include "da/batch_configs.hpp"
#include "ops/metrics.hpp"
#include "sequencer/block_clock.hpp"
#include "sequencer/node_cold_path.hpp"
#include "sequencer/node_recent_blocks.hpp"
#include "sequencer/node_recovery.hpp"
#include "sequencer/node_snapshots.hpp"
#include "state/block_log.hpp"

namespace gavel::sequencer {

// The chain's heads, from nearest to farthest behind.
struct NodeHeads {
  u64 block = 0;         // executed
  u64 durable = 0;       // in the block log; what clients know of
  u64 hashed = 0;        // hashed by the cold path
  u64 timestamp_ms = 0;  // of the last hashed block
  u64 batch = 0;         // committed
  u64 batch_block = 0;   // the committed batch's last block
  u64 inbox_index = 0;   // messages executed, as of the last hashed block
  Hash32 state_root;     // of the committed batch
};

// Why a node has stopped making batches although it is well.
struct Retirement {
  u64 batch = 0;  // the first that it must not make
  Hash32 image;   // that judges it
  std::string why;
  bool reopens = false;  // this program makes it once the directory is opened anew
};

class NodeCore {
 public:
  // Recovers the data directory. `announced`: the configurations as L1 names them; disk, clock and
  // metrics outlive the node. One that is retired at once must not be started.
  [[nodiscard]] static NodeResult<std::unique_ptr<NodeCore>> open(NodeOptions options,
                                                                  const da::BatchConfigs& announced,
                                                                  io::Disk& disk, io::Clock& clock,
                                                                  ops::MetricsRegistry& metrics,
                                                                  const NodeProgress& say);
  // One configuration for all batches.
  [[nodiscard]] static NodeResult<std::unique_ptr<NodeCore>> open(NodeOptions options,
                                                                  const stf::Config& config,
                                                                  io::Disk& disk, io::Clock& clock,
                                                                  ops::MetricsRegistry& metrics,
                                                                  const NodeProgress& say);
  ~NodeCore();
  NodeCore(const NodeCore&) = delete;
  NodeCore& operator=(const NodeCore&) = delete;

  // Takes traffic from here on.
  [[nodiscard]] NodeResult<void> start();
  // Without own_threads, in any order and as often as the owner likes: one step of one part. False
  // if it had nothing to do.
  enum class Part : u8 { gateway, signatures, executor, block_log, cold_path, snapshots };
  bool step(Part part);
  // Takes nothing more, finishes the open block, puts it on disk, tells the results, ends all
  // threads.
  void stop();

  // The owner's own writing to the node's disk failed: the node ends as if it were one of its own.
  void fail_for_disk(std::string why) { fail(std::move(why), true); }
  // What the node died of; empty while it is well.
  std::string failure() const;
  // Whether that was the disk: opening the directory again, once it is well, brings all back.
  bool disk_failed() const { return disk_failed_.load(); }
  // Whether it executes and acknowledges.
  bool ready() const { return running_.load() && !failed_.load(); }

  NodeHeads heads() const;
  // The answer of `question(state, head)`, asked between two blocks; nothing if the node is too
  // busy or has ended.
  template <class F>
  auto ask(F question, std::chrono::milliseconds timeout = std::chrono::milliseconds(2'000)) const
      -> std::optional<std::invoke_result_t<F, const state::HotState&, const ChainHead&>> {
    using Answer = std::invoke_result_t<F, const state::HotState&, const ChainHead&>;
    auto promise = std::make_shared<std::promise<Answer>>();
    std::future<Answer> answer = promise->get_future();
    const bool asked =
        executor_->ask([promise, q = std::move(question)](const auto& state, const auto& head) {
          promise->set_value(q(state, head));
        });
    if (!asked || answer.wait_for(timeout) != std::future_status::ready) return std::nullopt;
    return answer.get();
  }

  // The next inbox message; the first is number heads().inbox_index + 1 as of open().
  void push_message(std::vector<u8> bytes) { executor_->push_message(std::move(bytes)); }
  void end_batch() { executor_->end_batch(); }

  // What L1 names from now on. For batches that have begun it changes nothing. Any thread.
  void announce(const da::BatchConfigs& announced);
  // The first batch that was begun under another configuration than what is announced; 0: none.
  u64 misconfigured() const;
  // Where the next announced configuration begins; 0: none beyond the batch in progress.
  u64 next_config_batch() const;
  // The configuration that a batch was made under, or would be if it began now.
  da::BatchConfig config_of(u64 batch) const;
  // Set once: all blocks before that batch are made, and go to disk with stop().
  std::optional<Retirement> retired() const;
  // Called for each batch that is committed, on the cold path. Before start().
  void on_batch(std::function<void(const BatchSealed&)> hook) { on_batch_ = std::move(hook); }

  // Of the first batch that this process made: chain id and contract are all batches'.
  const stf::Config& config() const { return opened_config_; }
  const NodeOptions& options() const { return options_; }
  const state::CommitStore& tree() const { return *stores_.tree; }
  const da::BatchStore& batches() const { return *stores_.batches; }
  da::BatchStore& batches() { return *stores_.batches; }
  const RecentBlocks& recent() const { return recent_; }
  // Only without own_threads: between two steps.
  const state::HotState& hot_state() const { return *stores_.hot; }
  // Blocks that wait for the disk, and for the cold path.
  u64 blocks_waiting() const;
  const Executor& executor() const { return *executor_; }
  Executor& executor() { return *executor_; }
  const Gateway& gateway() const { return *gateway_; }
  Gateway& gateway() { return *gateway_; }
  // Gives each of the node's own latencies with its name: log_sync, acknowledge, tree_update.
  void put_latencies(
      const std::function<void(const char*, const ops::LatencyHistogram&)>& put) const {
    put("log_sync", block_log_->sync_ns());
    put("acknowledge", *acknowledge_ns_);
    put("tree_update", *tree_ns_);
  }
  // Snapshots copied since open(); each is sealed with the batch that was in progress then.
  u64 snapshots_taken() const { return snapshots_->taken(); }
  // Messages executed when the directory was opened: the feed goes on behind them.
  u64 inbox_index_at_open() const { return inbox_index_at_open_; }

 private:
  NodeCore(NodeOptions options, const da::BatchConfigs& announced, io::Disk& disk, io::Clock& clock,
           ops::MetricsRegistry& metrics);
  NodeResult<void> recover(const NodeProgress& say);
  NodeResult<void> load_configs();
  NodeResult<ReplayedLog> replay(const NodeProgress& say);
  bool begin_batch(u64 batch);
  bool run_under(const da::BatchConfig& config, u64 batch);
  std::optional<Retirement> obstacle(const da::BatchConfig& config) const;
  void tell_time(const ChainHead& head);
  void make_parts(const ChainHead& head);
  void register_metrics();
  bool seal(const SealedBlock& block);
  void on_sealed_batch(const BatchSealed& sealed);
  void on_executed(SealedBlockPtr block);
  void on_durable(u64 durable);
  void fail(std::string why, bool disk);
  std::string describe_log_failure() const;

  NodeOptions options_;
  stf::Rules rules_;  // of the batch in progress; executor's thread
  stf::Config opened_config_;
  io::Disk& disk_;
  io::Clock& clock_;
  BlockClock block_clock_;
  ops::MetricsRegistry& metrics_;
  std::function<void(const BatchSealed&)> on_batch_;

  NodeStores stores_;
  RecentBlocks recent_;
  BlockHashed last_hashed_;  // of the block being sealed
  u64 inbox_index_at_open_ = 0;
  ops::LatencyHistogram* tree_ns_ = nullptr;
  ops::LatencyHistogram* acknowledge_ns_ = nullptr;

  mutable std::mutex configs_mutex_;  // the next six
  da::BatchConfigs announced_;
  da::BatchConfigs made_under_;  // as the directory says
  u64 begun_ = 0;                // the last batch that began
  bool parts_made_ = false;
  std::array<u32, exchange::kTableCount> reserved_{};
  std::optional<Retirement> retired_;

  mutable std::mutex mutex_;  // heads_, waiting_, failure_
  NodeHeads heads_;
  struct Waiting {
    SealedBlockPtr block;
    u64 executed_ns;
  };
  std::deque<Waiting> waiting_;  // executed, not yet durable
  std::string failure_;
  std::atomic<bool> failed_{false};
  std::atomic<bool> disk_failed_{false};
  std::atomic<bool> running_{false};
  bool stopped_ = false;
  std::vector<u8> record_;  // executor's thread

  // Later ones use earlier ones; blocks return to the executor's pool, so it goes after whoever
  // holds one.
  std::unique_ptr<BlockBuilder> builder_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<BatchSealer> sealer_;
  std::unique_ptr<NodeColdPath> cold_;
  std::unique_ptr<NodeSnapshots> snapshots_;
  std::unique_ptr<SignatureStage> signatures_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<state::BlockLog> block_log_;
};

}  // namespace gavel::sequencer
