// An Actor on CourtL1, for its tests: a story is told in blocks.
#pragma once

#include <gtest/gtest.h>

#include "dispute/actor.hpp"
#include "dispute/actor_world_test.hpp"
#include "ops/log.hpp"

namespace gavel::dispute {

inline const Address kNode{{0x0d}};
inline const Address kRival{{0x0e}};
inline const Address kAlly{{0x0f}};
inline const ToyLie kLie{5, 4, 1};
inline const std::set<Move> kSteps{Move::step, Move::seal_and_step};
constexpr u64 kGweiWei = 1'000'000'000;
// Of CourtL1's stakes: a contest bond, three opened disputes, two more lists.
constexpr u64 kWholeLine = 570 * kMilliether;

class ActorTest : public testing::Test {
 protected:
  ActorTest() : l1(clock) {
    settings.threads = 1;
    settings.shape = CourtL1::shape();
    settings.max_bonds_wei = u128{100} * u128{kEther};
    settings.submitter = {.chain_id = 31'337, .confirmations = 1, .poll_ms = 0};
    GAVEL_CHECK(ops::configure_logging(
        {.sink = [this](std::string_view line) { log.emplace_back(line); }}));
  }
  ~ActorTest() override { GAVEL_CHECK(ops::configure_logging({})); }

  // Sits down on L1 as it is, with no memory.
  void sit_down() {
    settings.submitter.max_fee_wei = settings.max_fee_wei;
    actor = std::make_unique<Actor>(
        l1, clock, l1::SigningKey::from_hex(std::string(64, '7')).value(), settings, &metrics);
    const auto started = actor->start(CourtL1::registry());
    ASSERT_TRUE(started.ok()) << started.error();
    actor->set_truth([this](u64 batch, const Hash32&) -> TruthResult<std::unique_ptr<Truth>> {
      ++truths_made;
      return l1.truth(batch);
    });
    actor->on_action([this](Action& action) {
      l1.remember(action);
      return allowed;
    });
  }
  static Address me() { return l1::SigningKey::from_hex(std::string(64, '7')).value().address(); }
  u128 money() { return l1.balance(me(), l1::BlockTag::kLatest).value(); }

  void fix_batches(u64 upto) {
    for (; batches < upto; ++batches) l1.fix_batch();
  }
  // A batch that the node has claimed rightly and somebody else wrongly.
  void dispute(u64 batch) {
    fix_batches(batch);
    l1.claim(batch, kNode, l1.true_end(batch));
    l1.claim(batch, kRival, CourtL1::wrong_end(1));
  }
  // The same, the wrong one having stood alone for so long.
  void dispute_late(u64 batch, u64 seconds) {
    fix_batches(batch);
    l1.claim(batch, kRival, CourtL1::wrong_end(1));
    clock.advance_ms(seconds * 1'000);
    l1.claim(batch, kNode, l1.true_end(batch));
  }

  void look() {
    for (u32 i = 0; i < 4; ++i) {
      state = actor->tick();
      ASSERT_NE(state, ActorState::failed) << actor->error();
    }
  }
  // A block, and time for the actor.
  void round(u64 seconds = 12) {
    clock.advance_ms(seconds * 1'000);
    l1.mine();
    look();
  }
  void rounds(u32 n) {
    for (u32 i = 0; i < n; ++i) round();
  }
  // Rounds in which the rival answers, until the actor has made this call.
  void until(const std::string& call, u64 batch = 1, u32 most = 150) {
    while (l1.made(call) == 0) {
      ASSERT_GT(most--, 0u) << call << " was not made: " << actor->status().text();
      l1.play(batch, kRival, kLie, kSteps);
      rounds(2);
    }
  }

  // Lines of the log with all of these words.
  u64 told(std::string_view what, std::string_view more = {}) const {
    return static_cast<u64>(std::ranges::count_if(log, [&](const std::string& line) {
      return line.find(what) != std::string::npos && line.find(more) != std::string::npos;
    }));
  }
  double metric(const std::string& name) const {
    const std::string all = "\n" + metrics.expose();
    const auto at = all.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(all.substr(at + name.size() + 2));
  }
  // Which of two calls came first.
  bool in_order(const std::string& first, const std::string& second) const {
    const auto& calls = l1.calls();
    const auto a = std::ranges::find(calls, first);
    return a != calls.end() && std::find(a, calls.end(), second) != calls.end();
  }

  io::FakeClock clock;
  CourtL1 l1;
  ActorSettings settings;
  ops::MetricsRegistry metrics;
  std::vector<std::string> log;
  std::unique_ptr<Actor> actor;
  ActorState state = ActorState::behind;
  u64 batches = 0;
  bool allowed = true;  // to act
  u32 truths_made = 0;
};

}  // namespace gavel::dispute
