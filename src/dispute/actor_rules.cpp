#include "dispute/actor_rules.hpp"

#include <algorithm>

#include "l1/abi.hpp"

namespace gavel::dispute {

u128 fee_cap(u64 left_s, u64 window_s, u128 usual_wei, u128 urgent_wei) {
  const u64 early = window_s - window_s / 4;
  const u64 late = window_s / 4;
  if (left_s == 0 || left_s >= early || urgent_wei <= usual_wei) return usual_wei;
  if (left_s <= late) return urgent_wei;
  return usual_wei + (urgent_wei - usual_wei) * u128{early - left_s} / u128{early - late};
}

bool done_already(std::string_view reason) {
  static constexpr std::string_view kErrors[] = {
      "ClaimExists(bytes32)",         "AlreadySealed(uint256)",
      "AlreadyStepped(bytes32)",      "AlreadyResolved(bytes32)",
      "GameExists(address)",          "AlreadyForfeited(bytes32)",
      "AlreadyDecided(bytes32)",      "ParentSettled(bytes32)",
      "NotOnAnchor(bytes32,bytes32)", "AlreadySettled(bytes32,bytes32)",
  };
  return std::ranges::any_of(kErrors, [&](std::string_view error) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text = "0x";
    for (const u8 byte : l1::selector(error)) {
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
    return reason.find(text) != std::string_view::npos;
  });
}

std::string eth_text(const u128& wei) {
  static constexpr u64 kMicro = 1'000'000'000'000;
  const u64 micro = (wei / u128{kMicro}).lo;
  std::string fraction = std::to_string(micro % 1'000'000);
  fraction.insert(0, 6 - fraction.size(), '0');
  return std::to_string(micro / 1'000'000) + "." + fraction + " ETH";
}

}  // namespace gavel::dispute
