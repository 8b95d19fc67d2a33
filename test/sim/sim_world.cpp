#include "sim/sim_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "stf/receipt.hpp"

namespace gavel::sim {

namespace {

constexpr u64 kFunds = 1'000'000'000'000;

}  // namespace

SimWorld::SimWorld(const SimOptions& options)
    : options_(options), random_(options.seed), plan_(draw_plan(options, random_)) {}

void SimWorld::say(const char* what, const std::string& detail) {
  if (!options_.trace) return;
  fmt::print("{:9.3f} s  {} {}\n", double(now_ns()) / 1e9, what, detail);
}

void SimWorld::found() {
  for (u32 i = 0; i < plan_.accounts; ++i) {
    keys_.push_back(crypto::derive_keypair(Hash32{}, i));
  }
  l1_ = std::make_unique<SimL1>(plan_.l1);
  const u64 start_ms = l1_->found(keys_, plan_.assets, plan_.markets, kFunds);
  clock_ = std::make_unique<SimClock>(start_ms);
  l1_->start(*clock_);
  node_ = std::make_unique<SimNode>(plan_.node, *l1_, *clock_, random_, options_.seed);
  if (options_.disk_lies) node_->disk().lie();
  workload_ = std::make_unique<Workload>(stf::make_rules(plan_.l1.config).domain, keys_,
                                         plan_.markets, plan_.assets, random_);
  for (u32 i = 0; i < plan_.clients; ++i) {
    SimClient::Options client;
    client.first_account = 1 + i * plan_.accounts / plan_.clients;
    client.accounts = 1 + (i + 1) * plan_.accounts / plan_.clients - client.first_account;
    client.mean_gap_ns = static_cast<u64>(1e9 * plan_.clients / plan_.rate);
    client.link = plan_.link;
    clients_.push_back(std::make_unique<SimClient>(client, *workload_, random_, digest_));
  }
  verifier_rpc_ = std::make_unique<SimRpc>(l1_->chain(), random_);
  settle::VerifierOptions options{.threads = 1, .l1_confirmations = plan_.verifier_confirmations};
  verifier_ = std::make_unique<settle::Verifier>(*verifier_rpc_, options);
  if (const auto started = verifier_->start(cheats::FakeContracts::registry()); !started.ok()) {
    return fail("the verifier cannot start: " + started.error());
  }
  verifier_->on_item([this](const settle::DerivedItem& item) {
    std::vector<Item>& block = derived_[item.block];
    if (item.index == 0) block.clear();
    std::array<u8, stf::kMaxReceiptBytes> bytes;
    const u32 size = stf::encode_receipt(*item.receipt, bytes);
    block.push_back({item.id, digest_of(std::span<const u8>(bytes).first(size)), item.kind});
  });
  open_node();
}

void SimWorld::open_node() {
  const auto opened = node_->open();
  if (opened.ok()) {
    ++report_.lives;
    failed_opens_ = 0;
    say("the node is up", fmt::format("block {}", node_->core()->heads().durable));
    return check_recovered();
  }
  say("the node does not come up:", opened.error());
  if (!node_->disk().dead() && disk_trouble_ == 0 && ++failed_opens_ > 1) {
    return fail("the node does not come up on a disk that is well: " + opened.error());
  }
  node_->bury();
  open_at_ns_ = now_ns() + (100 + below(1'000)) * kMs;
}

void SimWorld::life_ended() {
  say("the node is down");
  for (const auto& client : clients_) client->lose_node();
  open_at_ns_ = now_ns() + (50 + below(3'000)) * kMs;
}

// As an operator does it; what it was is what it is.
void SimWorld::restart_node() {
  node_->stop([this] { state_at_stop_ = digest_of_state(); });
  life_ended();
}

void SimWorld::look_after_node() {
  if (!node_->alive()) {
    if (now_ns() >= open_at_ns_) open_node();
    return;
  }
  const std::string failure = node_->core()->failure();
  if (node_->disk().dead() || !failure.empty()) {
    if (disk_is_well()) {
      fail("the node stopped on a disk that is well: " + failure);
    }
    // What it told the clients before it noticed counts.
    for (const auto& client : clients_) client->step(now_ns(), clock_->true_ms(), nullptr, nullptr);
    node_->bury();
    life_ended();
  }
}

void SimWorld::tick() {
  clock_->advance_ns(plan_.tick_ns);
  run_due();
  l1_->step();
  node_->step();
  for (const auto& client : clients_) {
    client->step(now_ns(), clock_->true_ms(), node_->gateway(), node_->state());
  }
  look_after_node();
  check_clients();
  check_durability();
  if (now_ns() >= next_verify_ns_) step_verifier();
  if (now_ns() >= next_state_check_ns_ && node_->alive()) {
    next_state_check_ns_ = now_ns() + 2 * kS;
    check_state_now();
    check_queues();
  }
  withdraw_late_configuration();
  if (faulty_) maybe_fault();
  report_progress();
}

void SimWorld::step_verifier() {
  next_verify_ns_ = now_ns() + plan_.l1.block_ns;
  // One batch a step; a few steps, so that it never falls far behind.
  for (u32 i = 0; i < 8; ++i) {
    const settle::VerifyState state = verifier_->step();
    if (verifier_->batches_derived() < derived_batches_) ++derived_again_;
    derived_batches_ = verifier_->batches_derived();
    if (state == settle::VerifyState::failed) {
      return fail("the verifier cannot go on: " + verifier_->error());
    }
    check_claims();
    if (state != settle::VerifyState::behind) return;
  }
}

void SimWorld::run_until(u64 elapsed_ns) {
  while (!failed() && !expect_orphaned_ && now_ns() < elapsed_ns) tick();
}

bool SimWorld::settled(u64 batch) const {
  if (!node_->alive() || node_->business() == nullptr) return false;
  const settle::Settler& settler = node_->business()->settler();
  const settle::ClaimerStatus& claims = settler.claimer()->status();
  return settler.poster()->posted_up_to(batch) && claims.claimed >= batch &&
         claims.confirmed >= batch && verifier_->batches_derived() >= batch &&
         verifier_->verdicts().size() >= batch;
}

void SimWorld::restart_in_calm() {
  restart_node();
  for (const u64 until_ns = now_ns() + 20 * kS; !node_->alive() && now_ns() < until_ns;) {
    tick();
    if (failed()) return;
  }
  if (!node_->alive()) fail("the node does not come up after an orderly end");
}

// No more faults: everything that was acknowledged gets to L1, is claimed, agreed on and confirmed.
void SimWorld::calm() {
  say("faults end");
  heal();
  for (const auto& client : clients_) client->retire();
  const u64 up_by_ns = now_ns() + 10 * kS;
  while (!failed() && !node_->alive() && now_ns() < up_by_ns) tick();
  // What was on its way arrives.
  run_until(now_ns() + 5 * kS);
  if (failed() || expect_orphaned_) return;
  if (!node_->alive()) return fail("the node does not come up after the faults");
  // A new life forgets what an old one may be stuck in, so not always.
  if (below(2) == 0) restart_in_calm();
  if (failed()) return;
  node_->core()->end_batch();
  const u64 head = node_->core()->heads().block;
  const u64 target_by_ns = now_ns() + 20 * kS;
  while (!failed() && node_->core()->heads().batch_block < head && now_ns() < target_by_ns) tick();
  if (failed()) return;
  const u64 target = node_->core()->heads().batch;
  if (node_->core()->heads().batch_block < head) return fail("no batch ends after the faults");
  const u64 unposted = target + 2 - std::min(target, l1_->chain().confirmed());
  const u64 round_ns = (plan_.node.confirmations + 3) * (plan_.l1.block_ns + plan_.node.poll_ns);
  const u64 limit_ns =
      now_ns() + unposted * 4 * round_ns + plan_.l1.claim_window_s * 2 * kS + 60 * kS;
  while (!failed() && !settled(target) && now_ns() < limit_ns) tick();
  if (failed()) return;
  if (!settled(target)) {
    const settle::Settler& settler = node_->business()->settler();
    return fail(fmt::format(
        "no progress after the faults: batch {} is sealed, L1 waits for {}, {} claimed, {} "
        "confirmed, {} verified; poster: {}; claimer: {}; verifier: {}",
        target, l1_->chain().next_batch(), settler.claimer()->status().claimed,
        l1_->chain().confirmed(), verifier_->batches_derived(),
        settler.poster()->status().last_error, settler.claimer()->status().last_error,
        verifier_->error()));
  }
  check_acknowledged_in_chain();
  check_state_now();
  check_connections();
}

// The node stops acknowledging, and puts nothing on L1 that is not so, until the operator decides;
// here, to end the chain.
void SimWorld::orphaned() {
  while (!failed() && !node_->orphaned() && now_ns() < orphaned_by_ns_) tick();
  if (failed()) return;
  if (!node_->orphaned()) return fail("the node goes on after a deep reorg of L1");
  const auto run_for = [this](u64 ns) {
    for (const u64 until_ns = now_ns() + ns; !failed() && now_ns() < until_ns;) tick();
  };
  const auto acknowledged = [this] {
    u64 sum = 0;
    for (const auto& client : clients_) sum += client->totals().results;
    return sum;
  };
  run_for(10 * kS);
  const u64 before = acknowledged();
  run_for(50 * kS);
  if (acknowledged() != before) fail("the node acknowledges after a deep reorg of L1");
  report_.stopped_by_deep_reorg = true;
}

void SimWorld::report_progress() {
  if (!options_.progress || now_ns() < next_progress_ns_) return;
  next_progress_ns_ = now_ns() + 60 * kS;
  fmt::print(stderr, "\r  {:.0f} simulated seconds, {} batches on L1, {} lives",
             double(now_ns()) / 1e9, l1_->chain().next_batch() - 1, report_.lives);
}

SimReport SimWorld::run() {
  const auto began = std::chrono::steady_clock::now();
  const std::clock_t began_processor = std::clock();
  found();
  if (!failed()) run_until(options_.fault_seconds * kS);
  if (!failed() && !expect_orphaned_) calm();
  if (!failed() && expect_orphaned_) orphaned();
  SimReport out = report();
  out.real_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  out.processor_s = double(std::clock() - began_processor) / CLOCKS_PER_SEC;
  return out;
}

SimReport simulate(const SimOptions& options) { return SimWorld(options).run(); }

}  // namespace gavel::sim
