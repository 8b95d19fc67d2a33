#include "l1/rpc_values.hpp"

#include <algorithm>

#include "base/hex.hpp"

namespace gavel::l1 {

namespace {

Error field_error(ErrorKind kind, std::string_view field) {
  return make_error(kind, std::string(field));
}

// The digits behind "0x of a string slice.
Result<std::string_view> digits_of(std::string_view slice, std::string_view field) {
  const size_t end = slice.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return field_error(ErrorKind::kMissingField, field);
  slice = slice.substr(0, end + 1);
  if (slice == "null") return field_error(ErrorKind::kMissingField, field);
  if (slice.size() < 2 || slice.front() != '"' || slice.back() != '"') {
    return field_error(ErrorKind::kWrongType, field);
  }
  slice = slice.substr(1, slice.size() - 2);
  if (!slice.starts_with("0x")) return field_error(ErrorKind::kBadHex, field);
  return slice.substr(2);
}

}  // namespace

Result<u256> quantity256(std::string_view slice, std::string_view field) {
  std::string_view digits = GAVEL_TRY(digits_of(slice, field));
  if (digits.empty()) return field_error(ErrorKind::kBadHex, field);
  u256 value;
  u64 significant = 0;
  for (const char c : digits) {
    const i32 digit = base::hex_digit_value(c);
    if (digit < 0) return field_error(ErrorKind::kBadHex, field);
    if (significant > 0 || digit > 0) ++significant;
    if (significant > 64) return field_error(ErrorKind::kOutOfRange, field);
    for (u32 i = 3; i > 0; --i) value.limb[i] = (value.limb[i] << 4) | (value.limb[i - 1] >> 60);
    value.limb[0] = (value.limb[0] << 4) | static_cast<u64>(digit);
  }
  return value;
}

Result<u128> quantity128(std::string_view slice, std::string_view field) {
  const u256 value = GAVEL_TRY(quantity256(slice, field));
  if ((value.limb[2] | value.limb[3]) != 0) return field_error(ErrorKind::kOutOfRange, field);
  return u128::from_halves(value.limb[1], value.limb[0]);
}

Result<u64> quantity(std::string_view slice, std::string_view field) {
  const u128 value = GAVEL_TRY(quantity128(slice, field));
  if (value.hi != 0) return field_error(ErrorKind::kOutOfRange, field);
  return value.lo;
}

Result<u32> quantity32(std::string_view slice, std::string_view field) {
  const u64 value = GAVEL_TRY(quantity(slice, field));
  if (value > 0xffffffffu) return field_error(ErrorKind::kOutOfRange, field);
  return static_cast<u32>(value);
}

Result<Hash32> hash_value(std::string_view slice, std::string_view field) {
  Hash32 out;
  const std::string_view digits = GAVEL_TRY(digits_of(slice, field));
  if (digits.size() != 2 * out.bytes.size() || !base::hex_decode(digits, out.bytes)) {
    return field_error(ErrorKind::kBadHex, field);
  }
  return out;
}

Result<Address> address_value(std::string_view slice, std::string_view field) {
  Address out;
  const std::string_view digits = GAVEL_TRY(digits_of(slice, field));
  if (digits.size() != 2 * out.bytes.size() || !base::hex_decode(digits, out.bytes)) {
    return field_error(ErrorKind::kBadHex, field);
  }
  return out;
}

Result<std::optional<Address>> optional_address_value(std::string_view slice,
                                                      std::string_view field) {
  const JsonShape shape = shape_of(slice);
  if (shape == JsonShape::kNone || shape == JsonShape::kNull) return std::optional<Address>{};
  return std::optional<Address>{GAVEL_TRY(address_value(slice, field))};
}

Result<Bytes> data_value(std::string_view slice, std::string_view field, u64 max_bytes) {
  const std::string_view digits = GAVEL_TRY(digits_of(slice, field));
  if (digits.size() / 2 > max_bytes) return field_error(ErrorKind::kTooLarge, field);
  Bytes out(digits.size() / 2);
  if (digits.starts_with("0x") || !base::hex_decode(digits, out))
    return field_error(ErrorKind::kBadHex, field);
  return out;
}

Result<bool> bool_value(std::string_view slice, std::string_view field) {
  switch (shape_of(slice)) {
    case JsonShape::kTrue:
      return true;
    case JsonShape::kFalse:
      return false;
    case JsonShape::kNone:
    case JsonShape::kNull:
      return field_error(ErrorKind::kMissingField, field);
    default:
      return field_error(ErrorKind::kWrongType, field);
  }
}

std::string hex_quantity(u128 value) {
  std::array<u8, 16> raw{};
  for (u32 i = 0; i < 16; ++i) raw[i] = static_cast<u8>((value >> (8 * (15 - i))).lo);
  const std::array<char, 32> digits = base::hex_text(raw);
  const std::string_view text(digits.data(), digits.size());
  const size_t first = std::min<size_t>(text.find_first_not_of('0'), text.size() - 1);
  return "0x" + std::string(text.substr(first));
}

std::string hex_data(std::span<const u8> bytes) {
  std::string out(2 + 2 * bytes.size(), '0');
  out[1] = 'x';
  base::hex_encode(bytes, std::span(out).subspan(2));
  return out;
}

}  // namespace gavel::l1
