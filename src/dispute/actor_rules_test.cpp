// What a transaction may cost by its deadline, and refusals that are none.
#include "dispute/actor_rules.hpp"

#include <gtest/gtest.h>

#include "l1/abi.hpp"

namespace gavel::dispute {
namespace {

TEST(FeeCap, rises_in_the_middle_of_the_window) {
  struct Row {
    u64 left_s;
    u64 cap;
  };
  const Row rows[] = {{0, 100},  {100, 100}, {75, 100}, {50, 300},
                      {74, 108}, {26, 492},  {25, 500}, {1, 500}};
  for (const Row& row : rows) {
    EXPECT_EQ(fee_cap(row.left_s, 100, 100, 500), u128{row.cap}) << row.left_s;
  }
}

TEST(FeeCap, an_urgent_cap_below_the_usual_one_lowers_nothing) {
  EXPECT_EQ(fee_cap(1, 100, 100, 50), u128{100});
}

TEST(FeeCap, survives_windows_of_no_length) {
  for (u64 window = 0; window < 8; ++window) {
    for (u64 left = 0; left < 10; ++left) {
      EXPECT_GE(fee_cap(left, window, 1, 9), u128{1});
      EXPECT_LE(fee_cap(left, window, 1, 9), u128{9});
    }
  }
}

std::string revert_of(std::string_view error) {
  const l1::Selector selector = l1::selector(error);
  std::vector<u8> data(selector.begin(), selector.end());
  data.resize(36);
  return l1::revert_reason(data);
}

TEST(DoneAlready, is_said_by_the_errors_of_a_race_alone) {
  EXPECT_TRUE(done_already(revert_of("ClaimExists(bytes32)")));
  EXPECT_TRUE(done_already(revert_of("AlreadySealed(uint256)")));
  EXPECT_TRUE(done_already(revert_of("AlreadyStepped(bytes32)")));
  EXPECT_TRUE(done_already(revert_of("AlreadyResolved(bytes32)")));
  EXPECT_FALSE(done_already(revert_of("WrongPath(uint256,bytes32,bytes32)")));
  EXPECT_FALSE(done_already("no reason"));
}

}  // namespace
}  // namespace gavel::dispute
