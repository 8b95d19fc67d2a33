// The machine's 4 GiB on the host, and what is known about each of its pages.
//
// What: one sparse mapping of all bytes, one of decoded code (an Instruction for every word), and a
// byte of flags for each page of 4 KiB: is its hash stale, is its copy stale, was code decoded from
// it. Why: a load is one host load; a store needs one comparison more, because a page that was
// written since the last hash and copy and holds no decoded code has one value of flags. Invariant:
// whoever writes to bytes() calls before_write first, unless flags()[page] == kFreelyWritable; then
// decoded code always agrees with memory, and every page that differs from its hash (copy) is
// listed as stale. Memory that nobody touched costs nothing.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "vm/decode.hpp"
#include "vm/mapping.hpp"

namespace gavel::vm {

inline constexpr u32 kPageBits = 12;
inline constexpr u32 kPageBytes = u32{1} << kPageBits;
inline constexpr u32 kPages = u32{1} << (32 - kPageBits);

enum PageFlag : u8 {
  kHashStale = 1,
  kCopyStale = 2,
  kDecoded = 4,
  kFreelyWritable = kHashStale | kCopyStale,
};

using Page = std::array<u8, kPageBytes>;
// Pages by index; absent ones are zero. Copies share what did not change between them.
using PageCopies = std::map<u32, std::shared_ptr<const Page>>;

class Memory {
 public:
  Memory();

  u8* bytes() { return bytes_.data(); }
  const u8* bytes() const { return bytes_.data(); }
  u8* flags() { return flags_.data(); }
  // The entry of the word at address a is code()[a / 4]; an illegal one is not decoded yet.
  Instruction* code() { return code_; }

  u32 word(u32 address) const;  // of a multiple of 4

  // Announces a write of size bytes, which lie in one page.
  void before_write(u32 address, u32 size);
  // The same for an entry of code(), which is about to be filled.
  void before_decode(u32 address) { flags_.data()[address >> kPageBits] |= kDecoded; }

  // Writes anywhere; addresses go around modulo 2^32.
  void write(u32 address, std::span<const u8> bytes);

  // Pages whose hash is stale, each once; they count as fresh from now on.
  std::vector<u32> take_hash_stale();

  // All pages that were ever written. Copies those that were written since the last call.
  const PageCopies& copy_pages();
  void restore_pages(const PageCopies& copies);

 private:
  void restore_page(u32 page, const Page* content);

  Mapping bytes_;
  Mapping flags_;
  Mapping code_bytes_;
  Instruction* code_;
  std::vector<u32> hash_stale_;
  std::vector<u32> copy_stale_;
  PageCopies copies_;
};

}  // namespace gavel::vm
