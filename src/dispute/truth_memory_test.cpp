// Truths about many batches in little memory: the limits hold, answers and moves are those of
// truths that forget nothing, and each trace is opened at most once a round.
#include "dispute/truth_memory.hpp"

#include <gtest/gtest.h>

#include "dispute/batch_truth.hpp"
#include "dispute/duel_test.hpp"
#include "dispute/trace_world_test.hpp"
#include "program/image.hpp"
#include "vm/elf.hpp"

namespace gavel::dispute {
namespace {

constexpr u32 kContests = 22;
constexpr TruthLimits kUnlimited{1'000, 1'000, 100'000, 100'000};

const vm::Image& own_image() {
  static const vm::Image image = vm::load_elf(program::image_elf()).value();
  return image;
}

// Truths about the batches of a chain, and the traces that they hold open.
class Truths {
 public:
  Truths(PlannedChain& chain, const TruthLimits& limits)
      : memory(std::make_shared<TruthMemory>(limits)) {
    for (u64 batch = 1; batch < chain.ends.size(); ++batch) {
      const auto open = [this, &chain, batch] {
        ++opened;
        // An open trace keeps its hooks, and these the token.
        auto trace = chain.open(batch, {.after_unit = [token = token_](auto&&...) {}});
        most_open = std::max(most_open, token_.use_count() - 1);
        return trace;
      };
      of_.push_back(std::make_unique<BatchTruth>(memory, open, own_image()));
    }
  }
  Truth& of(u64 batch) { return *of_.at(batch - 1); }

  std::shared_ptr<TruthMemory> memory;
  u64 opened = 0;
  long most_open = 0;

 private:
  std::shared_ptr<int> token_ = std::make_shared<int>();
  std::vector<std::unique_ptr<Truth>> of_;
};

class TruthMemoryTest : public testing::Test {
 protected:
  explicit TruthMemoryTest(u32 batches = kContests) : chain_(3) {
    for (u32 i = 0; i < batches; ++i) chain_.add_batch();
  }
  Hash32 end_of(u64 batch) const { return stf::cursor_hash(chain_.ends.at(batch)); }
  Duel duel_about(u64 batch) const {
    const stf::Cursor first =
        stf::first_cursor(chain_.ends[batch - 1], batch, chain_.inputs[batch].posted);
    return {batch, own_image().root, stf::cursor_hash(first), end_of(batch)};
  }

  PlannedChain chain_;
};

void expect_same(const Decision& x, const Decision& y) {
  ASSERT_EQ(x.troubles, y.troubles);
  ASSERT_EQ(x.actions.size(), y.actions.size());
  for (std::size_t i = 0; i < x.actions.size(); ++i) {
    const Action& a = x.actions[i];
    const Action& b = y.actions[i];
    ASSERT_EQ(a.key(), b.key());
    ASSERT_EQ(a.reason, b.reason);
    ASSERT_EQ(a.list.values, b.list.values);
    ASSERT_EQ(a.list.end, b.list.end);
    ASSERT_EQ(a.list.run, b.list.run);
    ASSERT_EQ(a.proof.state, b.proof.state);
    ASSERT_EQ(a.proof.code, b.proof.code);
    ASSERT_EQ(a.proof.data, b.proof.data);
    ASSERT_EQ(a.proof.preimage.has_value(), b.proof.preimage.has_value());
  }
}

// Nine rounds lead every contest from its first list to the step.
TEST_F(TruthMemoryTest, contests_about_many_batches_are_played_in_little_memory) {
  const TruthLimits limits{2, 3, 100, 5};
  Truths all(chain_, kUnlimited);
  Truths few(chain_, limits);
  std::vector<Duel> duels;
  for (u64 batch = 1; batch <= kContests; ++batch) duels.push_back(duel_about(batch));
  for (u32 round = 0; round < 9; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const u64 before = few.opened;
    for (u64 batch = 1; batch <= kContests; ++batch) {
      SCOPED_TRACE("batch " + std::to_string(batch));
      Duel& duel = duels[batch - 1];
      const Contest contest = duel.contest();
      const Decision decision = decide(contest, few.of(batch), duel.honest(), {});
      expect_same(decision, decide(contest, all.of(batch), duel.honest(), {}));
      if (HasFatalFailure()) return;
      ASSERT_TRUE(decision.troubles.empty()) << decision.troubles[0];
      ASSERT_EQ(decision.actions.size(), 1u);
      EXPECT_LE(few.memory->runs.size(), limits.runs);
      EXPECT_LE(few.memory->lists.size(), limits.lists);
      EXPECT_LE(few.memory->steps.size(), limits.steps);
      duel.land(decision.actions[0]);
    }
    EXPECT_LE(few.opened - before, kContests) << "more than once a batch";
  }
  for (const Duel& duel : duels) EXPECT_TRUE(duel.stepped());
  EXPECT_EQ(few.most_open, limits.traces);
  EXPECT_EQ(few.memory->traces.size(), limits.traces);
  EXPECT_EQ(all.most_open, kContests);
}

class SmallTruthMemoryTest : public TruthMemoryTest {
 protected:
  SmallTruthMemoryTest() : TruthMemoryTest(4) {}
};

// The usual limits hold what quiet contests ask for in every round.
TEST_F(SmallTruthMemoryTest, a_round_without_news_opens_nothing) {
  Truths truths(chain_, TruthLimits{});
  std::vector<Duel> duels;
  for (u64 batch = 1; batch <= 4; ++batch) duels.push_back(duel_about(batch));
  const auto round = [&](bool land) {
    for (u64 batch = 1; batch <= 4; ++batch) {
      Duel& duel = duels[batch - 1];
      const Decision d = decide(duel.contest(), truths.of(batch), duel.honest(), {});
      ASSERT_EQ(d.actions.size(), 1u);
      if (land) duel.land(d.actions[0]);
    }
  };
  for (u32 i = 0; i < 8; ++i) round(true);
  round(false);  // the steps are found
  const u64 opened = truths.opened;
  EXPECT_GE(opened, 4u);
  for (u32 i = 0; i < 3; ++i) round(false);
  EXPECT_EQ(truths.opened, opened);
}

TEST_F(SmallTruthMemoryTest, a_truth_that_is_gone_leaves_nothing) {
  const auto memory = std::make_shared<TruthMemory>();
  const auto about = [&](u64 batch) {
    return BatchTruth(memory, [this, batch] { return chain_.open(batch); }, own_image());
  };
  const auto ask = [](BatchTruth& truth) {
    ASSERT_TRUE(truth.list({4, 0, 5}).ok());
    ASSERT_TRUE(truth.step({8, 7, 5}).ok());
  };
  BatchTruth stays = about(1);
  ask(stays);
  {
    BatchTruth goes = about(2);
    ask(goes);
    EXPECT_EQ(memory->traces.size() + memory->runs.size(), 4u);
    EXPECT_EQ(memory->lists.size() + memory->steps.size(), 4u);
  }
  EXPECT_EQ(memory->traces.size() + memory->runs.size(), 2u);
  EXPECT_EQ(memory->lists.size() + memory->steps.size(), 2u);
}

}  // namespace
}  // namespace gavel::dispute
