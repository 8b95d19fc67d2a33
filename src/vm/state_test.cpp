#include "vm/state.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "crypto/keccak.hpp"

namespace gavel::vm {
namespace {

State sample() {
  State s;
  s.memory_root.bytes.fill(0xaa);
  s.input.bytes.fill(0xbb);
  s.output.bytes.fill(0xcc);
  s.step = 0x0102030405060708;
  s.pc = 0x11121314;
  s.exit = Exit::halted;
  s.code = 0x21222324;
  for (u32 i = 1; i < kRegisters; ++i) s.registers[i] = 0x01000000 + i;
  return s;
}

TEST(State, Words) {
  const StateWords words = sample().encode();
  EXPECT_EQ(words[0], sample().memory_root);
  EXPECT_EQ(words[1], sample().input);
  EXPECT_EQ(words[2], sample().output);
  // step + pc 2^64 + exit 2^96 + code 2^104
  EXPECT_EQ(words[3], base::hash32_hex("0x000000000000000000000000000000"
                                       "2122232401111213140102030405060708"));
  EXPECT_EQ(words[4],
            base::hash32_hex("0x0000000001000001010000020100000301000004010000050100000601"
                             "000007"));
  EXPECT_EQ(words[7],
            base::hash32_hex("0x01000018010000190100001a0100001b0100001c0100001d0100001e01"
                             "00001f"));
}

TEST(State, HashIsOfAll256Bytes) {
  std::vector<u8> bytes;
  for (const Hash32& word : sample().encode()) {
    bytes.insert(bytes.end(), word.bytes.begin(), word.bytes.end());
  }
  EXPECT_EQ(bytes.size(), 256u);
  EXPECT_EQ(sample().hash(), crypto::keccak256(bytes));
}

TEST(State, DecodesWhatItEncodes) {
  const auto decoded = decode_state(sample().encode());
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, sample());
}

TEST(State, RefusesWhatIsNotCanonical) {
  const auto refused = [](auto change) {
    StateWords words = sample().encode();
    change(words);
    return !decode_state(words).ok();
  };
  EXPECT_FALSE(refused([](StateWords&) {}));
  EXPECT_TRUE(refused([](StateWords& w) { w[4].bytes[3] = 1; })) << "x0";
  EXPECT_TRUE(refused([](StateWords& w) { w[4].bytes[0] = 1; })) << "x0";
  EXPECT_TRUE(refused([](StateWords& w) { w[3].bytes[23] |= 1; })) << "pc";
  EXPECT_TRUE(refused([](StateWords& w) { w[3].bytes[23] |= 2; })) << "pc";
  EXPECT_TRUE(refused([](StateWords& w) { w[3].bytes[19] = 3; })) << "exit";
  EXPECT_TRUE(refused([](StateWords& w) { w[3].bytes[14] = 1; })) << "bit 136";
  EXPECT_TRUE(refused([](StateWords& w) { w[3].bytes[0] = 0x80; })) << "bit 255";
  EXPECT_FALSE(refused([](StateWords& w) { w[3].bytes[15] = 0xff; })) << "code";
}

TEST(State, FirstState) {
  Hash32 root, input;
  root.bytes.fill(1);
  input.bytes.fill(2);
  State expected;
  expected.memory_root = root;
  expected.input = input;
  expected.pc = 0x00010000;
  EXPECT_EQ(first_state(root, input), expected);
}

}  // namespace
}  // namespace gavel::vm
