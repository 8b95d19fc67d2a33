#include "vm/memory.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.hpp"

namespace gavel::vm {
namespace {

constexpr u64 kAllBytes = u64{1} << 32;
// Programs are linked low; stray accesses elsewhere must not cost 2 MiB each.
constexpr u64 kHugeBytes = u64{1} << 28;
constexpr u32 kWordsPerPage = kPageBytes / 4;

}  // namespace

Memory::Memory()
    : bytes_(kAllBytes, kHugeBytes),
      flags_(kPages),
      code_bytes_(kAllBytes / 4 * sizeof(Instruction)),
      code_(reinterpret_cast<Instruction*>(code_bytes_.data())) {}

u32 Memory::word(u32 address) const {
  u32 out = 0;
  std::memcpy(&out, bytes_.data() + address, sizeof(out));
  return out;
}

void Memory::before_write(u32 address, u32 size) {
  const u32 page = address >> kPageBits;
  u8& flags = flags_.data()[page];
  if ((flags & kHashStale) == 0) hash_stale_.push_back(page);
  if ((flags & kCopyStale) == 0) copy_stale_.push_back(page);
  flags |= kFreelyWritable;
  if ((flags & kDecoded) == 0) return;
  // An entry may also stand for the word after it.
  const u32 first = address / 4;
  const u32 last = (address + size - 1) / 4;
  for (u32 i = first; i <= last; ++i) code_[i] = {};
  if (first % kWordsPerPage != 0) code_[first - 1] = {};
}

void Memory::write(u32 address, std::span<const u8> bytes) {
  while (!bytes.empty()) {
    const u32 room = kPageBytes - address % kPageBytes;
    const u32 size = static_cast<u32>(std::min<std::size_t>(room, bytes.size()));
    before_write(address, size);
    std::memcpy(bytes_.data() + address, bytes.data(), size);
    bytes = bytes.subspan(size);
    address += size;
  }
}

std::vector<u32> Memory::take_hash_stale() {
  for (const u32 page : hash_stale_) flags_.data()[page] &= static_cast<u8>(~kHashStale);
  return std::exchange(hash_stale_, {});
}

const PageCopies& Memory::copy_pages() {
  for (const u32 page : std::exchange(copy_stale_, {})) {
    auto copy = std::make_shared<Page>();
    std::memcpy(copy->data(), bytes_.data() + u64{page} * kPageBytes, kPageBytes);
    copies_[page] = std::move(copy);
    flags_.data()[page] &= static_cast<u8>(~kCopyStale);
  }
  return copies_;
}

void Memory::restore_page(u32 page, const Page* content) {
  const u32 address = page << kPageBits;
  before_write(address, kPageBytes);
  u8* const at = bytes_.data() + address;
  if (content != nullptr) {
    std::memcpy(at, content->data(), kPageBytes);
  } else {
    std::memset(at, 0, kPageBytes);
  }
}

void Memory::restore_pages(const PageCopies& copies) {
  // What differs: pages written since copies_ was made, and pages in which copies_ differs.
  for (const u32 page : std::vector<u32>(copy_stale_)) {
    const auto found = copies.find(page);
    restore_page(page, found == copies.end() ? nullptr : found->second.get());
  }
  for (const auto& [page, content] : copies_) {
    if (!copies.contains(page)) restore_page(page, nullptr);
  }
  for (const auto& [page, content] : copies) {
    const auto mine = copies_.find(page);
    if (mine == copies_.end() || mine->second != content) restore_page(page, content.get());
  }
  for (const u32 page : std::exchange(copy_stale_, {})) {
    flags_.data()[page] &= static_cast<u8>(~kCopyStale);
  }
  copies_ = copies;
}

}  // namespace gavel::vm
