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

}  // namespace
}  // namespace gavel::sequencer
