#include "sequencer/node_core.hpp"

#include <fmt/format.h>

#include "ops/log.hpp"
#include "sequencer/block_record.hpp"

namespace gavel::sequencer {

namespace {

constexpr auto kRetryPause = std::chrono::microseconds(200);
constexpr auto kDrainTime = std::chrono::seconds(2);

GatewayOptions gateway_options(const NodeOptions& options, const stf::Config& config) {
  GatewayOptions out = options.gateway;
  out.chain_id = config.chain_id;
  out.verifying_contract = config.verifying_contract;
  return out;
}

}  // namespace

NodeCore::NodeCore(NodeOptions options, const da::BatchConfigs& announced, io::Disk& disk,
                   io::Clock& clock, ops::MetricsRegistry& metrics)
    : options_(std::move(options)),
      rules_(stf::make_rules(announced.of(0).decoded())),
      disk_(disk),
      clock_(clock),
      block_clock_(clock),
      metrics_(metrics),
      recent_(options_.recent_receipt_bytes),
      announced_(announced),
      made_under_(announced) {}

NodeCore::~NodeCore() { stop(); }

NodeResult<std::unique_ptr<NodeCore>> NodeCore::open(NodeOptions options, const stf::Config& config,
                                                     io::Disk& disk, io::Clock& clock,
                                                     ops::MetricsRegistry& metrics,
                                                     const NodeProgress& say) {
  return open(std::move(options), da::BatchConfigs(config), disk, clock, metrics, say);
}

NodeResult<std::unique_ptr<NodeCore>> NodeCore::open(NodeOptions options,
                                                     const da::BatchConfigs& announced,
                                                     io::Disk& disk, io::Clock& clock,
                                                     ops::MetricsRegistry& metrics,
                                                     const NodeProgress& say) {
  std::unique_ptr<NodeCore> node(new NodeCore(std::move(options), announced, disk, clock, metrics));
  GAVEL_TRY(node->recover(say));
  return node;
}

NodeResult<void> NodeCore::recover(const NodeProgress& say) {
  GAVEL_TRY(check_chain(options_, announced_.of(0).decoded(), disk_));
  GAVEL_TRY(load_configs());
  stores_ = GAVEL_TRY(open_node_stores(options_, reserved_, disk_, say));
  tree_ns_ = &metrics_.latency("gavel_node_tree_update_seconds",
                               "From a batch's write set to its root on disk");
  acknowledge_ns_ = &metrics_.latency("gavel_node_acknowledge_seconds",
                                      "From a block's closing to its being on disk");
  const state::Commitment newest = *stores_.tree->newest();
  heads_.block = heads_.durable = heads_.hashed = stores_.end.block_number;
  heads_.timestamp_ms = stores_.end.timestamp_ms;
  heads_.batch = newest.batch;
  heads_.batch_block = stores_.end.block_number;
  heads_.inbox_index = stores_.end.inbox_index;
  heads_.state_root = newest.root;
  begun_ = newest.batch;
  sealer_ = std::make_unique<BatchSealer>(
      *stores_.tree, *stores_.log, *stores_.batches, stores_.end,
      BatchSealer::Hooks{[this](const BlockHashed& hashed) { last_hashed_ = hashed; },
                         [this](const BatchSealed& sealed) { on_sealed_batch(sealed); }});
  const ReplayedLog replayed = GAVEL_TRY(replay(say));
  if (retired_) return {};
  heads_.block = heads_.durable = replayed.head.block_number;
  inbox_index_at_open_ = replayed.head.inbox_index;
  say(fmt::format(
      "block {}, batch {} in progress; {} blocks and {} transactions executed from the block log",
      replayed.head.block_number, replayed.head.batch, replayed.blocks, replayed.transactions));
  tell_time(replayed.head);
  if (replayed.head.batch_blocks == 0 && !begin_batch(replayed.head.batch)) {
    return retired_ ? NodeResult<void>() : failure();
  }
  make_parts(replayed.head);
  register_metrics();
  return {};
}

// A process that starts believes its wall clock; whether that was right its operator must say.
void NodeCore::tell_time(const ChainHead& head) {
  if (head.block_number == 0) return;
  constexpr i64 kLongMs = 3'600'000;
  const i64 since_ms = static_cast<i64>(block_clock_.now_ms() - head.timestamp_ms);
  if (since_ms < 0) {
    ops::log_warn(
        "node",
        "the wall clock is behind the last block: block times go on by 1 ms a block until "
        "it is past it",
        {{"behind_ms", -since_ms}});
  } else if (since_ms > kLongMs) {
    ops::log_warn("node",
                  "the last block is long ago: if this machine was not away for so long, its clock "
                  "is wrong; stop the node and set it right",
                  {{"last_block_ms_ago", since_ms}});
  }
}

void NodeCore::make_parts(const ChainHead& head) {
  opened_config_ = rules_.config;
  parts_made_ = true;
  // begin_batch has refused what leaves no room.
  const auto limits = limits_under(options_.batch, rules_.config);
  builder_ =
      std::make_unique<BlockBuilder>(*stores_.hot, rules_, limits.value_or(options_.batch), head);
  executor_ = std::make_unique<Executor>(
      *stores_.hot, *builder_, block_clock_, options_.block_interval_ns,
      ExecutorHooks{
          [this](SealedBlockPtr block) { on_executed(std::move(block)); },
          [this](std::span<const RefusedSubmission> refused) { gateway_->refuse(refused); },
          [this](u64 batch) { return begin_batch(batch); }});
  cold_ = std::make_unique<NodeColdPath>([this](const SealedBlock& block) { return seal(block); });
  snapshots_ = std::make_unique<NodeSnapshots>(*executor_, *stores_.tree, *cold_, clock_,
                                               options_.snapshot_slice_objects);
  signatures_ = std::make_unique<SignatureStage>(
      rules_.domain, options_.own_threads ? options_.signature_threads : 0,
      options_.signature_queue, [this] { executor_->wake(); });
  gateway_ = std::make_unique<Gateway>(
      gateway_options(options_, rules_.config), block_clock_,
      [this](const RawSubmission& raw) { return signatures_->push(raw); });
  block_log_ = std::make_unique<state::BlockLog>(
      std::move(stores_.blocks),
      state::BlockLogThreadOptions{.ring_bytes = options_.block_log_ring_bytes,
                                   .on_durable = [this](u64 durable) { on_durable(durable); },
                                   .own_thread = options_.own_threads});
}

NodeResult<void> NodeCore::start() {
  if (const auto retired = this->retired()) return retired->why;
  if (!options_.own_threads) {
    executor_->attach(*signatures_);
    running_.store(true);
    return {};
  }
  GAVEL_TRY(gateway_->start());
  cold_->start();
  snapshots_->start();
  executor_->start(*signatures_);
  running_.store(true);
  return {};
}

void NodeCore::stop() {
  if (stopped_ || executor_ == nullptr) return;
  stopped_ = true;
  if (running_.exchange(false)) {
    gateway_->drain();
    const auto until = std::chrono::steady_clock::now() + kDrainTime;
    while (!failed_.load() && !signatures_->idle() && std::chrono::steady_clock::now() < until) {
      if (!options_.own_threads) {
        for (const Part part : {Part::gateway, Part::signatures, Part::executor}) step(part);
        continue;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  snapshots_->stop();
  executor_->stop();
  block_log_->stop();
  if (block_log_->failed()) fail(describe_log_failure(), true);
  cold_->stop();
  signatures_->stop();
  gateway_->stop();
  const std::lock_guard lock(mutex_);
  waiting_.clear();
}

std::string NodeCore::describe_log_failure() const {
  return fmt::format(
      "the disk failed ({}) while block {} was written to the block log in {}; no block after {} "
      "was acknowledged",
      io::name_of(block_log_->disk_error()), block_log_->durable_block() + 1,
      block_log_directory(options_), block_log_->durable_block());
}

// Executor's thread. The record is copied by the log, so one buffer serves all blocks. After a
// failure blocks are still made, and dropped.
void NodeCore::on_executed(SealedBlockPtr block) {
  if (failed_.load()) return;
  encode_block_record(*block, record_);
  const u64 number = block->number;
  {
    const std::lock_guard lock(mutex_);
    heads_.block = number;
    waiting_.push_back({std::move(block), clock_.monotonic_ns()});
  }
  while (!block_log_->append(number, record_)) {
    if (block_log_->failed()) {
      fail(describe_log_failure(), true);
      return;
    }
    if (options_.own_threads) {
      std::this_thread::sleep_for(kRetryPause);
    } else {
      block_log_->step();
    }
  }
}

// Block log's thread.
void NodeCore::on_durable(u64 durable) {
  std::vector<Waiting> ready;
  {
    const std::lock_guard lock(mutex_);
    heads_.durable = durable;
    while (!waiting_.empty() && waiting_.front().block->number <= durable) {
      ready.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
  }
  const u64 now_ns = clock_.monotonic_ns();
  for (Waiting& w : ready) {
    acknowledge_ns_->record(now_ns - w.executed_ns);
    gateway_->publish(w.block);
    cold_->add(std::move(w.block));
  }
}

// Cold path's thread, or the recovering one.
bool NodeCore::seal(const SealedBlock& block) {
  const SealError error = sealer_->add(block);
  if (error != SealError::none) {
    fail(
        error == SealError::disk
            ? fmt::format("the disk failed while batch {} was written to {} or {}", block.batch,
                          batch_directory(options_), state_directory(options_))
            : fmt::format(
                  "batch {} does not fit the state tree: the hot state and the tree have diverged; "
                  "keep the data directory and report this",
                  block.batch),
        error == SealError::disk);
    return false;
  }
  recent_.add(block, last_hashed_);
  const std::lock_guard lock(mutex_);
  heads_.hashed = block.number;
  heads_.timestamp_ms = block.timestamp_ms;
  heads_.inbox_index = block.inbox_index;
  return true;
}

void NodeCore::on_sealed_batch(const BatchSealed& sealed) {
  tree_ns_->record(sealed.tree_ns);
  {
    const std::lock_guard lock(mutex_);
    heads_.batch = sealed.end.batch;
    heads_.batch_block = sealed.end.block_number;
    heads_.state_root = sealed.state_root;
  }
  if (block_log_ == nullptr) return;  // recovering
  block_log_->drop_before(sealed.end.block_number + 1);
  const u32 every = options_.snapshot_every_batches;
  if (every != 0 && sealed.end.batch % every == 0) snapshots_->begin(sealed.end.batch);
  if (on_batch_) on_batch_(sealed);
}

void NodeCore::fail(std::string why, bool disk) {
  {
    const std::lock_guard lock(mutex_);
    if (failed_.exchange(true)) return;
    failure_ = why;
    disk_failed_.store(disk);
  }
  if (executor_ != nullptr) executor_->halt(Halt::failed, true);
  ops::log_error("node", why);
}

std::string NodeCore::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

bool NodeCore::step(Part part) {
  switch (part) {
    case Part::gateway:
      return gateway_->step();
    case Part::signatures:
      return signatures_->step();
    case Part::executor:
      executor_->step();
      return true;
    case Part::block_log:
      return block_log_->step();
    case Part::cold_path:
      return cold_->step();
    case Part::snapshots:
      return snapshots_->step();
  }
  return false;
}

u64 NodeCore::blocks_waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() + cold_->waiting();
}

NodeHeads NodeCore::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

}  // namespace gavel::sequencer
