// Any bytes in any pieces, at any pace, against one conversation: nothing fails a check, memory
// stays bounded, what is answered is frames, and after an error there is nothing.
#include <algorithm>

#include "base/check.hpp"
#include "sequencer/gateway_session.hpp"

namespace {

using namespace gavel;             // NOLINT
using namespace gavel::sequencer;  // NOLINT

struct Host final : SessionHost {
  explicit Host(u8 s) : seed(s) {}
  Refusal submit(const RawSubmission& raw) override {
    GAVEL_CHECK(raw.connection == 7 && raw.size <= raw.bytes.size());
    ++submitted;
    // What the signature stage does with it.
    (void)stf::decode_transaction(std::span<const u8>(raw.bytes).first(raw.size));
    return (submitted + seed) % 3 == 0 ? Refusal::busy : Refusal::none;
  }
  Welcome welcome() override { return {}; }
  void subscribe(u32, u32) override { ++subscribed; }
  void subscribe_blocks(u32) override { ++subscribed; }

  u8 seed;
  u64 submitted = 0;
  u64 subscribed = 0;
};

// Whole frames of the node's own types only; how many.
u64 check_frames(std::span<const u8> bytes, bool over) {
  u64 count = 0;
  Frame frame;
  bool error = false;
  for (u32 used = 0; !bytes.empty(); bytes = bytes.subspan(used), ++count) {
    GAVEL_CHECK(read_frame(bytes, frame, used) == FrameRead::frame);
    GAVEL_CHECK(frame.type >= 0x81 && frame.type <= 0x87 && !error);
    error = FrameType{frame.type} == FrameType::error;
  }
  GAVEL_CHECK(error == over);
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  if (size < 2) return 0;
  Host host(data[0]);
  const SessionLimits limits{.hello_timeout_ns = 20, .idle_timeout_ns = 200, .max_in_flight = 4};
  u64 now_ns = 1'000;
  GatewaySession session(host, limits, 7, now_ns);
  std::span<const u8> rest(data + 2, size - 2);
  if ((data[1] & 1) != 0) {
    static constexpr u8 kHello[] = {0, 0, 0, 3, 1, 0, 1};
    std::copy(std::begin(kHello), std::end(kHello), session.room().begin());
    session.received(sizeof(kHello), now_ns);
  }
  // Pieces of a length that the input chooses, so that frames are cut everywhere.
  const std::size_t piece = 1 + data[1] / 2;
  while (session.open() && !rest.empty()) {
    const std::span<u8> room = session.room();
    GAVEL_CHECK(!room.empty() && room.size() <= 128 * 1024);
    const std::size_t n = std::min({room.size(), piece, rest.size()});
    std::copy_n(rest.begin(), n, room.begin());
    rest = rest.subspan(n);
    session.received(n, now_ns);
    now_ns += data[0] % 16;
    if (session.check_time(now_ns)) GAVEL_CHECK(!session.open());
    GAVEL_CHECK(session.in_flight() <= 4);
    if (data[0] % 5 == 0) session.answered();
  }
  GAVEL_CHECK(session.greeted() || host.submitted + host.subscribed == 0);
  const bool was_open = session.open();
  const u64 frames = check_frames(session.out(), !was_open);
  session.fail(GatewayError::bad_frame);
  session.fail(GatewayError::idle_timeout);
  GAVEL_CHECK(check_frames(session.out(), true) == frames + (was_open ? 1 : 0));
  return 0;
}
