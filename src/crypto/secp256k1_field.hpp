// The two rings of secp256k1: field elements (mod p) and scalars (mod n), as types that do not mix.
//
// What: reduced values with + - * and the few derived operations that ECDSA needs.
// Invariant: v < p, respectively n, always; so equality is equality of representatives.
// Cost: multiplications are calls of the seam in mulmod.hpp; inverse and square root are
// exponentiations, since where multiplication is one call of the machine that beats any division
// algorithm.
#pragma once

#include <optional>

#include "base/types.hpp"
#include "crypto/mulmod.hpp"

namespace gavel::crypto {

template <const u256& kModulus>
constexpr u256 add_mod(const u256& a, const u256& b) {
  const base::U256Carry sum = base::add_carry(a, b);
  return portable::subtract_once(sum.value, sum.carry, kModulus);
}

template <const u256& kModulus>
constexpr u256 sub_mod(const u256& a, const u256& b) {
  const base::U256Carry difference = base::sub_borrow(a, b);
  return difference.carry ? base::add_carry(difference.value, kModulus).value : difference.value;
}

struct Fe {
  u256 v;

  constexpr bool is_zero() const { return v.is_zero(); }
  friend constexpr bool operator==(const Fe&, const Fe&) = default;
  friend constexpr Fe operator+(const Fe& a, const Fe& b) {
    return {add_mod<kFieldPrime>(a.v, b.v)};
  }
  friend constexpr Fe operator-(const Fe& a, const Fe& b) {
    return {sub_mod<kFieldPrime>(a.v, b.v)};
  }
  friend constexpr Fe operator-(const Fe& a) { return Fe{} - a; }
  friend Fe operator*(const Fe& a, const Fe& b) { return {mulmod_p(a.v, b.v)}; }
};

struct Scalar {
  u256 v;

  constexpr bool is_zero() const { return v.is_zero(); }
  friend constexpr bool operator==(const Scalar&, const Scalar&) = default;
  friend constexpr Scalar operator-(const Scalar& a) { return {sub_mod<kGroupOrder>(u256{}, a.v)}; }
  friend constexpr Scalar operator+(const Scalar& a, const Scalar& b) {
    return {add_mod<kGroupOrder>(a.v, b.v)};
  }
  friend Scalar operator*(const Scalar& a, const Scalar& b) { return {mulmod_n(a.v, b.v)}; }
};

inline Fe square(const Fe& a) { return a * a; }

// a / 2 mod p.
constexpr Fe half(const Fe& a) {
  if (!a.v.is_odd()) return {base::shift_right(a.v, 1)};
  const base::U256Carry sum = base::add_carry(a.v, kFieldPrime);
  Fe out{base::shift_right(sum.value, 1)};
  if (sum.carry) out.v.limb[3] |= u64{1} << 63;
  return out;
}

// a^(p-2); 0 for 0. 270 multiplications.
Fe inverse(const Fe& a);

// The root a^((p+1)/4), or empty if a is not a square. 268 multiplications.
std::optional<Fe> square_root(const Fe& a);

// a^(n-2); 0 for 0. 293 multiplications.
Scalar inverse(const Scalar& a);

// value mod n, for any 256-bit value.
constexpr Scalar reduce_to_scalar(const u256& value) {
  return {portable::subtract_once(value, false, kGroupOrder)};
}

}  // namespace gavel::crypto
