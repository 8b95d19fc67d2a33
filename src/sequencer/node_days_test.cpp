// A whole node on a disk that fills up and fails, and with a wall clock that jumps.
#include "sequencer/node_lives_test.hpp"

namespace gavel::sequencer {
namespace {

using namespace lives;  // NOLINT: a test

// Every acknowledged order is known to the state, and lies in a block that is on disk.
void expect_nothing_lost(Lives& lives) {
  const u64 durable = lives.node->heads().durable;
  const auto unknown = lives.node->ask([&](const state::HotState& state, const ChainHead&) {
    u64 count = 0;
    for (const auto& [id, result] : lives.results) {
      const u64 order = result.receipt.order_id;
      count += order != 0 && !state.exists(exchange::Table::order, exchange::order_slot(order));
    }
    return count;
  });
  EXPECT_EQ(unknown, 0u);
  for (const auto& [id, result] : lives.results) EXPECT_LE(result.block, durable);
}

// The node stops acknowledging, says so, and says that it can come back; it does.
void fail_and_come_back(const std::function<void(Lives&)>& damage) {
  Lives lives;
  lives.open();
  lives.start();
  lives.trade(100);
  damage(lives);
  std::mt19937_64 random(1);
  for (u32 i = 0; i < 200; ++i) lives.submit(lives.place(random));
  Lives::wait([&] {
    lives.pump();
    return !lives.node->failure().empty();
  });
  EXPECT_FALSE(lives.node->ready());
  EXPECT_TRUE(lives.node->disk_failed());
  EXPECT_NE(lives.node->failure().find("the disk failed"), std::string::npos);
  EXPECT_NE(lives.metrics->expose().find("gavel_node_failed 1"), std::string::npos);
  for (u32 i = 0; i < 10 && lives.alive; ++i) lives.pump();
  // From then on: refused as halted, not executed and kept back.
  if (lives.alive) {
    const u64 refused = lives.refused.size();
    const u64 results = lives.results.size();
    lives.submit(lives.place(random));
    Lives::wait([&] {
      lives.pump();
      return !lives.alive || lives.refused.size() > refused;
    });
    EXPECT_EQ(lives.results.size(), results);
    EXPECT_EQ(lives.refused.rbegin()->second, static_cast<u8>(Refusal::halted));
  }
  lives.end();
  lives.disk.set_faults({});
  lives.alive = true;
  lives.open();
  lives.start();
  expect_nothing_lost(lives);
  lives.trade(50);
  EXPECT_TRUE(lives.node->failure().empty());
}

TEST(NodeDays, AFullDiskEndsAcknowledgingUntilThereIsRoom) {
  fail_and_come_back([](Lives& lives) {
    lives.disk.set_faults({.capacity_bytes = lives.disk.used_bytes() + 5'000});
  });
}

TEST(NodeDays, AFailingDiskEndsAcknowledgingUntilItIsWell) {
  fail_and_come_back([](Lives& lives) { lives.disk.set_faults({.failed_sync_ppm = 300'000}); });
}

constexpr i64 kHour = 3'600'000;
constexpr i64 kDay = 24 * kHour;

// Times of the last blocks, oldest first.
std::vector<u64> block_times(const NodeCore& node, u32 count) {
  std::vector<u64> times;
  for (u64 number = node.heads().hashed; number > 0 && times.size() < count; --number) {
    const auto block = node.recent().get(number);
    if (!block) break;
    times.insert(times.begin(), block->head.timestamp_ms);
  }
  return times;
}

void expect_rising(const std::vector<u64>& times, u64 most_ms) {
  for (std::size_t i = 1; i < times.size(); ++i) {
    EXPECT_GT(times[i], times[i - 1]);
    EXPECT_LT(times[i] - times[i - 1], most_ms);
  }
}

TEST(NodeDays, AWallClockThatJumpsWhileItRunsMovesNoBlock) {
  Lives lives;
  lives.open(options(1'000'000));
  lives.start();
  for (const i64 ahead : {i64{0}, -kHour, kDay, i64{0}}) {
    lives.clock.ahead_ms = ahead;
    const u64 before = lives.node->heads().block;
    lives.trade(30);
    Lives::wait([&] { return lives.node->heads().hashed > before + 10; });
    const bool jumped = ahead != 0;
    const std::string metrics = lives.metrics->expose();
    EXPECT_NE(metrics.find("gavel_node_clock_offset_seconds"), std::string::npos);
    EXPECT_EQ(metrics.find("gavel_node_clock_offset_seconds 0") == std::string::npos, jumped);
  }
  EXPECT_EQ(lives.results.size(), 120u);
  EXPECT_TRUE(lives.refused.empty());
  expect_rising(block_times(*lives.node, 200), 30'000);
}

// A new process believes the wall clock forward, and never goes back: then a millisecond a block.
TEST(NodeDays, AWallClockThatJumpsBetweenLivesIsBelievedForwardOnly) {
  Lives lives;
  const auto live = [&](i64 ahead) {
    lives.clock.ahead_ms = ahead;
    lives.open(options(1'000'000));
    lives.start();
    const u64 before = lives.node->heads().block;
    Lives::wait([&] { return lives.node->heads().hashed > before + 5; });
  };
  // With a true clock: nonces from it are good in all of these lives (nonce_age_ms,
  // nonce_ahead_ms).
  const auto trade = [&] {
    lives.world.now_ms = lives.clock.now_ms() - static_cast<u64>(lives.clock.ahead_ms.load());
    const std::size_t results = lives.results.size();
    lives.trade(20);
    EXPECT_EQ(lives.results.size(), results + 20);
  };
  const auto expiring = [&](u64 expiry_ms) {
    std::mt19937_64 random(3);
    stf::Transaction tx = lives.place(random);
    tx.expiry_ms = expiry_ms;
    lives.submit(tx);
    const u64 request = lives.requests;
    Lives::wait([&] {
      lives.pump();
      return lives.results.contains(request);
    });
    return lives.results.at(request).receipt.result;
  };
  live(0);
  trade();
  const u64 start_ms = lives.clock.now_ms();
  const u64 in_an_hour = start_ms + static_cast<u64>(kHour);
  EXPECT_EQ(expiring(in_an_hour), exchange::Reject::ok);
  lives.end();

  // An hour back: block time stands but for its millisecond a block; expiry waits for it.
  live(-kHour);
  trade();
  const std::vector<u64> crawling = block_times(*lives.node, 5);
  for (std::size_t i = 1; i < crawling.size(); ++i) EXPECT_EQ(crawling[i], crawling[i - 1] + 1);
  EXPECT_EQ(expiring(in_an_hour), exchange::Reject::ok);
  EXPECT_EQ(expiring(crawling.front()), exchange::Reject::expired);
  lives.end();

  // A day forward: the first block is a day later, the next ones follow at their pace.
  live(kDay);
  trade();
  EXPECT_GT(block_times(*lives.node, 1).front(), start_ms + static_cast<u64>(kDay) - 60'000);
  EXPECT_EQ(expiring(in_an_hour), exchange::Reject::expired);
  lives.end();

  // Right again: nothing goes back.
  live(0);
  trade();
  const std::vector<u64> after = block_times(*lives.node, 5);
  EXPECT_GT(after.front(), start_ms + static_cast<u64>(kDay) - 60'000);
  for (std::size_t i = 1; i < after.size(); ++i) EXPECT_EQ(after[i], after[i - 1] + 1);
  EXPECT_EQ(expiring(in_an_hour), exchange::Reject::expired);
}

}  // namespace
}  // namespace gavel::sequencer
