// JSON cut into slices: the only place of this room that parses JSON text.
//
// An answer is taken apart level by level: an object into the raw texts of the members that are
// wanted, an array into the raw texts of its elements. Leaves are decoded by rpc_values.hpp. That
// keeps every decoder a plain function of a string_view, and bounds what a hostile answer can cost:
// the nesting that is ever entered is ours, not the sender's. Invariant: a returned slice points
// into the given text and spells exactly one JSON value (perhaps with blanks behind it). Source:
// RFC 8259; simdjson on demand.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "l1/error.hpp"

namespace gavel::l1 {

// Every text given to JsonSlicer must be followed by this many readable bytes. pad() sees to it for
// a whole answer; slices of it then have them too.
inline constexpr u64 kJsonPaddingBytes = 64;
void pad(std::string& text);

enum class JsonShape : u8 { kObject, kArray, kString, kNumber, kTrue, kFalse, kNull, kNone };
// By the first character; kNone for anything that cannot start a value, and for an empty slice (a
// missing member).
[[nodiscard]] JsonShape shape_of(std::string_view slice) noexcept;

class JsonSlicer {
 public:
  explicit JsonSlicer(u64 max_text_bytes);
  ~JsonSlicer();
  JsonSlicer(const JsonSlicer&) = delete;
  JsonSlicer& operator=(const JsonSlicer&) = delete;

  // The wanted members in the wanted order, an empty slice for a missing one; unknown members are
  // passed over. Errors: kWrongType if it is no object, kMalformedJson (also for a wanted member
  // given twice), kTooLarge.
  [[nodiscard]] Result<std::vector<std::string_view>> members(
      std::string_view object, std::span<const std::string_view> wanted);
  // All elements. Errors: kWrongType, kMalformedJson, kOutOfRange for more than max_count,
  // kTooLarge.
  [[nodiscard]] Result<std::vector<std::string_view>> elements(std::string_view array,
                                                               u64 max_count);
  // A string's content, unescaped, cut after max_bytes. kWrongType if it is no string.
  [[nodiscard]] Result<std::string> text(std::string_view string, u64 max_bytes);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  u64 max_text_bytes_;
};

}  // namespace gavel::l1
