// Bytes from and to hexadecimal text, for this room's tests.
//
// unhex() fails a check on malformed text: it is for constants, never for input.
#pragma once

#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/hex.hpp"
#include "l1/error.hpp"

namespace gavel::l1 {

inline std::string hex(std::span<const u8> bytes) {
  std::string out(2 * bytes.size(), '0');
  base::hex_encode(bytes, out);
  return out;
}

inline Bytes unhex(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  Bytes out(text.size() / 2);
  GAVEL_CHECK(base::hex_decode(text, out));
  return out;
}

}  // namespace gavel::l1
