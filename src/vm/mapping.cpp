#include "vm/mapping.hpp"

#include <sys/mman.h>

#include "base/check.hpp"

namespace gavel::vm {

Mapping::Mapping(u64 bytes, u64 huge_bytes) : bytes_(bytes) {
  void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  GAVEL_CHECK(at != MAP_FAILED);
  // Advice only: neither is needed for what the mapping is.
  static_cast<void>(::madvise(at, bytes, MADV_DONTDUMP));
  if (huge_bytes > 0) static_cast<void>(::madvise(at, huge_bytes, MADV_HUGEPAGE));
  data_ = static_cast<u8*>(at);
}

Mapping::~Mapping() { ::munmap(data_, bytes_); }

}  // namespace gavel::vm
