#include "cheats/lie.hpp"

#include <array>

namespace gavel::cheats {

namespace {

constexpr std::array<const char*, 9> kNames = {
    "none", "balance", "fill", "skip-message", "signature", "count", "root", "data", "timestamp"};

}  // namespace

const char* name_of(Lie lie) { return kNames[static_cast<u8>(lie)]; }

std::optional<Lie> parse_lie(std::string_view name) {
  for (u8 i = 0; i < kNames.size(); ++i) {
    if (name == kNames[i]) return static_cast<Lie>(i);
  }
  return std::nullopt;
}

}  // namespace gavel::cheats
