// Proves that the RV32IM tool chain is whole: the headers that freestanding rooms use compile, link
// against picolibc and libgcc (64-bit division has no instruction) and run.
#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <concepts>
#include <cstring>
#include <expected>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "rv32/linux_calls.hpp"

namespace {

enum class ProbeError : uint8_t { kEmpty };

std::expected<uint64_t, ProbeError> largest(std::span<const uint64_t> values) {
  if (values.empty()) return std::unexpected(ProbeError::kEmpty);
  return *std::ranges::max_element(values);
}

std::optional<size_t> place_of(std::span<const uint64_t> values, uint64_t wanted) {
  const auto at = std::ranges::lower_bound(values, wanted);
  if (at == values.end() || *at != wanted) return std::nullopt;
  return static_cast<size_t>(at - values.begin());
}

template <std::unsigned_integral T>
constexpr T kTop = std::rotr(T{1}, 1);

void print_hex(uint64_t value) {
  std::array<char, 17> line{};
  for (uint32_t i = 0; i < 16; ++i) {
    line[i] = "0123456789abcdef"[(value >> (60 - 4 * i)) & 15];
  }
  line[16] = '\n';
  gavel::rv32::write_output(line.data(), line.size());
}

volatile uint64_t opaque_divisor = 1000003;

}  // namespace

int main() {
  std::array<uint64_t, 5> values{5, 3, 9, 1, kTop<uint64_t>};
  std::ranges::make_heap(values);  // std::sort of plain integers lives in libc++.a, absent here
  std::ranges::sort_heap(values);
  print_hex(largest(values).value_or(0));
  print_hex(largest({}).has_value());
  print_hex(place_of(values, 9).value_or(99));
  print_hex(0x123456789abcdef0u / opaque_divisor);
  print_hex(0x123456789abcdef0u % opaque_divisor);
  print_hex(0x123456789abcdef0u * opaque_divisor);
  uint64_t copy = 0;
  std::memcpy(&copy, &values[1], sizeof copy);
  print_hex(std::byteswap(copy) + static_cast<uint64_t>(std::popcount(copy)));
  return 0;
}
