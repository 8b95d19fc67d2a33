// Any bytes as what a server sends: frames are cut and decoded without reading beyond them.
#include <vector>

#include "base/check.hpp"
#include "replay/gateway_frames.hpp"

using namespace gavel;
using namespace gavel::replay;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  std::span<const u8> rest(data, size);
  Answer answer;
  for (;;) {
    const i64 length = frame_length(rest);
    if (length <= 0) return 0;
    GAVEL_CHECK(static_cast<u64>(length) <= rest.size());
    // A copy of its own, so that a read beyond the frame is seen.
    const std::vector<u8> frame(rest.begin(), rest.begin() + length);
    if (decode_answer(frame, answer) && std::holds_alternative<ResultFrame>(answer)) {
      GAVEL_CHECK(std::get<ResultFrame>(answer).receipt.events.size() <= stf::kMaxEvents);
    }
    rest = rest.subspan(static_cast<std::size_t>(length));
  }
}
