#include "sequencer/executor.hpp"

#include <algorithm>
#include <chrono>

namespace gavel::sequencer {

Executor::Executor(state::HotState& state, BlockBuilder& builder, io::Clock& clock,
                   u64 block_interval_ns, ExecutorHooks hooks)
    : state_(state),
      builder_(builder),
      clock_(clock),
      interval_ns_(block_interval_ns),
      hooks_(std::move(hooks)) {}

Executor::~Executor() { stop(); }

void Executor::start(SignatureStage& signatures) {
  attach(signatures);
  thread_ = std::thread([this] { run(); });
}

void Executor::attach(SignatureStage& signatures) {
  signatures_ = &signatures;
  begin();
}

void Executor::stop() {
  stopping_.store(true);
  wake();
  if (thread_.joinable()) {
    thread_.join();
  } else if (signatures_ != nullptr && !ended_.load()) {
    if (block_) close_block();
    finish();
  }
}

void Executor::wake() {
  if (!awake_.exchange(true, std::memory_order_acq_rel)) wakeups_.release();
}

void Executor::push_message(std::vector<u8> bytes) {
  {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(bytes));
  }
  wake();
}

bool Executor::ask(std::function<void(const state::HotState&, const ChainHead&)> question) {
  const std::lock_guard lock(mutex_);
  if (ended_.load()) return false;
  questions_.push_back(std::move(question));
  has_questions_.store(true);
  return true;
}

void Executor::answer_questions() {
  if (!has_questions_.exchange(false)) return;
  std::vector<std::function<void(const state::HotState&, const ChainHead&)>> questions;
  {
    const std::lock_guard lock(mutex_);
    questions.swap(questions_);
  }
  for (const auto& question : questions) question(state_, builder_.head());
}

SealedBlockPtr Executor::take_block() {
  std::unique_ptr<SealedBlock> block;
  {
    const std::lock_guard lock(pool_mutex_);
    if (!pool_.empty()) {
      block = std::move(pool_.back());
      pool_.pop_back();
    }
  }
  if (!block) block = std::make_unique<SealedBlock>();
  return {block.release(), [this](SealedBlock* done) {
            const std::lock_guard lock(pool_mutex_);
            pool_.emplace_back(done);
          }};
}

void Executor::begin() {
  closed_ns_ = clock_.monotonic_ns();
  deadline_ns_ = closed_ns_ + interval_ns_;
}

void Executor::run() {
  while (!stopping_.load() && open_block()) {
    run_block();
    close_block();
  }
  // Whoever comes until the process ends is told at once.
  static constexpr std::chrono::milliseconds kLook{10};
  while (!stopping_.load()) {
    refuse_ready();
    (void)wakeups_.try_acquire_for(kLook);
  }
  finish();
}

void Executor::refuse_ready() {
  awake_.store(false);
  signatures_->take(pending_);
  for (; next_ < pending_.size(); ++next_) {
    refused_.push_back({pending_[next_].connection, pending_[next_].request_id, Refusal::halted});
  }
  pending_.clear();
  next_ = 0;
  if (!refused_.empty()) hooks_.refused(refused_);
  refused_.clear();
  answer_questions();
}

void Executor::step() {
  if (stopping_.load()) return;
  if (!block_ && !open_block()) return refuse_ready();
  while (true) {
    execute_ready();
    const bool more = next_ < pending_.size() || awake_.exchange(false, std::memory_order_acq_rel);
    if (builder_.full() || !more) break;
  }
  (void)wakeups_.try_acquire();
  if (clock_.monotonic_ns() >= deadline_ns_) close_block();
}

bool Executor::open_block() {
  const ChainHead& head = builder_.head();
  const bool first = head.batch_blocks == 0;
  if (!retired_) retired_ = first && hooks_.begin_batch && !hooks_.begin_batch(head.batch);
  if (retired_) return false;
  block_ = take_block();
  builder_.open(std::max(clock_.now_ms(), head.timestamp_ms + 1), *block_);
  executing_ns_ = 0;
  reclaim_idle();
  return true;
}

void Executor::close_block() {
  const u64 start_ns = clock_.monotonic_ns();
  builder_.close(end_batch_.exchange(false));
  const u64 now_ns = clock_.monotonic_ns();
  block_->execution_ns = executing_ns_ + now_ns - start_ns;
  stats_.execution_ns.record(block_->execution_ns);
  stats_.interval_ns.record(now_ns - closed_ns_);
  closed_ns_ = now_ns;
  stats_.blocks.fetch_add(1);
  stats_.insurance.store(state_.peek_global().insurance);
  stats_.vault.store(state_.peek_global().vault);
  stats_.transactions.fetch_add(block_->executed.size());
  hooks_.sealed(std::move(block_));
  answer_questions();
  // A late block does not make the next ones early: the rhythm goes on from here.
  deadline_ns_ = std::max(deadline_ns_, now_ns - interval_ns_ / 2) + interval_ns_;
}

// What is not yet executed is refused; questions are answered a last time.
void Executor::finish() {
  for (; next_ < pending_.size(); ++next_) {
    refused_.push_back(
        {pending_[next_].connection, pending_[next_].request_id, Refusal::shutting_down});
  }
  if (!refused_.empty()) hooks_.refused(refused_);
  {
    const std::lock_guard lock(mutex_);
    ended_.store(true);
  }
  has_questions_.store(true);
  answer_questions();
}

// One look at messages and submissions.
void Executor::execute_ready() {
  const u64 start_ns = clock_.monotonic_ns();
  run_messages();
  if (next_ == pending_.size()) {
    pending_.clear();
    next_ = 0;
    signatures_->take(pending_);
  }
  run_pending();
  executing_ns_ += clock_.monotonic_ns() - start_ns;
}

void Executor::run_block() {
  while (true) {
    execute_ready();
    const u64 now_ns = clock_.monotonic_ns();
    if (now_ns >= deadline_ns_ || stopping_.load()) return;
    if (!builder_.full() && next_ < pending_.size()) continue;
    if (!builder_.full() && awake_.exchange(false, std::memory_order_acq_rel)) {
      // Signalled while it worked: eat the token and look again.
      (void)wakeups_.try_acquire();
      continue;
    }
    // A signal during the wait for a full block's time is kept: awake_ stays set.
    const std::chrono::nanoseconds left(deadline_ns_ - now_ns);
    if (builder_.full()) {
      clock_.sleep_until(deadline_ns_);
    } else {
      (void)wakeups_.try_acquire_for(left);
    }
  }
}

// Looks at a few nonce windows a block, in turn, so that a signer who stays away costs nothing
// after a while.
void Executor::reclaim_idle() {
  static constexpr u32 kLooks = 64;
  const u32 next = state_.peek_global().tables[static_cast<u8>(exchange::Table::nonces)].next;
  for (u32 i = 0; i < kLooks && next > 1; ++i) {
    if (++reclaim_at_ >= next) reclaim_at_ = 1;
    if (builder_.is_idle(state_.peek_nonces(reclaim_at_))) builder_.reclaim(reclaim_at_);
  }
}

void Executor::run_messages() {
  while (!builder_.full()) {
    std::vector<u8> bytes;
    {
      const std::lock_guard lock(mutex_);
      if (messages_.empty()) return;
      bytes = std::move(messages_.front());
      messages_.pop_front();
    }
    builder_.execute_message(bytes);
    stats_.messages.fetch_add(1);
  }
}

void Executor::run_pending() {
  // Not for longer than a group, so that the block's time is kept.
  static constexpr std::size_t kGroup = 64;
  const std::size_t end = std::min(pending_.size(), next_ + kGroup);
  const bool halted = halted_.load(std::memory_order_relaxed) != 0;
  for (; next_ < end && !builder_.full(); ++next_) {
    const Submission& submission = pending_[next_];
    builder_.fetch_ahead(pending_, next_);
    Refusal why = Refusal::malformed;
    if (halted) {
      why = Refusal::halted;
    } else if (submission.tx.action != stf::Action{}) {
      why = builder_.execute(submission);
    }
    if (why != Refusal::none) {
      refused_.push_back({submission.connection, submission.request_id, why});
    }
  }
  if (refused_.empty()) return;
  stats_.refused.fetch_add(refused_.size());
  hooks_.refused(refused_);
  refused_.clear();
}

}  // namespace gavel::sequencer
