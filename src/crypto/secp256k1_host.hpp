// secp256k1 on the host: libsecp256k1 under the signature rule of secp256k1.hpp, and what clients
// need to sign.
//
// What: recovery and verification with the answers of crypto::recover and crypto::verify, signing
// (RFC 6979, low s), and keys. Why: libsecp256k1 is the field's reference and quick; but its verify
// accepts x = r + n and ignores the parity, and its recovery accepts high s. So the ranges are
// checked here first, the recovery id never has its overflow bit, and a known key is verified by
// recovering and comparing. Invariant: for all bytes the same result, error included, as the
// portable code; the tests compare them clause by clause. Thread-safe: one read-only context.
#pragma once

#include <optional>

#include "crypto/secp256k1.hpp"

namespace gavel::crypto {

base::Result<PublicKey, SignatureError> recover_host(const Hash32& digest,
                                                     const Signature64& signature);
base::Result<Address, SignatureError> recover_address_host(const Hash32& digest,
                                                           const Signature64& signature);
bool verify_host(const PublicKey& key, const Hash32& digest, const Signature64& signature);

// A number in [1, n), big-endian.
struct SecretKey {
  Bytes32 bytes;
};

struct KeyPair {
  SecretKey secret;
  PublicKey public_key;
  Address address;
};

// Empty if the number is 0 or not below n.
std::optional<KeyPair> keypair_from_secret(const Bytes32& secret);

// The index-th key of a seed, always valid: keccak256(seed || index || attempt). As unguessable as
// the seed.
KeyPair derive_keypair(const Hash32& seed, u64 index);

// A signature that the rule accepts, the same for the same inputs. The secret is in [1, n), else a
// check fails.
Signature64 sign(const Hash32& digest, const SecretKey& secret);

}  // namespace gavel::crypto
