// Copying, filling and comparing memory by words.
//
// What: the work of memcpy, memmove, memset and memcmp in aligned 32-bit words where the addresses
// allow it, bytes elsewhere. start/memory.cpp gives them to the guest under their C names.
// Why: the guest's libc goes byte by byte, six steps for each, and a dispute counts steps; records
// and hashes here are words at aligned addresses. Invariant: every function calls nothing, so that
// the compiler cannot turn a loop in memcpy into a call of memcpy (kept so by no_builtin on each).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ints.hpp"

namespace gavel::guest {

// Words that may overlay objects of any type.
using Word [[gnu::may_alias]] = u32;
inline constexpr std::size_t kWordBytes = sizeof(Word);
inline constexpr std::size_t kWordsPerTurn = 8;

#if defined(__clang__)
#define GAVEL_NO_BUILTIN __attribute__((no_builtin))
#else
#define GAVEL_NO_BUILTIN
#endif

GAVEL_NO_BUILTIN inline std::size_t misalignment(const void* at) {
  return reinterpret_cast<std::uintptr_t>(at) % kWordBytes;
}

// From the lowest address up: `to` may lie below `from` in one region.
GAVEL_NO_BUILTIN inline void copy_up(void* to, const void* from, std::size_t size) {
  auto* out = static_cast<u8*>(to);
  const auto* in = static_cast<const u8*>(from);
  if (misalignment(out) == misalignment(in)) {
    for (; misalignment(out) != 0 && size > 0; --size) *out++ = *in++;
    auto* out_words = reinterpret_cast<Word*>(out);
    const auto* in_words = reinterpret_cast<const Word*>(in);
    for (; size >= kWordsPerTurn * kWordBytes; size -= kWordsPerTurn * kWordBytes) {
      const Word a = in_words[0], b = in_words[1], c = in_words[2], d = in_words[3];
      const Word e = in_words[4], f = in_words[5], g = in_words[6], h = in_words[7];
      out_words[0] = a, out_words[1] = b, out_words[2] = c, out_words[3] = d;
      out_words[4] = e, out_words[5] = f, out_words[6] = g, out_words[7] = h;
      out_words += kWordsPerTurn;
      in_words += kWordsPerTurn;
    }
    for (; size >= kWordBytes; size -= kWordBytes) *out_words++ = *in_words++;
    out = reinterpret_cast<u8*>(out_words);
    in = reinterpret_cast<const u8*>(in_words);
  }
  for (; size > 0; --size) *out++ = *in++;
}

// From the highest address down: `to` may lie above `from` in one region.
GAVEL_NO_BUILTIN inline void copy_down(void* to, const void* from, std::size_t size) {
  auto* out = static_cast<u8*>(to) + size;
  const auto* in = static_cast<const u8*>(from) + size;
  if (misalignment(out) == misalignment(in)) {
    for (; misalignment(out) != 0 && size > 0; --size) *--out = *--in;
    auto* out_words = reinterpret_cast<Word*>(out);
    const auto* in_words = reinterpret_cast<const Word*>(in);
    for (; size >= kWordBytes; size -= kWordBytes) *--out_words = *--in_words;
    out = reinterpret_cast<u8*>(out_words);
    in = reinterpret_cast<const u8*>(in_words);
  }
  for (; size > 0; --size) *--out = *--in;
}

GAVEL_NO_BUILTIN inline void fill(void* to, u8 value, std::size_t size) {
  auto* out = static_cast<u8*>(to);
  for (; misalignment(out) != 0 && size > 0; --size) *out++ = value;
  const Word word = Word{value} * 0x01010101u;
  auto* words = reinterpret_cast<Word*>(out);
  for (; size >= kWordsPerTurn * kWordBytes; size -= kWordsPerTurn * kWordBytes) {
    words[0] = word, words[1] = word, words[2] = word, words[3] = word;
    words[4] = word, words[5] = word, words[6] = word, words[7] = word;
    words += kWordsPerTurn;
  }
  for (; size >= kWordBytes; size -= kWordBytes) *words++ = word;
  out = reinterpret_cast<u8*>(words);
  for (; size > 0; --size) *out++ = value;
}

// Below, equal to or above 0 as the first differing byte of `left` is smaller, none differs, or it
// is larger.
GAVEL_NO_BUILTIN inline i32 compare(const void* left, const void* right, std::size_t size) {
  const auto* a = static_cast<const u8*>(left);
  const auto* b = static_cast<const u8*>(right);
  if (misalignment(a) == 0 && misalignment(b) == 0) {
    const auto* a_words = reinterpret_cast<const Word*>(a);
    const auto* b_words = reinterpret_cast<const Word*>(b);
    for (; size >= kWordBytes && *a_words == *b_words; size -= kWordBytes) {
      ++a_words;
      ++b_words;
    }
    a = reinterpret_cast<const u8*>(a_words);
    b = reinterpret_cast<const u8*>(b_words);
  }
  for (; size > 0; --size, ++a, ++b) {
    if (*a != *b) return static_cast<i32>(*a) - static_cast<i32>(*b);
  }
  return 0;
}

}  // namespace gavel::guest
