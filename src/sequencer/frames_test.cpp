#include "sequencer/frames.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace gavel::sequencer {
namespace {

TEST(ReadFrame, CutsWholeFramesAndWaitsForTheRest) {
  std::vector<u8> bytes;
  write_pong(bytes, std::vector<u8>{1, 2, 3});
  const std::size_t first = bytes.size();
  write_block(bytes, 7, 8, 9);
  Frame frame;
  u32 consumed = 0;
  for (std::size_t n = 0; n < first; ++n) {
    EXPECT_EQ(read_frame(std::span(bytes).first(n), frame, consumed), FrameRead::incomplete) << n;
  }
  ASSERT_EQ(read_frame(bytes, frame, consumed), FrameRead::frame);
  EXPECT_EQ(consumed, first);
  EXPECT_EQ(frame.type, 0x85);
  EXPECT_EQ(frame.payload.size(), 3u);
  ASSERT_EQ(read_frame(std::span<const u8>(bytes).subspan(first), frame, consumed),
            FrameRead::frame);
  EXPECT_EQ(frame.type, 0x86);
  base::ByteReader r(frame.payload);
  EXPECT_EQ(r.read_u64_be(), 7u);
  EXPECT_EQ(r.read_u64_be(), 8u);
  EXPECT_EQ(r.read_u32_be(), 9u);
  EXPECT_TRUE(r.finished());
}

TEST(ReadFrame, RefusesEmptyAndOverlongFrames) {
  Frame frame;
  u32 consumed = 0;
  EXPECT_EQ(read_frame(std::vector<u8>{0, 0, 0, 0}, frame, consumed), FrameRead::bad_frame);
  EXPECT_EQ(read_frame(std::vector<u8>{0, 1, 0, 1}, frame, consumed), FrameRead::too_long);
  EXPECT_EQ(read_frame(std::vector<u8>{0xff, 0xff, 0xff, 0xff}, frame, consumed),
            FrameRead::too_long);
}

TEST(WriteFrames, HaveTheLengthsOfTheProtocol) {
  std::vector<u8> out;
  write_welcome(out, {});
  EXPECT_EQ(out.size(), 5u + 46);
  out.clear();
  write_result(out, 1, 2, 3, 4, std::vector<u8>(39));
  EXPECT_EQ(out.size(), 5u + 28 + 39);
  out.clear();
  write_fill(out, {});
  EXPECT_EQ(out.size(), 5u + 49);
  out.clear();
  write_refused(out, 1, Refusal::busy, 50);
  EXPECT_EQ(out.size(), 5u + 13);
  EXPECT_EQ(out[13], 7);
  out.clear();
  write_error(out, GatewayError::bad_frame);
  EXPECT_EQ(out[4], 0x87);
  EXPECT_EQ(out[5], 1);
}

}  // namespace
}  // namespace gavel::sequencer
