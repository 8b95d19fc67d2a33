// Hexadecimal text: constants in the source, and a border format for hosts.
//
// What: compile-time bytes from a literal ("0x" optional, a malformed literal does not compile) and
// total run-time conversion into buffers that the caller owns. Invariant: output is lower case
// without a prefix; input of either case is accepted, an odd length or other character is not.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "base/types.hpp"

namespace gavel::base {

// 0..15, or -1.
constexpr i32 hex_digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Decodes exactly out.size() bytes from 2 * out.size() digits with an optional 0x. False if the
// text is anything else.
[[nodiscard]] constexpr bool hex_decode(std::string_view text, std::span<u8> out) {
  if (text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    text.remove_prefix(2);
  }
  if (text.size() != 2 * out.size()) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const i32 high = hex_digit_value(text[2 * i]);
    const i32 low = hex_digit_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<u8>(high * 16 + low);
  }
  return true;
}

// Writes 2 * bytes.size() digits; out must be exactly that long.
constexpr void hex_encode(std::span<const u8> bytes, std::span<char> out) {
  GAVEL_CHECK(out.size() == 2 * bytes.size());
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out[2 * i] = kDigits[bytes[i] >> 4];
    out[2 * i + 1] = kDigits[bytes[i] & 15];
  }
}

// The digits of a fixed array, ready for std::string_view{text.data(), text.size()}.
template <std::size_t N>
constexpr std::array<char, 2 * N> hex_text(const std::array<u8, N>& bytes) {
  std::array<char, 2 * N> out{};
  hex_encode(bytes, out);
  return out;
}

template <std::size_t N>
consteval std::array<u8, N> hex_bytes(std::string_view text) {
  std::array<u8, N> out{};
  GAVEL_CHECK(hex_decode(text, out));
  return out;
}
consteval Hash32 hash32_hex(std::string_view text) { return Hash32{hex_bytes<32>(text)}; }
consteval Address address_hex(std::string_view text) { return Address{hex_bytes<20>(text)}; }
consteval u256 u256_hex(std::string_view text) { return U256::from_be_bytes(hex_bytes<32>(text)); }

}  // namespace gavel::base
