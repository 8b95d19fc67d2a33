// LineReader: a ByteSource cut into lines of bounded length.
//
// What: lines without their end ("\n" or "\r\n"), numbered from 1; a last line without an end
// counts. Invariant: a returned line lives until the next call. Memory is one fixed buffer; a line
// longer than the reader's limit is an error.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "replay/byte_source.hpp"
#include "replay/tape_error.hpp"

namespace gavel::replay {

inline constexpr u32 kMaxLineBytes = 1'024;

class LineReader {
 public:
  // `name` stands in errors.
  LineReader(std::unique_ptr<ByteSource> source, std::string name,
             u32 max_line_bytes = kMaxLineBytes);

  // False at the end of the data.
  [[nodiscard]] TapeResult<bool> next(std::string_view& line);
  // Number of the line returned last.
  u64 number() const { return number_; }
  const std::string& name() const { return name_; }

 private:
  TapeResult<bool> fill();

  std::unique_ptr<ByteSource> source_;
  std::string name_;
  u32 max_line_bytes_;
  std::vector<u8> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  u64 number_ = 0;
};

// Opens path, decompressing by content. The error names the file.
[[nodiscard]] TapeResult<LineReader> open_lines(const std::string& path);

}  // namespace gavel::replay
