// Points of secp256k1 (y^2 = x^3 + 7) and their addition.
//
// What: affine and Jacobian points, complete doubling and addition, and the double scalar
// multiplication a G + b P that ECDSA needs. Why: the fault proof machine counts multiplications,
// so the formulas are chosen for few of them: 7 a doubling, 11 a mixed addition; a G + b P shares
// its 128 doublings over four half-length scalars. Invariant: an affine point is on the curve and
// finite. Jacobian (x, y, z) stands for (x/z^2, y/z^3), z != 0 unless infinite. No secrets: running
// time depends on the values. Source: SEC 1, 2.2; Gallant, Lambert, Vanstone 2001 for the
// endomorphism (x, y) -> (beta x, y) = lambda (x, y).
#pragma once

#include "crypto/secp256k1_field.hpp"

namespace gavel::crypto {

struct AffinePoint {
  Fe x;
  Fe y;
  friend constexpr bool operator==(const AffinePoint&, const AffinePoint&) = default;
};

struct JacobianPoint {
  Fe x;
  Fe y;
  Fe z;
  bool infinity = true;
};

inline constexpr AffinePoint kGenerator = {
    {{{0x59f2815b16f81798u, 0x029bfcdb2dce28d9u, 0x55a06295ce870b07u, 0x79be667ef9dcbbacu}}},
    {{{0x9c47d08ffb10d4b8u, 0xfd17b448a6855419u, 0x5da4fbfc0e1108a8u, 0x483ada7726a3c465u}}}};

bool on_curve(const AffinePoint& p);

// The point with this x and this parity of y; empty if x^3 + 7 is not a square.
std::optional<AffinePoint> lift_x(const Fe& x, bool y_is_odd);

JacobianPoint to_jacobian(const AffinePoint& p);
// The point must be finite. One inversion.
AffinePoint to_affine(const JacobianPoint& p);

constexpr AffinePoint negate(const AffinePoint& p) { return {p.x, -p.y}; }

JacobianPoint double_point(const JacobianPoint& p);
JacobianPoint add_affine(const JacobianPoint& p, const AffinePoint& q);

// p + q, where q comes as (u, s) = (x_q z_p^2, y_q z_p^3) and p is finite. Complete: doubles or
// cancels if it must. In the general case z_ratio, if wanted, receives z_sum / z_p.
JacobianPoint add_at_common_z(const JacobianPoint& p, const Fe& u, const Fe& s,
                              Fe* z_ratio = nullptr);

// a G + b P. At most 1,950 multiplications.
JacobianPoint multiply_add(const Scalar& a, const Scalar& b, const AffinePoint& p);

}  // namespace gavel::crypto
