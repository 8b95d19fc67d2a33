// What compares the machine with the native judge sees a difference.
#include "guest/machine_units.hpp"

#include <gtest/gtest.h>

#include "dispute/trace_world_test.hpp"

namespace gavel::guest {
namespace {

using dispute::UnitWitness;

struct DifferenceOf : testing::Test {
  dispute::PlannedTrace planned{stf::batches::keys().text};
  const UnitWitness honest = planned.trace->witness(3).value();

  std::string said(const std::function<void(UnitWitness&)>& change) {
    UnitWitness witness = honest;
    change(witness);
    MachineTally tally;
    const std::string out = difference_of(witness, "", tally);
    EXPECT_EQ(tally.units, out.empty() ? 1u : 0u);
    return out;
  }
};

TEST_F(DifferenceOf, AnHonestWitnessIsNone) {
  EXPECT_EQ(said([](UnitWitness&) {}), "");
}

TEST_F(DifferenceOf, AnotherCursor) {
  EXPECT_EQ(said([](UnitWitness& w) { w.judged.bytes[0] ^= 1; }),
            "the native judge says another cursor");
  EXPECT_EQ(said([](UnitWitness& w) { w.end_hash = w.judged = w.start_hash; }),
            "ends in " + hex_of(honest.end_hash));
}

TEST_F(DifferenceOf, OtherPreimages) {
  EXPECT_EQ(said([](UnitWitness& w) { w.preimages.add(std::vector<u8>{1}); }),
            "asks for " + std::to_string(honest.preimages.size()) +
                " preimages, the native judge for " + std::to_string(honest.preimages.size() + 1));
  for (const auto& [hash, unused] : honest.preimages.preimages()) {
    if (hash == honest.start_hash) continue;
    EXPECT_EQ(said([key = hash](UnitWitness& w) { w.preimages.remove(key); }),
              "asks for what no native judge reads: " + hex_of(hash));
  }
}

}  // namespace
}  // namespace gavel::guest
