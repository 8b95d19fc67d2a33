// JsonWriter: objects and lists of text, whole numbers and fractions, indented.
#pragma once

#include <string>
#include <string_view>

#include "base/types.hpp"

namespace gavel::replay {

class JsonWriter {
 public:
  void begin_object(std::string_view key = {}) { open(key, '{'); }
  void end_object() { close('}'); }
  void begin_list(std::string_view key = {}) { open(key, '['); }
  void end_list() { close(']'); }
  void number(std::string_view key, u64 value) { raw(key, std::to_string(value)); }
  // Three digits after the point.
  void fraction(std::string_view key, double value);
  void boolean(std::string_view key, bool value) { raw(key, value ? "true" : "false"); }
  void text(std::string_view key, std::string_view value) { raw(key, escaped(value)); }
  std::string take() { return std::move(out_); }

 private:
  static std::string escaped(std::string_view text);
  void open(std::string_view key, char bracket);
  void close(char bracket);
  void raw(std::string_view key, std::string_view value);
  void lead(std::string_view key);

  std::string out_;
  u32 depth_ = 0;
  bool first_ = true;
};

}  // namespace gavel::replay
