#include "base/check.hpp"
#include "sequencer/frames.hpp"

extern "C" int LLVMFuzzerTestOneInput(const gavel::u8* data, std::size_t size) {
  using namespace gavel::sequencer;  // NOLINT
  std::span<const gavel::u8> rest(data, size);
  while (true) {
    Frame frame;
    gavel::u32 consumed = 0;
    if (read_frame(rest, frame, consumed) != FrameRead::frame) return 0;
    GAVEL_CHECK(consumed >= 5 && consumed <= rest.size() && frame.payload.size() + 5 == consumed);
    rest = rest.subspan(consumed);
  }
}
