#include "settle/object_fields.hpp"

#include <algorithm>
#include <vector>

#include "base/bytes.hpp"
#include "base/hex.hpp"

namespace gavel::settle {

namespace {

struct Field {
  const char* name;
  u32 size;
};

constexpr Field kMarket[] = {{"kind", 1},
                             {"status", 1},
                             {"base", 4},
                             {"quote", 4},
                             {"base_per_lot", 8},
                             {"quote_per_tick_lot", 8},
                             {"maker_fee_ppm", 4},
                             {"taker_fee_ppm", 4},
                             {"min_lots", 8},
                             {"max_lots", 8},
                             {"best_bid", 4},
                             {"best_ask", 4},
                             {"last_price", 4},
                             {"fees_base", 8},
                             {"fees_quote", 8},
                             {"symbol", 16},
                             {"impact_lots", 8},
                             {"max_position_lots", 8},
                             {"max_price_ticks", 4},
                             {"oracle_max_age_ms", 4},
                             {"band_ppm", 4},
                             {"liquidation_fee_ppm", 4},
                             {"tiers", 49},
                             {"index_price", 4},
                             {"mark_price", 4},
                             {"index_time_ms", 8},
                             {"basis_ema", 8},
                             {"basis_time_ms", 8},
                             {"sampled_ms", 8},
                             {"premium_sum", 8},
                             {"premium_count", 4},
                             {"funding_hour", 4},
                             {"paid_index long", 8},
                             {"paid_index short", 8},
                             {"open_interest", 8},
                             {"pool", 8},
                             {"reports", 256}};

// Fixed parts, in order, after the two tag bytes (docs/protocol/state.md).
std::span<const Field> fields_of(u8 table) {
  static constexpr Field kGlobal[] = {
      {"account next", 4},    {"account free", 4}, {"signer next", 4},   {"signer free", 4},
      {"nonces next", 4},     {"nonces free", 4},  {"market next", 4},   {"market free", 4},
      {"level next", 4},      {"level free", 4},   {"order next", 4},    {"order free", 4},
      {"outbox next", 4},     {"outbox free", 4},  {"asset next", 4},    {"asset free", 4},
      {"registered_head", 4}, {"signers_head", 4}, {"fee_account", 4},   {"collateral_asset", 4},
      {"vault", 8},           {"insurance", 8},    {"oracle_quorum", 1}, {"oracle_count", 1}};
  static constexpr Field kAccount[] = {
      {"owner", 20}, {"flags", 1},           {"open_orders", 2},     {"orders_head", 4},
      {"nonces", 4}, {"registered_prev", 4}, {"registered_next", 4}, {"balance count", 1}};
  static constexpr Field kSigner[] = {{"key", 20},    {"state", 1},     {"role", 1},
                                      {"account", 4}, {"expiry_ms", 8}, {"nonce_floor", 8},
                                      {"nonces", 4},  {"prev", 4},      {"next", 4}};
  static constexpr Field kNonces[] = {
      {"state", 1}, {"owner kind", 1}, {"owner", 4}, {"highest", 8}, {"count", 1}};
  static constexpr Field kLevel[] = {
      {"state", 1},      {"market", 4}, {"side", 1}, {"price_ticks", 4}, {"orders", 4},
      {"total_lots", 8}, {"first", 4},  {"last", 4}, {"prev", 4},        {"next", 4}};
  static constexpr Field kOrder[] = {{"state", 1},        {"generation", 8}, {"account", 4},
                                     {"market", 4},       {"side", 1},       {"flags", 1},
                                     {"price_ticks", 4},  {"lots", 8},       {"level", 4},
                                     {"level_prev", 4},   {"level_next", 4}, {"account_prev", 4},
                                     {"account_next", 4}, {"client_id", 16}};
  static constexpr Field kOutbox[] = {{"kind", 1},        {"account", 4}, {"owner", 20},
                                      {"recipient", 20},  {"asset", 4},   {"amount", 8},
                                      {"block_number", 8}};
  static constexpr Field kAsset[] = {
      {"token", 20}, {"l1_decimals", 1}, {"decimals", 1}, {"total", 8}, {"symbol", 16}};
  switch (table) {
    case 0:
      return kGlobal;
    case 1:
      return kAccount;
    case 2:
      return kSigner;
    case 3:
      return kNonces;
    case 4:
      return kMarket;
    case 5:
      return kLevel;
    case 6:
      return kOrder;
    case 7:
      return kOutbox;
    case 8:
      return kAsset;
    default:
      return {};
  }
}

std::string value_of(std::span<const u8> bytes) {
  if (bytes.size() <= 8) {
    u64 value = 0;
    for (const u8 byte : bytes) value = value << 8 | byte;
    return std::to_string(value);
  }
  std::string text(2 * bytes.size(), '0');
  base::hex_encode(bytes, text);
  return "0x" + text;
}

std::string report(const std::string& field, std::span<const u8> theirs, std::span<const u8> ours) {
  return field + ": " + value_of(theirs) + " against " + value_of(ours);
}

// The margin part behind the balances: count, collateral, then 44 bytes a position.
std::string margin_difference(std::span<const u8> theirs, std::span<const u8> ours) {
  static constexpr Field kPosition[] = {{"market", 4},        {"size", 8},
                                        {"entry_quote", 8},   {"paid_index", 8},
                                        {"open_lots bid", 8}, {"open_lots ask", 8}};
  static constexpr std::size_t kPart = 1 + 8;
  if (theirs.size() < kPart || ours.size() < kPart || theirs[0] != ours[0]) return "positions";
  if (!std::equal(theirs.begin() + 1, theirs.begin() + kPart, ours.begin() + 1)) {
    return report("collateral", theirs.subspan(1, 8), ours.subspan(1, 8));
  }
  std::size_t at = kPart;
  while (at < theirs.size() && at < ours.size()) {
    for (const Field& field : kPosition) {
      if (at + field.size > theirs.size() || at + field.size > ours.size()) return "positions";
      const auto a = theirs.subspan(at, field.size);
      const auto b = ours.subspan(at, field.size);
      if (!std::equal(a.begin(), a.end(), b.begin())) {
        return report(std::string("position's ") + field.name, a, b);
      }
      at += field.size;
    }
  }
  return "positions";
}

// The balances of an ACCOUNT's bytes: (asset, total, reserved), 20 bytes each.
std::string account_difference(std::span<const u8> theirs, std::span<const u8> ours) {
  static constexpr std::size_t kHead = 2 + 20 + 1 + 2 + 4 * 4 + 1;
  static constexpr std::size_t kBalance = 20;
  const auto read = [](std::span<const u8> bytes) {
    std::vector<std::array<u64, 3>> out;
    base::ByteReader r(bytes.subspan(kHead));
    for (u32 left = bytes[kHead - 1]; left > 0 && r.remaining() >= kBalance; --left) {
      const u64 asset = r.read_u32_be();
      const u64 total = r.read_u64_be();
      out.push_back({asset, total, r.read_u64_be()});
    }
    return out;
  };
  if (theirs.size() < kHead || ours.size() < kHead) return "length";
  const auto a = read(theirs);
  const auto b = read(ours);
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    static constexpr std::array<u64, 3> kNone{};
    const auto& x = i < a.size() ? a[i] : kNone;
    const auto& y = i < b.size() ? b[i] : kNone;
    if (x == y) continue;
    const std::string asset = "balance of asset " + std::to_string(y[0] != 0 ? y[0] : x[0]);
    if (x[0] != y[0]) return asset + ": held by one side only";
    const std::size_t k = x[1] != y[1] ? 1 : 2;
    return asset + (k == 1 ? " total: " : " reserved: ") + std::to_string(x[k]) + " against " +
           std::to_string(y[k]);
  }
  return margin_difference(theirs.subspan(kHead + a.size() * kBalance),
                           ours.subspan(kHead + b.size() * kBalance));
}

}  // namespace

std::string name_of_object(u8 table, u32 index) {
  static constexpr const char* kNames[] = {"GLOBAL", "ACCOUNT", "SIGNER", "NONCES", "MARKET",
                                           "LEVEL",  "ORDER",   "OUTBOX", "ASSET"};
  const std::string name =
      table < std::size(kNames) ? kNames[table] : "table " + std::to_string(table);
  return name + " " + std::to_string(index);
}

std::string first_difference(u8 table, std::span<const u8> theirs, std::span<const u8> ours) {
  if (std::ranges::equal(theirs, ours)) return {};
  if (theirs.empty()) return "existence: the node does not have it";
  if (ours.empty()) return "existence: the node has it, the chain does not";
  std::size_t at = 2;
  for (const Field& field : fields_of(table)) {
    if (at + field.size > theirs.size() || at + field.size > ours.size()) break;
    const auto x = theirs.subspan(at, field.size);
    const auto y = ours.subspan(at, field.size);
    // The count of balances follows from the balances, which say more.
    const bool count = table == 1 && at == 41;
    if (!std::ranges::equal(x, y) && !count) return report(field.name, x, y);
    at += field.size;
  }
  if (table == 1) return account_difference(theirs, ours);
  return "encoding: " + value_of(theirs) + " against " + value_of(ours);
}

}  // namespace gavel::settle
