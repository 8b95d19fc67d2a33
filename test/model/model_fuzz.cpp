// Any bytes as a sequence of actions over product and model: after each the same receipt and the
// invariants of the protocol's text, every few the same objects, at the end the same root, and the
// same again from the pages.
#include <cstdio>
#include <cstdlib>

#include "model/fuzz_inputs.hpp"

using namespace gavel;
using namespace gavel::model;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  static constexpr u32 kCompareEvery = 16;
  const auto twin = play({data, size}, [](Twin& after, u32 action) {
    after.check_invariants();
    if (action % kCompareEvery == 0) after.compare_objects();
    return after.difference().empty();
  });
  twin->compare_objects();
  twin->compare_roots();
  if (twin->difference().empty()) twin->replay();
  if (!twin->difference().empty()) {
    std::fprintf(stderr, "%s\n", twin->difference().c_str());
    std::abort();
  }
  return 0;
}
