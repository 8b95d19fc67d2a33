#include "crypto/secp256k1_field.hpp"

namespace gavel::crypto {
namespace {

Fe square_times(Fe a, u32 times) {
  for (u32 i = 0; i < times; ++i) a = square(a);
  return a;
}

// a^(2^k - 1) for the lengths k of the runs of ones in p - 2 and (p + 1) / 4.
struct RunPowers {
  Fe a2;
  Fe a22;
  Fe a223;
};

RunPowers run_powers(const Fe& a) {
  const Fe a2 = square_times(a, 1) * a;
  const Fe a3 = square_times(a2, 1) * a;
  const Fe a6 = square_times(a3, 3) * a3;
  const Fe a9 = square_times(a6, 3) * a3;
  const Fe a11 = square_times(a9, 2) * a2;
  const Fe a22 = square_times(a11, 11) * a11;
  const Fe a44 = square_times(a22, 22) * a22;
  const Fe a88 = square_times(a44, 44) * a44;
  const Fe a176 = square_times(a88, 88) * a88;
  const Fe a220 = square_times(a176, 44) * a44;
  const Fe a223 = square_times(a220, 3) * a3;
  return {a2, a22, a223};
}

}  // namespace

// p - 2 in binary: 223 ones, 0, 22 ones, 0000, 1, 0, 11, 0, 1.
Fe inverse(const Fe& a) {
  const RunPowers run = run_powers(a);
  Fe t = square_times(run.a223, 23) * run.a22;
  t = square_times(t, 5) * a;
  t = square_times(t, 3) * run.a2;
  return square_times(t, 2) * a;
}

// (p + 1) / 4 in binary: 223 ones, 0, 22 ones, 0000, 11, 00. p = 3 mod 4, so this is a root if
// there is one.
std::optional<Fe> square_root(const Fe& a) {
  const RunPowers run = run_powers(a);
  Fe t = square_times(run.a223, 23) * run.a22;
  t = square_times(t, 6) * run.a2;
  t = square_times(t, 2);
  if (!(square(t) == a)) return std::nullopt;
  return t;
}

// Sliding windows over the bits of n - 2, with the odd powers up to a^31.
Scalar inverse(const Scalar& a) {
  constexpr u32 kWindowBits = 5;
  constexpr u256 kExponent = base::sub_borrow(kGroupOrder, u256::from_u64(2)).value;
  std::array<Scalar, 16> odd_power;
  odd_power[0] = a;
  const Scalar a2 = a * a;
  for (u32 i = 1; i < odd_power.size(); ++i) odd_power[i] = odd_power[i - 1] * a2;

  // The top bit is 1: start from the first window.
  Scalar out;
  bool started = false;
  i32 bit = 255;
  while (bit >= 0) {
    if (!kExponent.bit(static_cast<u32>(bit))) {
      out = out * out;
      --bit;
      continue;
    }
    i32 low = bit - static_cast<i32>(kWindowBits) + 1;
    if (low < 0) low = 0;
    while (!kExponent.bit(static_cast<u32>(low))) ++low;
    u32 window = 0;
    for (i32 i = bit; i >= low; --i) {
      window = 2 * window + static_cast<u32>(kExponent.bit(static_cast<u32>(i)));
      if (started) out = out * out;
    }
    out = started ? out * odd_power[window / 2] : odd_power[window / 2];
    started = true;
    bit = low - 1;
  }
  return out;
}

}  // namespace gavel::crypto
