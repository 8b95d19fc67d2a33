#include "api/query.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/hex.hpp"
#include "io/http.hpp"

namespace gavel::api {

namespace {

constexpr std::array<const char*, exchange::kTableCount> kTables = {
    "global", "account", "signer", "nonces", "market", "level", "order", "outbox", "asset"};

std::optional<u64> parse(std::string_view text) {
  u64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

const char* name_of(exchange::Table table) { return kTables[static_cast<u8>(table)]; }

bool Query::has(std::string_view name) const {
  return io::query_parameter(target_, name).has_value();
}

QueryResult<u64> Query::number(std::string_view name, u64 min, u64 max,
                               std::optional<u64> otherwise) const {
  const auto text = io::query_parameter(target_, name);
  if (!text && otherwise) return *otherwise;
  if (!text) return QueryError{400, fmt::format("the parameter {} is missing", name)};
  const auto value = parse(*text);
  if (!value || *value < min || *value > max) {
    return QueryError{400, fmt::format("{} must be a number from {} to {}", name, min, max)};
  }
  return *value;
}

QueryResult<u32> Query::index(std::string_view name) const {
  const u64 value = GAVEL_TRY(number(name, 1, 0xffffffff));
  return static_cast<u32>(value);
}

QueryResult<Address> Query::address(std::string_view name) const {
  const auto text = io::query_parameter(target_, name);
  if (!text) return QueryError{400, fmt::format("the parameter {} is missing", name)};
  Address out;
  if (!base::hex_decode(*text, out.bytes)) {
    return QueryError{400,
                      fmt::format("{} must be an address: 0x and 40 hexadecimal digits", name)};
  }
  return out;
}

QueryResult<exchange::Table> Query::table(std::string_view name) const {
  const auto text = io::query_parameter(target_, name);
  if (!text) return QueryError{400, fmt::format("the parameter {} is missing", name)};
  for (u8 i = 0; i < exchange::kTableCount; ++i) {
    if (*text == kTables[i]) return static_cast<exchange::Table>(i);
  }
  const auto number = parse(*text);
  if (number && *number < exchange::kTableCount) return static_cast<exchange::Table>(*number);
  return QueryError{
      400, fmt::format("{} must be one of {}, or its number", name, fmt::join(kTables, ", "))};
}

QueryResult<std::vector<u8>> live_encoding(const sequencer::NodeCore& node, exchange::Table table,
                                           u32 index) {
  auto bytes = node.ask([table, index](const state::HotState& state, const sequencer::ChainHead&) {
    std::vector<u8> out(stf::kLongestObjectBytes);
    out.resize(state.encode(table, index, out));
    return out;
  });
  if (!bytes) return busy();
  return std::move(*bytes);
}

}  // namespace gavel::api
