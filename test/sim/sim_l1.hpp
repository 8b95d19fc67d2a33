// SimL1: L1 in a simulation: the contracts' model, its blocks in simulated time, and the people who
// bridge and administer.
//
// What: mines when it is time; reorganises, forgets and becomes dear when told. The owner's inbox
// messages are sent by a submitter of its own over an endpoint that does not fail. Invariant:
// nothing of it depends on the node. One thread.
#pragma once

#include "cheats/fake_contracts.hpp"
#include "crypto/secp256k1_host.hpp"
#include "l1/submitter.hpp"
#include "sim/sim_clock.hpp"
#include "sim/sim_rpc.hpp"
#include "stf/message.hpp"

namespace gavel::sim {

inline constexpr const char* kPosterKey =
    "4646464646464646464646464646464646464646464646464646464646464646";
inline constexpr const char* kClaimerKey =
    "4747474747474747474747474747474747474747474747474747474747474747";

class SimL1 {
 public:
  struct Options {
    stf::Config config;
    u64 block_ns = 2'000'000'000;
    u64 sequencing_window_s = 3'600;
    u64 claim_window_s = 12;
  };
  explicit SimL1(const Options& options);

  // Lists assets and markets and funds the keys (account i is keys[i - 1]'s), all of it deep in the
  // chain when it returns; the true time then.
  u64 found(std::span<const crypto::KeyPair> keys, u32 assets, u32 markets, u64 amount);
  // From here on blocks come in the clock's time.
  void start(SimClock& clock);

  // Mines what is due.
  void step();
  // No block for a while.
  void skip_blocks_until(u64 elapsed_ns) { next_block_ns_ = std::max(next_block_ns_, elapsed_ns); }
  // The last blocks are replaced by as many others.
  void reorganise(u32 depth, bool keep_transactions);
  // As many as the founding leaves above it.
  u32 deepest_reorg() const;

  // A message by the owner, or by someone who is nobody special.
  void send(const stf::Message& message);
  void deposit(const Address& recipient, u32 account, u32 asset, u64 amount);

  cheats::FakeContracts& chain() { return chain_; }
  const cheats::FakeContracts& chain() const { return chain_; }
  const Options& options() const { return options_; }
  u64 time_ms() const { return chain_.head().timestamp_s * 1'000; }

 private:
  void settle_founding();
  std::unique_ptr<l1::Submitter> submitter(io::Clock& clock);

  Options options_;
  cheats::FakeContracts chain_;
  io::FakeClock founding_clock_;
  std::unique_ptr<l1::Submitter> owner_;
  SimClock* clock_ = nullptr;
  u64 next_block_ns_ = 0;
  u64 next_tick_ns_ = 0;
  u64 floor_ = 0;  // the last block of the founding
};

}  // namespace gavel::sim
