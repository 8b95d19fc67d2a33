// The truth of a real batch with the real program: lists of all levels fit together, steps are
// judged as the lists say, and a lie is one step.
#include "dispute/batch_truth.hpp"

#include <gtest/gtest.h>

#include "dispute/list_tree.hpp"
#include "dispute/trace_world_test.hpp"
#include "program/image.hpp"
#include "vm/elf.hpp"

namespace gavel::dispute {
namespace {

vm::Image own_image() { return vm::load_elf(program::image_elf()).value(); }

class BatchTruthTest : public testing::Test {
 protected:
  BatchTruthTest() : chain_(11) { chain_.add_batch(); }
  std::unique_ptr<BatchTruth> open(BatchTruthOptions options = {}, TraceHooks hooks = {}) {
    return std::make_unique<BatchTruth>(chain_.open(1, std::move(hooks)).value(), own_image(),
                                        std::move(options));
  }
  // The list of interval k of a list, down to the values of single steps.
  static void expect_children_to_end_as_said(Truth& truth, Place place, u64 unit, u64 step) {
    const GameShape shape;
    TrueList list = truth.list(place).value();
    while (place.level < 7) {
      const u64 at = place.level < shape.run_level ? unit : step;
      const u32 k = static_cast<u32>((at - place.position) / shape.part(place.level));
      const Hash32 value = list.values[k];
      place.position += k * shape.part(place.level);
      if (++place.level == shape.run_level) {
        place.unit = unit;
        place.position = 0;
      }
      list = truth.list(place).value();
      ASSERT_EQ(list.values.size(), 64u);
      ASSERT_EQ(list.end, value) << "level " << place.level;
    }
  }

  PlannedChain chain_;
};

TEST_F(BatchTruthTest, lists_end_where_the_level_above_says) {
  const auto truth = open();
  EXPECT_EQ(truth->end().value(), stf::cursor_hash(chain_.ends[1]));
  EXPECT_EQ(truth->list({}).value().end, truth->end().value());
  EXPECT_EQ(truth->end_words().value().size(), 32u);
  expect_children_to_end_as_said(*truth, {}, 5, 777);
  expect_children_to_end_as_said(*truth, {}, 40, (1u << 24) - 1);
  expect_children_to_end_as_said(*truth, {}, (1u << 24) - 1, 0);
}

TEST_F(BatchTruthTest, steps_lead_from_value_to_value) {
  const auto truth = open();
  const TrueList list = truth->list({7, 640, 5}).value();
  for (const u32 k : {1u, 2u, 63u}) {
    const TrueStep step = truth->step({8, 640 + k, 5}).value();
    EXPECT_EQ(vm::hash_words(step.state), list.values[k - 1]);
    if (step.preimage) continue;
    const auto next = vm::replay_step(step.state, step.code, step.data);
    ASSERT_TRUE(next.ok());
    EXPECT_EQ(*next, list.values[k]);
  }
}

TEST_F(BatchTruthTest, a_run_shows_its_last_state) {
  const TrueList list = open()->list({4, 0, 5}).value();
  ASSERT_EQ(list.run.size(), 8u);
  vm::StateWords words{};
  std::ranges::copy(list.run, words.begin());
  EXPECT_EQ(vm::hash_words(words), list.values.back());
  EXPECT_EQ(words[2], list.end);
}

// A cheat: the trace says that unit 5 fails, and its run panics at one step.
TEST_F(BatchTruthTest, a_consistent_lie_fits_together_and_differs_at_one_step) {
  BatchTruthOptions options;
  options.lie = [](u64 unit, program::UnitRun&) {
    if (unit != 5) return program::Lie{};
    return program::Lie{1'000, [](vm::Machine& machine) {
                          vm::State state = machine.state();
                          state.exit = vm::Exit::panicked;
                          machine.set_state(state);
                        }};
  };
  const auto liar = open(options, {.fails = [](const stf::Cursor& c) { return c.unit == 5; }});
  const auto honest = open();
  expect_children_to_end_as_said(*liar, {}, 5, 999);
  EXPECT_EQ(liar->list({4, 0, 5}).value().run.size(), 40u) << "with the cursor that failed";
  EXPECT_NE(liar->end().value(), honest->end().value());
  const TrueList x = honest->list({7, 960, 5}).value();
  const TrueList y = liar->list({7, 960, 5}).value();
  EXPECT_EQ(first_difference(x.values, y.values), 39u);  // step 999 leads to state 1,000
}

TEST_F(BatchTruthTest, nothing_is_claimed_where_program_and_trace_disagree) {
  const auto torn = open({}, {.fails = [](const stf::Cursor& c) { return c.unit == 5; }});
  EXPECT_TRUE(torn->list({3, 0, 0}).ok());
  const auto list = torn->list({4, 0, 5});
  ASSERT_FALSE(list.ok());
  EXPECT_NE(list.error().find("ends elsewhere"), std::string::npos);
}

TEST_F(BatchTruthTest, long_work_is_told_once) {
  u32 told = 0;
  BatchTruthOptions options;
  options.say = [&](const std::string&) { ++told; };
  const auto truth = open(options);
  for (u32 i = 0; i < 3; ++i) ASSERT_TRUE(truth->list({4, 0, 5}).ok());
  EXPECT_EQ(told, 1u);
}

}  // namespace
}  // namespace gavel::dispute
