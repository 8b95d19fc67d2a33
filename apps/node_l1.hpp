// NodeL1: a node's business with L1: the inbox in, batches and claims out.
//
// What: one thread follows the inbox and hands its messages to the executor; another posts batches
// and claims on them. Each has its own connection. What they do is settle's; here are only the
// threads, and what the node does when they fall behind. With the inbox it reads, at the same
// depth, which configurations L1 names, and tells the node. Invariant: when the inbox follower
// stops (a reorg deeper than the inbox depth) the node stops acknowledging, posting and claiming;
// when the claimer finds that L1 fixed another history, acknowledging and posting; it never claims
// while it does not know L1's newest blocks. When more than the allowed batches are not on L1, or
// L1 does not show the messages that were executed, it refuses new transactions until that is over.
// A journal of the inbox that the disk does not take is a failure of the node's disk. While a batch
// was made under another configuration than L1 names, nothing is acknowledged, nor is that posted.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>

#include "api/json_text.hpp"
#include "l1_link.hpp"
#include "node_settings.hpp"
#include "sequencer/node_core.hpp"
#include "settle/config_reader.hpp"
#include "settle/inbox_follower.hpp"
#include "settle/settler.hpp"

namespace gavel::apps {

// The chain as L1 describes it.
struct ChainOnL1 {
  settle::Contracts contracts;
  da::BatchConfigs configs;  // at the inbox depth
  u64 l1_chain_id = 0;
};
[[nodiscard]] AppResult<ChainOnL1> read_chain(L1Link& link, const L1Settings& settings);

class NodeL1 {
 public:
  NodeL1(const L1Settings& settings, const ChainOnL1& chain, sequencer::NodeCore& node,
         ops::MetricsRegistry& metrics);
  ~NodeL1() { stop(); }

  [[nodiscard]] AppResult<void> start();
  // As start(), without connections and threads of its own: the owner calls the steps, each as
  // often as a poll of L1 is due. `disk`: for the journal of the inbox.
  [[nodiscard]] AppResult<void> attach(l1::Rpc& inbox, l1::Rpc& settle, io::Clock& clock,
                                       io::Disk& disk);
  // False when the inbox follower has stopped for good.
  bool step_inbox();
  void step_settle();
  // Ends the threads; what L1 has not taken is sent again by the next life.
  void stop();

  const settle::InboxFollower& inbox() const { return *follower_; }
  const settle::Settler& settler() const { return *settler_; }
  // What L1 named last, for a next life. After stop().
  const da::BatchConfigs& configs() const {
    return configs_ && configs_->known() ? *configs_->known() : chain_.configs;
  }
  // Why the inbox follower has stopped for good; empty while it has not.
  std::string failure() const;
  // Members for /v1/status.
  void put_status(api::JsonText& json) const;

 private:
  struct Status {
    u64 messages_delivered = 0;
    bool inbox_caught_up = false;
    u64 next_batch_to_post = 1;
    u64 posted_bytes = 0;
    u64 posts = 0;
    u64 batches_fixed = 0;
    u64 claimed = 0;
    u64 confirmed = 0;
    u64 poster_gas = 0;
    u64 claimer_gas = 0;
    bool diverged = false;
    u64 next_config_batch = 0;  // 0: none is announced beyond the batch in progress
    std::string inbox_error;
    std::string config_error;
    std::string poster_error;
    std::string claimer_error;
  };

  void follow_inbox();
  void settle();
  [[nodiscard]] AppResult<std::unique_ptr<l1::Submitter>> submitter(l1::Rpc& rpc, io::Clock& clock,
                                                                    const ops::Secret& key) const;
  void note_inbox();
  void follow_configs();
  void note_configs();
  void note_settling();
  void watch();
  bool pause() const;

  const L1Settings& settings_;
  ChainOnL1 chain_;
  sequencer::NodeCore& node_;
  ops::MetricsRegistry& metrics_;
  std::unique_ptr<L1Link> inbox_link_;
  std::unique_ptr<L1Link> settle_link_;
  std::unique_ptr<l1::Submitter> poster_submitter_;
  std::unique_ptr<l1::Submitter> claimer_submitter_;
  io::SystemDisk system_disk_;
  std::unique_ptr<settle::InboxJournal> journal_;
  std::unique_ptr<settle::InboxFollower> follower_;
  std::unique_ptr<settle::ConfigReader> configs_;
  std::unique_ptr<settle::Settler> settler_;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  Status status_;
  // Until L1 was read for the first time, a reorg may have happened while the node was down.
  settle::InboxView inbox_view_ = settle::InboxView::doubtful;
  std::string failure_;
  u64 misconfigured_ = 0;  // the inbox thread's: the batch
  bool late_ = false;      // the settling thread's
  bool diverged_ = false;
  std::thread inbox_thread_;
  std::thread settle_thread_;
};

}  // namespace gavel::apps
