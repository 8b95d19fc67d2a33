#include "sim/sim_node.hpp"

#include <algorithm>

namespace gavel::sim {

namespace {

apps::ChainOnL1 chain_of(SimL1& l1) {
  return {settle::discover(l1.chain(), cheats::FakeContracts::registry()).value(),
          da::BatchConfigs(l1.options().config), l1.chain().chain_id().value()};
}

}  // namespace

SimNode::SimNode(const SimNodeOptions& options, SimL1& l1, SimClock& clock, io::Random& random,
                 u64 seed)
    : options_(options),
      l1_(l1),
      clock_(clock),
      random_(random),
      disk_(seed ^ 0xd15c),
      inbox_rpc_(l1.chain(), random),
      settle_rpc_(l1.chain(), random),
      node_random_(seed ^ 0x0de),
      chain_(chain_of(l1)) {
  options_.node.data_directory = "data";
  options_.node.own_threads = false;
  options_.node.random = &node_random_;
  l1_settings_.inbox_depth = options.inbox_depth;
  l1_settings_.confirmations = options.confirmations;
  l1_settings_.poll = std::chrono::nanoseconds(options.poll_ns);
  l1_settings_.bump_after = std::chrono::nanoseconds(3 * l1.options().block_ns);
  l1_settings_.poster_key = ops::Secret(kPosterKey);
  l1_settings_.claimer_key = ops::Secret(kClaimerKey);
  l1_settings_.max_unposted_batches = options.max_unposted_batches;
}

sequencer::NodeResult<void> SimNode::open() {
  disk_.begin_life();
  // A process that starts reads L1 before all else.
  settle::ConfigReader configs(l1_.chain(), chain_.contracts,
                               static_cast<u32>(options_.inbox_depth));
  GAVEL_CHECK(configs.poll().ok());
  chain_.configs = *configs.known();
  metrics_ = std::make_unique<ops::MetricsRegistry>();
  auto core = GAVEL_TRY(sequencer::NodeCore::open(options_.node, chain_.configs, disk_, clock_,
                                                  *metrics_, [](const std::string&) {}));
  core->on_batch([this](const sequencer::BatchSealed&) { ++batches_sealed_; });
  auto business = std::make_unique<apps::NodeL1>(l1_settings_, chain_, *core, *metrics_);
  GAVEL_TRY(core->start());
  GAVEL_TRY(business->attach(inbox_rpc_, settle_rpc_, clock_, disk_));
  core_ = std::move(core);
  business_ = std::move(business);
  stalled_until_ns_ = {};
  next_inbox_ns_ = next_settle_ns_ = 0;
  orphaned_ = false;
  return {};
}

void SimNode::step() {
  if (!core_) return;
  const u64 now_ns = clock_.elapsed_ns();
  // Any order, and each part up to a few times.
  const u64 first = random_.below(kParts);
  const u64 stride = random_.below(2) == 0 ? 1 : 5;
  for (u64 i = 0; i < kParts; ++i) {
    const Part part{static_cast<u8>((first + i * stride) % kParts)};
    if (now_ns < stalled_until_ns_[static_cast<u8>(part)]) continue;
    for (u64 times = 1 + random_.below(4); times > 0 && core_->step(part); --times) {
      if (part == Part::executor) break;
    }
  }
  most_waiting_ = std::max(most_waiting_, core_->blocks_waiting());
  step_l1();
}

// Inbox and settlement have threads of their own in the product, each with its own endpoint.
void SimNode::step_l1() {
  const u64 now_ns = clock_.elapsed_ns();
  if (now_ns >= next_inbox_ns_ && !orphaned_) {
    next_inbox_ns_ = now_ns + options_.poll_ns;
    orphaned_ = !business_->step_inbox();
    if (!orphaned_ && !business_->inbox().caught_up()) next_inbox_ns_ = now_ns;
  }
  if (now_ns >= next_settle_ns_) {
    next_settle_ns_ = now_ns + options_.poll_ns;
    business_->step_settle();
  }
}

void SimNode::stop(const std::function<void()>& ended) {
  if (!core_) return;
  core_->stop();
  if (!disk_.dead() && core_->failure().empty()) ended();
  bury();
}

void SimNode::kill(Death how) {
  disk_.die(how);
  bury();
}

void SimNode::bury() {
  disk_.die(Death::process);
  business_.reset();
  core_.reset();
}

}  // namespace gavel::sim
