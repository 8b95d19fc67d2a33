#include "guest/preimage_bag.hpp"

#include "base/bytes.hpp"
#include "crypto/keccak.hpp"

namespace gavel::guest {

bool PreimageBag::index(std::span<const u8> bytes) {
  bytes_ = bytes.data();
  count_ = 0;
  buckets_.fill(0);
  constexpr u32 kLengthBytes = 4;
  std::size_t at = 0;
  while (at != bytes.size()) {
    if (bytes.size() - at < kLengthBytes || count_ == kMaxPreimages) return false;
    base::ByteReader length(bytes.subspan(at, kLengthBytes));
    const u32 size = length.read_u32_be();
    at += kLengthBytes;
    if (size > bytes.size() - at) return false;
    const Hash32 hash = crypto::keccak256(bytes.subspan(at, size));
    u16& bucket = buckets_[bucket_of(hash)];
    if (bucket == 0) {
      entries_[count_] = {hash, static_cast<u32>(at), size};
      bucket = static_cast<u16>(++count_);
    }
    at += size;
  }
  return true;
}

u32 PreimageBag::bucket_of(const Hash32& hash) const {
  u32 at = (u32{hash.bytes[0]} | u32{hash.bytes[1]} << 8) % kBuckets;
  while (buckets_[at] != 0 && entries_[buckets_[at] - 1u].hash != hash) at = (at + 1) % kBuckets;
  return at;
}

std::span<const u8> PreimageBag::find(const Hash32& hash) const {
  const u16 found = buckets_[bucket_of(hash)];
  if (found == 0) return {};
  const Entry& entry = entries_[found - 1u];
  return {bytes_ + entry.at, entry.size};
}

}  // namespace gavel::guest
