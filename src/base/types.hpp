// The vocabulary of every room: fixed-width integers, wide integers, 32-byte hashes and 20-byte
// addresses.
//
// What: Hash32 (alias Bytes32) and Address as ordered plain bytes, plus everything in ints.hpp,
// u128.hpp and u256.hpp; all of it is visible unqualified in every namespace gavel::<room>.
// Invariant: comparison is lexicographic on bytes, i.e. numeric order of the big-endian number, as
// in Solidity.
#pragma once

#include <array>
#include <compare>
#include <span>

#include "base/ints.hpp"
#include "base/u128.hpp"
#include "base/u256.hpp"

namespace gavel::base {

struct Hash32 {
  std::array<u8, 32> bytes{};

  constexpr bool is_zero() const { return *this == Hash32{}; }
  friend constexpr bool operator==(const Hash32&, const Hash32&) = default;
  friend constexpr auto operator<=>(const Hash32&, const Hash32&) = default;
};

// The same type; this name where the 32 bytes are not a hash.
using Bytes32 = Hash32;

struct Address {
  std::array<u8, 20> bytes{};

  constexpr bool is_zero() const { return *this == Address{}; }
  friend constexpr bool operator==(const Address&, const Address&) = default;
  friend constexpr auto operator<=>(const Address&, const Address&) = default;
};

// A Solidity uint256 word from and to its 32 big-endian bytes.
constexpr u256 to_u256(const Hash32& word) { return U256::from_be_bytes(word.bytes); }
constexpr Bytes32 to_bytes32(const u256& value) { return Bytes32{value.to_be_bytes()}; }

}  // namespace gavel::base

namespace gavel {
using base::Address;
using base::Bytes32;
using base::Hash32;
}  // namespace gavel
