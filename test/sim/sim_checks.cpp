#include <fmt/format.h>

#include <algorithm>

#include "sequencer/test_world_test.hpp"
#include "sim/sim_world.hpp"
#include "sim/state_check.hpp"

namespace gavel::sim {

namespace {

constexpr u64 kMostBlocksWaiting = 1'000;

}  // namespace

void SimWorld::fail(std::string what) {
  if (!failed()) failure_ = fmt::format("at {:.2f} s: {}", double(now_ns()) / 1e9, what);
}

u64 SimWorld::acknowledged_block() const {
  u64 last = 0;
  for (const auto& client : clients_) last = std::max(last, client->last_block());
  return last;
}

// A life has begun: everything that any earlier one acknowledged is there.
void SimWorld::check_recovered() {
  const u64 durable = node_->core()->heads().durable;
  digest_.add(durable);
  if (durable < acknowledged_block()) {
    fail(fmt::format("block {} was acknowledged, the node came back with {} blocks",
                     acknowledged_block(), durable));
  }
  if (state_at_stop_ && *state_at_stop_ != digest_of_state()) {
    fail("after an orderly end the node came back with another state");
  }
  state_at_stop_.reset();
  check_state_now();
}

void SimWorld::check_clients() {
  for (const auto& client : clients_) {
    if (!client->complaint().empty()) fail(client->complaint());
  }
}

// What a power cut at this moment would leave has every block that a client knows of.
void SimWorld::check_durability() {
  if (now_ns() < next_audit_ns_) return;
  next_audit_ns_ = now_ns() + (500 + below(6'000)) * kMs;
  const std::unique_ptr<io::FakeDisk> left = node_->disk().fake().survivor();
  const auto log =
      state::BlockLogFile::open(*left, {.directory = "data/blocks", .first_block = 1, .salt = 1});
  if (!log.ok()) return fail("a power cut now would leave a block log that cannot be opened");
  if ((*log)->next_block() <= acknowledged_block()) {
    fail(fmt::format("block {} was acknowledged, a power cut now would leave {} blocks",
                     acknowledged_block(), (*log)->next_block() - 1));
  }
}

void SimWorld::check_state_now() {
  ++report_.state_checks;
  if (const auto wrong = check_state(*node_->state())) fail("the state: " + *wrong);
}

u64 SimWorld::digest_of_state() const {
  Digest digest;
  for (const auto& [key, bytes] : sequencer::all_objects(*node_->state())) {
    digest.add(key);
    digest.add(bytes);
  }
  return digest.value();
}

void SimWorld::check_claims() {
  for (const settle::ClaimVerdict& v : verifier_->verdicts()) {
    if (v.difference == settle::Difference::none) continue;
    return fail(fmt::format("the node's claim on batch {} differs in {}: claimed {}, derived {}",
                            v.batch, settle::name_of(v.difference), v.claimed, v.ours));
  }
}

// Each result that a client ever got is what the verifier executed at that place.
void SimWorld::check_acknowledged_in_chain() {
  for (const auto& client : clients_) {
    for (const auto& [id, place] : client->acknowledged()) {
      const auto block = derived_.find(place.block);
      if (block == derived_.end() || place.index >= block->second.size()) {
        return fail(fmt::format("an acknowledged transaction of block {}, index {}, is not on L1",
                                place.block, place.index));
      }
      const Item& item = block->second[place.index];
      if (item.id != id || item.kind != 0 || item.receipt != place.receipt) {
        return fail(
            fmt::format("the acknowledged transaction of block {}, index {}, is another on L1",
                        place.block, place.index));
      }
    }
  }
}

void SimWorld::check_queues() {
  if (node_->most_waiting() > kMostBlocksWaiting) {
    fail(fmt::format("{} blocks wait inside the node", node_->most_waiting()));
  }
  // What may wait for a client, and what one block and the queue's refusals may add at once.
  const u64 most = plan_.node.node.gateway.max_unread_bytes + (u64{1} << 20);
  for (const auto& client : clients_) {
    if (client->link() != nullptr && client->link()->longest_write() > most)
      fail("more waits for a client than the gateway's bound");
  }
}

// Whoever left without a word is found out: each client has a connection, and perhaps one that is
// about to end.
void SimWorld::check_connections() {
  const sequencer::SessionLimits& limits = plan_.node.node.gateway.session;
  run_until(now_ns() + std::max(limits.hello_timeout_ns, limits.idle_timeout_ns) + 3 * kS);
  if (failed()) return;
  const u64 connections = node_->gateway()->stats().connections.load();
  if (connections > 2 * clients_.size()) {
    fail(fmt::format("the gateway has {} connections of {} clients", connections, clients_.size()));
  }
}

SimReport SimWorld::report() {
  SimReport& r = report_;
  r.failure = failure_;
  r.simulated_s = double(now_ns()) / 1e9;
  for (const auto& client : clients_) {
    r.submitted += client->totals().submitted;
    r.acknowledged += client->totals().results;
    r.refused += client->totals().refused;
    r.connections += client->totals().connections;
    digest_.add(client->totals().fills);
  }
  if (node_->alive()) {
    r.blocks = node_->core()->heads().durable;
    digest_.add(r.blocks);
    digest_.add(digest_of_state());
  }
  for (const auto& [block, items] : derived_) {
    for (const Item& item : items) r.transactions += item.kind == 0 ? 1 : 0;
  }
  r.batches = node_->batches_sealed();
  r.claims = l1_->chain().claims() - 1;
  r.confirmed = l1_->chain().confirmed();
  r.l1_blocks = l1_->chain().head().number;
  r.derived_again = derived_again_;
  r.most_waiting = node_->most_waiting();
  digest_.add(l1_->chain().head().hash.bytes);
  digest_.add(node_->disk().calls());
  digest_.add(verifier_->end_of(verifier_->batches_derived()).state_root.bytes);
  r.digest = digest_.value();
  return r;
}

}  // namespace gavel::sim
