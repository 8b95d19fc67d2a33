#include "crypto/secp256k1_host.hpp"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"
#include "crypto/keccak.hpp"

namespace gavel::crypto {
namespace {

using base::Result;

// Arguments that libsecp256k1 calls illegal are bugs of this file: its default callbacks abort.
const secp256k1_context* context() {
  static const secp256k1_context* const shared =
      secp256k1_context_create(SECP256K1_CONTEXT_VERIFY | SECP256K1_CONTEXT_SIGN);
  return shared;
}

PublicKey serialise(const secp256k1_pubkey& key) {
  std::array<u8, 65> bytes{};
  size_t size = bytes.size();
  secp256k1_ec_pubkey_serialize(context(), bytes.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
  PublicKey out;
  std::memcpy(out.x.bytes.data(), bytes.data() + 1, 32);
  std::memcpy(out.y.bytes.data(), bytes.data() + 33, 32);
  return out;
}

bool is_x_of_a_point(const u256& x) {
  std::array<u8, 33> bytes{};
  bytes[0] = SECP256K1_TAG_PUBKEY_EVEN;
  std::ranges::copy(x.to_be_bytes(), bytes.begin() + 1);
  secp256k1_pubkey key;
  return secp256k1_ec_pubkey_parse(context(), &key, bytes.data(), bytes.size()) == 1;
}

}  // namespace

Result<PublicKey, SignatureError> recover_host(const Hash32& digest, const Signature64& signature) {
  const SignatureParts parts = GAVEL_TRY(parse_signature(signature));
  std::array<u8, 64> compact = signature.bytes;
  compact[32] &= 0x7f;
  secp256k1_ecdsa_recoverable_signature parsed;
  GAVEL_CHECK(secp256k1_ecdsa_recoverable_signature_parse_compact(
                  context(), &parsed, compact.data(), parts.y_is_odd ? 1 : 0) == 1);
  secp256k1_pubkey key;
  if (secp256k1_ecdsa_recover(context(), &key, &parsed, digest.bytes.data()) == 1) {
    return serialise(key);
  }
  return is_x_of_a_point(parts.r) ? SignatureError::kInfinity : SignatureError::kNotOnCurve;
}

Result<Address, SignatureError> recover_address_host(const Hash32& digest,
                                                     const Signature64& signature) {
  return address_of(GAVEL_TRY(recover_host(digest, signature)));
}

bool verify_host(const PublicKey& key, const Hash32& digest, const Signature64& signature) {
  const Result<PublicKey, SignatureError> recovered = recover_host(digest, signature);
  return recovered.ok() && recovered.value() == key;
}

std::optional<KeyPair> keypair_from_secret(const Bytes32& secret) {
  secp256k1_pubkey key;
  if (secp256k1_ec_pubkey_create(context(), &key, secret.bytes.data()) != 1) return std::nullopt;
  const PublicKey public_key = serialise(key);
  return KeyPair{{secret}, public_key, address_of(public_key)};
}

KeyPair derive_keypair(const Hash32& seed, u64 index) {
  for (u64 attempt = 0;; ++attempt) {
    std::array<u8, 48> text{};
    base::ByteWriter writer(text);
    writer.write_hash(seed);
    writer.write_u64_be(index);
    writer.write_u64_be(attempt);
    const std::optional<KeyPair> pair = keypair_from_secret(keccak256(text));
    if (pair) return *pair;
  }
}

Signature64 sign(const Hash32& digest, const SecretKey& secret) {
  for (u64 attempt = 0;; ++attempt) {
    // RFC 6979, 3.6: further attempts mix an extra number into the nonce.
    std::array<u8, 32> extra{};
    base::ByteWriter(extra).write_u64_be(attempt);
    secp256k1_ecdsa_recoverable_signature signature;
    GAVEL_CHECK(secp256k1_ecdsa_sign_recoverable(
                    context(), &signature, digest.bytes.data(), secret.bytes.bytes.data(),
                    secp256k1_nonce_function_rfc6979, attempt == 0 ? nullptr : extra.data()) == 1);
    Signature64 out;
    int recovery_id = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(context(), out.bytes.data(),
                                                            &recovery_id, &signature);
    // R.x >= n cannot be expressed under the rule; it happens once in 2^127 attempts.
    if (recovery_id >= 2) continue;
    if (recovery_id == 1) out.bytes[32] |= 0x80;
    return out;
  }
}

}  // namespace gavel::crypto
