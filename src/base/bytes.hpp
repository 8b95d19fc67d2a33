// ByteReader and ByteWriter: bounded, total access to bytes.
//
// What: little- and big-endian fixed integers, canonical LEB128 varints, zigzag and raw bytes over
// a span. Why: every decoder of untrusted bytes must be total; a sticky failure flag lets a decoder
// read a whole record and ask once. Invariant: nothing outside the span is touched. After the first
// failure a reader returns zeros (and empty spans) and does not move; a writer writes nothing more.
// A varint has exactly one accepted encoding. Source: LEB128 (DWARF 5, 7.6), restricted to minimal
// encodings of at most 10 bytes.
#pragma once

#include <array>
#include <concepts>
#include <span>

#include "base/types.hpp"

namespace gavel::base {

constexpr u64 zigzag_encode(i64 v) {
  return (static_cast<u64>(v) << 1) ^ static_cast<u64>(v >> 63);
}
constexpr i64 zigzag_decode(u64 v) { return static_cast<i64>((v >> 1) ^ (0 - (v & 1))); }

// Bytes of the canonical varint of v: 1 to 10.
constexpr u32 varint_size(u64 v) {
  u32 n = 1;
  for (; v >= 0x80; v >>= 7) ++n;
  return n;
}

class ByteReader {
  // Before their users: a constant expression needs the templates complete.
  template <std::unsigned_integral T>
  constexpr T fixed_le() {
    const std::span<const u8> bytes = read_bytes(sizeof(T));
    T value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) {
      value = static_cast<T>(static_cast<u64>(value) << 8 | bytes[i - 1]);
    }
    return value;
  }
  template <std::unsigned_integral T>
  constexpr T fixed_be() {
    const std::span<const u8> bytes = read_bytes(sizeof(T));
    T value = 0;
    for (const u8 byte : bytes) value = static_cast<T>(static_cast<u64>(value) << 8 | byte);
    return value;
  }

 public:
  constexpr explicit ByteReader(std::span<const u8> bytes) : bytes_(bytes) {}

  constexpr bool ok() const { return ok_; }
  constexpr u64 position() const { return at_; }
  constexpr u64 remaining() const { return bytes_.size() - at_; }
  // Everything was read and nothing failed.
  constexpr bool finished() const { return ok_ && at_ == bytes_.size(); }
  // Marks the input as bad, for a rule that the caller checks.
  constexpr void fail() { ok_ = false; }

  constexpr u8 read_u8() { return fixed_le<u8>(); }
  constexpr u16 read_u16_le() { return fixed_le<u16>(); }
  constexpr u32 read_u32_le() { return fixed_le<u32>(); }
  constexpr u64 read_u64_le() { return fixed_le<u64>(); }
  constexpr u16 read_u16_be() { return fixed_be<u16>(); }
  constexpr u32 read_u32_be() { return fixed_be<u32>(); }
  constexpr u64 read_u64_be() { return fixed_be<u64>(); }

  constexpr u64 read_varint() {
    u64 value = 0;
    for (u32 i = 0; i < 10; ++i) {
      const u8 byte = read_u8();
      if (!ok_) return 0;
      // The tenth byte carries bit 63 only, and a last byte of zero is not minimal.
      if ((i == 9 && byte > 1) || (i > 0 && byte == 0)) break;
      value |= static_cast<u64>(byte & 0x7f) << (7 * i);
      if ((byte & 0x80) == 0) return value;
    }
    ok_ = false;
    return 0;
  }
  constexpr i64 read_zigzag() { return zigzag_decode(read_varint()); }

  // The next n bytes in place; empty on failure.
  constexpr std::span<const u8> read_bytes(u64 n) {
    if (!ok_ || n > remaining()) {
      ok_ = false;
      return {};
    }
    const std::span<const u8> out =
        bytes_.subspan(static_cast<std::size_t>(at_), static_cast<std::size_t>(n));
    at_ += n;
    return out;
  }
  template <std::size_t N>
  constexpr std::array<u8, N> read_array() {
    std::array<u8, N> out{};
    const std::span<const u8> bytes = read_bytes(N);
    for (std::size_t i = 0; i < bytes.size(); ++i) out[i] = bytes[i];
    return out;
  }
  constexpr Hash32 read_hash() { return Hash32{read_array<32>()}; }
  constexpr Address read_address() { return Address{read_array<20>()}; }
  constexpr u256 read_u256_be() { return U256::from_be_bytes(read_array<32>()); }

 private:
  std::span<const u8> bytes_;
  u64 at_ = 0;
  bool ok_ = true;
};

class ByteWriter {
  // Before their users: a constant expression needs the templates complete.
  template <std::unsigned_integral T>
  constexpr void fixed_le(T v) {
    std::array<u8, sizeof(T)> raw{};
    for (std::size_t i = 0; i < sizeof(T); ++i)
      raw[i] = static_cast<u8>(static_cast<u64>(v) >> (8 * i));
    write_bytes(raw);
  }
  template <std::unsigned_integral T>
  constexpr void fixed_be(T v) {
    std::array<u8, sizeof(T)> raw{};
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      raw[sizeof(T) - 1 - i] = static_cast<u8>(static_cast<u64>(v) >> (8 * i));
    }
    write_bytes(raw);
  }

 public:
  constexpr explicit ByteWriter(std::span<u8> bytes) : bytes_(bytes) {}

  // False once something did not fit.
  constexpr bool ok() const { return ok_; }
  constexpr u64 size() const { return at_; }
  constexpr u64 remaining() const { return bytes_.size() - at_; }
  constexpr std::span<const u8> written() const {
    return std::span<const u8>(bytes_).first(static_cast<std::size_t>(at_));
  }

  constexpr void write_u8(u8 v) { fixed_le<u8>(v); }
  constexpr void write_u16_le(u16 v) { fixed_le<u16>(v); }
  constexpr void write_u32_le(u32 v) { fixed_le<u32>(v); }
  constexpr void write_u64_le(u64 v) { fixed_le<u64>(v); }
  constexpr void write_u16_be(u16 v) { fixed_be<u16>(v); }
  constexpr void write_u32_be(u32 v) { fixed_be<u32>(v); }
  constexpr void write_u64_be(u64 v) { fixed_be<u64>(v); }

  // All of it or nothing.
  constexpr void write_varint(u64 v) {
    std::array<u8, 10> encoded{};
    u32 n = 0;
    for (; v >= 0x80; v >>= 7) encoded[n++] = static_cast<u8>(v | 0x80);
    encoded[n++] = static_cast<u8>(v);
    write_bytes(std::span<const u8>(encoded).first(n));
  }
  constexpr void write_zigzag(i64 v) { write_varint(zigzag_encode(v)); }

  constexpr void write_bytes(std::span<const u8> bytes) {
    if (!ok_ || bytes.size() > remaining()) {
      ok_ = false;
      return;
    }
    for (const u8 byte : bytes) bytes_[static_cast<std::size_t>(at_++)] = byte;
  }
  constexpr void write_hash(const Hash32& hash) { write_bytes(hash.bytes); }
  constexpr void write_address(const Address& address) { write_bytes(address.bytes); }
  constexpr void write_u256_be(const u256& value) { write_bytes(value.to_be_bytes()); }

 private:
  std::span<u8> bytes_;
  u64 at_ = 0;
  bool ok_ = true;
};

}  // namespace gavel::base
