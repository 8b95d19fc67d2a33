#include "replay/line_reader.hpp"

#include <algorithm>
#include <cstring>

namespace gavel::replay {
namespace {
constexpr std::size_t kBufferBytes = 256 * 1024;
}

LineReader::LineReader(std::unique_ptr<ByteSource> source, std::string name, u32 max_line_bytes)
    : source_(std::move(source)),
      name_(std::move(name)),
      max_line_bytes_(max_line_bytes),
      buffer_(std::max<std::size_t>(kBufferBytes, std::size_t{2} * max_line_bytes)) {}

TapeResult<bool> LineReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const auto read = source_->read(std::span<u8>(buffer_).subspan(end_));
  if (!read.ok()) return TapeError{name_, 0, 0, std::string(text_of(read.error()))};
  end_ += *read;
  return *read != 0;
}

TapeResult<bool> LineReader::next(std::string_view& line) {
  std::size_t searched = 0;
  for (;;) {
    const u8* start = buffer_.data() + begin_;
    const std::size_t held = end_ - begin_;
    const void* newline =
        held > searched ? std::memchr(start + searched, '\n', held - searched) : nullptr;
    std::size_t length = held;
    bool complete = newline != nullptr;
    if (complete) length = static_cast<std::size_t>(static_cast<const u8*>(newline) - start);
    if (length > max_line_bytes_) {
      return TapeError{name_, number_ + 1, 0,
                       "the line is longer than " + std::to_string(max_line_bytes_) + " bytes"};
    }
    if (!complete) {
      searched = held;
      if (GAVEL_TRY(fill())) continue;
      if (held == 0) return false;
      start = buffer_.data() + begin_;
    }
    line = std::string_view(reinterpret_cast<const char*>(start), length);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    begin_ += length + (complete ? 1 : 0);
    ++number_;
    return true;
  }
}

TapeResult<LineReader> open_lines(const std::string& path) {
  auto source = open_source(path);
  if (!source.ok()) return TapeError{path, 0, 0, std::string(text_of(source.error()))};
  return LineReader(std::move(*source), path);
}

}  // namespace gavel::replay
