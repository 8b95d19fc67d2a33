#include "stf/message.hpp"

#include <gtest/gtest.h>

#include "crypto/keccak.hpp"
#include "stf/samples_test.hpp"

namespace gavel::stf {
namespace {

std::vector<u8> bytes_of(const Message& message) {
  std::vector<u8> out(kMaxMessageBytes, 0xee);
  out.resize(encode_message(message, out));
  return out;
}

TEST(Message, EveryKindRoundTrips) {
  for (const auto& [name, message] : samples::messages()) {
    SCOPED_TRACE(name);
    Message back;
    EXPECT_TRUE(decode_message(bytes_of(message), back));
    EXPECT_EQ(back, message);
  }
}

TEST(Message, LengthsAreTheDocuments) {
  const u32 lengths[] = {42, 36, 36, 8, 8, 65, 5, 4, 12, 133, 66};
  u32 i = 0;
  for (const auto& [name, message] : samples::messages()) {
    EXPECT_EQ(bytes_of(message).size(), kMessageHeadBytes + lengths[i++]) << name;
  }
}

TEST(Message, OtherLengthsAndKindsAreNoMessage) {
  for (const auto& [name, message] : samples::messages()) {
    SCOPED_TRACE(name);
    std::vector<u8> bytes = bytes_of(message);
    Message out;
    bytes.push_back(0);
    EXPECT_FALSE(decode_message(bytes, out));
    bytes.resize(bytes.size() - 2);
    EXPECT_FALSE(decode_message(bytes, out));
    EXPECT_EQ(out, Message{});
  }
  for (u32 size = 0; size <= kMaxMessageBytes + kMessageHeadBytes; ++size) {
    Message out;
    EXPECT_FALSE(decode_message(std::vector<u8>(size, 6), out)) << size;
  }
}

TEST(Message, AnUnknownKindIsNotWritten) {
  Message m;
  m.kind = 6;
  EXPECT_EQ(bytes_of(m).size(), 0u);
}

TEST(Message, HashIsOfTheBytes) {
  const std::vector<u8> bytes = bytes_of(samples::messages()[0].message);
  EXPECT_EQ(message_hash(bytes), crypto::keccak256(bytes));
}

}  // namespace
}  // namespace gavel::stf
