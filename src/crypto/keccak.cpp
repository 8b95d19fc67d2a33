#include "crypto/keccak.hpp"

#include <bit>

#include "base/check.hpp"

namespace gavel::crypto {
namespace {

u64 load_le(const u8* bytes) {
  if constexpr (std::endian::native == std::endian::little) {
    u64 v = 0;
    __builtin_memcpy(&v, bytes, 8);
    return v;
  } else {
    u64 v = 0;
    for (u32 i = 0; i < 8; ++i) v |= static_cast<u64>(bytes[i]) << (8 * i);
    return v;
  }
}

void absorb_byte(KeccakState& state, u32 at, u8 byte) {
  state.lane[at / 8] ^= static_cast<u64>(byte) << (8 * (at % 8));
}

// The first 32 bytes of the state.
Hash32 squeeze(const KeccakState& state) {
  Hash32 out;
  for (u32 i = 0; i < 32; ++i) out.bytes[i] = static_cast<u8>(state.lane[i / 8] >> (8 * (i % 8)));
  return out;
}

}  // namespace

Keccak256& Keccak256::update(std::span<const u8> bytes) {
  const u8* in = bytes.data();
  std::size_t left = bytes.size();
  while (left > 0) {
    if (offset_ % 8 == 0 && left >= 8) {
      state_.lane[offset_ / 8] ^= load_le(in);
      in += 8;
      left -= 8;
      offset_ += 8;
    } else {
      absorb_byte(state_, offset_, *in);
      ++in;
      --left;
      ++offset_;
    }
    if (offset_ == kKeccakRateBytes) {
      keccak_f(state_);
      offset_ = 0;
    }
  }
  return *this;
}

Hash32 Keccak256::finish() {
  GAVEL_CHECK(offset_ < kKeccakRateBytes);
  absorb_byte(state_, offset_, 0x01);
  absorb_byte(state_, kKeccakRateBytes - 1, 0x80);
  keccak_f(state_);
  offset_ = kKeccakRateBytes;  // a second use fails the check above
  return squeeze(state_);
}

Hash32 keccak256(std::span<const u8> bytes) { return Keccak256{}.update(bytes).finish(); }

Hash32 keccak256_pair(const Hash32& left, const Hash32& right) {
  KeccakState state;
  for (u32 i = 0; i < 4; ++i) {
    state.lane[i] = load_le(left.bytes.data() + std::size_t{8} * i);
    state.lane[i + 4] = load_le(right.bytes.data() + std::size_t{8} * i);
  }
  state.lane[8] = 0x01;
  state.lane[16] = u64{0x80} << 56;
  keccak_f(state);
  return squeeze(state);
}

}  // namespace gavel::crypto
