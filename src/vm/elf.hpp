// Programs for the machine: static RV32IM executables as ELF files.
//
// What: load_elf turns a file's bytes into an Image: the pages that it fills, its entry, and the
// Merkle root that L1 stores. Why: a program's identity is that root. Invariant: total on hostile
// bytes, and the work is bounded by the file's size; a refused file has a named reason. The pages
// do not depend on the order of segments, which may not overlap. Source: System V ABI, ELF-32;
// RISC-V ELF psABI.
#pragma once

#include <span>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"
#include "vm/memory.hpp"

namespace gavel::vm {

struct Image {
  PageCopies pages;  // pages of zeros are left out
  u32 entry = 0;
  Hash32 root;  // of all memory
};

enum class ElfError : u8 {
  not_elf,           // no ELF header, or cut short
  not_riscv32,       // not a little-endian 32-bit RISC-V file
  not_executable,    // an object, a library or a position-independent program
  compressed,        // built for the C extension, which the machine lacks
  floating_point,    // built for registers that the machine lacks
  needs_a_loader,    // dynamic linking or an interpreter
  too_many_headers,  // more program headers than any program has
  bad_segment,       // outside the file or beyond the last address
  overlap,           // two segments fill one byte
  nothing_to_run,    // no segment
  bad_entry          // not a multiple of 4
};

// A sentence for people.
const char* describe(ElfError error);

base::Result<Image, ElfError> load_elf(std::span<const u8> file);

// An image of these pages. Entry is the machine's first pc.
Image make_image(PageCopies pages, u32 entry);

}  // namespace gavel::vm
