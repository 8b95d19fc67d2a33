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
  // One trace at a time, closed whenever another truth's is opened.
  std::unique_ptr<BatchTruth> reopened(BatchTruth::Open open, BatchTruthOptions options = {}) {
    return std::make_unique<BatchTruth>(memory_, std::move(open), own_image(), std::move(options));
  }
  void close_traces() {
    memory_->traces.erase_if([](auto) { return true; });
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
  std::shared_ptr<TruthMemory> memory_ = std::make_shared<TruthMemory>();
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

// To find it again the trace would go to the batch's end and, for the next list, back.
TEST_F(BatchTruthTest, the_end_is_found_once) {
  u64 units = 0;
  const auto truth = open({}, {.after_unit = [&](auto&&...) { ++units; }});
  const Hash32 end = truth->end().value();
  ASSERT_TRUE(truth->list({3, 0, 0}).ok());
  const u64 run = units;
  EXPECT_EQ(truth->end().value(), end);
  EXPECT_EQ(truth->end_words().value().size(), 32u);
  EXPECT_EQ(units, run);
}

TEST_F(BatchTruthTest, for_an_end_that_is_known_nothing_is_opened) {
  u64 opened = 0;
  const auto count = [&] {
    ++opened;
    return chain_.open(1);
  };
  const auto truth = reopened(count, {.end = chain_.ends[1]});
  EXPECT_EQ(truth->end().value(), stf::cursor_hash(chain_.ends[1]));
  EXPECT_EQ(truth->end_words().value().size(), 32u);
  EXPECT_EQ(opened, 0u);
  EXPECT_EQ(truth->list({}).value().end, stf::cursor_hash(chain_.ends[1]));
  EXPECT_EQ(opened, 1u);
}

TEST_F(BatchTruthTest, nothing_is_claimed_where_trace_and_derivation_disagree) {
  stf::Cursor other = chain_.ends[1];
  other.state_root.bytes[0] ^= 1;
  const auto list = open({.end = other})->list({});
  ASSERT_FALSE(list.ok());
  EXPECT_NE(list.error().find("ends elsewhere"), std::string::npos);
}

TEST_F(BatchTruthTest, a_closed_trace_is_opened_again_at_the_same_batch_only) {
  chain_.add_batch();
  u64 batch = 1;
  const auto truth = reopened([&] { return chain_.open(batch); });
  const auto first = truth->list({1, 0, 0}).value();
  close_traces();
  batch = 2;  // another history
  const auto refused = truth->list({2, 0, 0});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().find("history"), std::string::npos);
  EXPECT_EQ(truth->list({1, 0, 0}).value().values, first.values);
  batch = 1;
  EXPECT_EQ(truth->list({2, 0, 0}).value().values, open()->list({2, 0, 0}).value().values);
}

TEST_F(BatchTruthTest, a_trace_that_cannot_be_opened_now_is_tried_again) {
  bool answers = false;
  const auto truth = reopened([&]() -> TraceResult<std::unique_ptr<BatchTrace>> {
    if (!answers) return TraceError::kNoData;
    return chain_.open(1);
  });
  EXPECT_FALSE(truth->list({}).ok());
  EXPECT_FALSE(truth->end().ok());
  answers = true;
  EXPECT_TRUE(truth->list({}).ok());
}

// A trace whose deriver is gone answers nothing; the next one stands on a new deriver.
TEST_F(BatchTruthTest, a_trace_that_fails_is_opened_anew) {
  auto gone = std::make_unique<PlannedChain>(11);
  gone->add_batch();
  PlannedChain* chain = gone.get();
  const auto truth = reopened([&] { return chain->open(1); });
  ASSERT_TRUE(truth->list({0, 0, 0}).ok());
  gone->deriver.reset();
  chain = &chain_;
  EXPECT_FALSE(truth->list({1, 0, 0}).ok());
  EXPECT_TRUE(truth->list({1, 0, 0}).ok());
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
