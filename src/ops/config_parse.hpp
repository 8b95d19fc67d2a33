// Text to typed values for configuration: integers, durations and sizes with units.
//
// Each function is total: any text gives a value or nothing. Integers are decimal with optional `_`
// between digits, as in TOML. Overflow is nothing, never wrapped.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/types.hpp"

namespace gavel::ops {

[[nodiscard]] std::optional<u64> parse_u64(std::string_view text) noexcept;
[[nodiscard]] std::optional<double> parse_real(std::string_view text) noexcept;
[[nodiscard]] std::optional<bool> parse_bool(std::string_view text) noexcept;
// "250ms"; units ns us ms s m h d. At most 2^63 - 1 ns (292 years).
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(
    std::string_view text) noexcept;
// "128KiB"; units B KiB MiB GiB TiB, none = bytes.
[[nodiscard]] std::optional<u64> parse_bytes(std::string_view text) noexcept;

// The largest unit that divides the value: "90s", "2m".
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds value);
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace gavel::ops
