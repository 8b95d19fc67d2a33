// A writer of small ELF files for tests.
//
// What: ElfFile keeps a header's fields and segments and gives the bytes, also for files that are
// wrong in one place. Why: tests of the loader and of programs must not need a linker. Invariant:
// the default is a file that loads. Source: System V ABI, ELF-32.
#pragma once

#include <vector>

#include "base/ints.hpp"

namespace gavel::vm {

struct ElfFile {
  struct Segment {
    u32 address = 0;
    std::vector<u8> bytes;
    u32 more_bytes = 0;  // zeros after them
    u32 type = 1;
    u32 more_file_bytes = 0;  // claimed, not there
  };

  u8 bits = 1;
  u8 order = 1;
  u16 type = 2;
  u16 machine = 243;
  u32 entry = 0x10000;
  u32 flags = 0;
  u16 program_header_bytes = 32;
  std::vector<Segment> segments;

  std::vector<u8> bytes() const {
    std::vector<u8> out = {0x7f, 'E', 'L', 'F', bits, order, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const auto put = [&](u64 value, u32 size) {
      for (u32 i = 0; i < size; ++i) out.push_back(static_cast<u8>(value >> (8 * i)));
    };
    put(type, 2);
    put(machine, 2);
    put(1, 4);
    put(entry, 4);
    put(52, 4);
    put(0, 4);
    put(flags, 4);
    put(52, 2);
    put(program_header_bytes, 2);
    put(segments.size(), 2);
    put(0, 6);
    // Where in the file, modulo pages, is where in memory: Linux and qemu map files.
    std::vector<u32> offsets;
    u32 offset = static_cast<u32>(52 + 32 * segments.size());
    for (const Segment& s : segments) {
      offset += (s.address - offset) % 4096;
      offsets.push_back(offset);
      const u32 size = static_cast<u32>(s.bytes.size());
      put(s.type, 4);
      put(offset, 4);
      put(s.address, 4);
      put(s.address, 4);
      put(size + s.more_file_bytes, 4);
      put(size + s.more_bytes, 4);
      put(7, 4);
      put(4, 4);
      offset += size;
    }
    for (std::size_t i = 0; i < segments.size(); ++i) {
      out.resize(offsets[i]);
      out.insert(out.end(), segments[i].bytes.begin(), segments[i].bytes.end());
    }
    return out;
  }
};

}  // namespace gavel::vm
