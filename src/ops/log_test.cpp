#include "ops/log.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace gavel::ops {
namespace {

TEST(Log, LogfmtQuotesWhatNeedsIt) {
  EXPECT_EQ(
      format_log_line(
          LogFormat::kLogfmt, LogLevel::kWarn, "l1", "fee raised",
          {{"nonce", 7u}, {"delta", -3}, {"ok", true}, {"hash", "0xab"}, {"why", "a b=c"}}),
      R"(level=warn room=l1 msg="fee raised" nonce=7 delta=-3 ok=true hash=0xab why="a b=c")");
}

TEST(Log, JsonIsOneObjectBody) {
  EXPECT_EQ(format_log_line(LogFormat::kJson, LogLevel::kInfo, "da", "posted",
                            {{"bytes", 10u}, {"x", 1.5}}),
            R"("level":"info","room":"da","msg":"posted","bytes":10,"x":1.5)");
}

TEST(Log, AHostileValueCannotForgeALine) {
  const std::string hostile = "x\" level=error\nts=0 \x1b[2J\xff";
  for (const LogFormat f : {LogFormat::kLogfmt, LogFormat::kJson}) {
    const std::string line = format_log_line(f, LogLevel::kInfo, "l1", "m", {{"v", hostile}});
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(line.find('\x1b'), std::string::npos);
    EXPECT_NE(line.find(R"("x\" level=error\nts=0 \u001b[2J\u00ff")"), std::string::npos) << line;
  }
}

TEST(Log, JsonHasNoInfinity) {
  EXPECT_NE(format_log_line(LogFormat::kJson, LogLevel::kInfo, "r", "m", {{"x", 1.0 / 0.0}})
                .find("\"x\":null"),
            std::string::npos);
}

TEST(Log, BelowTheLevelNothingIsWritten) {
  std::vector<std::string> lines;
  ASSERT_TRUE(
      configure_logging({.level = LogLevel::kWarn,
                         .format = LogFormat::kLogfmt,
                         .file = {},
                         .sink = [&](std::string_view line) { lines.emplace_back(line); }}));
  log_info("ops", "quiet");
  log_warn("ops", "loud");
  ASSERT_TRUE(configure_logging({}));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].starts_with("ts=20"));
  EXPECT_NE(lines[0].find("Z level=warn room=ops msg=loud"), std::string::npos);
}

TEST(Log, AFileThatCannotBeOpenedIsRefused) {
  EXPECT_FALSE(configure_logging({.level = LogLevel::kInfo,
                                  .format = LogFormat::kJson,
                                  .file = "/proc/no/such/dir/gavel.out",
                                  .sink = {}}));
}

TEST(Log, NamesParse) {
  EXPECT_EQ(parse_log_level("error"), LogLevel::kError);
  EXPECT_EQ(parse_log_level("loud"), std::nullopt);
  EXPECT_EQ(parse_log_format("json"), LogFormat::kJson);
  EXPECT_EQ(parse_log_format("xml"), std::nullopt);
}

}  // namespace
}  // namespace gavel::ops
