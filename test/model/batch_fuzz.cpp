// Any bytes as a batch's pages, after a small exchange has been founded: the unit loop never fails
// a check, the batch always finishes, and the model says the same of whatever was executed.
#include <cstdio>
#include <cstdlib>

#include "model/fuzz_inputs.hpp"

using namespace gavel;
using namespace gavel::model;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  if (size == 0) return 0;
  const FuzzedBatch batch = pages_of({data, size});
  static constexpr u64 kHourMs = 3'600'000;
  const Judged judged = judge(batch.config, batch.pages, batch.messages, batch.now_ms + kHourMs);
  // A row is a byte at least, and no action goes on for more than 128 units.
  GAVEL_CHECK(judged.units <= (size + batch.messages.size() + 200) * 130);
  if (!judged.difference.empty()) {
    std::fprintf(stderr, "%s\n", judged.difference.c_str());
    std::abort();
  }
  return 0;
}
