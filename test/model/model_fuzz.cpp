// Any bytes as a sequence of actions over product and model: after each the same receipt and the
// invariants of the protocol's text, every few the same objects, at the end the same root, and the
// same again from the pages.
#include <cstdio>
#include <cstdlib>

#include "model/byte_choices.hpp"

using namespace gavel;
using namespace gavel::model;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  static constexpr u32 kMostSteps = 150;
  static constexpr u32 kCompareEvery = 16;
  ByteChoices choices(std::span<const u8>(data, size));
  Twin twin(small_config(static_cast<u32>(choices.below(12))));
  Trader trader(twin, choices);
  trader.found();
  for (u32 i = 0; i < kMostSteps && !choices.exhausted() && twin.difference().empty(); ++i) {
    trader.step();
    twin.check_invariants();
    if (i % kCompareEvery == 0) twin.compare_objects();
  }
  twin.compare_objects();
  twin.compare_roots();
  if (twin.difference().empty()) twin.replay();
  if (!twin.difference().empty()) {
    std::fprintf(stderr, "%s\n", twin.difference().c_str());
    std::abort();
  }
  return 0;
}
