#include "ops/config_parse.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace gavel::ops {

namespace {

struct Unit {
  std::string_view name;
  u64 factor;
};

constexpr std::array<Unit, 7> kDurations = {{{"ns", 1},
                                             {"us", 1'000},
                                             {"ms", 1'000'000},
                                             {"s", 1'000'000'000},
                                             {"m", 60'000'000'000},
                                             {"h", 3'600'000'000'000},
                                             {"d", 86'400'000'000'000}}};
constexpr std::array<Unit, 6> kSizes = {{{"", 1},
                                         {"B", 1},
                                         {"KiB", 1ULL << 10},
                                         {"MiB", 1ULL << 20},
                                         {"GiB", 1ULL << 30},
                                         {"TiB", 1ULL << 40}}};

template <size_t N>
std::optional<u64> parse_with_unit(std::string_view text, const std::array<Unit, N>& units,
                                   u64 limit) noexcept {
  size_t digits = 0;
  while (digits < text.size() &&
         ((text[digits] >= '0' && text[digits] <= '9') || text[digits] == '_'))
    ++digits;
  const std::optional<u64> number = parse_u64(text.substr(0, digits));
  if (!number) return std::nullopt;
  const std::string_view name = trim(text.substr(digits));
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (*number > limit / unit.factor) return std::nullopt;
    return *number * unit.factor;
  }
  return std::nullopt;
}

}  // namespace

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::optional<u64> parse_u64(std::string_view text) noexcept {
  if (text.empty() || text.front() == '_' || text.back() == '_') return std::nullopt;
  u64 value = 0;
  bool after_underscore = false;
  for (const char c : text) {
    if (c == '_') {
      if (after_underscore) return std::nullopt;
      after_underscore = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    after_underscore = false;
    const u64 digit = static_cast<u64>(c - '0');
    if (value > (std::numeric_limits<u64>::max() - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

std::optional<double> parse_real(std::string_view text) noexcept {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::optional<bool> parse_bool(std::string_view text) noexcept {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) noexcept {
  const auto value =
      parse_with_unit(text, kDurations, static_cast<u64>(std::numeric_limits<i64>::max()));
  if (!value) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<i64>(*value));
}

std::optional<u64> parse_bytes(std::string_view text) noexcept {
  return parse_with_unit(text, kSizes, std::numeric_limits<u64>::max());
}

std::string duration_text(std::chrono::nanoseconds value) {
  const u64 count = value.count() < 0 ? 0 : static_cast<u64>(value.count());
  const Unit* best = &kDurations[0];
  for (const Unit& unit : kDurations) {
    if (count != 0 && count % unit.factor == 0) best = &unit;
  }
  return std::to_string(count / best->factor) + std::string(count == 0 ? "s" : best->name);
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += separator;
    out += part;
  }
  return out;
}

}  // namespace gavel::ops
