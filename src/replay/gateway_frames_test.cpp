#include "replay/gateway_frames.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"

namespace gavel::replay {
namespace {

using Bytes = std::vector<u8>;

TEST(GatewayFrames, Requests) {
  Bytes out;
  append_hello(out);
  EXPECT_EQ(out, (Bytes{0, 0, 0, 3, 0x01, 0, 1}));
  out.clear();
  append_submit(out, 0x0102, Bytes{0xaa, 0xbb});
  EXPECT_EQ(out, (Bytes{0, 0, 0, 11, 0x02, 0, 0, 0, 0, 0, 0, 1, 2, 0xaa, 0xbb}));
  out.clear();
  append_subscribe(out, 7);
  append_subscribe_blocks(out);
  append_ping(out, Bytes{9});
  EXPECT_EQ(out, (Bytes{0, 0, 0, 5, 0x03, 0, 0, 0, 7, 0, 0, 0, 1, 0x05, 0, 0, 0, 2, 0x04, 9}));
}

TEST(GatewayFrames, LengthsOfFrames) {
  EXPECT_EQ(frame_length(Bytes{}), 0);
  EXPECT_EQ(frame_length(Bytes{0, 0, 0}), 0);
  EXPECT_EQ(frame_length(Bytes{0, 0, 0, 2, 1}), 0);
  EXPECT_EQ(frame_length(Bytes{0, 0, 0, 2, 1, 1, 9}), 6);
  EXPECT_EQ(frame_length(Bytes{0, 0, 0, 0}), -1);
  EXPECT_EQ(frame_length(Bytes{0, 1, 0, 1}), -1);
  EXPECT_EQ(frame_length(Bytes{0, 1, 0, 0}), 0);
}

template <class T>
T decoded(const Bytes& frame) {
  Answer answer;
  EXPECT_TRUE(decode_answer(frame, answer));
  return std::get<T>(answer);
}

TEST(GatewayFrames, Answers) {
  const auto refused =
      decoded<RefusedFrame>({0, 0, 0, 14, 0x84, 0, 0, 0, 0, 0, 0, 0, 5, 7, 0, 0, 0, 100});
  EXPECT_EQ(refused.request_id, 5u);
  EXPECT_STREQ(name_of_refusal(refused.code), "busy");
  EXPECT_EQ(refused.retry_after_ms, 100u);
  const auto block = decoded<BlockFrame>(
      {0, 0, 0, 21, 0x86, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 7});
  EXPECT_EQ(block.number, 5u);
  EXPECT_EQ(block.transactions, 7u);
  EXPECT_EQ(decoded<ErrorFrame>({0, 0, 0, 4, 0x87, 6, 'n', 'o'}).text, "no");
  EXPECT_EQ(decoded<PongFrame>({0, 0, 0, 3, 0x85, 6, 7}).bytes, (Bytes{6, 7}));
}

TEST(GatewayFrames, Results) {
  stf::Receipt receipt;
  receipt.action = 1;
  receipt.account = 7;
  receipt.order_id = 99;
  receipt.events.push_back({stf::Event::Kind::fill, 5, 100, 42, 3});
  Bytes bytes(stf::kMaxReceiptBytes);
  bytes.resize(stf::encode_receipt(receipt, bytes));
  Bytes frame = {0, 0, 0, static_cast<u8>(29 + bytes.size()), 0x82};
  for (u8 value = 1; value <= 4; ++value) {
    frame.insert(frame.end(), value == 3 ? 3 : 7, 0);
    frame.push_back(value);
  }
  frame.insert(frame.end(), bytes.begin(), bytes.end());
  const auto result = decoded<ResultFrame>(frame);
  EXPECT_EQ(result.request_id, 1u);
  EXPECT_EQ(result.block, 2u);
  EXPECT_EQ(result.index, 3u);
  EXPECT_EQ(result.timestamp_ms, 4u);
  EXPECT_EQ(result.receipt, receipt);
}

TEST(GatewayFrames, WhatIsNoAnswer) {
  Answer answer;
  EXPECT_FALSE(decode_answer(Bytes{0, 0, 0, 1, 0x02}, answer));
  EXPECT_FALSE(decode_answer(Bytes{0, 0, 0, 1, 0x84}, answer));
  EXPECT_FALSE(decode_answer(Bytes{0, 0, 0, 1, 0x82}, answer));
  EXPECT_FALSE(decode_answer(Bytes{0, 0, 0, 1, 0x81}, answer));
  EXPECT_FALSE(decode_answer(Bytes{}, answer));
}

}  // namespace
}  // namespace gavel::replay
