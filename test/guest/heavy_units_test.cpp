// The heaviest units, in the machine.
#include <gtest/gtest.h>

#include "guest/heavy_exchange.hpp"
#include "program/image.hpp"
#include "program/unit_run.hpp"
#include "stf/judge_batches_test.hpp"

namespace gavel::guest {
namespace {

// Half of a run's steps: what an image that is a little heavier may need.
constexpr u64 kMostSteps = u64{1} << 23;

constexpr u8 kMessageKinds[] = {1, 2, 3, 4, 5, 128, 129, 130, 131, 132, 133};

const vm::Image& image() {
  static const vm::Image loaded = vm::load_elf(program::image_elf()).value();
  return loaded;
}

// The steps of a unit that ends as it does natively.
u64 steps_of(const stf::JudgedUnit& unit) {
  program::UnitRun run(image(), unit.start, program::preimages_of(unit.preimages));
  EXPECT_EQ(run.supports(), unit.end) << unit.name;
  return run.steps().value_or(0);
}

TEST(HeavyUnits, EndWithinHalfOfARun) {
  HeavyExchange exchange;
  exchange.pose_all();
  for (u8 action = 1; action < stf::kActionCount; ++action) {
    EXPECT_TRUE(exchange.actions.contains(action)) << u32{action};
  }
  for (const u8 kind : kMessageKinds) {
    EXPECT_TRUE(exchange.actions.contains(static_cast<u8>(0x80 + kind))) << u32{kind};
  }
  std::map<std::string, u64> most;
  for (const stf::JudgedUnit& unit : exchange.units) {
    u64& steps = most[unit.name];
    steps = std::max(steps, steps_of(unit));
  }
  for (const auto& [name, steps] : most) {
    EXPECT_LT(steps, kMostSteps) << name;
    std::printf("%9llu  %s\n", static_cast<unsigned long long>(steps), name.c_str());
  }
}

// An order of an exchange in use, between others in a full page: one that rests, and one that
// trades with it.
TEST(HeavyUnits, APlainOrderTakesAMillionStepsAtMost) {
  PosingAuthor author(stf::samples::config());
  author.among_its_like = true;
  author.open_block();
  author.found(2, 8);
  stf::batches::quote(author, 2, 20);
  stf::batches::quote(author, 3, 20);
  for (const exchange::Side side : {exchange::Side::ask, exchange::Side::bid}) {
    stf::Row row = author.transaction(stf::Action::place, 4);
    row.tx.market = 1;
    row.tx.side = static_cast<u8>(side);
    row.tx.price_ticks = side == exchange::Side::ask ? 199 : 200;
    row.tx.lots = 2;
    row.hints.level = stf::level_hint(author.map, 1, side, row.tx.price_ticks);
    author.pose(side == exchange::Side::ask ? "a plain order that rests" : "and one that trades");
    author.run(row);
    author.pose("");
  }
  EXPECT_EQ(author.tally.results.size(), 1u);
  for (const stf::JudgedUnit& unit : author.units) {
    const u64 steps = steps_of(unit);
    EXPECT_LE(steps, 1'000'000u) << unit.name;
    std::printf("%9llu  %s\n", static_cast<unsigned long long>(steps), unit.name.c_str());
  }
}

}  // namespace
}  // namespace gavel::guest
