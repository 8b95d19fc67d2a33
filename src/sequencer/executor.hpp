// Executor: the one thread that changes the state, and the rhythm of blocks.
//
// What: takes submissions and inbox messages, executes them into the open block, closes it every
// `block_interval`, and hands it on. A full block waits for its time; what exceeds it goes into the
// next. Questions about the state are answered between blocks. Why one thread: the order of
// execution is the product; with the signatures done elsewhere one core carries it. Threads: run()
// is the thread; everything else may be called from any. An owner who steps it in place of a thread
// (attach, step) must be the only one who touches it.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>

#include "io/clock.hpp"
#include "ops/latency_histogram.hpp"
#include "sequencer/block_builder.hpp"
#include "sequencer/signature_stage.hpp"

namespace gavel::sequencer {

using SealedBlockPtr = std::shared_ptr<SealedBlock>;

struct RefusedSubmission {
  u32 connection = 0;
  u64 request_id = 0;
  Refusal why = Refusal::none;
};

// Why everything is refused as halted; each reason comes and goes by itself.
enum class Halt : u8 {
  failed = 1,          // the node's disk or tree
  lag = 2,             // too many batches are not on L1
  inbox = 4,           // L1 does not show the messages that were executed
  diverged = 8,        // L1 fixed another history than this node's
  configuration = 16,  // L1 names another configuration than a batch was made under
};

struct ExecutorHooks {
  // A closed block. Called on the executor's thread; must not block for long.
  std::function<void(SealedBlockPtr)> sealed;
  // Refusals, in groups. Executor's thread.
  std::function<void(std::span<const RefusedSubmission>)> refused;
  // Before a batch's first block is opened: false if this process must not make that batch. Then
  // nothing is executed any more. Executor's thread. Null: every batch.
  std::function<bool(u64 batch)> begin_batch{};
};

struct ExecutorStats {
  ops::LatencyHistogram execution_ns;  // a block's, time in which nothing was executed left out
  ops::LatencyHistogram interval_ns;   // from one closing to the next
  std::atomic<u64> blocks{0};
  std::atomic<u64> transactions{0};
  std::atomic<u64> refused{0};
  std::atomic<u64> messages{0};
  std::atomic<u64> insurance{0};  // of the clearing after the last block, in its asset's units
  std::atomic<u64> vault{0};
};

class Executor {
 public:
  Executor(state::HotState& state, BlockBuilder& builder, io::Clock& clock, u64 block_interval_ns,
           ExecutorHooks hooks);
  ~Executor();

  // Starts the thread. `signatures` outlives the executor.
  void start(SignatureStage& signatures);
  // As start(), without a thread: the owner calls step() as often as he likes.
  void attach(SignatureStage& signatures);
  // Opens a block if none is open, executes what is there, and closes it if its time has come.
  void step();
  // Finishes the open block and ends. What is not yet executed is refused as shutting_down.
  void stop();

  // New submissions may be ready. Cheap; any thread.
  void wake();
  // Queues an inbox message; they must come in the order of their index.
  void push_message(std::vector<u8> bytes);
  // Runs `question` between two blocks, on the executor's thread. False if the executor has ended.
  bool ask(std::function<void(const state::HotState&, const ChainHead&)> question);
  // The block that is open becomes its batch's last.
  void end_batch() { end_batch_.store(true); }
  // Refuse everything as halted while any reason holds.
  void halt(Halt why, bool holds) {
    const u8 bit = static_cast<u8>(why);
    if (holds) {
      halted_.fetch_or(bit);
    } else {
      halted_.fetch_and(static_cast<u8>(~bit));
    }
  }
  bool is_halted() const { return halted_.load() != 0; }

  const ExecutorStats& stats() const { return stats_; }

 private:
  void run();
  void begin();
  // False if the batch that would begin with it must not be made.
  bool open_block();
  void run_block();
  void execute_ready();
  void close_block();
  void finish();
  void refuse_ready();
  void reclaim_idle();
  void run_messages();
  void run_pending();
  void answer_questions();
  SealedBlockPtr take_block();

  state::HotState& state_;
  BlockBuilder& builder_;
  io::Clock& clock_;
  u64 interval_ns_;
  ExecutorHooks hooks_;
  SignatureStage* signatures_ = nullptr;

  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ended_{false};
  bool retired_ = false;  // on the thread
  std::atomic<bool> end_batch_{false};
  std::atomic<u8> halted_{0};  // Halt bits
  std::counting_semaphore<> wakeups_{0};
  std::atomic<bool> awake_{false};

  std::mutex mutex_;
  std::deque<std::vector<u8>> messages_;
  std::vector<std::function<void(const state::HotState&, const ChainHead&)>> questions_;
  std::atomic<bool> has_questions_{false};

  SealedBlockPtr block_;  // the open one
  u64 deadline_ns_ = 0;   // of the open block
  u64 closed_ns_ = 0;     // when the last one was closed
  std::vector<Submission> pending_;
  std::size_t next_ = 0;
  std::vector<RefusedSubmission> refused_;
  u64 executing_ns_ = 0;
  u32 reclaim_at_ = 0;  // NONCES slot looked at last

  std::mutex pool_mutex_;
  std::vector<std::unique_ptr<SealedBlock>> pool_;
  ExecutorStats stats_;
};

}  // namespace gavel::sequencer
