#include "api/json_text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/hex.hpp"

namespace gavel::api {

void JsonText::separate() {
  if (need_comma_) out_ += ',';
  need_comma_ = true;
}

JsonText& JsonText::open(char bracket) {
  separate();
  out_ += bracket;
  need_comma_ = false;
  return *this;
}

JsonText& JsonText::close(char bracket) {
  out_ += bracket;
  need_comma_ = true;
  return *this;
}

JsonText& JsonText::key(std::string_view name) {
  text(name);
  out_ += ':';
  need_comma_ = false;
  return *this;
}

JsonText& JsonText::text(std::string_view value) {
  separate();
  out_ += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      // Symbols and messages are ASCII; any other byte is shown, not trusted to be UTF-8.
      out_ += fmt::format("\\u{:04x}", byte);
    } else {
      out_ += c;
    }
  }
  out_ += '"';
  return *this;
}

JsonText& JsonText::number(u64 value) {
  separate();
  out_ += fmt::format("{}", value);
  return *this;
}

JsonText& JsonText::whole(u64 value) {
  separate();
  out_ += fmt::format("\"{}\"", value);
  return *this;
}

JsonText& JsonText::real(double value) {
  if (!std::isfinite(value)) return null();
  separate();
  out_ += fmt::format("{:.9g}", value);
  return *this;
}

JsonText& JsonText::boolean(bool value) {
  separate();
  out_ += value ? "true" : "false";
  return *this;
}

JsonText& JsonText::null() {
  separate();
  out_ += "null";
  return *this;
}

JsonText& JsonText::hex(std::span<const u8> bytes) {
  separate();
  out_ += "\"0x";
  const std::size_t at = out_.size();
  out_.resize(at + 2 * bytes.size());
  base::hex_encode(bytes, std::span(out_).subspan(at));
  out_ += '"';
  return *this;
}

}  // namespace gavel::api
