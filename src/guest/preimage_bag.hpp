// PreimageBag: preimages handed over in one piece, found by their hash.
//
// What: index() reads records of a big-endian u32 length and that many bytes, hashes each and keeps
// where it lies; find() gives the bytes back.
// Why: the guest must not believe whoever hands it data; what it hashed itself it knows. The
// machine that L1 judges asks its oracle instead and has no bag (guest/oracle_client.hpp).
// Invariant: find(h) gives bytes whose hash is h, or nothing. Total: bytes that are not whole
// records, or too many of them, are refused.
#pragma once

#include <span>

#include "base/types.hpp"

namespace gavel::guest {

class PreimageBag {
 public:
  static constexpr u32 kMaxPreimages = 16'384;

  // Makes the index of `bytes`, which must stay where they are. False if they are not exactly a
  // sequence of at most kMaxPreimages records. O(bytes) hashing.
  [[nodiscard]] bool index(std::span<const u8> bytes);

  // Empty if there is none: a preimage without bytes is as good as none.
  std::span<const u8> find(const Hash32& hash) const;

 private:
  static constexpr u32 kBuckets = 2 * kMaxPreimages;
  static_assert((kBuckets & (kBuckets - 1)) == 0);

  // Where the hash lies, or the free bucket in which it would.
  u32 bucket_of(const Hash32& hash) const;

  struct Entry {
    Hash32 hash;
    u32 at;
    u32 size;
  };

  const u8* bytes_ = nullptr;
  u32 count_ = 0;
  std::array<Entry, kMaxPreimages> entries_{};
  std::array<u16, kBuckets> buckets_{};  // entry + 1, 0 is free
};

}  // namespace gavel::guest
