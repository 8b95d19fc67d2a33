// Structured logs: one event, a few typed fields, one line in logfmt or JSON.
//
// A message is a constant sentence; whatever varies is a field, so that a line can be searched and
// counted. Lines go to standard error (or a file, or a test's sink) under one lock; a line below
// the level costs one relaxed load. Values are escaped, so a hostile string cannot forge a second
// line or a field. Never pass a secret: ops::Secret has no conversion that a field accepts.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gavel::ops {

enum class LogLevel : uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kOff };
enum class LogFormat : uint8_t { kLogfmt, kJson };

[[nodiscard]] std::optional<LogLevel> parse_log_level(std::string_view name) noexcept;
[[nodiscard]] std::optional<LogFormat> parse_log_format(std::string_view name) noexcept;

// One `key=value` of a line. Keeps a reference to a string argument: use it within the logging call
// only.
struct LogField {
  using Value = std::variant<std::string_view, int64_t, uint64_t, double, bool>;
  std::string_view key;
  Value value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
  LogField(std::string_view k, double v) : key(k), value(v) {}
  template <std::signed_integral T>
  LogField(std::string_view k, T v) : key(k), value(static_cast<int64_t>(v)) {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  LogField(std::string_view k, T v) : key(k), value(static_cast<uint64_t>(v)) {}
};

struct LogConfig {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kLogfmt;
  std::string file{};                                 // empty: standard error
  std::function<void(std::string_view line)> sink{};  // when set, gets every line instead (tests)
};

// Replaces the process's log target. False if the file cannot be opened (the old target stays). Any
// thread.
[[nodiscard]] bool configure_logging(const LogConfig& config);

[[nodiscard]] LogLevel log_level() noexcept;
[[nodiscard]] inline bool log_enabled(LogLevel level) noexcept { return level >= log_level(); }

// Writes one line: time (UTC, ms), level, room, message, fields in the given order. Any thread.
void log(LogLevel level, std::string_view room, std::string_view message,
         std::initializer_list<LogField> fields = {});

inline void log_debug(std::string_view room, std::string_view message,
                      std::initializer_list<LogField> f = {}) {
  log(LogLevel::kDebug, room, message, f);
}
inline void log_info(std::string_view room, std::string_view message,
                     std::initializer_list<LogField> f = {}) {
  log(LogLevel::kInfo, room, message, f);
}
inline void log_warn(std::string_view room, std::string_view message,
                     std::initializer_list<LogField> f = {}) {
  log(LogLevel::kWarn, room, message, f);
}
inline void log_error(std::string_view room, std::string_view message,
                      std::initializer_list<LogField> f = {}) {
  log(LogLevel::kError, room, message, f);
}

// The line without time stamp and line end, as log() writes it.
[[nodiscard]] std::string format_log_line(LogFormat format, LogLevel level, std::string_view room,
                                          std::string_view message,
                                          std::initializer_list<LogField> fields);

}  // namespace gavel::ops
