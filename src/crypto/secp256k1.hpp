// ECDSA over secp256k1 under the one signature rule that every judge applies.
//
// What: recovery and verification of 64-byte signatures (EIP-2098: r || s with the parity of R.y in
// the top bit), portable and freestanding. The host's faster paths (secp256k1_host.hpp,
// secp256k1_batch.hpp) give the same answers. The rule: 1 <= r < n; 1 <= s <= n/2 (after the parity
// bit is cleared); R = (digest G + r Q) / s is finite; R.x = r as integers, never r + n; the parity
// of R.y is the stored bit. So a message and a key have, for each R, one valid byte string. Why:
// libraries differ on the corners (high s, x = r + n, parity ignored); a judge that differs is a
// judge that can be cheated. Invariant: total for all bytes; recover(d, s) = Q if and only if
// check_signature(Q, d, s) succeeds. Source: SEC 1, 4.1.4 and 4.1.6; EIP-2 (low s); EIP-2098.
#pragma once

#include <array>

#include "base/result.hpp"
#include "base/types.hpp"

namespace gavel::crypto {

// r (32 bytes, big-endian), then s with the parity of R.y in its top bit.
struct Signature64 {
  std::array<u8, 64> bytes{};
  friend constexpr bool operator==(const Signature64&, const Signature64&) = default;
};

// Affine coordinates, big-endian: what Ethereum hashes into an address.
struct PublicKey {
  Bytes32 x;
  Bytes32 y;
  friend constexpr bool operator==(const PublicKey&, const PublicKey&) = default;
};

// Why a signature is refused. If several hold, the first in this order is reported.
enum class SignatureError : u8 {
  kRZero = 1,    // r = 0
  kRTooLarge,    // r >= n
  kSZero,        // s = 0
  kSTooLarge,    // s > n/2
  kBadKey,       // the given key is not a point of the curve (check_signature only)
  kNotOnCurve,   // no point has x = r (recovery only)
  kInfinity,     // R, or the recovered key, is the point at infinity
  kWrongX,       // R.x differs from r, though it may equal it mod n (check_signature only)
  kWrongParity,  // R.y has the other parity (check_signature only)
};

// The key that signed. Every digest and every r of the curve has one, so the caller compares it
// with who should have signed. About 2,700 modular multiplications.
base::Result<PublicKey, SignatureError> recover(const Hash32& digest, const Signature64& signature);

// The last 20 bytes of keccak256(x || y).
Address address_of(const PublicKey& key);

base::Result<Address, SignatureError> recover_address(const Hash32& digest,
                                                      const Signature64& signature);

// Whether the key signed, and if not, why.
base::Result<void, SignatureError> check_signature(const PublicKey& key, const Hash32& digest,
                                                   const Signature64& signature);

bool verify(const PublicKey& key, const Hash32& digest, const Signature64& signature);

// r, s and the parity, once the ranges of the rule hold.
struct SignatureParts {
  u256 r;
  u256 s;
  bool y_is_odd;
};
base::Result<SignatureParts, SignatureError> parse_signature(const Signature64& signature);

// The bytes of r, s and a parity; s < 2^255, else a check fails. No other clause of the rule is
// applied.
Signature64 join_signature(const u256& r, const u256& s, bool y_is_odd);

}  // namespace gavel::crypto
