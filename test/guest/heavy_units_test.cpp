// The heaviest units, in the machine. Prints their steps, and the time of what a party to a dispute
// does about one.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

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

struct Cost {
  u64 steps = 0;
  double milliseconds = 0;
};

// Of a unit that ends as it does natively: what a party to a dispute about it does, from the native
// witness over the run to a list at each of the four levels.
Cost cost_of(const stf::JudgedUnit& unit) {
  using Recorder = stf::RecordingOracle<const stf::MapOracle>;
  static const auto judge = std::make_unique<stf::Judge<Recorder>>();
  const auto start = std::chrono::steady_clock::now();
  Recorder recorder(unit.preimages);
  EXPECT_EQ(judge->run(recorder, unit.start), unit.end);
  program::UnitRun run(image(), unit.start, program::preimages_of(recorder.recorded()));
  EXPECT_EQ(run.supports(), unit.end) << unit.name;
  Cost out;
  out.steps = run.steps().value_or(0);
  for (u64 stride = program::kRunSteps / 64; stride > 0; stride /= 64) {
    const u64 from = out.steps / 2 / (64 * stride) * (64 * stride);
    EXPECT_TRUE(run.states(from, stride, 64).ok());
  }
  const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
  out.milliseconds = spent.count();
  return out;
}

void print(const Cost& cost, const std::string& name) {
  std::printf("%9llu steps %8.1f ms  %s\n", static_cast<unsigned long long>(cost.steps),
              cost.milliseconds, name.c_str());
}

// Below the entry lies nothing but the stack; what is left of its 64 KiB.
u32 untouched_stack(const stf::JudgedUnit& unit) {
  vm::Machine machine(program::preimages_of(unit.preimages));
  machine.load_image(image());
  machine.set_input(unit.start);
  machine.run_until(program::kRunSteps);
  std::vector<u8> stack(vm::kFirstPc);
  machine.read_memory(0, stack);
  const auto used = std::ranges::find_if(stack, [](u8 byte) { return byte != 0; });
  return static_cast<u32>(used - stack.begin());
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
  std::map<std::string, Cost> most;
  for (const stf::JudgedUnit& unit : exchange.units) {
    const Cost cost = cost_of(unit);
    Cost& known = most[unit.name];
    if (cost.steps > known.steps) known = cost;
  }
  for (const auto& [name, cost] : most) {
    EXPECT_LT(cost.steps, kMostSteps) << name;
    print(cost, name);
  }
  EXPECT_GE(untouched_stack(exchange.units.front()), vm::kFirstPc / 2);
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
    const Cost cost = cost_of(unit);
    EXPECT_LE(cost.steps, 1'000'000u) << unit.name;
    print(cost, unit.name);
  }
}

}  // namespace
}  // namespace gavel::guest
