// Checked and strong integers: arithmetic that says when it does not fit, and units that do not
// mix.
//
// What: checked_add/sub/mul for u64, i64 and u128 (empty on overflow), mul_div through 128 bits
// with floor or ceiling, and Strong<T, Tag>, an integer that only meets its own kind (ticks, lots).
// Why: amounts come from strangers; overflow there is a Reject. Adding ticks to lots must not
// compile. Invariant: no function here wraps silently; Strong's + and - fail a check on overflow,
// so bounds are proved before.
#pragma once

#include <compare>
#include <concepts>
#include <limits>
#include <optional>

#include "base/check.hpp"
#include "base/ints.hpp"
#include "base/u128.hpp"

namespace gavel::base {

template <class T>
concept CheckedInt = std::same_as<T, u64> || std::same_as<T, i64> || std::same_as<T, u32> ||
                     std::same_as<T, i32> || std::same_as<T, u16> || std::same_as<T, u8>;

template <CheckedInt T>
constexpr std::optional<T> checked_add(T a, std::type_identity_t<T> b) {
  T out{};
  if (__builtin_add_overflow(a, b, &out)) return std::nullopt;
  return out;
}
template <CheckedInt T>
constexpr std::optional<T> checked_sub(T a, std::type_identity_t<T> b) {
  T out{};
  if (__builtin_sub_overflow(a, b, &out)) return std::nullopt;
  return out;
}
template <CheckedInt T>
constexpr std::optional<T> checked_mul(T a, std::type_identity_t<T> b) {
  if constexpr (std::same_as<T, u64>) {
    const u128 product = mul_wide(a, b);
    if (!product.fits_u64()) return std::nullopt;
    return product.lo;
  } else if constexpr (std::same_as<T, i64>) {
    // Through magnitudes: the builtin needs a library call that rv32 lacks.
    const bool negative = (a < 0) != (b < 0);
    const u64 ua = a < 0 ? 0 - static_cast<u64>(a) : static_cast<u64>(a);
    const u64 ub = b < 0 ? 0 - static_cast<u64>(b) : static_cast<u64>(b);
    const u128 product = mul_wide(ua, ub);
    const u64 limit = static_cast<u64>(std::numeric_limits<i64>::max()) + (negative ? 1 : 0);
    if (product > u128{limit}) return std::nullopt;
    return static_cast<i64>(negative ? 0 - product.lo : product.lo);
  } else {
    T out{};
    if (__builtin_mul_overflow(a, b, &out)) return std::nullopt;
    return out;
  }
}

constexpr std::optional<u128> checked_add(u128 a, u128 b) {
  const u128 sum = a + b;
  if (sum < a) return std::nullopt;
  return sum;
}
constexpr std::optional<u128> checked_sub(u128 a, u128 b) {
  if (a < b) return std::nullopt;
  return a - b;
}
constexpr std::optional<u128> checked_mul(u128 a, u128 b) {
  if (a.hi != 0 && b.hi != 0) return std::nullopt;
  const u128 low = mul_wide(a.lo, b.lo);
  const u128 cross = a.hi != 0 ? mul_wide(a.hi, b.lo) : mul_wide(a.lo, b.hi);
  if (!cross.fits_u64()) return std::nullopt;
  return checked_add(low, u128::from_halves(cross.lo, 0));
}

enum class Rounding : u8 { kFloor, kCeil };

// a * b / d with a 128-bit product; empty if d = 0 or the quotient exceeds u64.
constexpr std::optional<u64> mul_div(u64 a, u64 b, u64 d, Rounding rounding = Rounding::kFloor) {
  if (d == 0) return std::nullopt;
  const u128 product = mul_wide(a, b);
  if (product.hi >= d) return std::nullopt;
  const DivMod128 out = div_mod(product, u128{d});
  const u64 q = out.quotient.lo;
  if (rounding == Rounding::kFloor || out.remainder.is_zero()) return q;
  return checked_add(q, u64{1});
}

// The same for signed a and b; floor is towards minus infinity, ceiling towards plus infinity.
constexpr std::optional<i64> mul_div_signed(i64 a, i64 b, u64 d, Rounding rounding) {
  const bool negative = (a < 0) != (b < 0);
  const u64 ua = a < 0 ? 0 - static_cast<u64>(a) : static_cast<u64>(a);
  const u64 ub = b < 0 ? 0 - static_cast<u64>(b) : static_cast<u64>(b);
  const Rounding flipped = rounding == Rounding::kFloor ? Rounding::kCeil : Rounding::kFloor;
  const std::optional<u64> q = mul_div(ua, ub, d, negative ? flipped : rounding);
  const u64 limit = static_cast<u64>(std::numeric_limits<i64>::max()) + (negative ? 1 : 0);
  if (!q || *q > limit) return std::nullopt;
  return static_cast<i64>(negative ? 0 - *q : *q);
}

// An integer with a unit. Only comparison, and + and - with the same unit; value() leaves the unit
// on purpose.
template <CheckedInt T, class Tag>
class Strong {
 public:
  using Rep = T;

  constexpr Strong() = default;
  constexpr explicit Strong(T value) : value_(value) {}
  constexpr T value() const { return value_; }

  friend constexpr bool operator==(Strong, Strong) = default;
  friend constexpr auto operator<=>(Strong, Strong) = default;

  friend constexpr Strong operator+(Strong a, Strong b) {
    const std::optional<T> sum = checked_add<T>(a.value_, b.value_);
    GAVEL_CHECK(sum.has_value());
    return Strong{*sum};
  }
  friend constexpr Strong operator-(Strong a, Strong b) {
    const std::optional<T> difference = checked_sub<T>(a.value_, b.value_);
    GAVEL_CHECK(difference.has_value());
    return Strong{*difference};
  }
  constexpr Strong& operator+=(Strong b) { return *this = *this + b; }
  constexpr Strong& operator-=(Strong b) { return *this = *this - b; }

  friend constexpr std::optional<Strong> checked_add(Strong a, Strong b) {
    const std::optional<T> sum = base::checked_add<T>(a.value_, b.value_);
    if (!sum) return std::nullopt;
    return Strong{*sum};
  }
  friend constexpr std::optional<Strong> checked_sub(Strong a, Strong b) {
    const std::optional<T> difference = base::checked_sub<T>(a.value_, b.value_);
    if (!difference) return std::nullopt;
    return Strong{*difference};
  }

 private:
  T value_ = 0;
};

}  // namespace gavel::base
