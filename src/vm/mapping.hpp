// A large zeroed stretch of address space of which only touched pages cost memory.
//
// What: an anonymous private mapping without reservation, released at destruction. Why: the
// machine's memory, its decoded code and its tree are arrays that are nearly empty. Invariant:
// reads of untouched bytes give zero. A host without the address space fails a check.
#pragma once

#include "base/ints.hpp"

namespace gavel::vm {

class Mapping {
 public:
  // The first huge_bytes may be backed by large pages: faster at random, but each costs 2 MiB.
  explicit Mapping(u64 bytes, u64 huge_bytes = 0);
  ~Mapping();
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  u8* data() { return data_; }
  const u8* data() const { return data_; }

 private:
  u8* data_;
  u64 bytes_;
};

}  // namespace gavel::vm
