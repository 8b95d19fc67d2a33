// The fields of the state's objects by name, for reports about two encodings that differ.
#pragma once

#include <span>
#include <string>

#include "base/types.hpp"

namespace gavel::settle {

// "ACCOUNT 17", "LEVEL 3".
std::string name_of_object(u8 table, u32 index);

// The first field in which two encodings of an object differ, with both values: "balance of asset 2
// total: 100 against 90". Empty if they are equal. Total for any bytes.
std::string first_difference(u8 table, std::span<const u8> theirs, std::span<const u8> ours);

}  // namespace gavel::settle
