// Digest: 64 bits of everything that a run did, in order: two runs of a seed must end with the
// same.
//
// Not for secrets: FNV-1a over the bytes.
#pragma once

#include <span>

#include "base/types.hpp"

namespace gavel::sim {

class Digest {
 public:
  void add(std::span<const u8> bytes) {
    for (const u8 byte : bytes) value_ = (value_ ^ byte) * 0x100000001b3;
  }
  void add(u64 number) {
    for (u32 i = 0; i < 8; ++i)
      value_ = (value_ ^ static_cast<u8>(number >> 8 * i)) * 0x100000001b3;
  }
  u64 value() const { return value_; }

 private:
  u64 value_ = 0xcbf29ce484222325;
};

inline u64 digest_of(std::span<const u8> bytes) {
  Digest digest;
  digest.add(bytes);
  return digest.value();
}

}  // namespace gavel::sim
