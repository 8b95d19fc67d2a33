#include "state/tree_memory.hpp"

#include <sys/mman.h>

#include <bit>
#include <utility>

#include "base/check.hpp"

namespace gavel::state {
namespace {

constexpr u64 kHugePageBytes = u64{2} << 20;
constexpr u64 kPageBytes = 4096;

}  // namespace

ReservedMemory::ReservedMemory(u64 bytes) : bytes_(bytes) {
  const bool huge = bytes >= kHugePageBytes;
  mapped_bytes_ = bytes + (huge ? kHugePageBytes : 0);
  if (mapped_bytes_ == 0) mapped_bytes_ = kPageBytes;
  mapping_ = ::mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  GAVEL_CHECK(mapping_ != MAP_FAILED);
  const u64 start = std::bit_cast<u64>(mapping_);
  const u64 aligned = huge ? (start + kHugePageBytes - 1) & ~(kHugePageBytes - 1) : start;
  data_ = static_cast<u8*>(mapping_) + (aligned - start);
  // Advice only: without transparent huge pages everything works, at half the speed.
  if (huge) static_cast<void>(::madvise(data_, bytes, MADV_HUGEPAGE));
}

ReservedMemory::~ReservedMemory() {
  if (mapping_ != nullptr) ::munmap(mapping_, mapped_bytes_);
}

ReservedMemory::ReservedMemory(ReservedMemory&& other) noexcept
    : mapping_(std::exchange(other.mapping_, nullptr)),
      mapped_bytes_(std::exchange(other.mapped_bytes_, 0)),
      data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)) {}

ReservedMemory& ReservedMemory::operator=(ReservedMemory&& other) noexcept {
  std::swap(mapping_, other.mapping_);
  std::swap(mapped_bytes_, other.mapped_bytes_);
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

void ReservedMemory::prefault(u64 bytes) const {
  GAVEL_CHECK(bytes <= bytes_);
  for (u64 at = 0; at < bytes; at += kPageBytes) {
    volatile u8* byte = data_ + at;
    *byte = *byte;
  }
}

}  // namespace gavel::state
