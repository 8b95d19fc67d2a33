// SimClient: somebody who trades through the gateway, over a bad network, and remembers every
// answer.
//
// What: connects, submits what its workload makes, reads as fast as it likes, comes back when the
// connection is gone and then submits some of what was not answered once more, the same bytes. It
// can be told to misbehave. Invariant: acknowledged() only grows: what the node said once must hold
// for ever. One thread.
#pragma once

#include <functional>
#include <map>
#include <unordered_map>

#include "replay/gateway_frames.hpp"
#include "sequencer/gateway.hpp"
#include "sim/digest.hpp"
#include "sim/sim_net.hpp"
#include "sim/workload.hpp"

namespace gavel::sim {

struct Acknowledged {
  u64 block = 0;
  u32 index = 0;
  u64 receipt = 0;  // its digest
};

struct ClientTotals {
  u64 submitted = 0;
  u64 resubmitted = 0;
  u64 results = 0;
  u64 refused = 0;
  u64 busy = 0;
  u64 halted = 0;
  u64 fills = 0;
  u64 connections = 0;
};

class SimClient {
 public:
  struct Options {
    u32 first_account = 1;
    u32 accounts = 1;
    u64 mean_gap_ns = 500'000'000;  // between two submissions
    LinkQuality link;
  };
  SimClient(const Options& options, Workload& workload, io::Random& random, Digest& digest);

  // `gateway`: null while there is no node.
  void step(u64 now_ns, u64 now_ms, sequencer::Gateway* gateway, const state::HotState* state);
  // The node is gone, and all that it had not delivered.
  void lose_node();

  // Misbehaviour.
  void disconnect(u64 now_ns);
  void read_slowly_until(u64 then_ns) { slow_until_ns_ = then_ns; }
  void stall_until(u64 then_ns);
  void send_garbage(u64 now_ns);
  void burst(u32 count, u64 now_ns, u64 now_ms);
  void duplicate(u64 now_ns);
  // Submits nothing more.
  void retire() { retired_ = true; }

  const std::map<Hash32, Acknowledged>& acknowledged() const { return acknowledged_; }
  u64 last_block() const { return last_block_; }  // of which it knows a result
  const ClientTotals& totals() const { return totals_; }
  const SimLink* link() const { return link_.get(); }
  // What the node must not have said.
  const std::string& complaint() const { return complaint_; }

 private:
  void connect(u64 now_ns, sequencer::Gateway& gateway);
  void drop_link(u64 now_ns);
  void read(u64 now_ns);
  void take(const replay::Answer& answer);
  void take_result(const replay::ResultFrame& result);
  void submit(const SignedTransaction& tx, u64 now_ns);
  void submit_some(u64 now_ns, u64 now_ms, const state::HotState* state);
  u64 gap() { return random_.below(2 * options_.mean_gap_ns); }

  Options options_;
  Workload& workload_;
  io::Random& random_;
  Digest& digest_;
  std::shared_ptr<SimLink> link_;
  std::vector<std::shared_ptr<SimLink>> leaving_;  // whose end the gateway has not seen
  std::vector<u8> in_;
  std::vector<u8> out_;
  u64 next_submit_ns_ = 0;
  u64 reconnect_ns_ = 0;
  u64 slow_until_ns_ = 0;
  bool retired_ = false;
  bool garbage_ = false;  // what it sent on this connection cannot be answered
  u64 next_request_ = 1;
  std::map<u64, SignedTransaction> open_;      // by request
  std::vector<SignedTransaction> unanswered_;  // of connections that are gone
  std::pair<u64, u64> last_place_;             // of this connection's last result, one after it
  std::map<Hash32, Acknowledged> acknowledged_;
  u64 last_block_ = 0;
  ClientTotals totals_;
  std::string complaint_;
};

}  // namespace gavel::sim
