// Leaves of JSON-RPC answers: slices to numbers, hashes, addresses and bytes.
//
// Quantities are "0x" and 1 to 64 digits (leading zeros are let through: some nodes send them);
// data is "0x" and an even number of digits. A missing slice is kMissingField, another JSON type
// kWrongType, bad digits or a wrong length kBadHex, a number beyond the type kOutOfRange; the
// error's text names the field. Source: execution-apis, "Hex value encoding".
#pragma once

#include <optional>
#include <string_view>

#include "l1/error.hpp"
#include "l1/json_slice.hpp"

namespace gavel::l1 {

[[nodiscard]] Result<u256> quantity256(std::string_view slice, std::string_view field);
[[nodiscard]] Result<u128> quantity128(std::string_view slice, std::string_view field);
[[nodiscard]] Result<u64> quantity(std::string_view slice, std::string_view field);
[[nodiscard]] Result<u32> quantity32(std::string_view slice, std::string_view field);
[[nodiscard]] Result<Hash32> hash_value(std::string_view slice, std::string_view field);
[[nodiscard]] Result<Address> address_value(std::string_view slice, std::string_view field);
// Nothing for null and for a missing member.
[[nodiscard]] Result<std::optional<Address>> optional_address_value(std::string_view slice,
                                                                    std::string_view field);
[[nodiscard]] Result<Bytes> data_value(std::string_view slice, std::string_view field,
                                       u64 max_bytes);
[[nodiscard]] Result<bool> bool_value(std::string_view slice, std::string_view field);

[[nodiscard]] std::string hex_quantity(u128 value);
[[nodiscard]] std::string hex_data(std::span<const u8> bytes);

}  // namespace gavel::l1
