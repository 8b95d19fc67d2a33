// Liars of every kind against an honest truth: a lie is followed through every level down to one
// step, where alone it is contradicted.
#include "cheats/lying_truth.hpp"

#include <gtest/gtest.h>

#include "dispute/list_tree.hpp"
#include "dispute/player_walk.hpp"
#include "dispute/trace_world_test.hpp"
#include "program/image.hpp"
#include "vm/replay.hpp"

namespace gavel::cheats {
namespace {

using dispute::Place;
using dispute::PlannedTrace;
using dispute::TrueList;

const vm::Image& image() {
  static const vm::Image loaded = vm::load_elf(program::image_elf()).value();
  return loaded;
}

const Address kThief{{0xee}};

// A liar and an honest party over one batch.
struct Rivals {
  Rivals(const stf::batches::Plan& plan, Deceit deceit)
      : honest_world(plan.text), liars_world(plan.text) {
    // The world's own trace is honest; the liar opens another over the same data.
    const OpenTrace open = [this](dispute::TraceHooks hooks) {
      return dispute::open_trace(liars_world.deriver, liars_world.deriver->end(),
                                 dispute::input_of(liars_world.text, 1, liars_world.messages),
                                 dispute::config_bytes(liars_world.text.config), 1,
                                 std::move(hooks));
    };
    const u64 from_unit = deceit == Deceit::invalid_unit ? 0 : 3;
    auto made = make_lying_truth(open, image(), deceit, from_unit, kThief);
    GAVEL_CHECK(made.ok());
    liar = std::move(made).value();
    honest = std::make_unique<dispute::BatchTruth>(std::move(honest_world.trace), image());
  }

  PlannedTrace honest_world;
  PlannedTrace liars_world;
  LyingTruth liar;
  std::unique_ptr<dispute::BatchTruth> honest;
};

// The first batch that gives occasion for the lie.
std::unique_ptr<Rivals> rivals(Deceit deceit) {
  std::vector<stf::batches::Plan> plans = {stf::batches::trade(1), stf::batches::trade(2)};
  if (deceit == Deceit::invalid_unit) plans = stf::batches::endings();
  for (const stf::batches::Plan& plan : plans) {
    if (plan.name == "ending: a longer page") continue;  // L1 takes no such page
    auto out = std::make_unique<Rivals>(plan, deceit);
    if (out->liar.facts().unit) return out;
  }
  return nullptr;
}

struct EveryDeceit : testing::TestWithParam<u8> {
  Deceit deceit() const { return static_cast<Deceit>(GetParam()); }
};

TEST_P(EveryDeceit, IsFollowedDownToOneStepThatIsNot) {
  SCOPED_TRACE(name_of(deceit()));
  const auto parties = rivals(deceit());
  ASSERT_TRUE(parties) << "no occasion";
  dispute::Truth& liar = *parties->liar.truth;
  dispute::Truth& honest = *parties->honest;
  ASSERT_NE(liar.end().value(), honest.end().value());
  EXPECT_EQ(liar.end().value(), stf::cursor_hash(parties->liar.end));
  const dispute::GameShape shape;
  Place place;
  Hash32 expected = liar.end().value();  // the liar's value for this interval
  for (; place.level < shape.step_level;) {
    SCOPED_TRACE(place.level);
    const TrueList lie = liar.list(place).value();
    const TrueList truth = honest.list(place).value();
    EXPECT_EQ(lie.end, expected);
    if (place.level == shape.run_level) {
      vm::StateWords words;
      ASSERT_GE(lie.run.size(), words.size());
      std::copy_n(lie.run.begin(), words.size(), words.begin());
      EXPECT_EQ(vm::hash_words(words), lie.values.back());
      EXPECT_EQ(lie.run.size() > words.size(), deceit() == Deceit::panic);
    }
    const auto k = dispute::first_difference(lie.values, truth.values);
    ASSERT_TRUE(k);
    if (place.level == shape.run_level - 1) {
      EXPECT_EQ(place.position + *k, parties->liar.facts().unit);
    }
    expected = lie.values[*k];
    place = dispute::child_place(shape, place, *k);
  }
  const dispute::TrueStep step = honest.step(place).value();
  std::optional<vm::KnownPart> part;
  if (const auto& read = step.preimage) {
    part = vm::KnownPart{read->key, read->offset, vm::part_of(read->bytes, read->offset)};
  }
  const auto next = vm::replay_step(step.state, step.code, step.data, part ? &*part : nullptr);
  ASSERT_TRUE(next.ok());
  EXPECT_NE(*next, expected) << "the step is as the liar says";
}

TEST_P(EveryDeceit, IsToldAgainInTheSameUnit) {
  SCOPED_TRACE(name_of(deceit()));
  const auto parties = rivals(deceit());
  ASSERT_TRUE(parties) << "no occasion";
  dispute::Truth& liar = *parties->liar.truth;
  const auto unit = *parties->liar.facts().unit;
  const Hash32 end = liar.end().value();
  EXPECT_TRUE(liar.list({.level = 3, .position = unit}).ok());
  EXPECT_TRUE(liar.list({.level = 3, .position = 0}).ok());
  EXPECT_EQ(liar.list({.level = 0}).value().end, end);
  EXPECT_EQ(parties->liar.facts().unit, unit);
}

INSTANTIATE_TEST_SUITE_P(Deceits, EveryDeceit, testing::Range<u8>(0, kDeceits),
                         [](const auto& kind) {
                           std::string name = name_of(static_cast<Deceit>(kind.param));
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(Deceits, HaveNames) {
  for (u8 i = 0; i < kDeceits; ++i) {
    EXPECT_EQ(parse_deceit(name_of(static_cast<Deceit>(i))), static_cast<Deceit>(i));
  }
  EXPECT_FALSE(parse_deceit("none"));
}

}  // namespace
}  // namespace gavel::cheats
