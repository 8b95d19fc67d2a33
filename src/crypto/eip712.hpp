// EIP-712: digests of typed structured data that a wallet can show.
//
// What: words of the ABI encoding, an encoder that collects a struct's words into its hash, the
// domain separator with the four fields name, version, chainId and verifyingContract, and the final
// digest. Why: the same digests are built by wallets, by Solidity and by the state transition
// function; the pieces here are enough for structs of fixed-size members, strings and nested
// structs (by their hash). Invariant: every member takes exactly one 32-byte word; no heap. Source:
// EIP-712; ABI encoding of static types.
#pragma once

#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "base/types.hpp"
#include "crypto/keccak.hpp"

namespace gavel::crypto::eip712 {

constexpr Bytes32 uint_word(const u256& value) { return base::to_bytes32(value); }
constexpr Bytes32 uint_word(u64 value) { return base::to_bytes32(u256::from_u64(value)); }
constexpr Bytes32 uint_word(u128 value) {
  return base::to_bytes32(u256{{value.lo, value.hi, 0, 0}});
}

// Any intN: two's complement, extended to 256 bits.
constexpr Bytes32 int_word(i64 value) {
  const u64 sign = value < 0 ? ~u64{0} : 0;
  return base::to_bytes32(u256{{static_cast<u64>(value), sign, sign, sign}});
}
constexpr Bytes32 bool_word(bool value) { return uint_word(u64{value ? 1u : 0u}); }
constexpr Bytes32 address_word(const Address& address) {
  Bytes32 out;
  for (u32 i = 0; i < 20; ++i) out.bytes[12 + i] = address.bytes[i];
  return out;
}

// keccak256 of the text's bytes: the word of a string member, and the type hash of a type string. A
// member of type bytes is keccak256 itself.
Hash32 text_hash(std::string_view text);

// hashStruct = keccak256(typeHash || word of each member in order).
class StructHasher {
 public:
  explicit StructHasher(const Hash32& type_hash) { hasher_.update(type_hash.bytes); }
  StructHasher& word(const Bytes32& member) {
    hasher_.update(member.bytes);
    return *this;
  }
  Hash32 finish() { return hasher_.finish(); }

 private:
  Keccak256 hasher_;
};

struct Domain {
  std::string_view name;
  std::string_view version;
  u256 chain_id;
  Address verifying_contract;
};

Hash32 domain_separator(const Domain& domain);

// keccak256(0x19 0x01 || domain separator || struct hash): what is signed.
Hash32 digest(const Hash32& separator, const Hash32& struct_hash);

}  // namespace gavel::crypto::eip712
