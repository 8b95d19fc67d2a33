// Which column of a line means what, and how one line becomes an event.
//
// What: TapeLayout is found from a tape's first line (header or data) and then parses each data
// line. Invariant: total; a parse error names the column from 1 and its meaning. Numbers are plain
// decimal u64, no sign, no exponent.
#pragma once

#include <array>
#include <string_view>

#include "replay/tape.hpp"

namespace gavel::replay {

inline constexpr u32 kMaxTapeColumns = 32;

// A line's fields; views into it.
struct Fields {
  std::array<std::string_view, kMaxTapeColumns> at;
  u32 count = 0;
};
// False if there are more than kMaxTapeColumns.
[[nodiscard]] bool split_fields(std::string_view line, Fields& out);

// All of text is decimal digits and the value fits.
[[nodiscard]] bool parse_u64(std::string_view text, u64& out);

struct FieldError {
  u32 column = 0;  // from 1; 0 = the whole line
  std::string message;
};
template <class T>
using FieldResult = base::Result<T, FieldError>;

class TapeLayout {
 public:
  // From a tape's first line. `is_header` tells whether that line is a header, i.e. holds no event.
  [[nodiscard]] static FieldResult<TapeLayout> detect(std::string_view first_line,
                                                      TapeFormat format, bool& is_header);
  // `out.line` is left to the caller.
  [[nodiscard]] FieldResult<bool> parse(std::string_view line, TapeEvent& out) const;

 private:
  enum class Form : u8 { named, lobster_messages };
  static FieldResult<TapeLayout> from_header(const Fields& fields);
  FieldResult<bool> parse_named(const Fields& fields, TapeEvent& out) const;
  FieldResult<bool> parse_lobster(const Fields& fields, TapeEvent& out) const;

  Form form_ = Form::named;
  u64 ns_per_unit_ = 1;
  u32 columns_ = 6;
  u32 time_ = 0, event_ = 1, order_id_ = 2, side_ = 3, price_ = 4, qty_ = 5;
};

}  // namespace gavel::replay
