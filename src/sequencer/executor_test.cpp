#include "sequencer/executor.hpp"

#include <gtest/gtest.h>

#include <mutex>

#include "sequencer/test_world_test.hpp"

namespace gavel::sequencer {
namespace {

// Every look at it takes time: a machine that is slow to execute.
class SlowClock final : public io::Clock {
 public:
  u64 now_ms() override { return 1'800'000'000'000 + monotonic_ns() / 1'000'000; }
  u64 monotonic_ns() override { return now_ns_.fetch_add(kLookNs) + kLookNs; }
  void sleep_until(u64 deadline_ns) override {
    while (monotonic_ns() < deadline_ns) {
    }
  }
  static constexpr u64 kLookNs = 10'000'000;

 private:
  std::atomic<u64> now_ns_{0};
};

// However much waits, a block closes at its time: the executor looks at the clock after every group
// of 64 transactions.
TEST(Executor, ALongQueueDoesNotMakeALongBlock) {
  TestWorld world(4);
  world.found();
  SlowClock clock;
  world.now_ms = clock.now_ms();
  std::atomic<u32> ready{0};
  SignatureStage stage(world.rules.domain, 1, 4'096, [&] { ready.fetch_add(1); });
  constexpr u32 kMany = 1'000;
  for (u32 i = 0; i < kMany; ++i) {
    stf::Transaction tx = world.transaction(1 + i % 4, stf::Action::cancel);
    tx.order_id = 99;
    RawSubmission raw;
    raw.connection = 1;
    raw.size = stf::encode_transaction(world.sign(tx, world.keys[i % 4]).tx, raw.bytes);
    ASSERT_TRUE(stage.push(raw));
  }
  std::mutex mutex;
  std::vector<std::size_t> blocks;
  std::atomic<u64> executed{0};
  ExecutorHooks hooks;
  hooks.sealed = [&](SealedBlockPtr block) {
    const std::lock_guard lock(mutex);
    blocks.push_back(block->executed.size());
    executed.fetch_add(block->executed.size());
  };
  hooks.refused = [](std::span<const RefusedSubmission> list) { ADD_FAILURE() << list.size(); };
  // Two looks are a block's time.
  Executor executor(*world.state, *world.builder, clock, 2 * SlowClock::kLookNs, hooks);
  // Until the signature thread has nothing left to do.
  for (u32 seen = 0; seen == 0 || seen != ready.load();) {
    seen = ready.load();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  executor.start(stage);
  while (executed.load() < kMany) std::this_thread::yield();
  executor.stop();
  stage.stop();
  for (const std::size_t block : blocks) EXPECT_LE(block, 3u * 64);
}

// At a batch that must not be made nothing is executed any more; who comes is told, with and
// without a thread.
TEST(Executor, EndsBeforeABatchThatMustNotBeMade) {
  for (const bool threaded : {true, false}) {
    TestWorld world(1, {.max_blocks = 3});
    SlowClock clock;
    SignatureStage stage(world.rules.domain, 0, 64, [] {});
    std::atomic<u64> last{0};
    std::atomic<u32> refused{0};
    std::atomic<u32> asked{0};
    ExecutorHooks hooks;
    hooks.sealed = [&](SealedBlockPtr block) { last.store(block->number); };
    hooks.refused = [&](std::span<const RefusedSubmission> list) {
      for (const RefusedSubmission& r : list) EXPECT_EQ(r.why, Refusal::halted);
      refused.fetch_add(static_cast<u32>(list.size()));
    };
    hooks.begin_batch = [&](u64 batch) {
      asked.fetch_add(1);
      return batch < 3;
    };
    Executor executor(*world.state, *world.builder, clock, 2 * SlowClock::kLookNs, hooks);
    if (threaded) {
      executor.start(stage);
    } else {
      executor.attach(stage);
    }
    const auto go_on = [&](const auto& until) {
      while (!until()) {
        if (threaded) std::this_thread::yield();
        if (!threaded) executor.step();
      }
    };
    go_on([&] { return asked.load() == 3; });
    EXPECT_EQ(last.load(), 6u);
    RawSubmission raw;
    raw.connection = 1;
    raw.size = stf::encode_transaction(
        world.sign(world.transaction(1, stf::Action::cancel_all), world.keys[0]).tx, raw.bytes);
    ASSERT_TRUE(stage.push(raw));
    while (stage.step()) {
    }
    std::atomic<bool> answered{false};
    ASSERT_TRUE(executor.ask([&](const auto&, const ChainHead& head) {
      EXPECT_EQ(head.batch, 3u);
      answered.store(true);
    }));
    go_on([&] { return refused.load() == 1 && answered.load(); });
    executor.stop();
    EXPECT_EQ(asked.load(), 3u);
    EXPECT_EQ(last.load(), 6u);
  }
}

}  // namespace
}  // namespace gavel::sequencer
