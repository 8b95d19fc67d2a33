// The C names of guest/memory.hpp, which compilers call. They stand before libc's in the link.
#include "guest/memory.hpp"

extern "C" {

GAVEL_NO_BUILTIN void* memcpy(void* __restrict to, const void* __restrict from, std::size_t size) {
  gavel::guest::copy_up(to, from, size);
  return to;
}

GAVEL_NO_BUILTIN void* memmove(void* to, const void* from, std::size_t size) {
  if (reinterpret_cast<std::uintptr_t>(to) <= reinterpret_cast<std::uintptr_t>(from)) {
    gavel::guest::copy_up(to, from, size);
  } else {
    gavel::guest::copy_down(to, from, size);
  }
  return to;
}

GAVEL_NO_BUILTIN void* memset(void* to, int value, std::size_t size) {
  gavel::guest::fill(to, static_cast<gavel::u8>(value), size);
  return to;
}

GAVEL_NO_BUILTIN int memcmp(const void* left, const void* right, std::size_t size) {
  return static_cast<int>(gavel::guest::compare(left, right, size));
}

GAVEL_NO_BUILTIN int bcmp(const void* left, const void* right, std::size_t size) {
  return static_cast<int>(gavel::guest::compare(left, right, size));
}

}  // extern "C"
