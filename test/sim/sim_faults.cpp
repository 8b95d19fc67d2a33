#include <algorithm>

#include "sim/sim_world.hpp"

namespace gavel::sim {

const char* name_of(Fault fault) {
  static constexpr const char* kNames[kFaults] = {
      "power_cut",         "power_cut_in_call", "process_kill",  "restart",        "disk_full",
      "disk_errors",       "slow_part",         "clock_jump",    "l1_down",        "l1_errors",
      "l1_no_blocks",      "l1_reorg",          "l1_deep_reorg", "fees_up",        "mempool_lost",
      "pages_withheld",    "client_gone",       "client_slow",   "client_garbage", "client_burst",
      "client_duplicates", "link_stall",        "batch_ends",    "deposit",        "configuration"};
  return kNames[static_cast<u8>(fault)];
}

void SimWorld::later(u64 after_ns, std::function<void()> what) {
  due_.emplace(now_ns() + after_ns, std::move(what));
}

void SimWorld::run_due() {
  while (!due_.empty() && due_.begin()->first <= now_ns()) {
    const auto what = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    what();
  }
}

void SimWorld::maybe_fault() {
  if (now_ns() < next_fault_ns_ || plan_.faults.empty()) return;
  next_fault_ns_ = now_ns() + below(2 * plan_.mean_fault_gap_ns);
  inject(plan_.faults[below(plan_.faults.size())]);
}

void SimWorld::inject(Fault fault) {
  const bool of_node = fault <= Fault::clock_jump || fault == Fault::batch_ends;
  if (of_node && !node_->alive()) return;
  if (fault == Fault::l1_deep_reorg && deep_reorg_done_) return;
  ++report_.faults[static_cast<u8>(fault)];
  digest_.add(static_cast<u64>(fault));
  say("fault", name_of(fault));
  switch (fault) {
    case Fault::power_cut:
    case Fault::process_kill:
      node_->kill(fault == Fault::power_cut ? Death::power : Death::process);
      return life_ended();
    case Fault::power_cut_in_call:
      return node_->disk().die_after(1 + below(200), below(3) == 0 ? Death::process : Death::power);
    case Fault::restart:
      return restart_node();
    case Fault::disk_full:
      return disk_full();
    case Fault::disk_errors:
      return disk_errors();
    case Fault::slow_part:
      return node_->stall(SimNode::Part{static_cast<u8>(below(SimNode::kParts))},
                          now_ns() + (20 + below(2'000)) * kMs);
    case Fault::clock_jump:
      return clock_jump();
    case Fault::batch_ends:
      return node_->core()->end_batch();
    case Fault::configuration:
      return announce_configuration();
    case Fault::deposit: {
      const u32 account = 1 + static_cast<u32>(below(keys_.size()));
      return l1_->deposit(keys_[account - 1].address, below(5) == 0 ? 0 : account,
                          1 + static_cast<u32>(below(plan_.assets)), 1 + below(1'000'000));
    }
    case Fault::client_gone:
    case Fault::client_slow:
    case Fault::client_garbage:
    case Fault::client_burst:
    case Fault::client_duplicates:
    case Fault::link_stall:
      return inject_client(fault);
    default:
      return inject_l1(fault);
  }
}

void SimWorld::inject_client(Fault fault) {
  SimClient& client = *clients_[below(clients_.size())];
  switch (fault) {
    case Fault::client_gone:
      return client.disconnect(now_ns());
    case Fault::client_slow:
      return client.read_slowly_until(now_ns() + (1'000 + below(8'000)) * kMs);
    case Fault::client_garbage:
      return client.send_garbage(now_ns());
    case Fault::client_burst:
      return client.burst(20 + static_cast<u32>(below(60)), now_ns(), clock_->true_ms());
    case Fault::client_duplicates:
      return client.duplicate(now_ns());
    default:
      return client.stall_until(now_ns() + below(5'000) * kMs);
  }
}

void SimWorld::inject_l1(Fault fault) {
  const u64 while_ns = (1'000 + below(10'000)) * kMs;
  SimRpc& rpc = below(2) == 0 ? node_->inbox_rpc() : node_->settle_rpc();
  switch (fault) {
    case Fault::l1_down:
      rpc.set_down(true);
      return later(while_ns, [&rpc] { rpc.set_down(false); });
    case Fault::l1_errors:
      rpc.set_failing_ppm(static_cast<u32>(20'000 + below(300'000)));
      return later(while_ns, [&rpc] { rpc.set_failing_ppm(0); });
    case Fault::l1_no_blocks:
      return l1_->skip_blocks_until(now_ns() + while_ns);
    case Fault::l1_reorg:
      // Half of them when there is something to lose: once a batch was fixed or claimed.
      if (below(2) == 0) return shallow_reorg();
      return await_settlement(l1_->chain().next_batch() + l1_->chain().claims());
    case Fault::l1_deep_reorg:
      return deep_reorg();
    case Fault::fees_up:
      l1_->chain().set_base_fee(u128{1'000'000'000 * (2 + below(60))});
      return later(while_ns, [this] { l1_->chain().set_base_fee(u128{1'000'000'000}); });
    case Fault::mempool_lost:
      return l1_->chain().forget_mempool();
    case Fault::pages_withheld:
      l1_->chain().withhold_transactions(true);
      return later(while_ns, [this] { l1_->chain().withhold_transactions(false); });
    default:
      return;
  }
}

// The inbox depth hides it from the executor.
void SimWorld::shallow_reorg() {
  const u64 depth = std::min<u64>(1 + below(3), l1_->deepest_reorg());
  l1_->reorganise(static_cast<u32>(depth), below(2) == 0);
}

void SimWorld::await_settlement(u64 seen) {
  later(plan_.node.poll_ns, [this, seen] {
    const u64 now = l1_->chain().next_batch() + l1_->chain().claims();
    if (now <= seen) return await_settlement(now);
    // Soon after, so that the node has or has not seen it.
    later(below(3) * plan_.l1.block_ns, [this] { shallow_reorg(); });
  });
}

void SimWorld::disk_full() {
  io::DiskFaults faults;
  faults.capacity_bytes = node_->disk().fake().used_bytes() + below(20'000);
  node_->disk().fake().set_faults(faults);
  ++disk_trouble_;
  later((500 + below(4'000)) * kMs, [this] { end_disk_trouble(); });
}

void SimWorld::disk_errors() {
  io::DiskFaults faults;
  const u32 ppm = static_cast<u32>(5'000 + below(100'000));
  (below(2) == 0 ? faults.failed_sync_ppm : faults.short_append_ppm) = ppm;
  node_->disk().fake().set_faults(faults);
  ++disk_trouble_;
  later((200 + below(2'000)) * kMs, [this] { end_disk_trouble(); });
}

void SimWorld::end_disk_trouble() {
  node_->disk().fake().set_faults({});
  --disk_trouble_;
  disk_well_ns_ = now_ns();
}

// And has been, so that no part of the node may still stumble over what happened before.
bool SimWorld::disk_is_well() const {
  return !node_->disk().dead() && disk_trouble_ == 0 && now_ns() >= disk_well_ns_ + 3 * kS;
}

// Within what the time windows of the protocol forgive.
void SimWorld::clock_jump() {
  const i64 most = static_cast<i64>(plan_.l1.config.future_window_ms / 2);
  const i64 error = static_cast<i64>(below(static_cast<u64>(2 * most))) - most;
  clock_->set_error_ms(error);
  later((1'000 + below(15'000)) * kMs, [this] { clock_->set_error_ms(0); });
}

// For a batch soon, so that it may come too late: other units of long actions, and how much a block
// holds. The words are not always in their range: few cancels a unit allow fewer orders. One at a
// time.
void SimWorld::announce_configuration() {
  if (!node_->alive()) return;
  cheats::FakeContracts& chain = l1_->chain();
  const u64 made = std::max(node_->core()->heads().batch, chain.next_batch());
  if (chain.last_config().start > made) return;
  stf::Config next = plan_.l1.config;
  next.fills_per_unit = 1 + static_cast<u32>(below(stf::kMaxFillsPerUnit));
  next.cancels_per_unit = 1 + static_cast<u32>(below(stf::kMaxCancelsPerUnit));
  next.max_block_txs = 20 + static_cast<u32>(below(200));
  chain.set_config_from(made + 1 + below(4), next);
}

// The owner takes back what came too late.
void SimWorld::withdraw_late_configuration() {
  const u64 batch = node_->alive() ? node_->core()->misconfigured() : 0;
  if (batch == 0) return;
  cheats::FakeContracts& chain = l1_->chain();
  const da::BatchConfig made = node_->core()->config_of(batch);
  if (chain.hash_of_config(batch) == made.hash) return;  // it will see that
  if (batch < chain.next_batch()) return fail("L1 fixed what was made under another configuration");
  ++report_.late_configurations;
  say("too late a configuration", "batch " + std::to_string(batch));
  chain.set_words_from(batch, made.words);
}

// Deeper than the inbox depth, and with it goes a message that the node has executed.
void SimWorld::deep_reorg() {
  deep_reorg_done_ = true;
  l1_->deposit(keys_[0].address, 1, 1, 1);
  await_victim(l1_->chain().messages() + 1);
}

void SimWorld::await_victim(u64 message) {
  later(plan_.node.poll_ns / 2, [this, message] {
    if (!node_->alive() || node_->business()->inbox().delivered() < message) {
      return await_victim(message);
    }
    const u64 depth = plan_.node.inbox_depth + 2 + below(6);
    if (depth > l1_->deepest_reorg()) return;
    const u64 executed = node_->business()->inbox().delivered();
    l1_->chain().take_back(static_cast<u32>(depth), false);
    const u64 left = l1_->chain().messages();
    l1_->chain().mine(static_cast<u32>(depth));
    if (executed <= left) return;
    // Nothing else happens until the node has seen it.
    say("a message that was executed is gone from L1");
    expect_orphaned_ = true;
    heal();
    orphaned_by_ns_ = now_ns() + 10 * plan_.node.poll_ns + 25 * kS;
    // It may take a while until it can see it.
    if (below(2) == 0) return;
    node_->inbox_rpc().set_down(true);
    later(20 * kS, [this] { node_->inbox_rpc().set_down(false); });
  });
}

void SimWorld::heal() {
  faulty_ = false;
  due_.clear();
  if (disk_trouble_ != 0) disk_well_ns_ = now_ns();
  disk_trouble_ = 0;
  node_->disk().fake().set_faults({});
  node_->disk().die_after(~u64{0} >> 1, Death::power);
  for (SimRpc* rpc : {&node_->inbox_rpc(), &node_->settle_rpc()}) {
    rpc->set_down(false);
    rpc->set_failing_ppm(0);
  }
  l1_->chain().withhold_transactions(false);
  l1_->chain().set_base_fee(u128{1'000'000'000});
  clock_->set_error_ms(0);
  for (u8 part = 0; part < SimNode::kParts; ++part) node_->stall(SimNode::Part{part}, 0);
}

}  // namespace gavel::sim
