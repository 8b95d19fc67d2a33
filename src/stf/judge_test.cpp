// Every unit of many batches, judged from the hash of its cursor alone: the same next cursor as the
// native run, nothing read but what the cursor reaches, and an end whatever the preimages hold.
#include "stf/judge.hpp"

#include <gtest/gtest.h>

#include <csetjmp>
#include <map>
#include <memory>

#include "stf/judge_batches_test.hpp"

namespace gavel::stf {
namespace {

// Runs a plan to its end; `check` sees each unit.
template <class Check>
void for_each_unit(const batches::Plan& plan, Check check) {
  JudgedBatch batch(plan.text);
  while (!batch.finished() && !testing::Test::HasFatalFailure()) {
    check(batch.next());
    if (plan.failing.contains(batch.cursor().unit)) batch.fail();
  }
}

class Judged : public testing::Test {
 public:
  // The end that the judge gives over everything reachable, and over no more than it asked for.
  void check(const JudgedUnit& unit) {
    ASSERT_EQ(judge_->run(unit.preimages, unit.start), unit.end) << unit.name;
    ++names_[unit.name];
    ++units_;
  }

 protected:
  std::unique_ptr<Judge<const MapOracle>> judge_{new Judge<const MapOracle>};
  std::map<std::string, u32> names_;
  u32 units_ = 0;
};

TEST_F(Judged, EveryUnitAgreesWithTheNativeRun) {
  for (const batches::Plan& plan : batches::all()) {
    SCOPED_TRACE(plan.name);
    for_each_unit(plan, [&](const JudgedUnit& unit) { check(unit); });
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_GE(units_, 600u);
  // All actions and messages, most results, all ways to be malformed.
  std::set<std::string> actions, results;
  for (const auto& [name, count] : names_) {
    std::cout << count << " x " << name << "\n";
    const auto at = name.find("action "), message = name.find("message "),
               arrow = name.find(" -> ");
    if (arrow == std::string::npos) continue;
    const auto from = at != std::string::npos ? at : message;
    actions.insert(name.substr(from, arrow - from));
    results.insert(name.substr(arrow));
  }
  std::cout << units_ << " units, " << actions.size() << " actions, " << results.size()
            << " results\n";
}

}  // namespace
}  // namespace gavel::stf
