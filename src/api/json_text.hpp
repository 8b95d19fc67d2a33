// JsonText: writes one JSON text, piece by piece, straight into a string.
//
// Numbers that may exceed 2^53 (amounts, lots, order ids, nonces) are written as decimal strings by
// whole(), so that a client in JavaScript reads what was meant; indexes, counts and times are plain
// numbers. Bytes are 0x and lower-case hexadecimal. Invariant: whoever opens also closes; then the
// text is one JSON value. Source: RFC 8259.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>

#include "base/types.hpp"

namespace gavel::api {

class JsonText {
 public:
  JsonText& object() { return open('{'); }
  JsonText& end_object() { return close('}'); }
  JsonText& array() { return open('['); }
  JsonText& end_array() { return close(']'); }
  JsonText& key(std::string_view name);

  JsonText& text(std::string_view value);
  JsonText& number(u64 value);
  JsonText& whole(u64 value);  // as a string
  JsonText& real(double value);
  JsonText& boolean(bool value);
  JsonText& null();
  JsonText& hex(std::span<const u8> bytes);

  // A member of an object.
  JsonText& field(std::string_view name, std::string_view value) { return key(name).text(value); }
  JsonText& field(std::string_view name, const char* value) { return key(name).text(value); }
  JsonText& field(std::string_view name, std::same_as<bool> auto value) {
    return key(name).boolean(value);
  }
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  JsonText& field(std::string_view name, T value) {
    return key(name).number(value);
  }
  JsonText& field(std::string_view name, const Hash32& value) { return key(name).hex(value.bytes); }
  JsonText& field(std::string_view name, const Address& value) {
    return key(name).hex(value.bytes);
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  JsonText& open(char bracket);
  JsonText& close(char bracket);
  void separate();

  std::string out_;
  bool need_comma_ = false;
};

}  // namespace gavel::api
