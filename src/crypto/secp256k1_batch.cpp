#include "crypto/secp256k1_batch.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "base/check.hpp"
#include "crypto/secp256k1_host.hpp"
#include "crypto/secp256k1_lanes.hpp"
#include "crypto/secp256k1_limbs.hpp"
#include "crypto/secp256k1_multiply.hpp"

namespace gavel::crypto {
namespace {

using base::Result;
using Key = Result<PublicKey, SignatureError>;

constexpr u32 kChunk = lanes::kLanes * lanes::kMaxGroups;
// Below this a group of eight lanes costs more than libsecp256k1 one by one.
constexpr u32 kFewest = 2;

std::atomic<SignatureBackend>& chosen_backend() {
  static std::atomic<SignatureBackend> chosen{signature_backend_available(SignatureBackend::kIfma)
                                                  ? SignatureBackend::kIfma
                                                  : SignatureBackend::kLibsecp256k1};
  return chosen;
}

Bytes32 coordinate(const u64 (&rows)[lanes::kLimbs][lanes::kLanes], u32 lane) {
  lanes::Limbs limbs{};
  for (u32 i = 0; i < lanes::kLimbs; ++i) limbs[i] = rows[i][lane];
  return base::to_bytes32(lanes::from_limbs(limbs));
}

void fill_multiples(const AffinePoint& point,
                    u64 (&rows)[lanes::kGeneratorTableSize][2 * lanes::kLimbs]) {
  JacobianPoint multiple = to_jacobian(point);
  for (auto& row : rows) {
    const AffinePoint affine = to_affine(multiple);
    std::ranges::copy(lanes::to_limbs(affine.x.v), row);
    std::ranges::copy(lanes::to_limbs(affine.y.v), row + lanes::kLimbs);
    multiple = add_affine(multiple, point);
  }
}

const lanes::GeneratorTable& generator_table() {
  static const lanes::GeneratorTable table = [] {
    lanes::GeneratorTable out;
    fill_multiples(kGenerator, out.entry[0]);
    fill_multiples(kGeneratorHighOdd[0], out.entry[1]);
    return out;
  }();
  return table;
}

// value = sum digit[k] 2^(bits k), digits in (-2^(bits-1), 2^(bits-1)], times -1 if negative. The
// value must fit.
template <std::size_t N>
std::array<i64, N> window_digits(const u256& value, u32 bits, bool negative) {
  std::array<i64, N> out{};
  u32 carry = 0;
  for (u32 k = 0; k < N; ++k) {
    const u32 at = k * bits;
    // Windows of 4 or 8 bits never cross a limb.
    const u32 field =
        at >= 256 ? 0 : static_cast<u32>(value.limb[at / 64] >> (at % 64)) & ((1u << bits) - 1);
    const u32 digit = field + carry;
    carry = digit > (1u << (bits - 1)) ? 1 : 0;
    const i64 d = static_cast<i64>(digit) - static_cast<i64>(carry << bits);
    out[k] = negative ? -d : d;
  }
  GAVEL_CHECK(carry == 0);
  return out;
}

void put_point_digits(lanes::RecoverInput& in, u32 lane, u32 half, const SignedHalf& scalar) {
  const auto digits = window_digits<lanes::kPointDigits>(scalar.magnitude, lanes::kPointWindowBits,
                                                         scalar.negative);
  for (u32 k = 0; k < lanes::kPointDigits; ++k) in.point_digit[half][k][lane] = digits[k];
}

void put_generator_digits(lanes::RecoverInput& in, u32 lane, const Scalar& scalar) {
  // Below n/2 the top digit takes its carry without passing 128.
  const Scalar opposite = -scalar;
  const bool negative = opposite.v < scalar.v;
  const auto digits = window_digits<2 * lanes::kGeneratorDigits>(
      negative ? opposite.v : scalar.v, lanes::kGeneratorWindowBits, negative);
  for (u32 k = 0; k < 2 * lanes::kGeneratorDigits; ++k) {
    in.generator_digit[k / lanes::kGeneratorDigits][k % lanes::kGeneratorDigits][lane] = digits[k];
  }
}

template <std::size_t... I>
std::array<Key, sizeof...(I)> repeat_key(const Key& key, std::index_sequence<I...>) {
  return {{(static_cast<void>(I), key)...}};
}

// A Result has no default; these are overwritten before they are read.
std::array<Key, kChunk> filled_keys() {
  return repeat_key(Key{SignatureError::kRZero}, std::make_index_sequence<kChunk>{});
}

// The jobs of a chunk that passed the ranges of the rule.
struct Candidates {
  u32 size = 0;
  std::array<u32, kChunk> index{};
  std::array<SignatureParts, kChunk> parts{};
  std::array<Scalar, kChunk> r_inverse{};

  // All inverses for the price of one and three multiplications each; no r is zero.
  void invert() {
    if (size == 0) return;
    std::array<Scalar, kChunk> product{};
    product[0] = {parts[0].r};
    for (u32 i = 1; i < size; ++i) product[i] = product[i - 1] * Scalar{parts[i].r};
    Scalar rest = inverse(product[size - 1]);
    for (u32 i = size - 1; i > 0; --i) {
      r_inverse[i] = rest * product[i - 1];
      rest = rest * Scalar{parts[i].r};
    }
    r_inverse[0] = rest;
  }
};

// Q = (s R - digest G) / r, as in crypto::recover.
void fill_lane(lanes::RecoverInput& in, u32 lane, const Candidates& candidates, u32 i,
               const Hash32& digest) {
  const SignatureParts& parts = candidates.parts[i];
  const Scalar& r_inverse = candidates.r_inverse[i];
  const lanes::Limbs x = lanes::to_limbs(parts.r);
  for (u32 limb = 0; limb < lanes::kLimbs; ++limb) in.x[limb][lane] = x[limb];
  if (parts.y_is_odd) in.y_is_odd = static_cast<u8>(in.y_is_odd | (1u << lane));
  put_generator_digits(in, lane, -(reduce_to_scalar(base::to_u256(digest)) * r_inverse));
  const SplitScalar split = split_lambda(Scalar{parts.s} * r_inverse);
  put_point_digits(in, lane, 0, split.first);
  put_point_digits(in, lane, 1, split.second);
}

void recover_chunk(std::span<const RecoverJob> jobs, std::span<Key> keys) {
  Candidates candidates;
  for (u32 i = 0; i < jobs.size(); ++i) {
    const auto parts = parse_signature(jobs[i].signature);
    if (!parts.ok()) {
      keys[i] = parts.error();
      continue;
    }
    candidates.index[candidates.size] = i;
    candidates.parts[candidates.size++] = parts.value();
  }
  if (candidates.size < kFewest) {
    for (u32 c = 0; c < candidates.size; ++c) {
      const u32 i = candidates.index[c];
      keys[i] = recover_host(jobs[i].digest, jobs[i].signature);
    }
    return;
  }
  candidates.invert();
  std::array<lanes::RecoverInput, lanes::kMaxGroups> in;
  std::array<lanes::RecoverOutput, lanes::kMaxGroups> out;
  const u32 groups = (candidates.size + lanes::kLanes - 1) / lanes::kLanes;
  for (u32 c = 0; c < groups * lanes::kLanes; ++c) {
    const u32 lane = c % lanes::kLanes;
    if (lane == 0) in[c / lanes::kLanes].y_is_odd = 0;
    const u32 source = c < candidates.size ? c : 0;  // idle lanes repeat a candidate
    fill_lane(in[c / lanes::kLanes], lane, candidates, source,
              jobs[candidates.index[source]].digest);
  }
  lanes::recover(generator_table(), in.data(), out.data(), groups);
  for (u32 c = 0; c < candidates.size; ++c) {
    const u32 i = candidates.index[c];
    const u32 lane = c % lanes::kLanes;
    const lanes::RecoverOutput& result = out[c / lanes::kLanes];
    if (((result.on_curve >> lane) & 1) == 0) {
      keys[i] = SignatureError::kNotOnCurve;
    } else if (((result.finite >> lane) & 1) == 0) {
      keys[i] = recover_host(jobs[i].digest, jobs[i].signature);
    } else {
      keys[i] = PublicKey{coordinate(result.x, lane), coordinate(result.y, lane)};
    }
  }
}

}  // namespace

const char* signature_backend_name(SignatureBackend backend) {
  switch (backend) {
    case SignatureBackend::kLibsecp256k1:
      return "libsecp256k1";
    case SignatureBackend::kIfma:
      return "ifma";
  }
  return "unknown";
}

bool signature_backend_available(SignatureBackend backend) {
  if (backend == SignatureBackend::kLibsecp256k1) return true;
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
         __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
         __builtin_cpu_supports("avx512ifma") != 0;
}

SignatureBackend signature_backend() { return chosen_backend().load(std::memory_order_relaxed); }

void force_signature_backend(SignatureBackend backend) {
  GAVEL_CHECK(signature_backend_available(backend));
  chosen_backend().store(backend, std::memory_order_relaxed);
}

void recover_batch(std::span<const RecoverJob> jobs, std::span<Key> keys) {
  GAVEL_CHECK(jobs.size() == keys.size());
  if (signature_backend() == SignatureBackend::kLibsecp256k1) {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      keys[i] = recover_host(jobs[i].digest, jobs[i].signature);
    }
    return;
  }
  for (std::size_t at = 0; at < jobs.size(); at += kChunk) {
    const std::size_t count = std::min<std::size_t>(kChunk, jobs.size() - at);
    recover_chunk(jobs.subspan(at, count), keys.subspan(at, count));
  }
}

void verify_batch(std::span<const VerifyJob> jobs, std::span<u8> ok) {
  GAVEL_CHECK(jobs.size() == ok.size());
  std::array<RecoverJob, kChunk> part;
  std::array<Key, kChunk> keys = filled_keys();
  for (std::size_t at = 0; at < jobs.size(); at += kChunk) {
    const std::size_t count = std::min<std::size_t>(kChunk, jobs.size() - at);
    for (std::size_t i = 0; i < count; ++i) part[i] = {jobs[at + i].digest, jobs[at + i].signature};
    recover_batch(std::span(part).first(count), std::span(keys).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      ok[at + i] = keys[i].ok() && keys[i].value() == jobs[at + i].key ? 1 : 0;
    }
  }
}

}  // namespace gavel::crypto
