// Actor: a party to contests as a running thing: L1 in, transactions out.
//
// What: derives the chain from L1, follows claims and games, and at each new L1 block decides anew
// from nothing but L1's state what to do, sends it and says why. Why: whoever guards a chain must
// be able to die at any instant; there is no local state to lose but time. Invariant: an action is
// sent at most once while it is on its way; what failed is decided again from L1, later each time;
// bonds never exceed the limit, those on their way included; want of money holds back what costs
// money and nothing else. The truth can be given from outside: a cheat is this same actor with a
// lie. Threads: none; tick() does one bounded step (a list may take seconds).
#pragma once

#include "dispute/actor_budget.hpp"
#include "dispute/court.hpp"
#include "dispute/game_feed.hpp"
#include "dispute/trace_source.hpp"
#include "dispute/truth_memory.hpp"
#include "l1/submitter.hpp"
#include "program/image.hpp"

namespace gavel::dispute {

struct ActorSettings {
  std::string role = "challenger";  // in the log
  PlayerSettings player{};
  u128 max_bonds_wei{~u64{0}};           // at stake at any time, lines included
  u128 max_fee_wei{100'000'000'000};     // per gas, while there is time
  u128 urgent_fee_wei{500'000'000'000};  // per gas, at the deadline
  bool dry_run = false;
  u64 only_batch = 0;         // contests of this batch alone; 0: all
  u64 from_batch = 1;         // none before it
  bool continue_line = true;  // claim on after a claim of ours
  u32 threads = 2;
  u32 confirmations = 1;
  GameShape shape{};  // of the registry's games
  settle::ExternalPages external{};
  settle::UndoPlace undo{};        // of the deriver; needed to open traces
  u64 final_depth = 7'200;         // L1 blocks after which a confirmation is not taken back: a day
  std::string image_directory;     // images by root, beside the own one
  std::vector<Hash32> same_rules;  // images whose rules this program has; none: any image's
  TruthLimits truth_limits{};      // for the truths of all contests together
  l1::SubmitterConfig submitter{};
};

enum class ActorState : u8 {
  behind,        // L1 is still read and derived
  watching,      // nothing to do now
  acting,        // something was decided or is on its way
  out_of_funds,  // the same, but moves wait for money; it goes on as money comes
  failed,        // see error(): it will not mend itself
};

struct ActorStatus {
  u64 derived = 0;  // batches
  u64 fixed = 0;
  u32 contests = 0;
  u32 unread = 0;    // of them: nothing could be decided, see `trouble`
  u32 disputes = 0;  // open ones with a true start
  u32 deepest_level = 0;
  u64 window_s = 0;
  u64 ours_s = 0;  // of the contest whose deadline is next
  u64 rivals_s = 0;
  u64 deadline_s = 0;  // until a wrong claim could win if nobody did anything; 0: no contest
  u128 bonds_wei{};
  u32 on_way = 0;
  u64 sent = 0;
  u64 refused = 0;  // reverted, or would have
  u64 gas_used = 0;
  u64 lost = 0;  // contests decided against us
  // Moves that are due and wait: for money, what the first of them needs and what there is; and for
  // room below the limit of bonds.
  u32 waiting = 0;
  u128 needed_wei{};
  u128 balance_wei{};
  u32 left_out = 0;
  u128 kept_wei{};  // bonds that the lines begun may still need
  std::string trouble;
  // One line for people.
  std::string text() const;
};

class Actor {
 public:
  using TruthFactory =
      std::function<TruthResult<std::unique_ptr<Truth>>(u64 batch, const Hash32& image)>;
  // Sees each action before it is sent, and may change it; false: it is not sent now.
  using ActionHook = std::function<bool(Action&)>;

  // What it is given must outlive it; the metrics may be null.
  Actor(l1::Rpc& rpc, io::Clock& clock, l1::SigningKey key, ActorSettings settings,
        ops::MetricsRegistry* metrics = nullptr);
  ~Actor();

  // A sentence on error: no contracts there, no court, another genesis.
  [[nodiscard]] base::Result<void, std::string> start(const Address& registry);
  ActorState tick();

  const ActorStatus& status() const { return status_; }
  const std::string& error() const { return error_; }
  const Address& address() const { return submitter_.address(); }

  void raise_before(u64 seconds) { settings_.player.raise_before_s = seconds; }
  void set_truth(TruthFactory factory) { truth_factory_ = std::move(factory); }
  void on_action(ActionHook hook) { hook_ = std::move(hook); }
  // For truths of one's own: the chain as it was derived, traces of its batches, images.
  const settle::Verifier& verifier() const { return *verifier_; }
  TraceSource& traces() { return *traces_; }
  program::ImageStore& images() { return images_; }
  const GameFeed& games() const { return *games_; }
  const Court& court() const { return court_; }
  // The truth that an honest actor uses. Its trace is opened when a list is asked for.
  TruthResult<std::unique_ptr<Truth>> honest_truth(u64 batch, const Hash32& image);

 private:
  struct OnWay {
    Hash32 key;
    std::string label;
    Payment payment;
  };
  // In a block whose events are not read yet.
  struct Landed {
    u64 block = 0;
    Payment payment;
  };
  // A move that is to be made this round.
  struct Due {
    Hash32 key;
    std::string label;
    std::string reason;
    l1::CallRequest request;
    Payment payment;
    u64 left_s = 0;  // to the contest's deadline
  };
  struct Metrics;
  // When an action may be sent again, after it failed or while its effect is not read yet.
  struct Held {
    u64 until_ns = 0;
    u64 until_block = 0;
    u32 failures = 0;
  };
  struct Known {
    Hash32 claim;        // of the batch as it was when the truth was made
    bool light = false;  // the end only
    std::unique_ptr<Truth> truth;
  };

  ActorState round();
  // What L1 shows (actor_contest.cpp).
  ActorState read_chain();
  std::vector<u64> contested_batches();
  bool wants(u64 batch, const std::vector<const settle::FeedClaim*>& claims) const;
  [[nodiscard]] l1::Result<Contest> read_contest(u64 batch);
  [[nodiscard]] l1::Result<void> read_outcome(Contest& contest, const Address& game);
  [[nodiscard]] l1::Result<u64> unrivalled(const settle::FeedClaim& claim,
                                           const Hash32& parent_end);
  // Their truths (actor_truth.cpp).
  Truth* truth_of(u64 batch, const FeedGame* game);
  TruthResult<vm::Image> image_of(u64 batch, const Hash32& root);
  // What is kept about other batches goes.
  void keep_only(const std::vector<u64>& contested);
  // What is done (actor_send.cpp).
  void take_outcomes();
  // All that a round asks about a batch is asked here: its trace is opened at most once a round.
  bool play(u64 batch);
  // Confirms what stands unrivalled below a contest or is ours, and takes our line bond back.
  void keep_line(const std::vector<u64>& contests);
  u64 note_deadline(const Contest& contest, const Decision& decision);
  void set_fee();
  bool held(const Hash32& key);
  void add_due(u64 batch, const Contest& contest, Action action, u64 left_s);
  [[nodiscard]] l1::Result<std::optional<l1::CallRequest>> request_for(u64 batch,
                                                                       const Contest& contest,
                                                                       const Action& action);
  [[nodiscard]] l1::Result<l1::CallRequest> claim_request(u64 batch, const Action& action);
  // What it may cost (actor_money.cpp).
  void send_due();
  static std::vector<std::size_t> order_of(const std::vector<Due>& due);
  Budget open_budget();
  u128 gas_price();
  u128 gas_cost(const l1::CallRequest& request, u128 price);
  void submit(Due due);
  void tell_left_out(const Due& due, const Budget& budget);
  void tell_waiting(const std::vector<Due>& waiting, const Budget& budget);
  void show_metrics();
  void note(const std::string& trouble);
  const settle::FeedClaim* claim_by_id(const Hash32& id) const;

  l1::Rpc& rpc_;
  io::Clock& clock_;
  ActorSettings settings_;
  l1::Submitter submitter_;
  program::ImageStore images_;
  Court court_;
  std::unique_ptr<settle::Verifier> verifier_;
  std::unique_ptr<TraceSource> traces_;
  std::unique_ptr<GameFeed> games_;
  TruthFactory truth_factory_;
  ActionHook hook_;
  std::shared_ptr<TruthMemory> memory_;
  std::map<Hash32, vm::Image> loaded_;  // by root: those that contested batches name
  std::map<u64, Known> truths_;         // by batch: one a contest, and it opens nothing by itself
  std::map<Hash32, u64> unrivalled_;    // of claims in contests
  // Of the round: what the feed has.
  std::map<Hash32, std::vector<const settle::FeedClaim*>> by_parent_;
  std::map<Hash32, const settle::FeedClaim*> by_id_;
  std::set<Hash32> confirmed_;
  std::map<l1::CallId, OnWay> on_way_;
  std::map<Hash32, Held> held_;
  ActorStatus status_;
  std::string error_;
  u64 decided_at_block_ = 0;
  u64 reorgs_seen_ = 0;
  bool again_ = true;  // decide although no block came
  std::vector<Due> due_;
  std::vector<Landed> landed_;
  struct Begun {
    Hash32 parent;
    u128 rest_wei{};
  };
  std::map<u64, Begun> begun_;  // contests, by batch
  u128 fee_cap_{};
  std::set<Hash32> would_send_;  // told in a dry run
  std::set<Hash32> left_out_told_;
  std::string waiting_told_;
  std::unique_ptr<Metrics> metrics_;
  std::set<u64> lost_;
  std::set<std::string> troubles_told_;
  std::set<std::string> troubles_now_;  // since the last round
  std::set<Hash32> finished_;           // parents
};

}  // namespace gavel::dispute
