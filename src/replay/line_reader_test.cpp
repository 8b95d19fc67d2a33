#include "replay/line_reader.hpp"

#include <gtest/gtest.h>

namespace gavel::replay {
namespace {

LineReader reader_of(std::string_view text) {
  return {memory_source(std::vector<u8>(text.begin(), text.end())), "file"};
}

std::vector<std::string> lines_of(std::string_view text) {
  LineReader reader = reader_of(text);
  std::vector<std::string> out;
  std::string_view line;
  for (;;) {
    const auto more = reader.next(line);
    EXPECT_TRUE(more.ok());
    if (!more.ok() || !*more) return out;
    out.emplace_back(line);
    EXPECT_EQ(reader.number(), out.size());
  }
}

using Lines = std::vector<std::string>;

TEST(LineReader, CutsLines) {
  EXPECT_EQ(lines_of(""), Lines{});
  EXPECT_EQ(lines_of("a"), Lines{"a"});
  EXPECT_EQ(lines_of("a\n"), Lines{"a"});
  EXPECT_EQ(lines_of("a\r\nb"), (Lines{"a", "b"}));
  EXPECT_EQ(lines_of("\n\n"), (Lines{"", ""}));
}

TEST(LineReader, LinesAcrossItsBuffer) {
  std::string text;
  for (u32 i = 0; i < 100'000; ++i) text += std::to_string(i) + ",x\n";
  const Lines lines = lines_of(text);
  ASSERT_EQ(lines.size(), 100'000u);
  for (u32 i = 0; i < lines.size(); ++i) ASSERT_EQ(lines[i], std::to_string(i) + ",x");
}

TEST(LineReader, ALongLineIsAnErrorThatNamesIt) {
  LineReader reader = reader_of("short\n" + std::string(kMaxLineBytes + 1, 'x') + "\n");
  std::string_view line;
  ASSERT_TRUE(*reader.next(line));
  const auto more = reader.next(line);
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.error().text(), "file:2: the line is longer than 1024 bytes");
  EXPECT_EQ(lines_of(std::string(kMaxLineBytes, 'x') + "\n").size(), 1u);
}

TEST(LineReader, AMissingFileIsNamed) {
  EXPECT_EQ(open_lines("/nonexistent/x.csv").error().text(), "/nonexistent/x.csv: no such file");
}

}  // namespace
}  // namespace gavel::replay
