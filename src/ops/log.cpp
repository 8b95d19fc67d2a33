#include "ops/log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <chrono>
#include <cmath>
#include <memory>
#include <mutex>

namespace gavel::ops {

namespace {

constexpr std::array<std::string_view, 6> kLevelNames = {"trace", "debug", "info",
                                                         "warn",  "error", "off"};

class CallbackSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit CallbackSink(std::function<void(std::string_view)> callback)
      : callback_(std::move(callback)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& msg) override {
    callback_(std::string_view(msg.payload.data(), msg.payload.size()));
  }
  void flush_() override {}
  std::function<void(std::string_view)> callback_;
};

struct Target {
  std::shared_ptr<spdlog::logger> logger;
  LogFormat format = LogFormat::kLogfmt;
};

std::mutex g_target_mutex;
std::atomic<LogLevel> g_level{LogLevel::kInfo};

std::shared_ptr<spdlog::logger> make_logger(spdlog::sink_ptr sink) {
  auto logger = std::make_shared<spdlog::logger>("gavel", std::move(sink));
  logger->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  return logger;
}

// Built on first use and never destroyed, so that logging from static destructors stays defined.
Target& target() {
  static Target& instance = *new Target{
      make_logger(std::make_shared<spdlog::sinks::stderr_sink_mt>()), LogFormat::kLogfmt};
  return instance;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte >= 0x7f) {
      // Bytes outside printable ASCII are shown as code points U+00xx: the line stays valid JSON
      // whatever the input.
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

bool is_bare(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || static_cast<uint8_t>(c) >= 0x7f)
      return false;
  }
  return true;
}

void append_text(std::string& out, LogFormat format, std::string_view text) {
  if (format == LogFormat::kLogfmt && is_bare(text)) {
    out += text;
  } else {
    append_escaped(out, text);
  }
}

void append_value(std::string& out, LogFormat format, const LogField::Value& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    append_text(out, format, *text);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    out += *flag ? "true" : "false";
  } else if (const auto* real = std::get_if<double>(&value)) {
    if (std::isfinite(*real)) {
      fmt::format_to(std::back_inserter(out), "{}", *real);
    } else {
      out += format == LogFormat::kJson ? "null" : "nan";
    }
  } else if (const auto* number = std::get_if<int64_t>(&value)) {
    fmt::format_to(std::back_inserter(out), "{}", *number);
  } else {
    fmt::format_to(std::back_inserter(out), "{}", std::get<uint64_t>(value));
  }
}

void append_pair(std::string& out, LogFormat format, std::string_view key,
                 const LogField::Value& value) {
  if (!out.empty()) out += format == LogFormat::kJson ? ',' : ' ';
  if (format == LogFormat::kJson) {
    append_escaped(out, key);
    out += ':';
  } else {
    out += key;
    out += '=';
  }
  append_value(out, format, value);
}

std::string utc_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, ms % 1000);
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view name) noexcept {
  for (size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

std::optional<LogFormat> parse_log_format(std::string_view name) noexcept {
  if (name == "logfmt") return LogFormat::kLogfmt;
  if (name == "json") return LogFormat::kJson;
  return std::nullopt;
}

bool configure_logging(const LogConfig& config) {
  spdlog::sink_ptr sink;
  if (config.sink) {
    sink = std::make_shared<CallbackSink>(config.sink);
  } else if (!config.file.empty()) {
    try {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(config.file, false);
    } catch (const spdlog::spdlog_ex&) {
      return false;
    }
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  const std::lock_guard lock(g_target_mutex);
  target() = Target{make_logger(std::move(sink)), config.format};
  g_level.store(config.level, std::memory_order_relaxed);
  return true;
}

LogLevel log_level() noexcept { return g_level.load(std::memory_order_relaxed); }

std::string format_log_line(LogFormat format, LogLevel level, std::string_view room,
                            std::string_view message, std::initializer_list<LogField> fields) {
  std::string line;
  line.reserve(160);
  append_pair(line, format, "level", kLevelNames[static_cast<size_t>(level)]);
  append_pair(line, format, "room", room);
  append_pair(line, format, "msg", message);
  for (const LogField& field : fields) append_pair(line, format, field.key, field.value);
  return line;
}

void log(LogLevel level, std::string_view room, std::string_view message,
         std::initializer_list<LogField> fields) {
  if (level == LogLevel::kOff || !log_enabled(level)) return;
  Target now;
  {
    const std::lock_guard lock(g_target_mutex);
    now = target();
  }
  const std::string body = format_log_line(now.format, level, room, message, fields);
  const std::string line = now.format == LogFormat::kJson
                               ? fmt::format("{{\"ts\":\"{}\",{}}}", utc_now(), body)
                               : fmt::format("ts={} {}", utc_now(), body);
  now.logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace gavel::ops
