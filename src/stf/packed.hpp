// PackedWriter and PackedReader: big-endian packed fields at a moving pointer, without bounds
// checks.
//
// What: straight-line stores and loads that compilers merge into single instructions where the
// machine has them.
// Why: objects, rows and digests are made millions of times a second, and a check a byte would
// dominate them; each codec of this room checks the room or the length once, against the format's
// maximum, and then uses these.
// Invariant: the caller has proved that all it writes or reads lies inside its buffer.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstring>

#include "base/types.hpp"

namespace gavel::stf {

// A machine that reaches words at any address swaps their bytes in a register; another one goes
// byte by byte.
#if defined(__riscv)
inline constexpr bool kUnalignedWords = false;
#else
inline constexpr bool kUnalignedWords = true;
#endif

class PackedWriter {
 public:
  explicit PackedWriter(u8* at) : start_(at), at_(at) {}

  u32 size() const { return static_cast<u32>(at_ - start_); }

  void put_u8(u8 v) { *at_++ = v; }
  void put_u16(u16 v) { put_big_endian(v); }
  void put_u32(u32 v) { put_big_endian(v); }
  void put_u64(u64 v) { put_big_endian(v); }
  template <std::size_t N>
  void put_bytes(const std::array<u8, N>& bytes) {
    std::memcpy(at_, bytes.data(), N);
    at_ += N;
  }
  void put_hash(const Hash32& hash) { put_bytes(hash.bytes); }
  void put_address(const Address& address) { put_bytes(address.bytes); }

  // Words of 32 bytes, as Solidity's abi.encode.
  void put_word(u64 v) {
    std::memset(at_, 0, 24);
    at_ += 24;
    put_u64(v);
  }
  void put_word(const Hash32& word) { put_hash(word); }
  void put_word(const Address& address) {
    std::memset(at_, 0, 12);
    at_ += 12;
    put_address(address);
  }

  // Canonical LEB128: 1 to 10 bytes.
  void put_varint(u64 v) {
    for (; v >= 0x80; v >>= 7) *at_++ = static_cast<u8>(v | 0x80);
    *at_++ = static_cast<u8>(v);
  }

 private:
  template <std::unsigned_integral T>
  void put_big_endian(T v) {
    if constexpr (kUnalignedWords) {
      v = std::byteswap(v);
      std::memcpy(at_, &v, sizeof(T));
    } else {
      for (u32 i = 0; i < sizeof(T); ++i) at_[i] = static_cast<u8>(v >> (8 * (sizeof(T) - 1 - i)));
    }
    at_ += sizeof(T);
  }

  u8* start_;
  u8* at_;
};

class PackedReader {
 public:
  explicit PackedReader(const u8* at) : start_(at), at_(at) {}

  u32 size() const { return static_cast<u32>(at_ - start_); }

  // What a rule of the format refused; sticky.
  bool ok() const { return ok_; }
  void require(bool condition) { ok_ = ok_ && condition; }

  u8 take_u8() { return *at_++; }
  u16 take_u16() { return take_big_endian<u16>(); }
  u32 take_u32() { return take_big_endian<u32>(); }
  u64 take_u64() { return take_big_endian<u64>(); }
  template <std::size_t N>
  void take_bytes(std::array<u8, N>& out) {
    std::memcpy(out.data(), at_, N);
    at_ += N;
  }
  Hash32 take_hash() {
    Hash32 out;
    take_bytes(out.bytes);
    return out;
  }
  Address take_address() {
    Address out;
    take_bytes(out.bytes);
    return out;
  }

  // A byte below a limit.
  u8 take_below(u8 limit) {
    const u8 v = take_u8();
    require(v < limit);
    return v;
  }
  // A word that must fit.
  u64 take_word() {
    u8 surplus = 0;
    for (u32 i = 0; i < 24; ++i) surplus |= at_[i];
    require(surplus == 0);
    at_ += 24;
    return take_u64();
  }

  // Canonical LEB128; reads at most 10 bytes and refuses what is not minimal or has more than 64
  // bits.
  u64 take_varint() {
    const u8 first = *at_++;
    if (first < 0x80) [[likely]]
      return first;
    u64 value = first & 0x7f;
    for (u32 shift = 7; shift < 70; shift += 7) {
      const u8 byte = *at_++;
      value |= static_cast<u64>(byte & 0x7f) << shift;
      if (byte < 0x80) {
        require(byte != 0 && (shift < 63 || byte == 1));
        return value;
      }
    }
    require(false);
    return 0;
  }
  u32 take_varint_u32() {
    const u64 v = take_varint();
    require(v <= 0xffffffff);
    return static_cast<u32>(v);
  }

 private:
  template <std::unsigned_integral T>
  T take_big_endian() {
    T v = 0;
    if constexpr (kUnalignedWords) {
      std::memcpy(&v, at_, sizeof(T));
      v = std::byteswap(v);
    } else {
      for (u32 i = 0; i < sizeof(T); ++i) v = static_cast<T>(static_cast<u64>(v) << 8 | at_[i]);
    }
    at_ += sizeof(T);
    return v;
  }

  const u8* start_;
  const u8* at_;
  bool ok_ = true;
};

}  // namespace gavel::stf
