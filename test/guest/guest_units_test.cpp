// The fault proof program in the machine says what the native rules say, for units of every kind.
//
// GAVEL_UNITS is how many units are run at least (100 unless said); "all" are those of every batch
// there is here, and of many more random ones.
#include <gtest/gtest.h>

#include "guest/machine_units.hpp"
#include "guest/refusals.hpp"

namespace gavel::guest {
namespace {

// What was run: results as "action 1", "message 3", and rejections.
struct Coverage {
  u64 units = 0;
  u64 most_steps = 0;
  std::map<std::string, u64> names;
  std::set<u32> actions;
  std::set<u32> messages;
  std::set<u32> results;

  void add(const std::string& name, u64 steps) {
    ++units;
    ++names[name];
    most_steps = std::max(most_steps, steps);
    read(name, "action ", actions);
    read(name, "message ", messages);
  }

 private:
  void read(const std::string& name, const std::string& what, std::set<u32>& kinds) {
    const std::size_t at = name.find(what);
    if (at == std::string::npos) return;
    // Messages count from 128 as bytes do.
    kinds.insert(static_cast<u8>(std::stoi(name.substr(at + what.size()))));
    results.insert(static_cast<u32>(std::stoul(name.substr(name.find("-> ") + 3))));
  }
};

class GuestUnits : public testing::Test {
 protected:
  const bool all_ = units_wanted(0) == kAllUnits;
  const u64 least_units_ = all_ ? 0 : units_wanted(100);
  // Of a name; the first ones.
  u64 of_each_name_ = all_ || least_units_ > 100 ? ~u64{0} : 1;
  Coverage coverage_;

  void run(const stf::batches::Plan& plan, stf::MapState genesis = {}) {
    stf::JudgedBatch batch(plan.text, std::move(genesis));
    while (!batch.finished()) {
      const stf::JudgedUnit unit = batch.next();
      if (plan.failing.contains(batch.cursor().unit)) batch.fail();
      if (coverage_.names[unit.name] >= of_each_name_) continue;
      program::UnitRun guest(image(), unit.start, program::preimages_of(unit.preimages));
      ASSERT_EQ(guest.supports(), unit.end) << plan.name << ", " << unit.name;
      coverage_.add(unit.name, *guest.steps());
    }
  }
};

TEST_F(GuestUnits, EndInTheNativeCursor) {
  for (const stf::batches::Plan& plan : {crowded(), no_account_left(), positions()}) run(plan);
  run(one_withdrawal(), full_outbox());
  for (const stf::batches::Plan& plan : stf::batches::all()) {
    // A block of 512 units that are all the same.
    if (plan.name == "full blocks" && !all_) continue;
    run(plan);
    ASSERT_FALSE(HasFatalFailure());
  }
  const u64 seeds = all_ ? 64 : 0;
  for (u64 seed = 4; coverage_.units < least_units_ || seed < seeds; ++seed) {
    run(stf::batches::trade(seed));
    ASSERT_FALSE(HasFatalFailure()) << "seed " << seed;
  }
  for (u32 action = 1; action < stf::kActionCount; ++action) {
    EXPECT_TRUE(coverage_.actions.contains(action)) << action;
  }
  for (const u32 kind : {1, 2, 3, 4, 5, 128, 129, 130, 131, 132, 133}) {
    EXPECT_TRUE(coverage_.messages.contains(kind)) << kind;
  }
  for (u32 result = 0; result < exchange::kRejectCount; ++result) {
    EXPECT_TRUE(coverage_.results.contains(result))
        << exchange::name_of(exchange::Reject{static_cast<u8>(result)});
  }
  std::printf("%llu units of %zu kinds, %llu steps at most\n",
              static_cast<unsigned long long>(coverage_.units), coverage_.names.size(),
              static_cast<unsigned long long>(coverage_.most_steps));
}

// Cursors that no honest run reaches: the program panics, and the run supports the failed cursor.
TEST_F(GuestUnits, ThatPanicSupportTheFailedCursor) {
  stf::JudgedBatch batch(stf::batches::trade(1).text);
  while (batch.cursor().page < 1 || batch.cursor().offset < 300) batch.next();
  const stf::JudgedUnit unit = batch.next();
  const auto posed = [&](auto alter) {
    std::array<u8, stf::kCursorBytes> bytes;
    stf::MapOracle oracle = unit.preimages;
    oracle.get(unit.start, bytes);
    stf::Cursor cursor;
    EXPECT_TRUE(stf::decode_cursor(bytes, cursor));
    alter(cursor, oracle);
    stf::encode_cursor(cursor, bytes);
    const Hash32 start = oracle.add(bytes);
    cursor.status = stf::Status::skip;
    return std::pair(program::UnitRun(image(), start, program::preimages_of(oracle)).supports(),
                     stf::cursor_hash(cursor));
  };
  const auto [same, unused] = posed([](stf::Cursor&, stf::MapOracle&) {});
  EXPECT_EQ(same, unit.end);
  const std::function<void(stf::Cursor&, stf::MapOracle&)> kAlterations[] = {
      [](stf::Cursor& c, stf::MapOracle&) { --c.offset; },
      [](stf::Cursor& c, stf::MapOracle&) { c.offset = stf::kMaxPageBytes; },
      [](stf::Cursor& c, stf::MapOracle&) { ++c.tx_index; },
      [](stf::Cursor& c, stf::MapOracle&) { c.phase = stf::Phase{3}; },
      [](stf::Cursor& c, stf::MapOracle& o) { c.work = o.add(std::vector<u8>{1, 3, 0}); },
      [](stf::Cursor& c, stf::MapOracle& o) { c.work = o.add(std::vector<u8>(5'000)); },
      [](stf::Cursor& c, stf::MapOracle& o) { c.block_frontier = o.add(std::vector<u8>(449)); },
  };
  for (const auto& alter : kAlterations) {
    const auto [supported, failed] = posed(alter);
    EXPECT_EQ(supported, failed);
  }
}

}  // namespace
}  // namespace gavel::guest
