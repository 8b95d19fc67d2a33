#include "replay/json_writer.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace gavel::replay {

std::string JsonWriter::escaped(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const u8 byte = static_cast<u8>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      // Text from outside may be no UTF-8; a question mark is valid JSON whatever it was.
      out += '?';
    } else {
      out += c;
    }
  }
  return out + "\"";
}

void JsonWriter::fraction(std::string_view key, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.3f", std::isfinite(value) ? value : 0.0);
  raw(key, text.data());
}

void JsonWriter::lead(std::string_view key) {
  if (depth_ > 0) {
    out_ += first_ ? "\n" : ",\n";
    out_.append(2 * depth_, ' ');
  }
  first_ = false;
  if (!key.empty()) out_ += escaped(key) + ": ";
}

void JsonWriter::open(std::string_view key, char bracket) {
  lead(key);
  out_ += bracket;
  ++depth_;
  first_ = true;
}

void JsonWriter::close(char bracket) {
  --depth_;
  if (!first_) {
    out_ += "\n";
    out_.append(2 * depth_, ' ');
  }
  out_ += bracket;
  first_ = false;
}

void JsonWriter::raw(std::string_view key, std::string_view value) {
  lead(key);
  out_ += value;
}

}  // namespace gavel::replay
