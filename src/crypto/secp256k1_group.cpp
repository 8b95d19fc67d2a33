#include "crypto/secp256k1_group.hpp"

namespace gavel::crypto {

namespace {

constexpr Fe kOne{u256::from_u64(1)};
constexpr Fe kSeven{u256::from_u64(7)};

Fe curve_right_side(const Fe& x) { return square(x) * x + kSeven; }

}  // namespace

bool on_curve(const AffinePoint& p) { return square(p.y) == curve_right_side(p.x); }

std::optional<AffinePoint> lift_x(const Fe& x, bool y_is_odd) {
  const std::optional<Fe> y = square_root(curve_right_side(x));
  if (!y) return std::nullopt;
  // y = 0 would need x^3 = -7, which has no solution: the group has odd order.
  return AffinePoint{x, y->v.is_odd() == y_is_odd ? *y : -*y};
}

JacobianPoint to_jacobian(const AffinePoint& p) { return {p.x, p.y, kOne, false}; }

AffinePoint to_affine(const JacobianPoint& p) {
  GAVEL_CHECK(!p.infinity);
  const Fe z_inverse = inverse(p.z);
  const Fe zz = square(z_inverse);
  return {p.x * zz, p.y * zz * z_inverse};
}

// With l = 3/2 x^2 and t = -x y^2: x' = l^2 + 2 t, y' = -(l (x' + t) + y^4), z' = y z.
JacobianPoint double_point(const JacobianPoint& p) {
  if (p.infinity) return p;
  const Fe xx = square(p.x);
  const Fe l = half(xx + xx + xx);
  const Fe yy = square(p.y);
  const Fe t = -(p.x * yy);
  const Fe x = square(l) + t + t;
  return {x, -(l * (x + t) + square(yy)), p.y * p.z, false};
}

JacobianPoint add_at_common_z(const JacobianPoint& p, const Fe& u, const Fe& s, Fe* z_ratio) {
  const Fe h = u - p.x;
  const Fe r = s - p.y;
  if (h.is_zero()) return r.is_zero() ? double_point(p) : JacobianPoint{};
  const Fe hh = square(h);
  const Fe hhh = hh * h;
  const Fe v = p.x * hh;
  const Fe x = square(r) - hhh - v - v;
  if (z_ratio != nullptr) *z_ratio = h;
  return {x, r * (v - x) - p.y * hhh, p.z * h, false};
}

JacobianPoint add_affine(const JacobianPoint& p, const AffinePoint& q) {
  if (p.infinity) return to_jacobian(q);
  const Fe zz = square(p.z);
  return add_at_common_z(p, q.x * zz, q.y * (zz * p.z));
}

}  // namespace gavel::crypto
