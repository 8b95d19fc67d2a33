// TapeError: where a tape or a book file is wrong, in words that its owner can act on.
//
// What: file, line and column (0 = not known), and what was found there. The text of a value is cut
// short and its unprintable bytes replaced, so an error line is safe to print whatever the file
// holds.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/types.hpp"

namespace gavel::replay {

struct TapeError {
  std::string file;
  u64 line = 0;    // from 1; 0 = the file as a whole
  u32 column = 0;  // from 1; 0 = the line as a whole
  std::string message;

  // tape.csv:12: column 5 (price): "x" is not a whole number   (the column's name is part of the
  // message)
  [[nodiscard]] std::string text() const {
    std::string out = file;
    if (line != 0) out += ":" + std::to_string(line);
    if (column == 0) return out + ": " + message;
    return out + ": column " + std::to_string(column) + " " + message;
  }
  friend bool operator==(const TapeError&, const TapeError&) = default;
};

template <class T>
using TapeResult = base::Result<T, TapeError>;

// At most 32 characters of untrusted text in quotes.
inline std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, 32)) out += (c >= ' ' && c <= '~' && c != '"') ? c : '?';
  return out + (text.size() > 32 ? "...\"" : "\"");
}

}  // namespace gavel::replay
