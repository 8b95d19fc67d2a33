#include "crypto/secp256k1.hpp"

#include <algorithm>

#include "crypto/keccak.hpp"
#include "crypto/secp256k1_group.hpp"

namespace gavel::crypto {
namespace {

using base::Result;

constexpr u256 kHalfOrder = base::shift_right(kGroupOrder, 1);

u256 word_at(const Signature64& signature, u32 at) {
  Bytes32 word;
  std::copy_n(signature.bytes.begin() + at, 32, word.bytes.begin());
  return base::to_u256(word);
}

std::optional<AffinePoint> parse_key(const PublicKey& key) {
  const AffinePoint point{{base::to_u256(key.x)}, {base::to_u256(key.y)}};
  if (point.x.v >= kFieldPrime || point.y.v >= kFieldPrime || !on_curve(point)) return std::nullopt;
  return point;
}

Scalar digest_scalar(const Hash32& digest) { return reduce_to_scalar(base::to_u256(digest)); }

}  // namespace

Result<SignatureParts, SignatureError> parse_signature(const Signature64& signature) {
  SignatureParts parts{word_at(signature, 0), word_at(signature, 32), false};
  constexpr u64 kParityBit = u64{1} << 63;
  parts.y_is_odd = (parts.s.limb[3] & kParityBit) != 0;
  parts.s.limb[3] &= ~kParityBit;
  if (parts.r.is_zero()) return SignatureError::kRZero;
  if (parts.r >= kGroupOrder) return SignatureError::kRTooLarge;
  if (parts.s.is_zero()) return SignatureError::kSZero;
  if (parts.s > kHalfOrder) return SignatureError::kSTooLarge;
  return parts;
}

Signature64 join_signature(const u256& r, const u256& s, bool y_is_odd) {
  GAVEL_CHECK((s.limb[3] >> 63) == 0);
  Signature64 out;
  std::ranges::copy(r.to_be_bytes(), out.bytes.begin());
  std::ranges::copy(s.to_be_bytes(), out.bytes.begin() + 32);
  if (y_is_odd) out.bytes[32] |= 0x80;
  return out;
}

Result<PublicKey, SignatureError> recover(const Hash32& digest, const Signature64& signature) {
  const SignatureParts parts = GAVEL_TRY(parse_signature(signature));
  // r < n < p, so r itself is the x coordinate: r + n is never tried.
  const std::optional<AffinePoint> point = lift_x(Fe{parts.r}, parts.y_is_odd);
  if (!point) return SignatureError::kNotOnCurve;
  // Q = (s R - digest G) / r
  const Scalar r_inverse = inverse(Scalar{parts.r});
  const JacobianPoint q =
      multiply_add(-(digest_scalar(digest) * r_inverse), Scalar{parts.s} * r_inverse, *point);
  if (q.infinity) return SignatureError::kInfinity;
  const AffinePoint affine = to_affine(q);
  return PublicKey{base::to_bytes32(affine.x.v), base::to_bytes32(affine.y.v)};
}

Address address_of(const PublicKey& key) {
  const Hash32 hash = keccak256_pair(key.x, key.y);
  Address out;
  std::copy_n(hash.bytes.begin() + 12, 20, out.bytes.begin());
  return out;
}

Result<Address, SignatureError> recover_address(const Hash32& digest,
                                                const Signature64& signature) {
  return address_of(GAVEL_TRY(recover(digest, signature)));
}

Result<void, SignatureError> check_signature(const PublicKey& key, const Hash32& digest,
                                             const Signature64& signature) {
  const SignatureParts parts = GAVEL_TRY(parse_signature(signature));
  const std::optional<AffinePoint> q = parse_key(key);
  if (!q) return SignatureError::kBadKey;
  const Scalar s_inverse = inverse(Scalar{parts.s});
  const JacobianPoint point =
      multiply_add(digest_scalar(digest) * s_inverse, Scalar{parts.r} * s_inverse, *q);
  if (point.infinity) return SignatureError::kInfinity;
  // The cheap comparison first: x = X / Z^2 needs no inversion, and r < n < p is its own
  // representative.
  if (!(Fe{parts.r} * square(point.z) == point.x)) return SignatureError::kWrongX;
  if (to_affine(point).y.v.is_odd() != parts.y_is_odd) return SignatureError::kWrongParity;
  return {};
}

bool verify(const PublicKey& key, const Hash32& digest, const Signature64& signature) {
  return check_signature(key, digest, signature).ok();
}

}  // namespace gavel::crypto
