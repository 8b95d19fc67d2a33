// Submitter: gets transactions of one key into L1, in order, and says when they are settled.
//
// Give it calls; it estimates, prices, numbers, signs and sends them as a pipeline of consecutive
// nonces, raises fees when L1 does not take them, sends again what a node dropped or a reorg threw
// out, and reports each call once when its receipt lies `confirmations` deep. It keeps no file:
// after a restart L1's own counters (latest and pending nonce) are its state, and it does not start
// new nonces before what an earlier life left in the mempool is mined or replaced. It has no
// thread: tick() does one bounded round of requests, so a simulator drives it as well as a loop
// does. Invariants: one live key, one Submitter; nonces of open calls are consecutive; a call is
// reported at most once; no transaction costs more than gas_limit x max_fee_wei; the bytes sent for
// a call differ in fees only, while it keeps its nonce.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "io/clock.hpp"
#include "l1/fees.hpp"
#include "l1/rpc.hpp"
#include "l1/transaction.hpp"
#include "ops/metrics.hpp"

namespace gavel::l1 {

struct SubmitterConfig {
  u64 chain_id = 0;                        // the node must be on this chain
  u32 confirmations = 3;                   // 1: the block that holds it
  u32 max_in_flight = 64;                  // sent and not yet in a block
  u32 max_open = 1024;                     // accepted and not yet reported
  u32 gas_margin_percent = 20;             // on top of an estimate
  u32 fee_bump_percent = 12;               // at least 10: nodes refuse less
  u64 bump_after_ms = 36'000;              // without being mined
  u64 resend_after_ms = 12'000;            // when the node's pending nonce says it lost one
  u64 poll_ms = 1'000;                     // between rounds
  u128 max_fee_wei{500'000'000'000};       // per gas, never exceeded
  u128 min_priority_fee_wei{100'000'000};  // per gas
};

using CallId = u64;

enum class CallState : u8 {
  kQueued,     // no nonce yet
  kSent,       // handed to a node
  kMined,      // in a block, not deep enough; may go back to kSent
  kConfirmed,  // deep enough and successful
  kReverted,   // deep enough and failed; Outcome::reason says why
  kRefused,    // never sent: estimate reverted, a limit was passed
};

struct CallRequest {
  std::optional<Address> to{};
  u128 value_wei{};
  Bytes data{};
  // Given: no estimate is made (needed where the call depends on an earlier one that is still in
  // flight).
  std::optional<u64> gas_limit{};
  std::string label{};  // for logs
};

struct Outcome {
  CallId id = 0;
  CallState state = CallState::kQueued;  // one of the last three
  std::optional<Receipt> receipt{};      // kConfirmed and kReverted
  std::string reason{};                  // kReverted and kRefused
  std::optional<Error> error{};          // kRefused
};

struct CallStatus {
  CallState state = CallState::kQueued;
  std::optional<u64> nonce{};
  std::optional<Hash32> transaction_hash{};  // of the newest bytes, or of those that were mined
  std::optional<u64> block_number{};         // kMined
  u32 attempts = 0;                          // different bytes sent
};

// One thread at a time.
class Submitter {
 public:
  // The Rpc, the clock and the metrics (may be null) must outlive it.
  Submitter(Rpc& rpc, io::Clock& clock, SigningKey key, const SubmitterConfig& config,
            ops::MetricsRegistry* metrics = nullptr);
  ~Submitter();
  Submitter(const Submitter&) = delete;
  Submitter& operator=(const Submitter&) = delete;

  [[nodiscard]] const Address& address() const { return key_.address(); }
  // Takes a call. Errors at once: kQueueFull, kTransactionTooLarge, kGasOverCap (a gas_limit over
  // the cap).
  [[nodiscard]] Result<CallId> submit(CallRequest request);
  // One round, if poll_ms have passed: at most a few requests and one batch a kind. Errors are kept
  // in last_error() and the next round tries again, waiting twice as long each time up to 16 x
  // poll_ms.
  void tick();
  // From now on, for new offers and raised ones: what something is worth changes with its deadline.
  void set_max_fee(u128 wei) { config_.max_fee_wei = wei; }
  // What was settled since the last call, in order of settlement.
  [[nodiscard]] std::vector<Outcome> take_outcomes();

  // Nothing for an id that was never given or was already reported.
  [[nodiscard]] std::optional<CallStatus> status(CallId id) const;
  // Chain id checked, nonces read, and everything an earlier life left in the mempool is out of the
  // way. Read the chain for what has been done only after this.
  [[nodiscard]] bool ready() const;
  // Nothing open.
  [[nodiscard]] bool idle() const;
  [[nodiscard]] const std::optional<Error>& last_error() const { return last_error_; }

 private:
  struct Attempt {
    Hash32 hash;
    FeeOffer offer;
  };
  // A call with a nonce: sent, perhaps mined, not yet reported.
  struct Slot {
    CallId id = 0;  // 0: a filler, which only takes its nonce out of the way
    CallRequest request;
    u64 gas_limit = 0;
    std::vector<Attempt> attempts;  // oldest first; any of them may be the one that is mined
    Bytes raw;                      // of the newest
    u64 sent_at_ns = 0;             // when the newest was last handed over
    u64 priced_at_ns = 0;           // when the newest was made
    bool accepted = false;          // a node has taken one of them
    bool outbid = false;            // a node holds something dearer at this nonce
    u32 refusals = 0;               // in a row, without ever having been accepted
    std::optional<Receipt> receipt;
    std::optional<u64>
        missing_since_block;  // its nonce is used, and none of the attempts has a receipt
  };
  struct Queued {
    CallId id = 0;
    CallRequest request;
    u32 refusals = 0;  // estimates in a row that the node answered with an error of its own
  };
  // What L1 said at the beginning of a round.
  struct View {
    u64 latest_nonce = 0;
    u64 pending_nonce = 0;
    BlockHeader head;
  };
  struct Counters;

  // Steps of a round, in order (submitter.cpp).
  [[nodiscard]] Result<void> round();
  [[nodiscard]] Result<void> start();
  [[nodiscard]] Result<View> look();
  [[nodiscard]] Result<void> check_nonces(const View& view);
  void note_error(const Error& error);

  // Receipts, reorgs, settlement (submitter_watch.cpp).
  [[nodiscard]] Result<void> watch(const View& view);
  [[nodiscard]] Result<void> read_receipts(const View& view, std::vector<u64>& vanished);
  [[nodiscard]] Result<void> settle(const View& view);
  void take_receipts(Slot& slot, u64 nonce, const View& view,
                     std::span<const std::optional<Receipt>> found, std::vector<u64>& vanished);
  void give_up_taken_nonces(const View& view);
  [[nodiscard]] std::string replay(const Slot& slot, const Receipt& receipt);
  void report(Outcome outcome);

  // Sending (submitter_send.cpp).
  [[nodiscard]] Result<void> fill_gaps(const View& view);
  [[nodiscard]] Result<void> resend_lost(const View& view);
  [[nodiscard]] Result<void> raise_fees(const View& view);
  [[nodiscard]] Result<void> send_queued();
  [[nodiscard]] Result<void> send_next(const FeeOffer& offer);
  [[nodiscard]] Result<u64> gas_for(const CallRequest& request);
  [[nodiscard]] Result<void> make_attempt(Slot& slot, u64 nonce, const FeeOffer& offer);
  [[nodiscard]] Result<void> hand_over(Slot& slot, u64 nonce);
  [[nodiscard]] Result<void> refused_by_node(Slot& slot, u64 nonce, const Error& error);
  [[nodiscard]] Result<FeeQuote> quote();
  [[nodiscard]] FeeLimits limits() const;
  [[nodiscard]] bool known(u64 nonce) const {
    return slots_.contains(nonce) || settled_.contains(nonce);
  }
  [[nodiscard]] u32 in_flight() const;
  [[nodiscard]] u64 now_ns() { return clock_.monotonic_ns(); }

  Rpc& rpc_;
  io::Clock& clock_;
  SigningKey key_;
  SubmitterConfig config_;
  std::unique_ptr<Counters> counters_;

  std::deque<Queued> queue_;
  std::map<u64, Slot> slots_;  // by nonce
  std::map<u64, Bytes>
      settled_;  // raw bytes of the last settled ones, for a reorg deeper than `confirmations`
  std::deque<Outcome> outcomes_;
  CallId next_id_ = 1;
  u64 next_nonce_ = 0;
  bool started_ = false;
  bool looked_ = false;  // L1 has told a nonce
  bool clear_ = false;   // every nonce in [latest, next_nonce_) is known
  std::optional<u64> gap_since_ns_;
  std::optional<Hash32> watched_head_;
  std::optional<FeeQuote> quote_;  // of this round
  std::optional<Error> last_error_;
  u64 next_round_ns_ = 0;
  u32 failed_rounds_ = 0;
};

}  // namespace gavel::l1
