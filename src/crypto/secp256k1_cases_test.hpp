// Signatures constructed for each clause of the rule, for tests and for the vector file.
//
// What: a list of named cases, each a digest, signature and key, built from chosen points and
// scalars so that exactly the named clause decides. Why: random signatures never reach the corners
// (x = r + n has probability 2^-128); what is not constructed is not tested. Invariant:
// deterministic; the same list each time.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "crypto/keccak.hpp"
#include "crypto/secp256k1.hpp"
#include "crypto/secp256k1_group.hpp"
#include "crypto/secp256k1_host.hpp"

namespace gavel::crypto {

struct SignatureCase {
  std::string name;
  Hash32 digest;
  Signature64 signature;
  PublicKey key;
  // What the clause says; the recovered key, if there is one, is not stated here.
  base::Result<void, SignatureError> check;
  base::Result<void, SignatureError> recovery;
};

namespace cases {

using Outcome = base::Result<void, SignatureError>;

inline constexpr u256 kOne = u256::from_u64(1);
inline constexpr u256 kHalf = base::shift_right(kGroupOrder, 1);
inline constexpr u256 kAllOnes = {{~u64{0}, ~u64{0}, ~u64{0}, ~u64{0}}};

inline u256 plus(const u256& a, u64 b) { return base::add_carry(a, u256::from_u64(b)).value; }
inline u256 minus(const u256& a, const u256& b) { return base::sub_borrow(a, b).value; }

inline Hash32 digest_of(u64 n) { return keccak256(base::to_bytes32(u256::from_u64(n)).bytes); }
inline KeyPair key_of(u64 n) { return derive_keypair(digest_of(1000), n); }

inline PublicKey to_key(const AffinePoint& p) {
  return {base::to_bytes32(p.x.v), base::to_bytes32(p.y.v)};
}

// k G for a secret that libsecp256k1 accepts.
inline AffinePoint multiple_of_generator(const Scalar& k) {
  const PublicKey key = keypair_from_secret(base::to_bytes32(k.v)).value().public_key;
  return {{base::to_u256(key.x)}, {base::to_u256(key.y)}};
}

// The key for which R = (digest G + r Q) / s, by plain arithmetic: Q = (s R - digest G) / r,
// whatever R.x is.
inline PublicKey key_behind(const Hash32& digest, const Scalar& r, const Scalar& s,
                            const AffinePoint& point) {
  const Scalar e = reduce_to_scalar(base::to_u256(digest));
  const Scalar r_inverse = inverse(r);
  return to_key(to_affine(multiply_add(-(e * r_inverse), s * r_inverse, point)));
}

struct Builder {
  std::vector<SignatureCase> cases;

  void add(std::string name, const Hash32& digest, const Signature64& signature,
           const PublicKey& key, const Outcome& check, const Outcome& recovery) {
    cases.push_back({std::move(name), digest, signature, key, check, recovery});
  }
  // Both judges refuse the bytes before they look at a point.
  void add_refused(std::string name, const Signature64& signature, SignatureError error) {
    add(std::move(name), digest_of(1), signature, key_of(1).public_key, error, error);
  }
};

inline void add_valid(Builder& out) {
  for (u64 i = 0; i < 4; ++i) {
    const KeyPair pair = key_of(i);
    out.add("valid " + std::to_string(i), digest_of(i), sign(digest_of(i), pair.secret),
            pair.public_key, {}, {});
  }
  const KeyPair pair = key_of(4);
  const struct {
    const char* name;
    u256 digest;
  } digests[] = {{"digest zero", {}},
                 {"digest n, the same as zero", kGroupOrder},
                 {"digest n + 1", plus(kGroupOrder, 1)},
                 {"digest 2^256 - 1", kAllOnes}};
  for (const auto& row : digests) {
    const Hash32 digest = base::to_bytes32(row.digest);
    out.add(row.name, digest, sign(digest, pair.secret), pair.public_key, {}, {});
  }
}

inline void add_ranges(Builder& out) {
  const Signature64 good = sign(digest_of(1), key_of(1).secret);
  const SignatureParts parts = parse_signature(good).value();
  const auto with_r = [&](const u256& r) { return join_signature(r, parts.s, parts.y_is_odd); };
  const auto with_s = [&](const u256& s) { return join_signature(parts.r, s, parts.y_is_odd); };
  out.add_refused("r zero", with_r({}), SignatureError::kRZero);
  out.add_refused("r = n", with_r(kGroupOrder), SignatureError::kRTooLarge);
  out.add_refused("r = n + 1", with_r(plus(kGroupOrder, 1)), SignatureError::kRTooLarge);
  out.add_refused("r = p", with_r(kFieldPrime), SignatureError::kRTooLarge);
  out.add_refused("r = 2^256 - 1", with_r(kAllOnes), SignatureError::kRTooLarge);
  out.add_refused("s zero", with_s({}), SignatureError::kSZero);
  out.add_refused("s = n/2 + 1", with_s(plus(kHalf, 1)), SignatureError::kSTooLarge);
  out.add_refused("s = 2^255 - 1", with_s(base::shift_right(kAllOnes, 1)),
                  SignatureError::kSTooLarge);

  out.add_refused("everything zero", {}, SignatureError::kRZero);
  out.add_refused("r too large before s zero", join_signature(kGroupOrder, {}, false),
                  SignatureError::kRTooLarge);
  out.add_refused("r zero before s too large", join_signature({}, plus(kHalf, 1), true),
                  SignatureError::kRZero);
}

// The point with the least y for which y^2 - 7 is a cube: its y + p still fits into 256 bits.
inline AffinePoint point_with_small_y() {
  // (p + 2) / 9: since p = 7 (mod 9), a^((p+2)/9) is a cube root of a if there is one.
  u256 exponent = plus(kFieldPrime, 2);
  u64 remainder = 0;
  for (u32 i = 4; i > 0; --i) {
    const base::DivMod128 part =
        base::div_mod(u128::from_halves(remainder, exponent.limb[i - 1]), u128{9});
    exponent.limb[i - 1] = part.quotient.lo;
    remainder = part.remainder.lo;
  }
  for (u64 y = 1;; ++y) {
    const Fe cube = square(Fe{u256::from_u64(y)}) - Fe{u256::from_u64(7)};
    Fe x{kOne};
    for (u32 bit = 256; bit > 0; --bit) {
      x = square(x);
      if (exponent.bit(bit - 1)) x = x * cube;
    }
    const AffinePoint point{x, {u256::from_u64(y)}};
    if (on_curve(point)) return point;
  }
}

// s at the ends of its range, with the key that makes the signature right.
inline void add_extreme_s(Builder& out) {
  const Hash32 digest = digest_of(20);
  const AffinePoint point = multiple_of_generator({u256::from_u64(77)});
  const struct {
    const char* name;
    u256 s;
    Outcome outcome;
  } rows[] = {{"s = 1", kOne, {}},
              {"s = n/2", kHalf, {}},
              {"s = n/2 + 1 with its key", plus(kHalf, 1), SignatureError::kSTooLarge}};
  for (const auto& row : rows) {
    out.add(row.name, digest, join_signature(point.x.v, row.s, point.y.v.is_odd()),
            key_behind(digest, {point.x.v}, {row.s}, point), row.outcome, row.outcome);
  }
}

// R.y and p - R.y where one of them is tiny: code that reduces lazily may hold y + p and must not
// take its parity.
inline void add_small_y(Builder& out) {
  const AffinePoint low = point_with_small_y();
  const Hash32 digest = digest_of(26);
  const u256 s = u256::from_u64(987654321);
  for (const AffinePoint& point : {low, negate(low)}) {
    out.add(point == low ? "R.y tiny" : "R.y just below p", digest,
            join_signature(point.x.v, s, point.y.v.is_odd()),
            key_behind(digest, {point.x.v}, {s}, point), {}, {});
  }
}

// n - s with the other parity is the same signature to a lenient verifier; such an s fits into 255
// bits only near n/2.
inline void add_malleable(Builder& out) {
  const Hash32 digest = digest_of(25);
  const AffinePoint point = multiple_of_generator({u256::from_u64(78)});
  const u256 s = minus(kHalf, u256::from_u64(1000));
  const PublicKey key = key_behind(digest, {point.x.v}, {s}, point);
  const bool odd = point.y.v.is_odd();
  out.add("s just below n/2", digest, join_signature(point.x.v, s, odd), key, {}, {});
  out.add("its twin n - s", digest, join_signature(point.x.v, minus(kGroupOrder, s), !odd), key,
          SignatureError::kSTooLarge, SignatureError::kSTooLarge);
}

// R.x = r + n: what libsecp256k1's verify accepts, and its recovery with the ids 2 and 3.
inline void add_wrapped_x(Builder& out) {
  const Hash32 digest = digest_of(30);
  const u256 s = u256::from_u64(123456789);
  bool on_curve_seen = false;
  bool off_curve_seen = false;
  for (u64 i = 1; !on_curve_seen || !off_curve_seen; ++i) {
    const std::optional<AffinePoint> point = lift_x({plus(kGroupOrder, i)}, (i & 1) != 0);
    if (!point) continue;
    const u256 r = u256::from_u64(i);
    const bool r_on_curve = lift_x({r}, false).has_value();
    bool& seen = r_on_curve ? on_curve_seen : off_curve_seen;
    if (seen) continue;
    seen = true;
    out.add(r_on_curve ? "R.x = r + n, r on the curve" : "R.x = r + n, r not on the curve", digest,
            join_signature(r, s, point->y.v.is_odd()), key_behind(digest, {r}, {s}, *point),
            SignatureError::kWrongX, r_on_curve ? Outcome{} : Outcome{SignatureError::kNotOnCurve});
  }
}

inline void add_points(Builder& out) {
  const KeyPair pair = key_of(5);
  const Hash32 digest = digest_of(40);
  const Signature64 good = sign(digest, pair.secret);
  Signature64 flipped = good;
  flipped.bytes[32] ^= 0x80;
  out.add("the other parity", digest, flipped, pair.public_key, SignatureError::kWrongParity, {});
  out.add("another key", digest, good, key_of(6).public_key, SignatureError::kWrongX, {});
  out.add("another digest", digest_of(41), good, pair.public_key, SignatureError::kWrongX, {});

  const SignatureParts parts = parse_signature(good).value();
  const Signature64 off_curve = join_signature(u256::from_u64(5), parts.s, parts.y_is_odd);
  out.add("r = 5 is no x", digest, off_curve, pair.public_key, SignatureError::kWrongX,
          SignatureError::kNotOnCurve);

  // digest = -r d: R = (digest G + r d G) / s vanishes for the key of d.
  const u256 r = multiple_of_generator({u256::from_u64(99)}).x.v;
  const Scalar d{base::to_u256(pair.secret.bytes)};
  const Hash32 cancelling = base::to_bytes32((-(Scalar{r} * d)).v);
  out.add("R infinite", cancelling, join_signature(r, kOne, false), pair.public_key,
          SignatureError::kInfinity, {});

  // digest = s k with R = k G: the recovered key would be (s k - digest) / r G = infinity.
  const Scalar k{u256::from_u64(4242)};
  const AffinePoint point = multiple_of_generator(k);
  const Scalar s{u256::from_u64(31337)};
  out.add("recovered key infinite", base::to_bytes32((s * k).v),
          join_signature(point.x.v, s.v, point.y.v.is_odd()), pair.public_key,
          SignatureError::kWrongX, SignatureError::kInfinity);
}

inline void add_keys(Builder& out) {
  const KeyPair pair = key_of(7);
  const Hash32 digest = digest_of(50);
  const Signature64 good = sign(digest, pair.secret);
  const PublicKey& key = pair.public_key;
  out.add("key zero", digest, good, {}, SignatureError::kBadKey, {});
  out.add("key not on the curve", digest, good, {key.y, key.x}, SignatureError::kBadKey, {});
  const Bytes32 p = base::to_bytes32(kFieldPrime);
  out.add("key x = p", digest, good, {p, key.y}, SignatureError::kBadKey, {});
  out.add("key y = p", digest, good, {key.x, p}, SignatureError::kBadKey, {});

  // x = 1 is on the curve; x = p + 1 is the same residue and must not be taken for it.
  const AffinePoint small = lift_x({kOne}, false).value();
  const PublicKey wrapped = {base::to_bytes32(plus(kFieldPrime, 1)), base::to_bytes32(small.y.v)};
  out.add("key x = p + 1 with x = 1 on the curve", digest, good, wrapped, SignatureError::kBadKey,
          {});
  const AffinePoint low = point_with_small_y();
  const PublicKey wrapped_y = {base::to_bytes32(low.x.v),
                               base::to_bytes32(base::add_carry(kFieldPrime, low.y.v).value)};
  out.add("key y = p + its y", digest, good, wrapped_y, SignatureError::kBadKey, {});
  out.add("range before key", digest, join_signature({}, kOne, false), {}, SignatureError::kRZero,
          SignatureError::kRZero);
}

}  // namespace cases

inline std::vector<SignatureCase> signature_cases() {
  cases::Builder out;
  cases::add_valid(out);
  cases::add_ranges(out);
  cases::add_extreme_s(out);
  cases::add_small_y(out);
  cases::add_malleable(out);
  cases::add_wrapped_x(out);
  cases::add_points(out);
  cases::add_keys(out);
  return out.cases;
}

// "ok", or the enumerator's name without its k.
inline std::string outcome_name(const base::Result<void, SignatureError>& outcome) {
  if (outcome.ok()) return "ok";
  switch (outcome.error()) {
    case SignatureError::kRZero:
      return "RZero";
    case SignatureError::kRTooLarge:
      return "RTooLarge";
    case SignatureError::kSZero:
      return "SZero";
    case SignatureError::kSTooLarge:
      return "STooLarge";
    case SignatureError::kBadKey:
      return "BadKey";
    case SignatureError::kNotOnCurve:
      return "NotOnCurve";
    case SignatureError::kInfinity:
      return "Infinity";
    case SignatureError::kWrongX:
      return "WrongX";
    case SignatureError::kWrongParity:
      return "WrongParity";
  }
  return "unknown";
}

}  // namespace gavel::crypto
