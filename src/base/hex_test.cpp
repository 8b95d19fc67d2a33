#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace gavel::base {
namespace {

TEST(Hex, LiteralsAtCompileTime) {
  static_assert(hex_bytes<2>("0xAb01") == std::array<u8, 2>{0xab, 0x01});
  static_assert(hex_bytes<0>("") == std::array<u8, 0>{});
  EXPECT_EQ(u256_hex("00000000000000000000000000000000000000000000000000000000000000ff").limb[0],
            255u);
}

TEST(Hex, DecodeAcceptsOnlyTheExactLength) {
  const struct {
    std::string_view text;
    bool ok;
  } rows[] = {{"0x0102", true},   {"0102", true},  {"0X0102", true}, {"010", false},
              {"01020", false},   {"", false},     {"0x", false},    {"010g", false},
              {"0x01022", false}, {" 102", false}, {"0x0x", false}};
  for (const auto& row : rows) {
    std::array<u8, 2> out{};
    EXPECT_EQ(hex_decode(row.text, out), row.ok) << row.text;
  }
}

TEST(Hex, EncodeIsLowerCase) {
  const auto text = hex_text(std::array<u8, 3>{0xab, 0x01, 0xff});
  EXPECT_EQ(std::string_view(text.data(), text.size()), "ab01ff");
}

TEST(HexDeathTest, EncodeNeedsTheExactBuffer) {
  std::array<char, 5> out{};
  const std::array<u8, 3> bytes{};
  EXPECT_DEATH(hex_encode(bytes, out), "check failed");
}

}  // namespace
}  // namespace gavel::base
